import { describe, expect, test } from 'vitest';
import { createMasker } from '../../runner/effects/masker.ts';
import { resolveSettings } from '../../runner/effects/settings.ts';
import type { Resource, Runbook, Target, ValueSource } from '../../runner/model/runbook.ts';
import type { Plan } from '../../runner/plan/plan.ts';

const point = { line: 1, column: 1, offset: 0 };
const place = { start: point, end: point };

const kinds: readonly Resource['kind'][] = ['postgres', 's3', 'directory'];
const declared = new Map(
  kinds.map(kind => [kind, { name: kind, kind, label: kind, access: 'write' as const, place }]),
);

const env = (name: string): ValueSource => ({ from: 'env', name });
const literal = (value: string): ValueSource => ({ from: 'literal', value });

function planOf(target: Partial<Target>, resources: ReadonlyMap<string, Resource> = declared): Plan {
  const root = { title: '', slug: '', depth: 0, parallel: false, items: [], place };
  const runbook: Runbook = {
    file: 'plan.md',
    source: '',
    front: {
      title: '',
      lang: 'fr',
      timeZone: 'Europe/Paris',
      objectives: [],
      scope: [],
      exclusions: [],
      resources,
      inputs: new Map(),
      secrets: new Map([['cle', { name: 'cle', label: 'Clé de sauvegarde', place }]]),
      roles: new Map(),
      targets: new Map(),
    },
    root,
    steps: new Map(),
  };
  return {
    runbook,
    target: {
      name: 'recette',
      label: 'recette',
      mode: 'drill',
      embedded: false,
      protected: [],
      inputs: {},
      secrets: {},
      resources: {},
      place,
      ...target,
    },
    inputs: { seau: 'seau-de-recette' },
    nodes: [],
    instances: [],
    probes: [],
    undos: [],
  };
}

const written: Target['resources'] = {
  postgres: { url: env('BASE_URL') },
  s3: {
    endpoint: literal('https://s3.exemple.fr'),
    bucket: { from: 'input', name: 'seau' },
    accessKeyId: literal('AKIA'),
    secretAccessKey: { from: 'secret', name: 'cle' },
  },
  directory: { path: literal('/srv/archives') },
};

function resolve(plan: Plan, environment: NodeJS.ProcessEnv = {}) {
  const masker = createMasker();
  const asked: string[] = [];
  const ask = async (name: string, label: string): Promise<string> => {
    asked.push(`${name}: ${label}`);
    return 'reponse-tapee';
  };
  return { masker, asked, settings: resolveSettings({ plan, run: 'run-1', environment, masker, ask }) };
}

test('every source gives its value, and every secret is known to the masker', async () => {
  const { settings, masker } = resolve(planOf({ resources: written, secrets: { cle: env('CLE') } }), {
    BASE_URL: 'postgres://u:mot-de-passe-base@h:5433/b',
    CLE: 'cle-tres-secrete',
  });
  const base = { run: 'run-1', mode: 'drill', lang: 'fr', protected: [] };
  expect(await settings).toEqual({
    secrets: { cle: 'cle-tres-secrete' },
    resources: {
      postgres: {
        ...base,
        kind: 'postgres',
        name: 'postgres',
        url: 'postgres://u:mot-de-passe-base@h:5433/b',
      },
      s3: {
        ...base,
        kind: 's3',
        name: 's3',
        endpoint: 'https://s3.exemple.fr',
        region: 'us-east-1',
        bucket: 'seau-de-recette',
        accessKeyId: 'AKIA',
        secretAccessKey: 'cle-tres-secrete',
      },
      directory: { ...base, kind: 'directory', name: 'directory', path: '/srv/archives' },
    },
  });
  expect([masker.mask('mot-de-passe-base'), masker.mask('cle-tres-secrete')]).toEqual([
    '«secret:postgres»',
    '«secret:cle»',
  ]);
});

test.each<[string, ValueSource, string]>([
  ['typed', { from: 'prompt' }, 'reponse-tapee'],
  [
    'a command',
    { from: 'command', command: ['printf', 'donne par\\n%s\\n', 'la commande'] },
    'donne par\nla commande',
  ],
])('a secret comes from what the target says: %s', async (_, source, value) => {
  const { settings, asked } = resolve(planOf({ secrets: { cle: source } }, new Map()));
  expect([(await settings).secrets, asked]).toEqual([
    { cle: value },
    source.from === 'prompt' ? ['cle: Clé de sauvegarde'] : [],
  ]);
});

describe('what is missing or wrong is a fault', () => {
  const withSecret = (source: ValueSource) => planOf({ secrets: { cle: source } }, new Map());
  test.each<[string, Plan, object]>([
    [
      'an unset variable',
      planOf({ resources: written, secrets: { cle: literal('cle-tres-secrete') } }),
      {
        code: 'setting-missing',
        params: { target: 'recette', resource: 'postgres', key: 'url', source: 'BASE_URL' },
      },
    ],
    [
      'an unset secret',
      withSecret(env('CLE')),
      {
        code: 'setting-missing',
        params: { target: 'recette', resource: 'cle', key: 'secret', source: 'CLE' },
      },
    ],
    [
      'a closed descriptor',
      withSecret({ from: 'fd', fd: 250 }),
      {
        code: 'setting-missing',
        params: { target: 'recette', resource: 'cle', key: 'secret', source: 'fd 250' },
      },
    ],
    [
      'a command that fails, without what it printed',
      withSecret({ from: 'command', command: ['sh', '-c', 'echo fuite; exit 3'] }),
      { code: 'setting-command-failed', params: { secret: 'cle', program: 'sh', code: '3' } },
    ],
    [
      'a short secret',
      withSecret(literal('court')),
      { code: 'secret-too-short', params: { secret: 'cle', shortest: 8 } },
    ],
    [
      'an address that is none',
      planOf({
        resources: { ...written, postgres: { url: literal('http://u:p@h/b') } },
        secrets: { cle: literal('cle-tres-secrete') },
      }),
      { code: 'dsn-invalid', params: { resource: 'postgres' } },
    ],
  ])('%s', async (_, plan, fault) => {
    await expect(resolve(plan).settings).rejects.toMatchObject(fault);
  });
});

