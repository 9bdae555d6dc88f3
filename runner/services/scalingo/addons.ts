import { Fault } from '../../fault.ts';
import type { Account } from './account.ts';
import { pathOf } from './apps.ts';
import { Memory } from './memory.ts';
import { type Addon, addon, type Plan, plan, unwrap, unwrapAll } from './shapes.ts';
import { poll, type Waiting } from './waiting.ts';

/** The add-ons that a plan of recovery needs. */
export type AddonKind = 'postgresql' | 'redis';

/** Names under which a provider goes: samples of the documentation still show the older ones. */
const providerIds: Readonly<Record<AddonKind, readonly string[]>> = {
  postgresql: ['postgresql', 'scalingo-postgresql'],
  redis: ['redis', 'scalingo-redis'],
};

/** The add-ons of an application. */
export async function listAddons(account: Account, app: string): Promise<Addon[]> {
  const { body } = await account.app({ method: 'GET', path: `${pathOf(app)}/addons` });
  return unwrapAll(body, ['addons'], addon);
}

/** The application's add-on of that kind, or undefined. */
export async function findAddon(account: Account, app: string, kind: AddonKind): Promise<Addon | undefined> {
  const addons = await listAddons(account, app);
  return addons.find(one => providerIds[kind].includes(one.addon_provider.id));
}

/** The same; fault `scalingo-addon-missing` without one. */
export function theAddon(account: Account, app: string, kind: AddonKind): Promise<Addon> {
  return addons.recall(account, `${app} ${kind}`, async () => {
    const found = await findAddon(account, app, kind);
    if (found === undefined) throw new Fault('scalingo-addon-missing', { app, addon: kind });
    return found;
  });
}

/** Which add-on an application has does not change within a step or two. */
const addons = new Memory<Addon>(60_000);

/** Free plans (« sandbox ») have no backups: a production must not stand on one. */
export function isFreePlan(name: string): boolean {
  return /(^|-)(sandbox|free)$/.test(name);
}

/** The provider and plan to ask for. Faults: `scalingo-plan-free`, `scalingo-plan-unavailable`. */
async function findPlan(
  account: Account,
  kind: AddonKind,
  name: string,
): Promise<{ provider: string; plan: Plan }> {
  if (isFreePlan(name)) throw new Fault('scalingo-plan-free', { plan: name });
  for (const provider of providerIds[kind]) {
    const path = `/addon_providers/${provider}/plans`;
    const answer = await account.app({ method: 'GET', path, expected: [404] });
    if (answer.status === 404) continue;
    const plans = unwrapAll(answer.body, ['plans'], plan);
    const fit = plans.filter(one => !one.disabled && !one.on_demand && !one.to_be_discontinued);
    const found = fit.find(one => one.name === name);
    if (found !== undefined) return { provider, plan: found };
    const available = fit.map(one => one.name).filter(one => !isFreePlan(one));
    throw new Fault('scalingo-plan-unavailable', { plan: name, available: available.join(', ') });
  }
  throw new Fault('scalingo-plan-unavailable', { plan: name, available: '—' });
}

/** Asks for an add-on. */
export async function postAddon(
  account: Account,
  app: string,
  kind: AddonKind,
  name: string,
): Promise<Addon> {
  const found = await findPlan(account, kind, name);
  const body = { addon: { addon_provider_id: found.provider, plan_id: found.plan.id } };
  const answer = await account.app({ method: 'POST', path: `${pathOf(app)}/addons`, body });
  return unwrap(answer.body, ['addon'], addon);
}

/** Waits until an add-on runs. Fault: `scalingo-addon-late`. */
export async function awaitAddon(
  account: Account,
  app: string,
  id: string,
  { tell, ...waiting }: Waiting & { readonly tell: (status: string) => void },
): Promise<Addon> {
  const path = `${pathOf(app)}/addons/${encodeURIComponent(id)}`;
  const ask = async () => unwrap((await account.app({ method: 'GET', path })).body, ['addon'], addon);
  const isRunning = ({ status }: Addon) => {
    tell(status);
    return status === 'running';
  };
  const { found, settled } = await poll(account, ask, isRunning, waiting);
  if (settled) return found;
  throw new Fault('scalingo-addon-late', { app, addon: id, status: found.status }, 'step-may-have-run');
}

/** Tokens of add-ons are good for an hour. */
const tokens = new Memory<string>(50 * 60_000);

/** The token that opens the database API for one add-on. */
export function databaseToken(account: Account, app: string, id: string): Promise<string> {
  return tokens.recall(account, id, () => postToken(account, app, id));
}

/** To be called when the database API refuses the token. */
export function forgetDatabaseToken(account: Account, id: string): void {
  tokens.forget(account, id);
}

async function postToken(account: Account, app: string, id: string): Promise<string> {
  const path = `${pathOf(app)}/addons/${encodeURIComponent(id)}/token`;
  const { body } = await account.app({ method: 'POST', path, body: {} });
  const { token } = unwrap(body, ['addon'], addon.pick({ token: true }));
  if (token == null) throw new Fault('scalingo-no-token', { app, addon: id });
  return token;
}
