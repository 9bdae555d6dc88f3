import { badRequest, notFound, unprocessable } from './api-error.ts';
import { type Call, created, noContent, ok, param, type Reply, rooted, textOf } from './call.ts';
import { type Plan, providers } from './catalogue.ts';
import { addEvent, addonStatus, findApp, iso, variablesOf } from './model.ts';
import type { Addon, App } from './state.ts';
import { issueJwt } from './tokens.ts';

function present({ model }: Call, addon: Addon) {
  const running = addonStatus(model, addon) === 'running';
  const provider = providers.find(one => one.id === addon.provider);
  const { plans, ...about } = provider ?? { plans: [] };
  return {
    id: addon.id,
    app_id: addon.app,
    resource_id: addon.resource,
    status: addonStatus(model, addon),
    plan: plans.find(one => one.id === addon.plan),
    addon_provider: about,
    provisioned_at: running ? iso(addon.readyAt) : null,
    deprovisioned_at: null,
    hds_resource: false,
  };
}

function findOf(call: Call, app: App): Addon {
  const id = param(call, 'id');
  const addon = call.model.state.addons.find(one => one.app === app.id && one.id === id);
  if (addon === undefined) throw notFound('Addon');
  return addon;
}

/** `GET /addon_providers`, open to all. */
export function listProviders(): Reply {
  return ok({ addon_providers: providers });
}

/** `GET /addon_providers/:id/plans`. */
export function listPlans(call: Call): Reply {
  const provider = providers.find(one => one.id === param(call, 'id'));
  if (provider === undefined) throw notFound('AddonProvider');
  return ok({ plans: provider.plans });
}

/** `GET /apps/:app/addons`. */
export function listAddons(call: Call): Reply {
  const app = findApp(call.model, param(call, 'app'));
  const addons = call.model.state.addons.filter(one => one.app === app.id);
  return ok({ addons: addons.map(addon => present(call, addon)) });
}

/** `GET /apps/:app/addons/:id`. */
export function showAddon(call: Call): Reply {
  const addon = findOf(call, findApp(call.model, param(call, 'app')));
  return ok({ addon: present(call, addon) });
}

/** The provider and the plan that a body names, by name or identity. */
function wanted(body: Record<string, unknown>): {
  readonly provider: Addon['provider'];
  readonly plan: Plan;
} {
  const id = textOf(body, 'addon_provider_id');
  const provider = providers.find(one => one.id === id || `scalingo-${one.id}` === id);
  if (provider === undefined) throw unprocessable('addon_provider_id', 'is invalid');
  const planId = textOf(body, 'plan_id');
  const plan = provider.plans.find(one => one.id === planId || one.name === planId);
  if (plan === undefined) throw unprocessable('plan_id', 'is invalid');
  if (plan.disabled || plan.on_demand) throw unprocessable('plan_id', 'is not available');
  return { provider: provider.id === 'redis' ? 'redis' : 'postgresql', plan };
}

/** `POST /apps/:app/addons`: answers at once, `provisioning`; the real thing is made meanwhile. */
export function createAddon(call: Call): Reply {
  const { state, rules } = call.model;
  const app = findApp(call.model, param(call, 'app'));
  const { provider, plan } = wanted(rooted(call, 'addon'));
  if (state.addons.some(one => one.app === app.id && one.provider === provider)) {
    throw badRequest(`addon ${provider} is already provisioned for this application`, 'addon_exists');
  }
  const number = ++state.sequence;
  const addon: Addon = {
    id: `ad-${rules.random(16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`,
    app: app.id,
    resource: `${app.name.replaceAll('-', '_').slice(0, 15)}_${number}`,
    provider,
    plan: plan.id,
    createdAt: rules.now(),
    readyAt: rules.now() + rules.delays.provisioning,
    url: null,
    database: null,
    users: [],
    features: [],
    suspended: false,
  };
  state.addons.push(addon);
  addEvent(call.model, app, 'new_addon', { addon_provider_name: provider, addon_plan_name: plan.name });
  const message = 'Your database is being provisioned';
  return created({ addon: present(call, addon), message, variables: [variablesOf(addon)[0]] });
}

/** `DELETE /apps/:app/addons/:id`: its data are gone, its variables too. */
export async function deleteAddon(call: Call): Promise<Reply> {
  const app = findApp(call.model, param(call, 'app'));
  const addon = findOf(call, app);
  if (addon.database !== null) await call.platform.dropPostgres(addon.database);
  const { addons } = call.model.state;
  addons.splice(addons.indexOf(addon), 1);
  const names: readonly string[] = variablesOf(addon);
  app.variables = app.variables.filter(({ name }) => !names.includes(name));
  addEvent(call.model, app, 'delete_addon', { addon_provider_name: addon.provider });
  return noContent;
}

/** `POST /apps/:app/addons/:id/token`: opens the database API for this add-on alone, one hour. */
export function addonToken(call: Call): Reply {
  const addon = findOf(call, findApp(call.model, param(call, 'app')));
  return ok({ addon: { ...present(call, addon), token: issueJwt(call.model, addon.id) } });
}
