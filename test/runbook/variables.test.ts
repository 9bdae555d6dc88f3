import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Profile } from '../../runbook/profile.ts';
import { buildVariables, parseTemplate, unknownNames } from '../../runbook/variables.ts';
import { environmentTemplate } from '../../runner/sandbox/repository/template.ts';

const template = environmentTemplate();

const drill: Profile = {
  application: 'siap',
  mode: 'drill',
  environment: 'siap-exercice',
  domain: 'exercice.apilos.beta.gouv.fr',
  hosts: ['apilos-exercice.osc-fr1.scalingo.io', 'exercice.apilos.beta.gouv.fr'],
  readOnlyUrl: 'postgresql://lecteur:m0tdepasse@127.0.0.1:30001/apilos?sslmode=prefer',
  storage: {
    endpoint: 'http://127.0.0.1:9000',
    region: 'fr-par',
    bucket: 'apilos-exercice-files',
    accessKeyId: 'SCW00000000000000000',
    secretAccessKey: '11111111-2222-3333-4444-555555555555',
  },
  keys: { secretKey: 'a'.repeat(50), jwtSign: 'b'.repeat(50), siapClientJwtSign: 'c'.repeat(50) },
  cerbere: 'https://cas.exercice.example/cas/public',
  protected: ['apilos-prod', 'apilos.logement.gouv.fr', 'apilos-siap-*'],
};

const real: Profile = {
  ...drill,
  mode: 'real',
  environment: 'siap-production',
  readOnlyUrl: 'postgresql://lecteur:m0tdepasse@a-1.postgresql.a.osc-fr1.scalingo-dbs.com:30001/apilos',
  storage: { ...drill.storage, endpoint: 'https://s3.fr-par.scw.cloud' },
  given: {
    SIAP_CLIENT_HOST: 'https://siap.example',
    SIAP_CLIENT_PATH: '/services/v0',
    SENTRY_URL: 'https://sentry',
  },
};

const { cerbere: _cerbere, ...rest } = drill;
const standalone: Profile = {
  ...rest,
  application: 'standalone',
  shared: {
    databaseUrl: 'postgresql://apilos:secret@127.0.0.1:30001/apilos',
    redisUrl: 'redis://:secret@127.0.0.1:30002',
  },
};

const problemsOf = (text: string, profile: Profile) =>
  buildVariables(text, profile).problems.map(({ name, problem }) => `${name} ${problem}`);

test('a drill gets its own keys, a mocked SIAP and a private storage, and no key of a real service', () => {
  const { variables, leftOut, problems: found } = buildVariables(template, drill);
  expect(found).toEqual([]);
  expect(variables).toEqual({
    SECRET_KEY: 'a'.repeat(50),
    ENVIRONMENT: 'siap-exercice',
    DEBUG: 'False',
    LOGLEVEL: 'INFO',
    ALLOWED_HOSTS: 'apilos-exercice.osc-fr1.scalingo.io,exercice.apilos.beta.gouv.fr',
    APPLICATION_DOMAIN_URL: 'https://exercice.apilos.beta.gouv.fr',
    SECURE_HSTS_SECONDS: '0',
    SECURE_HSTS_INCLUDE_SUBDOMAINS: 'False',
    SECURE_HSTS_PRELOAD: 'False',
    DB_READONLY: drill.readOnlyUrl,
    AWS_ACCESS_KEY_ID: 'SCW00000000000000000',
    AWS_SECRET_ACCESS_KEY: '11111111-2222-3333-4444-555555555555',
    AWS_STORAGE_BUCKET_NAME: 'apilos-exercice-files',
    AWS_DEFAULT_ACL: 'private',
    AWS_S3_REGION_NAME: 'fr-par',
    AWS_S3_ENDPOINT_URL: 'http://127.0.0.1:9000',
    USE_MOCKED_SIAP_CLIENT: 'True',
    JWT_SIGN_KEY: 'b'.repeat(50),
    JWT_ALGORITHM: 'HS256',
    SIAP_CLIENT_JWT_SIGN_KEY: 'c'.repeat(50),
    SIAP_CLIENT_ALGORITHM: 'HS256',
    CERBERE_AUTH: 'https://cas.exercice.example/cas/public',
  });
  expect(leftOut.map(({ name, reason }) => `${name} ${reason}`)).toEqual([
    'AWS_ECOLOWEB_BUCKET_NAME drill',
    'CLAMAV_SERVICE_PASSWORD drill',
    'CLAMAV_SERVICE_URL drill',
    'CLAMAV_SERVICE_USER drill',
    'DB_HOST database-url',
    'DB_NAME database-url',
    'DB_PASSWORD database-url',
    'DB_PORT database-url',
    'DB_USER database-url',
    'ECOLO_DATABASE_URL drill',
    'GITHUB_TOKEN development',
    'INSEE_API_KEY drill',
    'INSEE_API_SECRET drill',
    'LIBREOFFICE_EXEC platform',
    'MOCK_CERBERE_USER_ID development',
    'REDIS_URL addon',
    'SECURE_SSL_REDIRECT unread',
    'SENDINBLUE_API_KEY drill',
    'SENTRY_URL drill',
    'SHELL_PLUS_PRINT_SQL development',
    'SIAP_CLIENT_HOST drill',
    'SIAP_CLIENT_PATH drill',
    'TEST_DOT_ENV_FILE development',
  ]);
});

