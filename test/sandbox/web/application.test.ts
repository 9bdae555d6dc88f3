import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { isAllowedHost } from '../../../runner/sandbox/web/application/settings.ts';
import { type Application, BootFailure, startApplication } from '../../../runner/sandbox/web/application.ts';
import { type DeploymentOptions, runDeployment } from '../../../runner/sandbox/web/deployment.ts';
import { sql } from '../../services/source-database.ts';
import { sha, startStores } from './platform.ts';

let stores: Awaited<ReturnType<typeof startStores>>;

beforeAll(async () => {
  stores = await startStores();
});

beforeEach(() => {
  stores.lines.length = 0;
});

afterAll(() => stores?.close());

async function start(changes: Readonly<Record<string, string | undefined>> = {}): Promise<Application> {
  const application = await startApplication(stores.options(changes));
  onTestFinished(() => application.close());
  return application;
}

async function get(application: Application, path: string) {
  const response = await fetch(`${application.url}${path}`, { redirect: 'manual' });
  return { status: response.status, location: response.headers.get('location'), body: await response.text() };
}

test('the home page is made of a row, an object and a Redis round trip', async () => {
  const application = await start({ ALLOWED_HOSTS: '127.0.0.1' });
  const { status, body } = await get(application, '/');
  expect(status).toBe(200);
  const digest = createHash('sha256').update('contenu').digest('hex');
  expect([...body.matchAll(/<dd class="(\w+)">(.*?)<\/dd>/g)].map(match => match.slice(1))).toEqual([
    ['ok', '2 conventions ; la dernière : 59/&lt;b&gt;2 (résiliée)'],
    ['ok', `conventions/é.pdf, 7 octets, sha256 ${digest}`],
    ['ok', 'aller-retour réussi'],
  ]);
  expect(body).toContain(`Environnement siap-exercice, révision ${sha}`);
  expect((await get(application, '/cgu')).status).toBe(200);
  expect(await get(application, '/accounts/cerbere-login')).toMatchObject({
    status: 302,
    location: 'https://cerbere.exercice.test/cas/login',
  });
  expect((await get(application, '/ailleurs')).status).toBe(404);
});

test('what is not restored shows on the home page, without a secret', async () => {
  const { status, body } = await get(
    await start({
      ALLOWED_HOSTS: '*',
      AWS_STORAGE_BUCKET_NAME: 'absent',
      REDIS_URL: undefined,
      CERBERE_AUTH: undefined,
    }),
    '/',
  );
  expect(status).toBe(500);
  expect([...body.matchAll(/<dd class="(\w+)">/g)].map(match => match[1])).toEqual(['ok', 'echec', 'echec']);
  expect(body).not.toContain(stores.options().environment.AWS_SECRET_ACCESS_KEY);
});

test('a host that is not allowed gets 400', async () => {
  const application = await start();
  expect((await get(application, '/')).status).toBe(400);
  const rules = ['siap.exercice.test', '.osc-fr1.scalingo.io', 'localhost'];
  const hosts = [
    'SIAP.exercice.test:443',
    'a.osc-fr1.scalingo.io',
    'osc-fr1.scalingo.io',
    'autre.exercice.test',
    '',
  ];
  expect(hosts.map(host => isAllowedHost(host, rules))).toEqual([true, true, true, false, false]);
});

test('it does not start without what APiLos needs', async () => {
  const missing: Record<string, [Record<string, string | undefined>, string]> = {
    DB_READONLY: [{ DB_READONLY: undefined }, 'UndefinedValueError: DB_READONLY not found.'],
    SECRET_KEY: [{ SECRET_KEY: '' }, 'UndefinedValueError: SECRET_KEY not found.'],
    development: [{ ENVIRONMENT: 'development' }, 'ModuleNotFoundError'],
    unset: [{ ENVIRONMENT: undefined }, 'ModuleNotFoundError'],
    storage: [{ AWS_SECRET_ACCESS_KEY: undefined }, 'UndefinedValueError: an AWS_ variable is missing'],
  };
  for (const [name, [changes, message]] of Object.entries(missing)) {
    stores.lines.length = 0;
    await expect(start(changes), name).rejects.toMatchObject({ status: 'crashed-error' });
    expect(stores.lines.join('\n'), name).toContain(message);
  }
});

test('the platform does not wait for ever for an application that does not listen', async () => {
  const options = { ...stores.options(), bootTimeout: 100, fault: 'never-listens' } as const;
  const failure = await startApplication(options).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(BootFailure);
  expect(failure).toMatchObject({ status: 'timeout-error' });
});

test('an application that is closed is gone', async () => {
  const application = await startApplication(stores.options());
  await application.close();
  await application.ended;
  await expect(fetch(application.url)).rejects.toThrow('fetch failed');
});

function deploy(changes: Partial<DeploymentOptions> = {}) {
  const steps: string[] = [];
  const publicUrl = 'https://apilos-exercice.osc-fr1.scalingo.io';
  const reach = (step: string) => void steps.push(step);
  return runDeployment({ ...stores.options(), publicUrl, reach, ...changes }).then(end => ({ end, steps }));
}

test('a deployment builds, starts, runs its hook, and says so', async () => {
  const { end, steps } = await deploy();
  if (end.status === 'success') await end.application.close();
  expect({ status: end.status, steps }).toEqual({
    status: 'success',
    steps: ['building', 'pushing', 'starting'],
  });
  expect(stores.lines.filter(line => !line.startsWith('[INFO]'))).toEqual([
    '<-- Start deployment of [apilos-exercice] -->',
    `-----> Cloning revision ${sha}`,
    '-----> Python app detected',
    '       Build complete, shipping your container...',
    '       Waiting for your application to boot...',
    '-----> Executing postdeploy hook: bin/post_deploy',
    'Running migrations: 0 already applied, no migrations to apply.',
    '<-- https://apilos-exercice.osc-fr1.scalingo.io -->',
  ]);
});

test('each failure of a deployment has its state and its reason', async () => {
  const ends: [string, string | undefined][] = [];
  const broken = stores.options({ DATABASE_URL: 'postgresql://a:b@nulle.part.invalid:5432/x' });
  for (const changes of [
    { fault: 'build' },
    { fault: 'crash' },
    { fault: 'never-listens', bootTimeout: 100 },
    { fault: 'postdeploy' },
    broken,
  ] as const) {
    const { end } = await deploy({ ...changes });
    ends.push([end.status, stores.lines.at(-1)]);
  }
  expect(ends).toEqual([
    ['build-error', ' !     → Invalid return code from buildpack'],
    ['crashed-error', ' !     → the application crashed, exit status -1'],
    ['timeout-error', ' !     → the application did not listen on the port within 0.1 seconds'],
    ['hook-error', ' !     → postdeploy hook failed, exit status 1'],
    ['hook-error', ' !     → postdeploy hook failed, exit status 1'],
  ]);
  await sql(stores.postgres.url, 'drop table if exists django_migrations');
});
