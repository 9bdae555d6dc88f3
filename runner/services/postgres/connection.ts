import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Fault } from '../../fault.ts';
import type { PostgresResource } from '../resources.ts';
import { type Dsn, readDsn } from './dsn.ts';
import { forgetAddress, reach } from './reach.ts';

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
  const dsn = readDsn(await reach(resource));
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
  const settings = [
    ['host', host],
    ['port', port],
    ['user', user],
    ['dbname', database],
    ...Object.entries(options),
  ];
  return `[reprise]\n${settings.map(([name, value]) => `${name}=${value}\n`).join('')}`;
}

/** Calls `use` with a connected client, ended afterwards. Faults: `dsn-invalid`, `database-unreachable`. */
export async function withClient<T>(
  resource: PostgresResource,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const direct = await reach(resource);
  const { host, port } = readDsn(direct);
  const client = new pg.Client({
    connectionString: withoutPrefer(direct.url),
    connectionTimeoutMillis: 30_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    forgetAddress(resource);
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