test('the real application calls the SIAP and tells browsers to stay with HTTPS', () => {
  const { variables, leftOut, problems: found } = buildVariables(template, real);
  expect(found).toEqual([]);
  expect(variables).toMatchObject({
    ENVIRONMENT: 'siap-production',
    USE_MOCKED_SIAP_CLIENT: 'False',
    SIAP_CLIENT_HOST: 'https://siap.example',
    SENTRY_URL: 'https://sentry',
    SECURE_HSTS_SECONDS: '31536000',
  });
  expect(leftOut).toContainEqual({ name: 'SENDINBLUE_API_KEY', reason: 'optional' });
});

test('the standalone application has no CERBERE_AUTH, and a copy of the DSN where it has no add-on', () => {
  const { variables, leftOut, problems: found } = buildVariables(template, standalone);
  expect(found).toEqual([]);
  expect(Object.keys(variables)).not.toContain('CERBERE_AUTH');
  expect(leftOut).toContainEqual({ name: 'CERBERE_AUTH', reason: 'standalone' });
  expect(variables).toMatchObject({
    DATABASE_URL: standalone.shared?.databaseUrl,
    REDIS_URL: standalone.shared?.redisUrl,
  });
});

test('a name that the plan does not know stops it, until somebody decides of it', () => {
  const changed = environmentTemplate(true);
  expect(problemsOf(changed, drill)).toEqual(['DOCUMENT_VAULT_KEY unknown']);
  const given = { ...drill, given: { DOCUMENT_VAULT_KEY: 'une-valeur-decidee' } };
  expect(problemsOf(changed, given)).toEqual([]);
  expect(buildVariables(changed, given).variables).toMatchObject(given.given);
  expect(problemsOf(template, given)).toEqual(['DOCUMENT_VAULT_KEY stray']);
});

/** Read by `core/settings.py`, in no template (as of APiLos at 54fbef8a, 2026-08-04). */
const settingsOnly = [
  ...[
    'CRON_ENABLED',
    'NO_SIAP_MENU',
    'CELERY_ALWAYS_EAGER',
    'DATA_UPLOAD_MAX_NUMBER_FIELDS',
    'DEFAULT_FROM_EMAIL',
  ],
  ...['DEFENDER_BEHIND_REVERSE_PROXY', 'APILOS_MAX_DROPDOWN_COUNT', 'SIAP_ASSISTANCE_URL'],
  ...['SIAP_CLIENT_LOG_API_CALLS', 'TRIGRAM_SIMILARITY_THRESHOLD', 'DEBUG_SEARCH_SCORING'],
];

