import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { type FaultName, noFaults } from '../../../runner/sandbox/faults.ts';
import { type Platform, startPlatform } from '../../../runner/sandbox/platform/platform.ts';
import { pushToScalingo } from '../../../runner/services/git.ts';
import { ping } from '../../../runner/services/redis.ts';
import type { ScalingoResource } from '../../../runner/services/resources.ts';
import { accountOf } from '../../../runner/services/scalingo/account.ts';
import {
  addDomain,
  createApp,
  getVariable,
  provisionAddon,
  setVariables,
} from '../../../runner/services/scalingo.ts';
import { openTunnel, targetOf, throughTunnel, withTunnel } from '../../../runner/services/tunnel.ts';
import { makeClone } from '../git/platform.ts';

const app = 'exercice-apilos';
const redis = { kind: 'redis', plan: 'redis-starter-256', every: 200 } as const;

/** Platforms on one folder, one after the other, each with its own faults; there is no PostgreSQL behind them. */
async function scene() {
  const folder = await mkdtemp(join(tmpdir(), 'faults-platform-'));
  const [archives, disaster] = [join(folder, 'archives'), join(folder, 'disaster.json')];
  await mkdir(archives);
  await writeFile(disaster, JSON.stringify({ database: [] }));
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const started: Platform[] = [];
  const close = async () => {
    for (const platform of started.splice(0)) await platform.close();
  };
  onTestFinished(async () => {
    vi.restoreAllMocks();
    await close();
    await rm(folder, { recursive: true, force: true });
  });
  const start = async (...faults: readonly FaultName[]) => {
    await close();
    const postgres = { url: 'postgres://127.0.0.1:1/', port: 1 };
    const paths = { directory: folder, scalingo: join(folder, 'scalingo'), archives, disaster };
    const given = faults.length === 0 ? noFaults : new Set(faults);
    const platform = await startPlatform(paths, { postgres, leadsTo: () => true, faults: given });
    started.push(platform);
    return doorsOf(platform);
  };
  return { folder, start };
}

function doorsOf({ environment }: Platform) {
  const value = (name: string) => environment[name] ?? '';
  const gateway = {
    host: value('SANDBOX_SSH_HOST'),
    port: Number(value('SANDBOX_SSH_PORT')),
    hostFingerprint: value('SANDBOX_SSH_FINGERPRINT'),
    identity: { keyFile: value('SANDBOX_SSH_KEY') },
  };
  const resource: ScalingoResource = {
    gateway,
    name: 'plateforme',
    run: 'run-1',
    mode: 'drill',
    protected: [],
    kind: 'scalingo',
    api: value('SANDBOX_SCALINGO_API'),
    authApi: value('SANDBOX_SCALINGO_AUTH_API'),
    databaseApi: value('SANDBOX_SCALINGO_DATABASE_API'),
    token: value('SANDBOX_SCALINGO_TOKEN'),
    region: value('SANDBOX_SCALINGO_REGION'),
  };
  const address = async () => (await getVariable(resource, app, 'REDIS_URL')) ?? '';
  return { resource, gateway, address };
}

type Doors = ReturnType<typeof doorsOf>;

/** The API asked without our client. */
async function ask({ resource }: Doors, path: string, bearer: string): Promise<Response> {
  return await fetch(`${resource.api}${path}`, { headers: { authorization: `Bearer ${bearer}` } });
}

async function exchange({ resource }: Doors): Promise<string> {
  const authorization = `Basic ${Buffer.from(`:${resource.token}`).toString('base64')}`;
  const answer = await fetch(`${resource.authApi}/tokens/exchange`, {
    method: 'POST',
    headers: { authorization },
  });
  return z.object({ token: z.string() }).parse(await answer.json()).token;
}

test('token-refused stops the account at its door, until it is lifted', async () => {
  const { start } = await scene();
  const refused = await start('token-refused');
  await expect(createApp(refused.resource, app)).rejects.toMatchObject({
    code: 'scalingo-denied',
    params: { status: 401 },
  });
  const { resource } = await start();
  await expect(createApp(resource, app)).resolves.toMatchObject({ name: app });
});

test('token-short makes a bearer token expire after two seconds, which the client renews', async () => {
  const { start } = await scene();
  const doors = await start('token-short');
  const bearer = await exchange(doors);
  await createApp(doors.resource, app);
  await sleep(2100);
  expect((await ask(doors, '/apps', bearer)).status).toBe(401);
  await setVariables(doors.resource, app, { ENVIRONMENT: 'siap-exercice' });
});

test('rate-limited answers 429 in plain text at intervals, which the client waits for', async () => {
  const { start } = await scene();
  const doors = await start('rate-limited');
  const bearer = await exchange(doors);
  const answers: Response[] = [];
  for (let n = 0; n < 18; n++) answers.push(await ask(doors, '/apps', bearer));
  const limited = answers.filter(({ status }) => status === 429);
  expect(limited.map(({ headers }) => headers.get('content-type'))).toEqual([
    'text/plain; charset=utf-8',
    'text/plain; charset=utf-8',
  ]);
  const slept: number[] = [];
  const clock = { now: Date.now, sleep: async (ms: number) => void slept.push(ms) };
  const account = accountOf(doors.resource, clock);
  for (let n = 0; n < 9; n++) await account.app({ method: 'GET', path: '/apps' });
  expect(slept).toEqual([5000]);
});

