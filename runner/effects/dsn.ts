/** A PostgreSQL address in parts, without loading the driver. */
import { Fault } from '../fault.ts';
import type { PostgresResource } from '../services/resources.ts';

/** Where a database is. `options` are the query parameters of the address (`sslmode`, …). */
export interface Dsn {
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly options: Readonly<Record<string, string>>;
}

/** Reads `postgres://user:password@host:port/database?options`. Fault `dsn-invalid`, which never repeats the address. */
export function readDsn(resource: PostgresResource): Dsn {
  try {
    const url = new URL(resource.url);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('protocol');
    const { host, ...options } = Object.fromEntries(url.searchParams);
    const user = decodeURIComponent(url.username);
    return {
      host: host ?? (decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1')) || 'localhost'),
      port: url.port || '5432',
      database: decodeURIComponent(url.pathname.slice(1)) || user,
      user,
      password: decodeURIComponent(url.password),
      options,
    };
  } catch {
    throw new Fault('dsn-invalid', { resource: resource.name });
  }
}
