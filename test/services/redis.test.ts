import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startRedis } from '../../runner/sandbox/redis/redis.ts';
import { listenTcp } from '../../runner/sandbox/sockets.ts';
import { ping } from '../../runner/services/redis.ts';

async function startSandboxRedis() {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-redis-'));
  const redis = await startRedis({ directory, password: 'p@ss:é' });
  onTestFinished(async () => {
    await redis.close();
    await rm(directory, { recursive: true, force: true });
  });
  const url = `redis://apilos:${encodeURIComponent('p@ss:é')}@127.0.0.1:${redis.port}`;
  return { redis, url };
}

function faultOf(url: string, timeout = 2000): Promise<unknown> {
  return ping({ url, timeout }).catch((error: unknown) => error);
}

test('a Redis that answers is recognised', async () => {
  const { url } = await startSandboxRedis();
  expect(await ping({ url })).toEqual({ version: '7.2.0', milliseconds: expect.any(Number), queued: 0 });
});

test('each refusal has its own fault, and no password is in it', async () => {
  const { redis, url } = await startSandboxRedis();
  const wrong = await faultOf(url.replace('p%40ss', 'secret'));
  expect(wrong).toMatchObject({
    code: 'redis-refused',
    params: { host: '127.0.0.1', port: `${redis.port}` },
  });
  expect(String(wrong)).not.toContain('secret');
  expect(await faultOf(url.replace('redis:', 'http:'))).toMatchObject({
    code: 'redis-url-invalid',
    params: {},
  });
  await redis.close();
  expect(await faultOf(url)).toMatchObject({ code: 'redis-unreachable' });
});

test('a server that never replies is not waited for', async () => {
  const silent = await listenTcp(() => undefined);
  onTestFinished(() => silent.close());
  expect(await faultOf(`redis://127.0.0.1:${silent.port}`, 100)).toMatchObject({ code: 'redis-unreachable' });
});