test.each([
  ['the database', 'app_prod', '*prod'],
  ['the host', 'prod.db.exemple.fr', 'PROD.*'],
  ['the bucket', 'seau-de-recette', 'seau-*'],
  ['the endpoint', 's3.exemple.fr', 's3.exemple.fr'],
  ['the directory', '/srv/archives', '/srv/*'],
])('a drill refuses a protected name: %s', async (_, name, rule) => {
  const target: Partial<Target> = {
    resources: written,
    secrets: { cle: literal('cle-tres-secrete') },
    protected: [rule],
  };
  const environment = { BASE_URL: 'postgres://u:mot-de-passe@prod.db.exemple.fr/app_prod' };
  await expect(resolve(planOf(target), environment).settings).rejects.toMatchObject({
    code: 'protected-name',
    params: expect.objectContaining({ name, rule }),
  });
  await expect(resolve(planOf({ ...target, mode: 'real' }), environment).settings).resolves.toBeDefined();
});

test('the embedded sandbox provides what its target does not say', async () => {
  const { settings } = resolve(
    planOf({ embedded: true, resources: { directory: { path: literal('/tmp') } } }),
    {
      SANDBOX_DATABASE_URL: 'postgres://u:mot-de-passe@127.0.0.1:1/b',
      SANDBOX_S3_ENDPOINT: 'http://127.0.0.1:2',
      SANDBOX_S3_REGION: 'fr-par',
      SANDBOX_S3_BUCKET: 'exercice',
      SANDBOX_S3_ACCESS_KEY_ID: 'SCW',
      SANDBOX_S3_SECRET_ACCESS_KEY: 'cle-du-bac-a-sable',
    },
  );
  const { resources } = await settings;
  expect(resources).toMatchObject({
    postgres: { url: 'postgres://u:mot-de-passe@127.0.0.1:1/b' },
    s3: { endpoint: 'http://127.0.0.1:2', region: 'fr-par', bucket: 'exercice' },
    directory: { path: '/tmp' },
  });
});

test.each([
  'host',
  'hostaddr',
  'port',
  'user',
  'password',
  'dbname',
  'database',
  'service',
  'passfile',
  'servicefile',
])('an address that says again where the database is, is refused: %s', async key => {
  const target = { resources: written, secrets: { cle: literal('cle-tres-secrete') } };
  const environment = { BASE_URL: `postgres://u:mot-de-passe@h:1/base?${key}=2` };
  const fault = { code: 'dsn-override', params: { resource: 'postgres', key } };
  await expect(resolve(planOf(target), environment).settings).rejects.toMatchObject(fault);
});

test('an address that says a parameter twice is refused', async () => {
  const target = { resources: written, secrets: { cle: literal('cle-tres-secrete') } };
  const environment = { BASE_URL: 'postgres://u:mot-de-passe@h/base?sslmode=require&sslmode=disable' };
  const fault = { code: 'dsn-override', params: { resource: 'postgres', key: 'twice' } };
  await expect(resolve(planOf(target), environment).settings).rejects.toMatchObject(fault);
});

test.each([
  ['postgres', 'url', 'postgres://u:mot-de-passe@DB.logement.gouv.fr./base', '*.logement.gouv.fr'],
  ['s3', 'endpoint', 'https://apilos-prod.s3.fr-par.scw.cloud', '*-prod'],
  ['s3', 'endpoint', 'https://s3.fr-par.scw.cloud/apilos%2Dprod', '*-prod'],
  ['directory', 'path', '/usr/../etc//ssl', '/etc/*'],
  ['directory', 'path', '/proc/self/root/etc/absent', '/etc/*'],
])('a drill sees a protected name through another spelling: %s %s %s', async (name, key, value, rule) => {
  const target: Partial<Target> = {
    resources: { ...written, [name]: { ...written[name], [key]: literal(value) } },
    secrets: { cle: literal('cle-tres-secrete') },
    protected: [rule],
  };
  const environment = { BASE_URL: 'postgres://u:mot-de-passe@h/base' };
  await expect(resolve(planOf(target), environment).settings).rejects.toMatchObject({
    code: 'protected-name',
  });
});

test('a resource brings the age beyond which its backups are refused, on any target', async () => {
  const base: Resource = {
    name: 'postgres',
    kind: 'postgres',
    label: '',
    access: 'write',
    oldest: 345_600_000,
    place,
  };
  const plan = planOf(
    { resources: { postgres: { url: literal('postgresql://h/b') } } },
    new Map([['postgres', base]]),
  );
  expect((await resolve(plan).settings).resources.postgres).toMatchObject({ oldest: 345_600_000 });
});
