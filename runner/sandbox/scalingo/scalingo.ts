// Scalingo, for a sandbox: the auth, application and database APIs on one HTTP listener (`/auth/v1`, `/api/v1`, `/db/api`).
// In: a folder that keeps the state, the real things behind the API, and what was lost. Out: a listener, and what other
// services of the sandbox need to know (pushes received, databases behind the gateway, applications and their variables).
// Never: a state on disk that is half written; work in the background that outlives `close`.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { acceptInvitation } from './collaborator-operations.ts';
import { startDeployment } from './deployment-operations.ts';
import type { FaultHook } from './handler.ts';
import { Limiter } from './limiter.ts';
import { scalingoListener } from './listener.ts';
import { addLostApplication, type Lost } from './lost-application.ts';
import {
  addonStatus,
  type Delays,
  deploymentStatus,
  findApp,
  type Model,
  settle,
  setVariable,
  variablesOf,
} from './model.ts';
import type { Platform } from './platform.ts';
import type { Addon, Backup, Database, Deployment, Key, Outcome, State } from './state.ts';
import { emptyState } from './state.ts';
import { readState, stateWriter } from './store.ts';

/** How a platform behaves, apart from what it holds. */
export interface ScalingoSettings {
  readonly platform: Platform;
  /** Folder of the archives of databases. */
  readonly archives: string;
  /** API token of the account on a first start (`tk-us-…`). */
  readonly token: string;
  readonly lost?: Lost;
  readonly now?: () => number;
  readonly delays?: Partial<Delays>;
  /** 60 unless told otherwise. */
  readonly requestsPerMinute?: number;
  /** Whether a host name leads to an application's own name on the platform; asked again and again. */
  readonly resolves?: (host: string, target: string) => boolean | Promise<boolean>;
  readonly outcome?: (app: string, gitRef: string) => Outcome;
  readonly fault?: FaultHook;
  /** Told when what an application runs may have changed: deployment, restart, scale, domain, force HTTPS, removal. */
  readonly changed?: () => void;
}

/** An application as a router and a runner of processes need it. */
export interface RunningApplication {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly forceHttps: boolean;
  readonly web: number;
  /** What its processes see; not what is set since. */
  readonly variables: Readonly<Record<string, string>>;
  /** The deployed commit; undefined before the first success. */
  readonly gitRef: string | undefined;
}

/** A running platform. */
export interface Scalingo {
  readonly listener: RequestListener;
  readonly token: string;
  /** Databases that only the gateway reaches, by the name and port of their DSN. */
  databases(): readonly Database[];
  keys(): readonly Key[];
  applications(): readonly RunningApplication[];
  /** A push of a commit to `master` or `main`. Throws the API's 404 and 409. */
  pushed(app: string, sha: string): Promise<{ readonly id: string }>;
  /** Where a deployment is. */
  deployment(id: string): ReturnType<typeof deploymentStatus> | undefined;
  /** What an invited person does in their mail. */
  accept(app: string, email: string): Promise<void>;
  close(): Promise<void>;
}

const shortDelays: Delays = { provisioning: 1500, operation: 800, stage: 400, certificate: 1000 };

/** Opens the platform of a folder, with what was lost on it if it is new. */
export async function openScalingo(directory: string, settings: ScalingoSettings): Promise<Scalingo> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'state.json');
  const state = (await readState(file)) ?? (await firstState(settings));
  const model = modelOf(state, settings);
  const save = stateWriter(file, state);
  await save();
  const background = startBackground(model, settings, save);
  const handling = {
    model,
    platform: settings.platform,
    limiter: new Limiter(settings.requestsPerMinute ?? 60),
    fault: settings.fault ?? (() => undefined),
  };
  const work = () => save().then(background.look);
  return {
    listener: scalingoListener(handling, { archives: settings.archives, save: work }),
    token: state.token,
    databases: () => state.addons.flatMap(({ database }) => database ?? []),
    keys: () => state.keys,
    applications: () => state.apps.map(app => running(model, app.name)),
    pushed: async (app, sha) => {
      const { id } = startDeployment(model, app, { gitRef: sha, source: null });
      await save();
      return { id };
    },
    deployment: id => statusOf(model, id),
    accept: async (app, email) => {
      acceptInvitation(model, app, email);
      await save();
    },
    close: async () => {
      await background.stop();
      await save();
    },
  };
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

