import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPackage } from '../../runner/sandbox/postgres/binaries.ts';
import { awaitVacancy, chooseLocale } from '../../runner/sandbox/postgres/cluster.ts';
import { type Launcher, launchersFor } from '../../runner/sandbox/postgres/launcher.ts';
import { startPostgres } from '../../runner/sandbox/postgres/postgres.ts';

const asRoot = process.getuid?.() === 0;
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-postgres-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(`${folder}-link`, { force: true });
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const answer = await client.query({ text: sql, rowMode: 'array' });
    return [answer].flat().flatMap(result => result.rows.flat());
  } finally {
    await client.end();
  }
}

/** Processes that work in the server's data folder. */
async function serversIn(directory: string): Promise<number[]> {
  const data = join(directory, 'data');
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map(pid => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => folders[index] === data).map(Number);
}

async function waitUntilGone(directory: string): Promise<void> {
  while ((await serversIn(directory)).length > 0) await sleep(50);
}

describe('a fresh server', () => {
  test('is a private PostgreSQL 15 in UTF-8 that fsyncs, and only listens on 127.0.0.1', async () => {
    const directory = join(folder, 'server');
    const server = await startPostgres({ directory });
    try {
      const names = ['server_version', 'server_encoding', 'fsync', 'listen_addresses', 'password_encryption'];
      const sql = `select ${names.map(name => `current_setting('${name}')`).join(', ')}`;
      expect(await query(server.url, sql)).toEqual(['15.18', 'UTF8', 'on', '127.0.0.1', 'scram-sha-256']);
      expect((await stat(directory)).mode & 0o777).toBe(0o700);
      expect((await stat(join(directory, 'password'))).mode & 0o777).toBe(0o600);
      const wrong = server.url.replace(/:[^:@]+@/, ':wrong@');
      await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
    } finally {
      await server.close();
    }
    expect(await serversIn(directory)).toEqual([]);
  });

  test('has its password in no argument of any process', async () => {
    const directory = join(folder, 'server');
    const server = await startPostgres({ directory });
    try {
      const password = (await readFile(join(directory, 'password'), 'utf8')).trim();
      const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
      const read = pids.map(pid => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
      expect((await Promise.all(read)).filter(line => line.includes(password))).toEqual([]);
    } finally {
      await server.close();
    }
  });

  test('is refused on a folder where one runs', async () => {
    const directory = join(folder, 'server');
    const server = await startPostgres({ directory });
    try {
      await symlink(folder, `${folder}-link`);
      for (const way of [directory, join(`${folder}-link`, 'server')]) {
        const second = startPostgres({ directory: way, patience: 200 });
        await expect(second).rejects.toMatchObject({ code: 'directory-in-use' });
      }
    } finally {
      await server.close();
    }
  });
});

test('a folder that a killed `initdb` still fills is not touched until it is gone', async () => {
  const directory = join(folder, 'server');
  const orphan = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', join(directory, 'data.new')]);
  await once(orphan, 'spawn');
  await expect(awaitVacancy(directory, 100)).rejects.toMatchObject({ code: 'directory-in-use' });
  orphan.kill('SIGKILL');
  await expect(awaitVacancy(directory)).resolves.toBeUndefined();
});

test('a port that another holds is refused, with the end of the server’s log', async () => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const address = holder.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const started = startPostgres({ directory: join(folder, 'server'), port });
  await expect(started).rejects.toMatchObject({
    code: 'postgres-failed',
    details: { log: expect.stringContaining('Address already in use') },
  });
  holder.close();
});

describe('the data', () => {
  test('survive a clean stop, and a kill -9 of every process of the server', async () => {
    const directory = join(folder, 'server');
    const first = await startPostgres({ directory });
    await query(first.url, `create table kept (word text); insert into kept values ('é'), ('ô')`);
    await first.close();

    const second = await startPostgres({ directory });
    expect(await query(second.url, 'select word from kept order by 1')).toEqual(['é', 'ô']);
    await query(second.url, `insert into kept values ('œ')`);
    for (const pid of await serversIn(directory)) process.kill(pid, 'SIGKILL');
    await second.ended;

    const third = await startPostgres({ directory });
    expect(await query(third.url, 'select count(*)::int from kept')).toEqual([3]);
    await third.close();
  });

  test('survive a stale lock file that names a living process', async () => {
    const directory = join(folder, 'server');
    await (await startPostgres({ directory })).close();
    await writeFile(join(directory, 'data', 'postmaster.pid'), `${process.pid}\n${directory}/data\n`);
    const server = await startPostgres({ directory });
    expect(await query(server.url, 'select 1')).toEqual([1]);
    await server.close();
  });
});