test.each(settingsOnly)(
  '%s, which only the settings read, is taken when it is given and needs no value',
  name => {
    const given = { ...real, given: { ...real.given, [name]: 'valeur' } };
    expect(problemsOf(template, given)).toEqual([]);
    expect(buildVariables(template, given).variables[name]).toBe('valeur');
    const later = `${template}\n# ${name}=valeur\n`;
    expect(unknownNames(later, drill)).toEqual([]);
    expect(problemsOf(later, drill)).toEqual([]);
    expect(buildVariables(later, drill).leftOut).toContainEqual({ name, reason: 'optional' });
  },
);

test.each(['DATABASE_URL', 'SHELL_PLUS'])(
  '%s, which only the settings read too, is not for a hand to set',
  name => {
    expect(problemsOf(template, { ...real, given: { ...real.given, [name]: 'valeur' } })).toEqual([
      `${name} owned`,
    ]);
  },
);

test.each<readonly [string, Partial<Profile>, string]>([
  ['a development environment', { environment: 'development' }, 'ENVIRONMENT development'],
  ['no environment', { environment: '' }, 'ENVIRONMENT missing'],
  ['production in a drill', { environment: 'siap-production' }, 'ENVIRONMENT production'],
  ['any host', { hosts: ['*', drill.domain] }, 'ALLOWED_HOSTS host-any'],
  ['a domain that is not allowed', { hosts: ['autre.example'] }, 'ALLOWED_HOSTS domain-not-allowed'],
  ['a protected host', { hosts: ['APILOS.logement.gouv.fr', drill.domain] }, 'ALLOWED_HOSTS production'],
  ['no read-only DSN', { readOnlyUrl: '' }, 'DB_READONLY missing'],
  ['a DSN without a password', { readOnlyUrl: 'postgresql://ro@h:1/apilos' }, 'DB_READONLY not-a-dsn'],
  [
    'the example',
    { readOnlyUrl: 'postgresql://apilos_ro:apilos_ro@localhost:5433/apilos' },
    'DB_READONLY example',
  ],
  [
    'the owner as the read-only user',
    { ...standalone, application: 'siap', readOnlyUrl: 'postgresql://apilos:x@127.0.0.1:30001/apilos' },
    'DB_READONLY same-user',
  ],
  [
    'the production bucket',
    { storage: { ...drill.storage, bucket: 'apilos-prod' } },
    'AWS_STORAGE_BUCKET_NAME production',
  ],
  ['a short key', { keys: { ...drill.keys, secretKey: 'court' } }, 'SECRET_KEY short-key'],
  ['an absent key', { keys: { ...drill.keys, jwtSign: '' } }, 'JWT_SIGN_KEY missing'],
  ['the key of a real service', { given: { SENDINBLUE_API_KEY: 'x' } }, 'SENDINBLUE_API_KEY drill-key'],
  ['a variable of an add-on', { given: { REDIS_URL: 'redis://x' } }, 'REDIS_URL owned'],
  ['another ACL', { given: { AWS_DEFAULT_ACL: 'public-read' } }, 'AWS_DEFAULT_ACL owned'],
  ['a line break', { environment: 'a\nb' }, 'ENVIRONMENT unfit'],
])('%s is refused', (_what, changed, problem) => {
  expect(problemsOf(template, { ...drill, ...changed })).toContain(problem);
});

test('what only a real target refuses', () => {
  const { given: _given, ...bare } = real;
  const local = { ...bare, storage: drill.storage, readOnlyUrl: drill.readOnlyUrl };
  expect(problemsOf(template, local)).toEqual([
    'AWS_S3_ENDPOINT_URL insecure',
    'DB_READONLY insecure',
    'SIAP_CLIENT_HOST missing',
    'SIAP_CLIENT_PATH missing',
  ]);
});

