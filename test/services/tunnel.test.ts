import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import { type Postgres, startPostgres } from '../../runner/sandbox/postgres/postgres.ts';
import { countRows, prepareExtensions, restore } from '../../runner/services/postgres.ts';
import {
  openTunnel,
  type TunnelOptions,
  targetOf,
  throughTunnel,
  withTunnel,
} from '../../runner/services/tunnel.ts';
import { makeKey, openGateway, privateFolder, run } from '../sandbox/ssh/platform.ts';
import { expectedRows, makeDump, sibling, sql } from './source-database.ts';

let folder: string;
let postgres: Postgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  postgres = await startPostgres({ directory: join(folder, 'postgres') });
});

afterAll(async () => {
  await postgres?.close();
  await rm(folder, { recursive: true, force: true });
});

async function gatewayOptions() {
  const own = await privateFolder();
  const { gateway, keyFile } = await openGateway(own, { database: postgres.port });
  const options: TunnelOptions = {
    host: gateway.host,
    port: gateway.port,
    hostFingerprint: gateway.fingerprint,
    identity: { keyFile },
    target: { host: 'base.prive', port: 30000 },
  };
  return { own, gateway, keyFile, options };
}

async function faultOf(action: Promise<unknown>): Promise<unknown> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Fault ? { code: error.code, ...error.params } : error;
}

test('a dump is restored and counted through the tunnel, whose port dies with it', async () => {
  const { options } = await gatewayOptions();
  const path = join(folder, 'dump.pgsql');
  await writeFile(path, await makeDump(postgres.url, folder));
  await sql(postgres.url, 'create database cible');
  const inside = new URL(sibling(postgres.url, 'cible'));
  inside.hostname = 'base.prive';
  inside.port = '30000';
  expect(targetOf(inside.href)).toEqual(options.target);

  const { counts, port } = await withTunnel(options, async tunnel => {
    const url = throughTunnel(inside.href, tunnel);
    const base = { kind: 'postgres', name: 'base', run: 'run-1', mode: 'drill', protected: [], url } as const;
    await prepareExtensions(base, ['pg_trgm']);
    await restore(base, { path, archive: 'dump.tar.gz' }, { jobs: 2 });
    return { counts: await countRows(base), port: tunnel.port };
  });
  expect(counts).toEqual(expectedRows);
  const late = connect(port, '127.0.0.1');
  await expect(once(late, 'connect')).rejects.toThrow('ECONNREFUSED');
});

test('each refusal has its own fault', async () => {
  const { own, gateway, options } = await gatewayOptions();
  const place = { host: '127.0.0.1', port: gateway.port };
  const other = await makeKey(own, 'other');
  const expected = `SHA256:${'A'.repeat(43)}`;
  expect(await faultOf(openTunnel({ ...options, hostFingerprint: expected }))).toEqual({
    code: 'ssh-host-key-changed',
    ...place,
    expected,
    found: gateway.fingerprint,
  });
  expect(await faultOf(openTunnel({ ...options, identity: { keyFile: other.keyFile } }))).toEqual({
    code: 'ssh-key-refused',
    ...place,
    user: 'git',
  });
  expect(await faultOf(openTunnel({ ...options, user: 'root' }))).toEqual({
    code: 'ssh-key-refused',
    ...place,
    user: 'root',
  });
  expect(
    await faultOf(openTunnel({ ...options, identity: { keyFile: join(own, 'absente') } })),
  ).toMatchObject({
    code: 'ssh-key-unreadable',
    path: join(own, 'absente'),
  });
  expect(await faultOf(openTunnel({ ...options, target: { host: 'base.prive', port: 1 } }))).toMatchObject({
    code: 'tunnel-refused',
    host: 'base.prive',
    port: 1,
    gateway: '127.0.0.1',
  });
  await gateway.close();
  expect(await faultOf(openTunnel(options))).toMatchObject({ code: 'ssh-unreachable', ...place });
});

test('a server that is not the pinned one never learns who knocks', async () => {
  const own = await privateFolder();
  const asked: number[] = [];
  const { gateway, keyFile } = await openGateway(own, {
    authorizedKeys: () => {
      asked.push(1);
      return [];
    },
  });
  const options: TunnelOptions = {
    host: gateway.host,
    port: gateway.port,
    hostFingerprint: ['SHA256:autre', 'SHA256:encore'],
    identity: { keyFile },
    target: { host: 'base.prive', port: 30000 },
  };
  expect(await faultOf(openTunnel(options))).toMatchObject({ code: 'ssh-host-key-changed' });
  expect(asked).toEqual([]);
  expect(await faultOf(openTunnel({ ...options, hostFingerprint: gateway.fingerprint }))).toMatchObject({
    code: 'ssh-key-refused',
  });
  expect(asked).not.toEqual([]);
});

test('a tunnel that breaks says so, and its port answers no more', async () => {
  const { gateway, options } = await gatewayOptions();
  const tunnel = await openTunnel(options);
  const socket = connect(tunnel.port, '127.0.0.1');
  await once(socket, 'connect');
  gateway.cut();
  await tunnel.closed;
  if (!socket.destroyed) await once(socket, 'close');
  await tunnel.close();
  await expect(once(connect(tunnel.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
});

test('a key that an agent holds opens the tunnel', async () => {
  const { own, keyFile, options } = await gatewayOptions();
  const agent = join(own, 'agent');
  const child = spawn('ssh-agent', ['-D', '-a', agent], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  await run('ssh-add', ['-q', keyFile], { env: { ...process.env, SSH_AUTH_SOCK: agent } });
  const tunnel = await openTunnel({ ...options, identity: { agent } });
  expect(tunnel.port).toBeGreaterThan(0);
  await tunnel.close();
});
