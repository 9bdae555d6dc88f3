import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../../runner/sandbox/scalingo/platform.ts';
import { openScalingo, type ScalingoSettings } from '../../../runner/sandbox/scalingo/scalingo.ts';
import { listenHttp } from '../../../runner/sandbox/sockets.ts';

export const token = 'tk-us-0123456789abcdef0123456789abcdef';
export const archiveBody = Buffer.from('an archive, whose content is of no matter here');

/** A clock that tests move: a second of the platform costs nothing. */
export class TestClock {
  instant = Date.parse('2026-11-23T08:00:00Z');

  now = (): number => this.instant;

  sleep = async (ms: number): Promise<void> => {
    this.instant += ms;
    await new Promise(resolve => setImmediate(resolve));
  };
}

/** A platform behind the API that makes nothing, and says what it was asked. */
export function recordingPlatform(asked: string[] = []): Platform {
  const note = (what: string) => void asked.push(what);
  return {
    provisionPostgres: async (app, number) => {
      note(`database ${app}`);
      const name = `${app.replaceAll('-', '_')}_${number}`;
      const host = `${app}-${number}.postgresql.a.osc-fr1.scalingo-dbs.com`;
      return { host, port: 30_000 + number, user: name, password: 'a'.repeat(24), database: name };
    },
    provisionRedis: async app => `redis://:secret@${app}.redis.a.osc-fr1.scalingo-dbs.com:31000`,
    setUser: async (_, { name, readOnly }) => note(`user ${name} ${readOnly ? 'read-only' : 'writer'}`),
    removeUser: async (_, name) => note(`remove ${name}`),
    dropPostgres: async ({ database }) => note(`drop ${database.replace(/\d+$/, 'n')}`),
    backUp: async (_, name) => ({ file: `${name}.tar.gz`, size: 3 }),
  };
}

/** Durations like the real platform's: tests do not wait for them, they move the clock. */
export const realDelays = { provisioning: 90_000, operation: 20_000, stage: 30_000, certificate: 120_000 };

/** What a test does around the platform's own answer, such as giving it another shape. */
interface Around {
  readonly around?: (listener: RequestListener) => RequestListener;
}

/** A running platform with a lost application, on a directory of its own. */
export async function startServer({
  around = listener => listener,
  ...settings
}: Partial<ScalingoSettings> & Around = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'sandbox-scalingo-'));
  const clock = new TestClock();
  const asked: string[] = [];
  const backups = ['20261123000000', '20261122000000', '20261121000000'].map((stamp, index) => ({
    file: `${stamp}_apilos_siap_pro_4521.tar.gz`,
    takenAt: new Date(Date.parse('2026-11-23T00:00:00Z') - index * 86_400_000).toISOString(),
  }));
  await Promise.all(backups.map(({ file }) => writeFile(join(directory, file), archiveBody)));
  const listen = async () => {
    const scalingo = await openScalingo(join(directory, 'state'), {
      platform: recordingPlatform(asked),
      archives: directory,
      token,
      lost: { app: 'apilos-siap-production', archives: directory, backups },
      now: clock.now,
      delays: realDelays,
      requestsPerMinute: 1000,
      ...settings,
    });
    return { scalingo, listening: await listenHttp(around(scalingo.listener)) };
  };
  let running = await listen();
  return {
    clock,
    asked,
    directory,
    url: () => running.listening.url,
    scalingo: () => running.scalingo,
    async close(): Promise<void> {
      await running.listening.close();
      await running.scalingo.close();
    },
    async restart(): Promise<void> {
      await running.listening.close();
      await running.scalingo.close();
      running = await listen();
    },
    async stop(): Promise<void> {
      await running.listening.close();
      await running.scalingo.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type TestServer = Awaited<ReturnType<typeof startServer>>;

/** Waits, by asking again, for what the platform does in the background. */
export async function eventually<T>(ask: () => Promise<T>, fits: (found: T) => boolean): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = await ask();
    if (fits(found)) return found;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return await ask();
}