/** Starts a server from another process, whose standard output is the superuser's URL. */
async function inAnotherProcess(directory: string, prefix: readonly string[] = []) {
  const source = fileURLToPath(new URL('../../runner/sandbox/postgres/postgres.ts', import.meta.url));
  const name = `../../node_modules/.cache/reprise-${process.pid}.mjs`;
  const outfile = fileURLToPath(new URL(name, import.meta.url));
  const settings = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ ...settings, entryPoints: [source], outfile });
  const code = `import { startPostgres } from ${JSON.stringify(outfile)};
    const { url } = await startPostgres({ directory: ${JSON.stringify(directory)} });
    console.log(url); setInterval(() => {}, 1000);`;
  const [file = '', ...rest] = [...prefix, process.execPath, '--input-type=module', '-e', code];
  try {
    const parent = spawn(file, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>(found =>
      parent.stdout.once('data', text => found(`${text}`.trim())),
    );
    return { parent, url };
  } finally {
    await rm(outfile, { force: true });
  }
}

test('the server stops when the process that started it is killed by SIGKILL', async () => {
  const directory = join(folder, 'server');
  const { parent, url } = await inAnotherProcess(directory);
  expect(await query(url, 'select 1')).toEqual([1]);
  parent.kill('SIGKILL');
  await waitUntilGone(directory);
  await expect(query(url, 'select 1')).rejects.toThrow();
});

describe.runIf(asRoot)('as root', () => {
  const [namespace, capability, nobody] = launchersFor(0, 0);
  const ways: [string, readonly Launcher[]][] = [
    ['the first way that works', launchersFor(0, 0)],
    ['a user namespace', namespace === undefined ? [] : [namespace]],
    ['nobody with one capability', capability === undefined ? [] : [capability]],
  ];

  test.each(ways)('in a 0700 home, through %s', async (_, launchers) => {
    const home = join(folder, 'home');
    await mkdir(home);
    const packageFolder = join(home, 'node_modules', 'postgres');
    await cp(findPackage(), packageFolder, { recursive: true });
    await chmod(home, 0o700);
    const server = await startPostgres({ directory: join(home, 'server'), packageFolder, launchers });
    expect(await query(server.url, 'select 1')).toEqual([1]);
    await server.close();
  });

  test('a folder made one way is served by another', async () => {
    const directory = join(folder, 'server');
    await chmod(folder, 0o755);
    for (const launcher of [namespace, capability, namespace]) {
      const server = await startPostgres({ directory, launchers: launcher === undefined ? [] : [launcher] });
      expect([server.launcher, await query(server.url, 'select 1')]).toEqual([launcher?.name, [1]]);
      await server.close();
    }
  });

  test('where no way works, the refusal says why each did not', async () => {
    const packageFolder = join(folder, 'private');
    await cp(findPackage(), packageFolder, { recursive: true });
    await chmod(packageFolder, 0o700);
    const launchers = nobody === undefined ? [] : [nobody];
    const started = startPostgres({ directory: join(folder, 'server'), packageFolder, launchers });
    await expect(started).rejects.toMatchObject({ code: 'postgres-cannot-run' });
  });

  test('a plain user starts it as themselves', async () => {
    await chown(folder, 65534, 65534);
    const directory = join(folder, 'server');
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const { parent, url } = await inAnotherProcess(directory, user);
    expect(await query(url, 'select 1')).toEqual([1]);
    expect((await stat(join(directory, 'data'))).uid).toBe(65534);
    parent.kill('SIGTERM');
    await waitUntilGone(directory);
  });
});

test('the collation is French where the machine has it, else English, else plain', () => {
  const choices = [
    ['C', 'fr_FR.utf8', 'en_US.utf8'],
    ['en_US.UTF-8', 'C.utf8'],
    ['C', 'C.utf8', 'POSIX'],
    ['POSIX'],
  ];
  expect(choices.map(chooseLocale)).toEqual(['fr_FR.utf8', 'en_US.UTF-8', 'C.utf8', 'C']);
});
