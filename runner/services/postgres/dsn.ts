/** A PostgreSQL address in parts, without loading the driver. */
import { Fault } from '../../fault.ts';
import type { DirectPostgres } from '../resources.ts';

/** Where a database is. `options` are the query parameters of the address (`sslmode`, …). */
export interface Dsn {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Parameters by which libpq and `pg` reach, each in its own way, something other than what the address says. */
const OVERRIDES = new Set(
  'host hostaddr port user password dbname database service passfile servicefile'.split(' '),
);

/**
 * Reads `postgres://user:password@host:port/database?options`; the query may neither say again where the database is, nor
 * say anything twice. Faults `dsn-invalid`, `dsn-override`, which never repeat the address.
 */
export function readDsn(resource: DirectPostgres): Dsn {
  try {
    const url = new URL(resource.url);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('protocol');
    refuseOverrides(resource, [...url.searchParams.keys()]);
    const options = Object.fromEntries(url.searchParams);
    const user = decodeURIComponent(url.username);
    const dsn = {
      host: decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1')) || 'localhost',
      port: url.port || '5432',
      database: decodeURIComponent(url.pathname.slice(1)) || user,
      user,
      password: decodeURIComponent(url.password),
      options,
    };
    // libpq takes it for a list, and acts on whichever server answers.
    if (/,/.test(dsn.host)) throw new TypeError('several hosts');
    const values = [dsn.host, dsn.database, user, dsn.password, ...Object.entries(options).flat()];
    if (values.some(value => /[\n\r\0]/.test(value))) throw new TypeError('control character');
    return dsn;
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('dsn-invalid', { resource: resource.name });
  }
}

function refuseOverrides(resource: DirectPostgres, keys: readonly string[]): void {
  const refused = keys.find((key, at) => OVERRIDES.has(key.toLowerCase()) || keys.indexOf(key) !== at);
  if (refused === undefined) return;
  const key = OVERRIDES.has(refused.toLowerCase()) ? refused.toLowerCase() : 'twice';
  throw new Fault('dsn-override', { resource: resource.name, key });
}