test('SIAP without CERBERE, and CERBERE without SIAP, are refused', () => {
  expect(problemsOf(template, rest)).toEqual(['CERBERE_AUTH missing']);
  expect(problemsOf(template, { ...standalone, cerbere: 'https://cas' })).toEqual([
    'CERBERE_AUTH standalone',
  ]);
});

test('the same key twice is refused for both', () => {
  const keys = { ...drill.keys, jwtSign: drill.keys.secretKey };
  expect(problemsOf(template, { ...drill, keys })).toEqual(['JWT_SIGN_KEY same-key', 'SECRET_KEY same-key']);
});

test('a template is read as it is written, in any of its forms', () => {
  const text =
    "A=1\r\n# B = 'deux'\n#C=\nexport D=\"4 # pas un commentaire\"\n# prose, e = mc²\n\nn'importe quoi\n";
  expect(parseTemplate(text)).toEqual({
    entries: [
      { name: 'A', value: '1', commented: false, line: 1 },
      { name: 'B', value: 'deux', commented: true, line: 2 },
      { name: 'C', value: '', commented: true, line: 3 },
      { name: 'D', value: '4 # pas un commentaire', commented: false, line: 4 },
    ],
    unreadable: [7],
  });
  expect(problemsOf(`${template}n'importe quoi\n`, drill)).toEqual([
    `ligne ${template.split('\n').length} unreadable`,
  ]);
});

const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/);
const secret = fc.stringMatching(/^[a-zA-Z0-9+/=:@.-]{12,60}$/);
const profiles = fc.record({
  application: fc.constantFrom('siap' as const, 'standalone' as const),
  mode: fc.constantFrom('drill' as const, 'real' as const),
  readOnlyUrl: fc.oneof(
    secret,
    secret.map(value => `postgresql://u:${encodeURIComponent(value)}@h/d`),
  ),
  cerbere: fc.oneof(fc.constant(''), secret),
  keys: fc.record({ secretKey: secret, jwtSign: secret, siapClientJwtSign: secret }),
  storage: fc.record({
    endpoint: secret,
    region: fc.constant('fr-par'),
    bucket: secret,
    accessKeyId: secret,
    secretAccessKey: secret,
  }),
  given: fc.dictionary(fc.oneof(name, fc.constantFrom('SENTRY_URL', 'REDIS_URL', 'DEBUG')), secret),
});

test('every name is set, left out or refused, and no value is told', () => {
  const lines = fc.array(
    fc.oneof(
      name.map(each => `${each}=exemple`),
      fc.constant('# prose'),
      secret,
    ),
  );
  fc.assert(
    fc.property(profiles, lines, (made, extra) => {
      const text = `${template}${extra.join('\n')}\n`;
      const profile = { ...drill, ...made };
      const { variables, leftOut, problems: found } = buildVariables(text, profile);
      const spoken = new Set([...Object.keys(variables), ...[...leftOut, ...found].map(each => each.name)]);
      for (const entry of parseTemplate(text).entries) expect(spoken).toContain(entry.name);
      for (const { name: left } of leftOut) expect(variables).not.toHaveProperty(left);
      const told = JSON.stringify([leftOut, found]);
      const { keys, storage, given, readOnlyUrl } = profile;
      const values = [...Object.values({ ...keys, ...storage, ...given }), readOnlyUrl];
      for (const value of values.filter(each => each !== 'fr-par')) expect(told).not.toContain(value);
    }),
  );
});

test('a template of which every name is known has no unknown ones, and another is told before anything is configured', () => {
  const { mode, given = {} } = real;
  expect([unknownNames(template, drill), unknownNames(template, { mode, given })]).toEqual([[], []]);
  const changed = `${template}\nDOCUMENT_VAULT_KEY=\n# AUTRE=x\n`;
  expect(unknownNames(changed, drill)).toEqual(['DOCUMENT_VAULT_KEY', 'AUTRE']);
  const held = { ...given, DOCUMENT_VAULT_KEY: 'valeur' };
  expect(unknownNames(changed, { mode, given: held })).toEqual(['AUTRE']);
});
