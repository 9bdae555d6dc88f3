import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { commandReader } from '../../../runner/sandbox/redis/protocol.ts';
import { type RedisOptions, startRedis } from '../../../runner/sandbox/redis/redis.ts';

async function start(options: Partial<RedisOptions> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-redis-'));
  const settings = { directory, password: 'mot-de-passe', ...options };
  const redis = await startRedis(settings);
  onTestFinished(async () => {
    await redis.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { redis, settings };
}

async function client(port: number, settings: { password?: string; RESP?: 2 | 3; username?: string } = {}) {
  const made = createClient({
    password: 'mot-de-passe',
    ...settings,
    socket: { host: '127.0.0.1', port, reconnectStrategy: false },
  });
  made.on('error', () => undefined);
  onTestFinished(() => (made.isOpen ? made.destroy() : undefined));
  return made.connect();
}

/** Bytes sent and received as they are. */
async function raw(port: number, ...texts: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  for (const text of texts) socket.write(text);
  socket.end('*1\r\n$4\r\nQUIT\r\n');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

for (const RESP of [2, 3] as const) {
  test(`the official client reads and writes with version ${RESP} of the protocol`, async () => {
    const { redis } = await start();
    const db = await client(redis.port, { RESP, username: 'apilos-exercice' });
    expect(await db.ping()).toBe('PONG');
    expect(await db.set('clé', 'été €', { expiration: { type: 'EX', value: 100 } })).toBe('OK');
    expect(await db.get('clé')).toBe('été €');
    expect(await db.ttl('clé')).toBe(100);
    expect(await db.ttl('autre')).toBe(-2);
    expect(await db.set('clé', 'x', { condition: 'NX' })).toBeNull();
    expect([await db.incr('n'), await db.incr('n'), await db.ttl('n')]).toEqual([1, 2, -1]);
    expect(await db.lPush('celery', ['a', 'b'])).toBe(2);
    expect([await db.lLen('celery'), await db.rPop('celery'), await db.del('celery')]).toEqual([2, 'a', 1]);
    expect(await db.info('server')).toContain('product:sandbox, Redis-compatible');
    await db.select(4);
    expect(await db.get('clé')).toBeNull();
    await expect(db.select(5)).rejects.toThrow('ERR DB index is out of range');
    await expect(db.sendCommand(['FLUSHALL'])).rejects.toThrow("ERR unknown command 'FLUSHALL'");
  });
}

test('nothing is heard before the password', async () => {
  const { redis } = await start();
  expect(await raw(redis.port, 'GET a\r\n', 'AUTH faux\r\n', 'AUTH mot-de-passe\r\n', 'PING\r\n')).toBe(
    '-NOAUTH Authentication required.\r\n' +
      '-WRONGPASS invalid username-password pair or user is disabled.\r\n' +
      '+OK\r\n+PONG\r\n+OK\r\n',
  );
  await expect(client(redis.port, { password: 'faux' })).rejects.toThrow('WRONGPASS');
});

test('a key whose time is over is gone', async () => {
  const { redis } = await start();
  const db = await client(redis.port);
  await db.set('bref', 'x', { expiration: { type: 'PX', value: 1 } });
  while ((await db.get('bref')) !== null);
  expect(await db.exists('bref')).toBe(0);
});

test('what is stored is found again after a restart', async () => {
  const { redis, settings } = await start();
  await (await client(redis.port)).set('clé', 'été');
  await redis.close();
  const again = await startRedis(settings);
  onTestFinished(() => again.close());
  expect(await (await client(again.port)).get('clé')).toBe('été');
});

test('an idle connection is ended, and what is no protocol is refused', async () => {
  const { redis } = await start({ idleTimeout: 50 });
  const socket = connect(redis.port, '127.0.0.1');
  await once(socket, 'close');
  expect(await raw(redis.port, '*2\r\nabc\r\n')).toMatch(/^-ERR Protocol error/);
});

test('commands are read alike however their bytes are cut', () => {
  const word = fc.string({ unit: 'binary', maxLength: 20 }).map(text => Buffer.from(text).toString('latin1'));
  const cuts = fc.array(fc.nat(400), { maxLength: 5 });
  fc.assert(
    fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 4 })), cuts, (commands, places) => {
      const text = commands
        .map(words => `*${words.length}\r\n${words.map(each => `$${each.length}\r\n${each}\r\n`).join('')}`)
        .join('');
      const read = commandReader();
      const ends = [0, ...places.filter(place => place < text.length).sort((a, b) => a - b), text.length];
      const found = ends.flatMap((end, index) =>
        read(Buffer.from(text.slice(ends[index - 1] ?? 0, end), 'latin1')),
      );
      expect(found).toEqual(commands);
    }),
  );
});