test('provisioning-slow takes twelve seconds', async () => {
  const { start } = await scene();
  const { resource } = await start('provisioning-slow');
  await createApp(resource, app);
  const asked = provisionAddon(resource, app, { ...redis, within: 1700 });
  await expect(asked).rejects.toMatchObject({
    code: 'scalingo-addon-late',
    params: { status: 'provisioning' },
  });
});

test('provisioning-failed never gives the add-on, which is there once the fault is lifted', async () => {
  const { start } = await scene();
  const failing = await start('provisioning-failed');
  await createApp(failing.resource, app);
  const asked = provisionAddon(failing.resource, app, { ...redis, within: 1700 });
  await expect(asked).rejects.toMatchObject({ code: 'scalingo-addon-late' });
  expect(await failing.address()).toBe('');
  const { resource, address } = await start();
  await provisionAddon(resource, app, redis);
  expect(await address()).toMatch(/^redis:/);
});

test('ssh-host-key-changed, tunnel-refused and redis-down close the way to Redis, each at its own place', async () => {
  const { start } = await scene();
  const { resource, address } = await start();
  await createApp(resource, app);
  await provisionAddon(resource, app, redis);
  const url = await address();
  const reach = ({ gateway }: Doors) =>
    withTunnel({ ...gateway, target: targetOf(url) }, door =>
      ping({ url: throughTunnel(url, door), timeout: 2000 }),
    );
  const changed = reach(await start('ssh-host-key-changed'));
  await expect(changed).rejects.toMatchObject({ code: 'ssh-host-key-changed' });
  const { gateway } = await start('tunnel-refused');
  const refused = openTunnel({ ...gateway, target: targetOf(url) });
  await expect(refused).rejects.toMatchObject({ code: 'tunnel-refused' });
  await expect(reach(await start('redis-down'))).rejects.toMatchObject({
    code: expect.stringMatching(/^redis/),
  });
  await expect(reach(await start())).resolves.toHaveProperty('version');
});

test('certificate-late leaves a domain that leads here without a certificate', async () => {
  const { start } = await scene();
  const doors = await start('certificate-late');
  await createApp(doors.resource, app);
  await addDomain(doors.resource, app, 'siap.exercice.example');
  // The platform looks at the DNS five times a second, and a certificate takes one second when nothing is wrong.
  await sleep(1700);
  const answer = await ask(doors, `/apps/${app}/domains`, await exchange(doors));
  const domains = z.object({ domains: z.array(z.object({ letsencrypt_status: z.string() })) });
  expect(domains.parse(await answer.json()).domains).toEqual([{ letsencrypt_status: 'new' }]);
});

/** Newest first. */
async function deploymentsOf(doors: Doors) {
  const answer = await ask(doors, `/apps/${app}/deployments`, await exchange(doors));
  const listed = z.object({ deployments: z.array(z.object({ id: z.string(), status: z.string() })) });
  return listed.parse(await answer.json()).deployments;
}

const deployments = [
  ['build-failed', 'Invalid return code from buildpack', 'Invalid return code from buildpack'],
  ['boot-failed', 'the application crashed', 'the application crashed'],
  ['hook-failed', 'postdeploy hook failed, exit status 1', 'permission denied for schema public'],
] as const;

test('deployments fail or wait as they are told', {
  timeout: 60_000,
}, async () => {
  const { folder, start } = await scene();
  const { clone: repository } = await makeClone(folder);
  const first = await start();
  await createApp(first.resource, app);
  const database = 'postgres://a:b@127.0.0.1:1/c';
  const settings = { SECRET_KEY: 's', ENVIRONMENT: 'siap-exercice', DB_READONLY: database };
  // Our client leaves an add-on's own variable to the add-on.
  const variables = Object.entries({ ...settings, DATABASE_URL: database }).map(([name, value]) => ({
    name,
    value,
  }));
  await accountOf(first.resource).app({ method: 'PUT', path: `/apps/${app}/variables`, body: { variables } });
  const guard = { name: 'plateforme', mode: 'drill', protected: [] } as const;
  const push = ({ gateway }: Doors) =>
    pushToScalingo({ ...gateway, repository, app, guard, revision: 'HEAD', branch: 'main' });
  for (const [name, words, log] of deployments) {
    const doors = await start(name);
    const refused = push(doors);
    await expect(refused).rejects.toMatchObject({
      code: 'git-push-refused',
      params: { message: expect.stringContaining(words) },
    });
    const [last] = await deploymentsOf(doors);
    const output = await ask(doors, `/apps/${app}/deployments/${last?.id}/output`, await exchange(doors));
    expect(await output.text()).toContain(log);
  }
  const queued = await start('deployment-queued');
  const pushing = push(queued).then(
    () => 'success',
    () => 'refused',
  );
  await sleep(1500);
  expect(await deploymentsOf(queued)).toMatchObject([{ status: 'queued' }, {}, {}, {}]);
  await start();
  expect(await pushing).toBe('refused');
});
