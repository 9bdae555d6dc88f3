import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../../runner/sandbox/postgres/postgres.ts';
import { parseGitCommand } from '../../../runner/sandbox/ssh/git-command.ts';
import { ownHostKey } from '../../../runner/sandbox/ssh/host-key.ts';
import { makeDump, sibling, sql } from '../../services/source-database.ts';
import { makeKey, openGateway, openSshTunnel, privateFolder, run, sshOptions } from './platform.ts';

let folder: string;
let postgres: Postgres;
let dump: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-ssh-'));
  postgres = await startPostgres({ directory: join(folder, 'postgres') });
  dump = join(folder, 'dump.pgsql');
  await writeFile(dump, await makeDump(postgres.url, folder));
});

afterAll(async () => {
  await postgres?.close();
  await rm(folder, { recursive: true, force: true });
});

function through(port: number, database: string): string {
  const url = new URL(sibling(postgres.url, database));
  url.port = `${port}`;
  return url.href;
}

/** What OpenSSH prints and its exit code when it is refused. */
async function refusal(args: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  return run('ssh', [...args]).then(
    () => ({ code: 0, stderr: '' }),
    (error: { code: unknown; stderr: string }) => ({ code: error.code, stderr: error.stderr.trim() }),
  );
}

test('OpenSSH carries psql and pg_restore to the database behind the gateway', async () => {
  const own = await privateFolder();
  const { gateway, keyFile } = await openGateway(own, { database: postgres.port });
  const port = await openSshTunnel(await sshOptions(own, gateway, keyFile), gateway, 'base.prive:30000');
  await sql(postgres.url, 'create database restauree');
  await run('pg_restore', ['--no-owner', '-j', '2', '-d', through(port, 'restauree'), dump]);
  const count = 'select count(*) from conventions_convention';
  const { stdout } = await run('psql', ['-At', '-c', count, through(port, 'restauree')]);
  expect(stdout).toBe('3000\n');
});

test('the gateway refuses what it does not name, shells, other users and other keys', async () => {
  const own = await privateFolder();
  const { gateway, keyFile } = await openGateway(own, { database: postgres.port });
  const other = await makeKey(own, 'other');
  const at = ['-p', `${gateway.port}`];
  const known = await sshOptions(own, gateway, keyFile);
  const stranger = await sshOptions(own, gateway, other.keyFile);
  const denied = (user: string) => ({
    code: 255,
    stderr: `${user}@127.0.0.1: Permission denied (publickey).`,
  });

  expect(await refusal([...stranger, ...at, 'git@127.0.0.1', 'true'])).toEqual(denied('git'));
  expect(await refusal([...known, ...at, 'root@127.0.0.1', 'true'])).toEqual(denied('root'));
  expect(await refusal([...known, ...at, 'git@127.0.0.1', 'cat /etc/passwd'])).toEqual({
    code: 255,
    stderr: 'exec request failed on channel 0',
  });
  expect(await refusal([...known, ...at, 'git@127.0.0.1'])).toMatchObject({ code: 255 });
  expect(await refusal([...known, ...at, '-W', `127.0.0.1:${postgres.port}`, 'git@127.0.0.1'])).toMatchObject(
    {
      code: 255,
      stderr: expect.stringContaining('open failed'),
    },
  );
});

test('a gateway that comes back on its folder is the one that clients pinned', async () => {
  const own = await privateFolder();
  const first = await openGateway(own, {});
  await first.gateway.close();
  const again = await ownHostKey(join(own, 'host_key'));
  expect(again.fingerprint).toBe(first.gateway.fingerprint);
  expect((await stat(join(own, 'host_key'))).mode & 0o777).toBe(0o600);
  await writeFile(join(own, 'host.pub'), again.publicKey);
  const { stdout } = await run('ssh-keygen', ['-l', '-f', join(own, 'host.pub')]);
  expect(stdout.split(' ')[1]).toBe(again.fingerprint);
  expect(await readFile(join(own, 'host_key'), 'utf8')).toContain('OPENSSH PRIVATE KEY');
});

test('RSA keys of collaborators open as well', async () => {
  const own = await privateFolder();
  const { keyFile, publicKey } = await makeKey(own, 'rsa', 'rsa');
  const { gateway } = await openGateway(own, { database: postgres.port, authorizedKeys: () => [publicKey] });
  const options = await sshOptions(own, gateway, keyFile);
  const port = await openSshTunnel(options, gateway, 'base.prive:30000');
  const { stdout } = await run('psql', ['-At', '-c', 'select 1', through(port, 'postgres')]);
  expect(stdout).toBe('1\n');
});

test('only the two commands of git, on the name of an application, are understood', () => {
  expect(
    [
      "git-receive-pack 'apilos-exercice.git'",
      "git upload-pack '/apilos-exercice.git'",
      "git-receive-pack '../autre.git'",
      "git-receive-pack 'a.git'; id",
      "git-upload-archive 'apilos-exercice.git'",
      'sh',
    ].map(parseGitCommand),
  ).toEqual([
    { service: 'git-receive-pack', app: 'apilos-exercice' },
    { service: 'git-upload-pack', app: 'apilos-exercice' },
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
