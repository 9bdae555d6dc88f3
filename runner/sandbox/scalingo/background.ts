import { addonStatus, findApp, type Model, settle, setVariable, variablesOf } from './model.ts';
import type { Platform } from './platform.ts';
import type { Addon, Backup, Domain } from './state.ts';

/** What the work needs of outside. */
export interface Outside {
  readonly platform: Platform;
  /** Whether a host name leads to an application's own name on the platform; asked again and again. */
  readonly resolves?: (host: string, target: string) => boolean | Promise<boolean>;
  /** Whether add-ons are never made ready. */
  readonly provisioningFails?: boolean;
  /** Told after each look, since what an application runs may have changed. */
  readonly changed?: () => void;
}

/** Work that goes on without requests. `stop` resolves when nothing is under way any more. */
export interface Background {
  look(): void;
  stop(): Promise<void>;
}

/** How often the platform looks for work, ms. */
const period = 200;

/** What the platform does by itself: makes what add-ons and backups stand for, checks DNS, applies what time brings. */
export function startBackground(model: Model, outside: Outside, save: () => Promise<void>): Background {
  const underWay = new Map<string, Promise<void>>();
  const once = (id: string, work: () => Promise<void>) => {
    if (underWay.has(id)) return;
    const done = work()
      .then(save)
      .catch(error => console.error(`scalingo: ${id}: ${error}`))
      .finally(() => underWay.delete(id));
    underWay.set(id, done);
  };
  const look = () => {
    const { addons, backups, domains } = model.state;
    for (const addon of addons.filter(one => one.url === null && outside.provisioningFails !== true)) {
      once(addon.id, () => provision(model, outside.platform, addon));
    }
    for (const backup of backups.filter(one => one.status === 'scheduled')) {
      once(backup.id, () => backUp(model, outside.platform, backup));
    }
    for (const domain of domains.filter(one => one.resolvedAt === null)) {
      once(domain.id, () => checkDns(model, outside, domain));
    }
  };
  const tick = setInterval(() => {
    if (settle(model)) void save().catch(() => undefined);
    look();
    outside.changed?.();
  }, period);
  tick.unref();
  const stop = async () => {
    clearInterval(tick);
    await Promise.all(underWay.values());
  };
  look();
  return { look, stop };
}

async function checkDns({ state, rules }: Model, { resolves }: Outside, domain: Domain): Promise<void> {
  const app = state.apps.find(one => one.id === domain.app);
  if (app === undefined) return;
  if (await resolves?.(domain.name, `${app.name}.osc-fr1.scalingo.io`)) domain.resolvedAt = rules.now();
}

async function provision(model: Model, platform: Platform, addon: Addon): Promise<void> {
  const app = findApp(model, addon.app);
  const number = Number(addon.resource.split('_').at(-1));
  const [name, alias] = variablesOf(addon);
  if (addon.provider === 'redis') addon.url = await platform.provisionRedis(app.name, number);
  else addon.url = await provisionDatabase(platform, addon, { app: app.name, number });
  // Removed while it was being made: nothing would ever take the database away.
  if (!model.state.addons.includes(addon)) {
    if (addon.database !== null) await platform.dropPostgres(addon.database);
    return;
  }
  setVariable(model, app, name, addon.url);
  setVariable(model, app, alias, `$${name}`);
}

async function provisionDatabase(
  platform: Platform,
  addon: Addon,
  { app, number }: { readonly app: string; readonly number: number },
): Promise<string> {
  const made = await platform.provisionPostgres(app, number);
  addon.database = made;
  addon.users = [{ name: made.user, readOnly: false, protected: true }];
  const { user, password, host, port, database } = made;
  return `postgresql://${user}:${password}@${host}:${port}/${database}?sslmode=prefer`;
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
