import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../runner/sandbox/sandbox.ts';
import { setCname } from '../../runner/services/alwaysdata.ts';
import { waitForCname } from '../../runner/services/dns.ts';
import { cloneRepository, pushToScalingo } from '../../runner/services/git.ts';
import { probe } from '../../runner/services/http.ts';
import { ping } from '../../runner/services/redis.ts';
import type { ScalingoResource } from '../../runner/services/resources.ts';
import {
  addDomain,
  addSshKey,
  createApp,
  deleteApp,
  forceHttps,
  getVariable,
  provisionAddon,
  scale,
  setVariables,
  waitForCertificate,
  waitForDeployment,
} from '../../runner/services/scalingo.ts';
import { openTunnel, targetOf, throughTunnel, withTunnel } from '../../runner/services/tunnel.ts';
import { sql } from '../services/source-database.ts';
import { git } from './git/platform.ts';

const app = 'exercice-apilos';
const domain = 'siap.apilos.exercice.example';

let folder = '';
let directory = '';
let sandbox: Sandbox;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-platform-'));
  directory = join(folder, 'sandbox');
  sandbox = await startSandbox({ directory });
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

function variable(name: string): string {
  const value = sandbox.environment[name];
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
}

const drill = { name: 'plateforme', run: 'run-1', mode: 'drill', protected: ['apilos-siap-*'] } as const;

function platform(): ScalingoResource {
  return {
    ...drill,
    kind: 'scalingo',
    api: variable('SANDBOX_SCALINGO_API'),
    authApi: variable('SANDBOX_SCALINGO_AUTH_API'),
    databaseApi: variable('SANDBOX_SCALINGO_DATABASE_API'),
    token: variable('SANDBOX_SCALINGO_TOKEN'),
    region: variable('SANDBOX_SCALINGO_REGION'),
    gateway: gateway(),
  };
}

function alwaysdata() {
  const [api, token] = [variable('SANDBOX_ALWAYSDATA_API'), variable('SANDBOX_ALWAYSDATA_TOKEN')];
  const account = variable('SANDBOX_ALWAYSDATA_ACCOUNT');
  return { ...drill, kind: 'alwaysdata', api, token, account } as const;
}

function dns() {
  const list = (name: string) => variable(name).split(',');
  const authoritative = list('SANDBOX_DNS_AUTHORITATIVE');
  return { ...drill, kind: 'dns', authoritative, public: list('SANDBOX_DNS_PUBLIC') } as const;
}

function gateway() {
  return {
    host: variable('SANDBOX_SSH_HOST'),
    port: Number(variable('SANDBOX_SSH_PORT')),
    hostFingerprint: variable('SANDBOX_SSH_FINGERPRINT'),
    identity: { keyFile: variable('SANDBOX_SSH_KEY') },
  };
}

async function storage(): Promise<Record<string, string>> {
  const keys = {
    accessKeyId: variable('SANDBOX_S3_ACCESS_KEY_ID'),
    secretAccessKey: variable('SANDBOX_S3_SECRET_ACCESS_KEY'),
  };
  const [endpoint, region] = [variable('SANDBOX_S3_ENDPOINT'), variable('SANDBOX_S3_REGION')];
  const client = new S3Client({ endpoint, region, credentials: keys, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: 'apilos-exercice' }));
  const object = { Bucket: 'apilos-exercice', Key: 'conventions/é.pdf', Body: 'contenu' };
  await client.send(new PutObjectCommand(object));
  client.destroy();
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_STORAGE_BUCKET_NAME: 'apilos-exercice',
    AWS_S3_ENDPOINT_URL: endpoint,
    AWS_S3_REGION_NAME: region,
  };
}

/** Processes that this one started and that serve an application. */
async function webProcesses(): Promise<number> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async pid => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return Number(parent) === process.pid && command.includes('webapp.mjs');
    }),
  );
  return found.filter(Boolean).length;
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(50);
}

function visit(url: string, expect: Parameters<typeof probe>[0]['expect'], within = 0) {
  const via = { http: variable('SANDBOX_WEB_HTTP'), https: variable('SANDBOX_WEB_HTTPS') };
  return probe({ url, via, within, ...(expect && { expect }) });
}

