import { badRequest, forbidden, unprocessable } from './api-error.ts';
import {
  type Call,
  created,
  isRecord,
  jsonBody,
  noContent,
  ok,
  param,
  type Reply,
  rooted,
  textOf,
  truthOf,
} from './call.ts';
import { region, stacks } from './catalogue.ts';
import { addEvent, findApp, iso, type Model, refuseWhileBusy } from './model.ts';
import type { App } from './state.ts';

/** The application as the API shows it. `uuid`, `flags` and `limits` are there for clients that expect them. */
export function presentApp({ model, request }: Call, app: App) {
  const { state, rules } = model;
  const busy = state.operations.find(one => one.app === app.id && rules.now() < one.endsAt);
  const last = state.deployments.find(one => one.id === app.lastDeployment);
  const under = { restart: 'restarting', scale: 'scaling' } as const;
  return {
    id: app.id,
    uuid: app.id,
    name: app.name,
    region,
    owner: { ...app.owner, flags: {} },
    project: { id: 'pr-default', name: 'default' },
    git_url: `git@ssh.${region}.scalingo.com:${app.name}.git`,
    url: `https://${hostOf(app)}`,
    base_url: `https://${hostOf(app)}`,
    status: busy === undefined ? app.status : under[busy.type],
    force_https: app.forceHttps,
    sticky_session: app.stickySession,
    router_logs: app.routerLogs,
    stack_id: app.stack,
    created_at: iso(app.createdAt),
    updated_at: iso(app.updatedAt),
    last_deployed_at: last === undefined ? null : iso(last.createdAt),
    last_deployed_by: last?.pusher.username ?? null,
    last_deployment_id: last?.id ?? null,
    links: { deployments_stream: `${request.origin.replace('http', 'ws')}/api/v1/apps/${app.id}/stream` },
    flags: {},
    limits: {},
    hds_resource: false,
    private_networks_ids: [],
  };
}

/** The name under which an application answers before any domain of its own. */
export function hostOf(app: App): string {
  return `${app.name}.${region}.scalingo.io`;
}

/** 6 to 48 lower-case letters, digits and hyphens, none of them first, last or doubled (Scalingo, "Apps"). */
function refuseUnfitName({ state }: Model, name: string): void {
  const faults: string[] = [];
  if (name === '') faults.push("can't be blank");
  else if (name.length < 6) faults.push('is too short (minimum is 6 characters)');
  else if (name.length > 48) faults.push('is too long (maximum is 48 characters)');
  if (name !== '' && !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    faults.push('should contain only lowercase letters, digits and hyphens');
  }
  if (state.apps.some(app => app.name === name)) faults.push('has already been taken');
  if (faults.length > 0) throw unprocessable('name', ...faults);
}

function stackNamed(id: string | undefined): string {
  const found = id === undefined ? stacks.find(one => one.default) : stacks.find(one => one.id === id);
  if (found === undefined) throw unprocessable('stack_id', 'is invalid');
  return found.id;
}

/** `POST /apps`; with `X-Dry-Run: true` every check and the same answer, and nothing made. */
export function createApp(call: Call): Reply {
  const { state, rules } = call.model;
  const body = rooted(call, 'app');
  const name = textOf(body, 'name') ?? '';
  refuseUnfitName(call.model, name);
  const app: App = {
    id: rules.random(12),
    name,
    owner: state.account,
    stack: stackNamed(textOf(body, 'stack_id')),
    forceHttps: false,
    stickySession: false,
    routerLogs: false,
    status: 'new',
    createdAt: rules.now(),
    updatedAt: rules.now(),
    lastDeployment: null,
    variables: [],
    running: {},
    formation: [
      { name: 'web', amount: 1, size: 'M' },
      { name: 'worker', amount: 0, size: 'M' },
    ],
  };
  if (call.request.headers['x-dry-run'] !== 'true') {
    state.apps.push(app);
    addEvent(call.model, app, 'new_app', { git_source: null });
  }
  return created({ app: presentApp(call, app) });
}

/** `GET /apps`. */
export function listApps(call: Call): Reply {
  return ok({ apps: call.model.state.apps.map(app => presentApp(call, app)) });
}

/** `GET /apps/:app`. */
export function showApp(call: Call): Reply {
  return ok({ app: presentApp(call, findApp(call.model, param(call, 'app'))) });
}

/** `PATCH /apps/:app`: settings, or with `current_name` the owner. */
export function changeApp(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const body = rooted(call, 'app');
  const owner = textOf(body, 'owner');
  if (owner !== undefined) transfer(call, app, owner);
  applySettings(call, app, body);
  return ok({ app: presentApp(call, app) });
}

/** `PUT /apps/:app` with settings that are not nested, as the Go client sends them. */
export function replaceSettings(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const body = jsonBody(call);
  applySettings(call, app, isRecord(body.app) ? body.app : body);
  return ok({ app: presentApp(call, app) });
}

function applySettings({ model }: Call, app: App, body: Record<string, unknown>): void {
  const stack = textOf(body, 'stack_id');
  if (stack !== undefined) app.stack = stackNamed(stack);
  app.forceHttps = truthOf(body, 'force_https') ?? app.forceHttps;
  app.stickySession = truthOf(body, 'sticky_session') ?? app.stickySession;
  app.routerLogs = truthOf(body, 'router_logs') ?? app.routerLogs;
  app.updatedAt = model.rules.now();
  addEvent(model, app, 'edit_app', { force_https: app.forceHttps });
}

function transfer({ model, request }: Call, app: App, email: string): void {
  if (request.query.get('current_name') !== app.name) throw badRequest('current_name is invalid');
  const heir = model.state.collaborators.find(one => one.app === app.id && one.email === email);
  if (heir?.accepted !== true) throw unprocessable('owner', 'should be a collaborator of the application');
  const former = app.owner;
  const username = heir.username ?? email;
  app.owner = { id: `us-${heir.id}`, username, email };
  heir.email = former.email;
  heir.username = former.username;
  addEvent(model, app, 'transfer_app', { old_owner: former, new_owner: app.owner });
}

/** `POST /apps/:app/rename`. */
export function renameApp(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const body = jsonBody(call);
  if (textOf(body, 'current_name') !== app.name) throw badRequest('current_name is invalid');
  refuseUnfitName(call.model, textOf(body, 'new_name') ?? '');
  addEvent(call.model, app, 'rename_app', { old_name: app.name });
  app.name = textOf(body, 'new_name') ?? app.name;
  return ok({ app: presentApp(call, app) });
}

/** `DELETE /apps/:app?current_name=`: its add-ons and their databases go with it, scheduled backups stay. */
export async function deleteApp(call: Call): Promise<Reply> {
  const { state } = call.model;
  const app = findApp(call.model, param(call, 'app'));
  if (call.request.query.get('current_name') !== app.name) throw badRequest('current_name is invalid');
  if (app.owner.id !== state.account.id) throw forbidden('only the owner can delete an application');
  refuseWhileBusy(call.model, app);
  for (const { database } of state.addons.filter(one => one.app === app.id)) {
    if (database !== null) await call.platform.dropPostgres(database);
  }
  addEvent(call.model, app, 'delete_app');
  state.apps = state.apps.filter(one => one !== app);
  for (const kind of ['addons', 'collaborators', 'domains', 'deployments', 'operations'] as const) {
    const all = state[kind];
    for (let index = all.length - 1; index >= 0; index--) {
      if (all[index]?.app === app.id) all.splice(index, 1);
    }
  }
  return noContent;
}
