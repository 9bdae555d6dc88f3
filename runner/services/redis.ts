/*
 * Proof that a Redis addon answers, and that what is written in it can be read again. In: its address, as `REDIS_URL` has it,
 * by way of a tunnel where one is needed. Out: what it says of itself and how long it took.
 * Can never happen: a password in an error, a connection left open, a key of the probe left behind for more than a minute.
 */
import { randomUUID } from 'node:crypto';
import { createClient } from '@redis/client';
import { Fault } from '../fault.ts';
import type { ScalingoResource } from './resources.ts';
import { getVariable } from './scalingo.ts';
import { addressThrough } from './tunnel/shared.ts';

/** What a Redis answered, as JSON. */
export interface Pong {
  /** Version that the server gives itself. */
  readonly version: string;
  /** Time of the PING, in milliseconds. */
  readonly milliseconds: number;
  /** Tasks that wait in Celery's queue. */
  readonly queued: number;
}

/**
 * The same for the Redis of an application, through the platform's gateway. Faults: those of `ping`, `redis-not-provisioned`,
 * and those of the tunnel.
 */
export async function pingAddon(
  platform: ScalingoResource,
  app: string,
  options: { readonly timeout?: number } = {},
): Promise<Pong> {
  const url = await getVariable(platform, app, 'SCALINGO_REDIS_URL');
  if (url === undefined) throw new Fault('redis-not-provisioned', { app });
  return await ping({ ...options, url: await addressThrough(platform, url) });
}

/**
 * Sends PING, writes a key that lasts a minute, reads it and deletes it. `timeout` in ms is 10 s unless told.
 * Faults: `redis-url-invalid`, `redis-unreachable`, `redis-refused`.
 */
export async function ping(options: { readonly url: string; readonly timeout?: number }): Promise<Pong> {
  const place = placeOf(options.url);
  const timeout = options.timeout ?? 10_000;
  const client = makeClient(options.url, timeout);
  client.on('error', () => undefined);
  try {
    const talk = client.connect().then(() => exchange(client));
    return await within(timeout, talk);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const refused = /^(WRONGPASS|NOAUTH|NOPERM|ERR|MISCONF|READONLY|OOM|WRONGTYPE|LOADING)\b/.test(message);
    throw new Fault(refused ? 'redis-refused' : 'redis-unreachable', { ...place, message });
  } finally {
    if (client.isOpen) client.destroy();
  }
}

function makeClient(url: string, connectTimeout: number) {
  const socket = { connectTimeout, reconnectStrategy: false } as const;
  return createClient({ url, socket, disableOfflineQueue: true });
}

async function exchange(client: ReturnType<typeof makeClient>): Promise<Pong> {
  const start = performance.now();
  await client.ping();
  const milliseconds = Math.round((performance.now() - start) * 10) / 10;
  const key = `reprise:${randomUUID()}`;
  await client.set(key, key, { expiration: { type: 'EX', value: 60 } });
  const found = await client.get(key);
  await client.del(key);
  if (found !== key) throw new Error('ERR a key that was written is not found');
  const version = /^redis_version:(\S+)/m.exec(await client.info('server'))?.[1] ?? '';
  return { version, milliseconds, queued: await client.lLen('celery') };
}

/** The client does not bound its waiting for a reply. */
async function within<T>(timeout: number, talk: Promise<T>): Promise<T> {
  const waiting = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error('timeout')), timeout);
    waiting.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  talk.catch(() => undefined);
  return Promise.race([talk, late]).finally(() => waiting.abort());
}

function placeOf(url: string): { host: string; port: string } {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol)) throw new Fault('redis-url-invalid');
  return { host: parsed.hostname, port: parsed.port || '6379' };
}