async function makeApplication(): Promise<void> {
  await createApp(platform(), app);
  await Promise.all([
    provisionAddon(platform(), app, { kind: 'postgresql', plan: 'postgresql-starter-512', every: 300 }),
    provisionAddon(platform(), app, { kind: 'redis', plan: 'redis-starter-256', every: 300 }),
  ]);
}

test('an application is deployed by a push, answers under its domain, and leaves nothing behind', {
  timeout: 60_000,
}, async () => {
  const { folder: clone, sha } = await cloneRepository({
    url: variable('SANDBOX_REPOSITORY_URL'),
    folder: join(folder, 'clone'),
    revision: variable('SANDBOX_REPOSITORY_VERSION'),
  });
  await makeApplication();
  const key = await readFile(`${variable('SANDBOX_SSH_KEY')}.pub`, 'utf8');
  await addSshKey(platform(), 'operateur', key);
  const database = (await getVariable(platform(), app, 'DATABASE_URL')) ?? '';
  const tunnel = await openTunnel({ ...gateway(), target: targetOf(database) });
  const inside = new URL(throughTunnel(database, tunnel));
  inside.searchParams.delete('sslmode');
  await sql(
    inside.href,
    'create table conventions_convention (id integer primary key, numero text, statut text not null)',
    "insert into conventions_convention values (1, 'A-1', 'signée')",
  );
  await tunnel.close();
  const redis = (await getVariable(platform(), app, 'REDIS_URL')) ?? '';
  const version = await withTunnel({ ...gateway(), target: targetOf(redis) }, async door => {
    return (await ping({ url: throughTunnel(redis, door) })).version;
  });
  await setVariables(platform(), app, {
    ...(await storage()),
    SECRET_KEY: 'secret',
    ENVIRONMENT: 'siap-exercice',
    DB_READONLY: database,
    ALLOWED_HOSTS: domain,
  });

  const push = {
    ...gateway(),
    repository: clone,
    app,
    guard: drill,
    revision: 'HEAD',
    branch: 'main',
  } as const;
  expect([version, await pushToScalingo(push)]).toEqual([expect.any(String), { sha, pushed: true }]);
  await waitForDeployment(platform(), app, { sha, every: 200 });

  const target = `${app}.osc-fr1.scalingo.io`;
  await addDomain(platform(), app, domain);
  await setCname(alwaysdata(), { host: domain, target });
  await waitForCname(dns(), { host: domain, target, within: 10, every: 0.2 });
  await waitForCertificate(platform(), app, { domain, every: 400 });
  await visit(`http://${target}/`, { status: 400 });
  await visit(`https://inconnue.exercice.example/`, { status: 404 });
  await forceHttps(platform(), app);
  await visit(`http://${domain}/`, { status: 301, location: `https://${domain}/` });
  const home = {
    status: 200,
    contains: ['1 conventions ; la dernière : A-1', 'conventions/é.pdf', 'aller-retour'],
  };
  await visit(`https://${domain}/`, home);

  await setVariables(platform(), app, { ENVIRONMENT: 'development' });
  await git(clone, ['commit', '--quiet', '--allow-empty', '-m', 'quatre']);
  await expect(pushToScalingo(push)).rejects.toMatchObject({
    code: 'git-push-refused',
    params: { message: expect.stringContaining('the application crashed, exit status 3') },
  });
  await visit(`https://${domain}/`, home);
  await setVariables(platform(), app, { ENVIRONMENT: 'siap-exercice' });
  const stopping = scale(platform(), app, { web: 0 });
  await eventually(async () => (await webProcesses()) === 0);
  await visit(`https://${domain}/`, { status: 503 });
  await Promise.all([stopping, scale(platform(), app, { web: 1 })]);
  await visit(`https://${domain}/`, home, 10_000);

  await sandbox.close();
  expect(await webProcesses()).toBe(0);
  sandbox = await startSandbox({ directory });
  await visit(`https://${domain}/cgu`, { status: 200 }, 10_000);
  await waitForCname(dns(), { host: domain, target, within: 10, every: 0.2 });

  await deleteApp(platform(), app);
  await eventually(async () => (await webProcesses()) === 0);
  await visit(`https://${domain}/`, { status: 404 });
  await eventually(async () => (await readdir(join(directory, 'git'))).join() === '.hooks');
});
