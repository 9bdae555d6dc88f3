/** How a database is reached: at its own address, or through the gateway of the platform that holds it. */
import { Fault } from '../../fault.ts';
import { refuseProtected } from '../guard/protected.ts';
import type { DirectPostgres, PlatformPostgres, PostgresResource } from '../resources.ts';
import { addressThrough } from '../tunnel/shared.ts';
import { readDsn } from './dsn.ts';

/**
 * The resource at an address that this machine reaches. Through a platform, the application's own variable says where the
 * database is, and a tunnel is opened that lasts as long as the process. Faults: `database-not-provisioned`,
 * `protected-name`, `dsn-invalid`, those of Scalingo (`scalingo-…`) and of the tunnel (`ssh-…`, `tunnel-refused`).
 */
export async function reach(resource: PostgresResource): Promise<DirectPostgres> {
  if ('url' in resource) return resource;
  refuseProtected(resource, [resource.app]);
  const url = await addressOf(resource);
  const { through, app, variable, ...base } = resource;
  const { host, database, user } = readDsn({ ...base, url });
  refuseProtected(resource, [host, database, user]);
  return { ...base, url: await addressThrough(through, url) };
}

/** Addresses that the platform gave to this process: it counts requests, and an address lasts as long as the database. */
const addresses = new Map<string, string>();

async function addressOf({ name, through, app, variable }: PlatformPostgres): Promise<string> {
  const key = keyOf({ through, app, variable });
  const known = addresses.get(key);
  if (known !== undefined) return known;
  const { getVariable } = await import('../scalingo.ts');
  const url = await getVariable(through, app, variable);
  if (url === undefined || url === '')
    throw new Fault('database-not-provisioned', { resource: name, app, variable });
  addresses.set(key, url);
  return url;
}

/** To be called when nothing answers at a database's address: the platform is then asked again. */
export function forgetAddress(resource: PostgresResource): void {
  if (!('url' in resource)) addresses.delete(keyOf(resource));
}

function keyOf({ through, app, variable }: Pick<PlatformPostgres, 'through' | 'app' | 'variable'>): string {
  return JSON.stringify([through.api, app, variable]);
}