async function firstState(settings: ScalingoSettings): Promise<State> {
  const account = { id: `us-${random(16)}`, username: 'astreinte', email: 'astreinte@apilos.invalid' };
  const state = emptyState(settings.token, random(32), account);
  if (settings.lost !== undefined) await addLostApplication(state, settings.lost, random);
  return state;
}

function modelOf(state: State, settings: ScalingoSettings): Model {
  return {
    state,
    rules: {
      now: settings.now ?? Date.now,
      random,
      delays: { ...shortDelays, ...settings.delays },
      outcome: settings.outcome ?? (() => 'success'),
    },
  };
}

function statusOf(model: Model, id: string) {
  const found: Deployment | undefined = model.state.deployments.find(one => one.id === id);
  return found === undefined ? undefined : deploymentStatus(model, found);
}

function running(model: Model, name: string): RunningApplication {
  const app = findApp(model, name);
  const domains = model.state.domains.filter(one => one.app === app.id && one.resolvedAt !== null);
  const last = model.state.deployments.find(one => one.id === app.lastDeployment);
  return {
    name: app.name,
    hosts: [`${app.name}.osc-fr1.scalingo.io`, ...domains.map(one => one.name)],
    forceHttps: app.forceHttps,
    web: app.status === 'running' ? (app.formation.find(one => one.name === 'web')?.amount ?? 0) : 0,
    variables: app.running,
    gitRef: last?.gitRef,
  };
}

/** What the platform does by itself: makes what add-ons and backups stand for, checks DNS, applies what time brings. */
function startBackground(model: Model, settings: ScalingoSettings, save: () => Promise<void>) {
  const under = new Map<string, Promise<void>>();
  const once = (id: string, work: () => Promise<void>) => {
    if (under.has(id)) return;
    under.set(
      id,
      work()
        .then(save)
        .catch(error => console.error(`scalingo: ${id}: ${error}`))
        .finally(() => under.delete(id)),
    );
  };
  const look = () => {
    for (const addon of model.state.addons.filter(one => one.url === null)) {
      once(addon.id, () => provision(model, settings.platform, addon));
    }
    for (const backup of model.state.backups.filter(one => one.status === 'scheduled')) {
      once(backup.id, () => backUp(model, settings.platform, backup));
    }
    for (const domain of model.state.domains.filter(one => one.resolvedAt === null)) {
      once(domain.id, async () => {
        const app = findApp(model, domain.app);
        const target = `${app.name}.osc-fr1.scalingo.io`;
        if (await settings.resolves?.(domain.name, target)) domain.resolvedAt = model.rules.now();
      });
    }
  };
  const tick = setInterval(() => {
    settle(model);
    look();
    settings.changed?.();
  }, 200);
  tick.unref();
  const stop = async () => {
    clearInterval(tick);
    await Promise.all(under.values());
  };
  look();
  return { look, stop };
}

async function provision(model: Model, platform: Platform, addon: Addon): Promise<void> {
  const app = findApp(model, addon.app);
  const number = Number(addon.resource.split('_').at(-1));
  const [name, alias] = variablesOf(addon);
  if (addon.provider === 'redis') addon.url = await platform.provisionRedis(app.name, number);
  else {
    const made = await platform.provisionPostgres(app.name, number);
    addon.database = made;
    addon.users = [{ name: made.user, readOnly: false, protected: true }];
    addon.url = `postgresql://${made.user}:${made.password}@${made.host}:${made.port}/${made.database}?sslmode=prefer`;
  }
  setVariable(model, app, name, addon.url);
  setVariable(model, app, alias, `$${name}`);
}

async function backUp(model: Model, platform: Platform, backup: Backup): Promise<void> {
  const addon = model.state.addons.find(one => one.id === backup.addon);
  backup.status = 'running';
  backup.startedAt = model.rules.now();
  if (addon?.database == null || addonStatus(model, addon) !== 'running') {
    backup.status = 'error';
    return;
  }
  try {
    const { file, size } = await platform.backUp(addon.database, backup.name, new Date(model.rules.now()));
    Object.assign(backup, { file, size, status: 'done' });
  } catch {
    backup.status = 'error';
  }
}
