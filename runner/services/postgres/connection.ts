import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Fault } from '../../fault.ts';
import type { PostgresResource } from '../resources.ts';

/** A DSN in parts. `options` are its query parameters (`sslmode`, …). */
export interface Dsn {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Reads a `postgres://` or `postgresql://` address. Fault `dsn-invalid`, which never repeats the address. */
export function parseDsn(resource: PostgresResource): Dsn {
  try {
    const url = new URL(resource.url);
    if (!/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('protocol');
    const parts = {
      host: url.searchParams.get('host') ?? url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || '5432',
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)),
    };
    if (Object.values(parts).some(part => /[\n\r\0]/.test(part))) throw new TypeError('control character');
    url.searchParams.delete('host');
    return { ...parts, options: new Map(url.searchParams) };
  } catch {
    throw new Fault('dsn-invalid', { resource: resource.name });
  }
}

/** Where libpq programs find the connection: `args` for the command line, `env` for its environment; no password in either. */
export interface LibpqAccess {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Calls `use` with a service file and a pass file (0600, in a 0700 folder of their own), removed at the end, so that the
 * password is in no argument and no environment (PostgreSQL documentation, libpq: "The Connection Service File",
 * "The Password File").
 */
export async function withLibpqAccess<T>(
  resource: PostgresResource,
  use: (access: LibpqAccess) => Promise<T>,
): Promise<T> {
  const dsn = parseDsn(resource);
  const folder = await mkdtemp(join(tmpdir(), 'reprise-libpq-'));
  const files = { PGSERVICEFILE: join(folder, 'service'), PGPASSFILE: join(folder, 'pass') };
  try {
    await writeFile(files.PGSERVICEFILE, serviceFile(dsn), { mode: 0o600 });
    await writeFile(files.PGPASSFILE, `*:*:*:*:${dsn.password.replace(/[\\:]/g, '\\$&')}\n`, { mode: 0o600 });
    return await use({ args: ['--dbname=service=reprise'], env: files });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function serviceFile(dsn: Dsn): string {
  const { host, port, user, database, options } = dsn;
  const settings = [['host', host], ['port', port], ['user', user], ['dbname', database], ...options];
  return `[reprise]\n${settings.map(([name, value]) => `${name}=${value}\n`).join('')}`;
}

/** Calls `use` with a connected client, ended afterwards. Faults: `dsn-invalid`, `database-unreachable`. */
export async function withClient<T>(
  resource: PostgresResource,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const { host, port } = parseDsn(resource);
  const client = new pg.Client({
    connectionString: withoutPrefer(resource.url),
    connectionTimeoutMillis: 30_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Fault('database-unreachable', { resource: resource.name, host, port, message });
  }
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `pg` reads `sslmode=prefer`, which Scalingo writes, as "TLS required and verified"; libpq reads it as "TLS if offered". */
function withoutPrefer(url: string): string {
  const parsed = new URL(url);
  if (['prefer', 'allow'].includes(parsed.searchParams.get('sslmode') ?? ''))
    parsed.searchParams.delete('sslmode');
  return parsed.href;
}
