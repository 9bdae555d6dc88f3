import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import type { InjectedFault } from '../../runner/sandbox/scalingo/handler.ts';
import type { Outcome } from '../../runner/sandbox/scalingo/state.ts';
import type { ScalingoResource } from '../../runner/services/resources.ts';
import { accountOf } from '../../runner/services/scalingo/account.ts';
import {
  addDomain,
  addSshKey,
  createApp,
  createReadOnlyUser,
  deleteApp,
  downloadBackup,
  findApplication,
  forceHttps,
  getVariable,
  inviteCollaborator,
  listBackups,
  provisionAddon,
  removeSshKey,
  restart,
  scale,
  setStack,
  setVariables,
  waitForAcceptance,
  waitForCertificate,
  waitForDeployment,
} from '../../runner/services/scalingo.ts';
import { archiveBody, eventually, startServer, type TestServer, token } from '../sandbox/scalingo/server.ts';
import { collectFacts, temporaryFolder } from './backups.ts';

const lost = 'apilos-siap-production';
const app = 'exercice-apilos';
const sha = 'a'.repeat(40);

let server: TestServer;
let operations: string[];
let failing: (operation: string, count: number) => InjectedFault | undefined;
let outcome: Outcome;
let resolved: boolean;
let requestsPerMinute: number;

async function start(): Promise<void> {
  server = await startServer({
    requestsPerMinute,
    outcome: () => outcome,
    resolves: () => resolved,
    fault: operation => {
      operations.push(operation);
      return failing(operation, operations.filter(one => one === operation).length);
    },
  });
}

beforeEach(async () => {
  [operations, failing, outcome, resolved, requestsPerMinute] = [[], () => undefined, 'success', true, 60];
  await start();
});

afterEach(() => server.stop());

/** A resource on the server, whose waits move the server's clock. */
function platform(more: Partial<ScalingoResource> = {}): ScalingoResource {
  const resource: ScalingoResource = {
    kind: 'scalingo',
    name: 'plateforme',
    run: 'run-1',
    mode: 'drill',
    protected: ['apilos-siap-*', '*.logement.gouv.fr'],
    api: `${server.url()}/api/v1`,
    authApi: `${server.url()}/auth/v1`,
    databaseApi: `${server.url()}/db/api`,
    token,
    region: 'osc-fr1',
    gateway: { host: '127.0.0.1', hostFingerprint: [], identity: { keyFile: '' } },
    ...more,
  };
  accountOf(resource, server.clock);
  return resource;
}

/** The fault that a promise rejects with; any other error is a failure of the test. */
async function faultOf(promise: Promise<unknown>): Promise<Fault | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

async function provisioned(): Promise<ScalingoResource> {
  const at = platform();
  await createApp(at, app);
  await provisionAddon(at, app, { kind: 'postgresql', plan: 'postgresql-starter-512' });
  return at;
}

async function deployed(at: ScalingoResource): Promise<void> {
  await server.scalingo().pushed(app, sha);
  await waitForDeployment(at, app, { sha });
}

test('an application is made, once, on the stack that is asked for', async () => {
  const at = platform();
  const expected = {
    name: app,
    gitUrl: `git@ssh.osc-fr1.scalingo.com:${app}.git`,
    url: `https://${app}.osc-fr1.scalingo.io`,
    host: `${app}.osc-fr1.scalingo.io`,
    stack: 'st-aaaa0026',
    owner: 'astreinte@apilos.invalid',
    status: 'new',
  };
  expect(await createApp(at, app, { dryRun: true })).toEqual(expected);
  expect(await findApplication(at, app)).toBeUndefined();
  expect(await createApp(at, app)).toEqual(expected);
  expect(await createApp(at, app)).toEqual(expected);
  await setStack(at, app, 'scalingo-22');
  expect((await findApplication(at, app))?.stack).toBe('st-aaaa0022');
  expect(await faultOf(setStack(at, app, 'scalingo-18'))).toMatchObject({ code: 'scalingo-stack-unknown' });
  expect(operations.filter(one => one === 'apps.create')).toHaveLength(2);
});

test('what Scalingo refuses is said with the id of the request', async () => {
  expect(await faultOf(createApp(platform(), 'Non'))).toMatchObject({
    code: 'scalingo-refused',
    state: 'nothing-changed',
    params: {
      request: 'POST /apps',
      status: 422,
      message: expect.stringContaining('name is too short (minimum is 6 characters)'),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    },
  });
});

test('collaborators are invited with full rights and awaited', async () => {
  const facts = collectFacts();
  const at = platform();
  await createApp(at, app);
  const [camille, dominique] = ['camille@exemple.invalid', 'dominique@exemple.invalid'];
  expect([await inviteCollaborator(at, app, camille), await inviteCollaborator(at, app, camille)]).toEqual([
    'pending',
    'pending',
  ]);
  await inviteCollaborator(at, app, dominique);
  await server.scalingo().accept(app, camille);
  const waiting = { emails: [camille, dominique], within: 30_000 };
  expect(await waitForAcceptance(at, app, waiting)).toEqual([dominique]);
  expect(facts).toEqual([
    { kind: 'access-granted', resource: 'plateforme', who: camille },
    { kind: 'access-granted', resource: 'plateforme', who: dominique },
  ]);
});

describe('add-ons', () => {
  test('are awaited while they are provisioned, and taken as they are the second time', async () => {
    const at = await provisioned();
    const wanted = { kind: 'postgresql', plan: 'postgresql-starter-512' } as const;
    expect(await provisionAddon(at, app, wanted)).toMatchObject({ plan: 'postgresql-starter-512' });
    expect(operations.filter(one => one === 'addons.create')).toHaveLength(1);
    const url = await getVariable(at, app, 'DATABASE_URL');
    expect(url).toMatch(
      /^postgresql:\/\/exercice_apilos_\d+:a{24}@exercice-apilos-\d+\.postgresql\.a\.osc-fr1/,
    );
    const other = { ...wanted, plan: 'postgresql-starter-1024' };
    expect(await faultOf(provisionAddon(at, app, other))).toMatchObject({
      code: 'scalingo-addon-other-plan',
    });
  });

  test('are refused on free plans and on those that cannot be had, before anything is asked for', async () => {
    const at = platform();
    await createApp(at, app);
    const asked = (plan: string) => faultOf(provisionAddon(at, app, { kind: 'postgresql', plan }));
    expect(await asked('postgresql-sandbox')).toMatchObject({ code: 'scalingo-plan-free' });
    for (const plan of ['postgresql-starter-256', 'postgresql-business-512', 'postgresql-enterprise-8192']) {
      expect(await asked(plan)).toMatchObject({
        code: 'scalingo-plan-unavailable',
        params: {
          plan,
          available: 'postgresql-starter-512, postgresql-starter-1024, postgresql-business-1024',
        },
      });
    }
    expect(operations).not.toContain('addons.create');
  });
});

describe('backups', () => {
  test('of a lost application are listed and downloaded, with the key of nobody', async () => {
    const at = platform();
    const backups = await listBackups(at, lost);
    expect(backups.map(({ status, takenAt }) => `${status} ${takenAt.slice(0, 13)}`)).toEqual([
      'pending 2026-11-23T04',
      'done 2026-11-23T00',
      'done 2026-11-22T00',
      'done 2026-11-21T00',
      'error 2026-11-20T00',
    ]);
    const folder = await temporaryFolder();
    const [pending, newest] = backups;
    if (pending === undefined || newest === undefined) throw new Error('no backups');
    const { path, ...facts } = await downloadBackup(at, lost, { backup: newest, folder });
    expect(facts).toEqual({
      name: '20261123000000_apilos_siap_pro_4521.tar.gz',
      size: archiveBody.length,
      sha256: createHash('sha256').update(archiveBody).digest('hex'),
    });
    expect(await readFile(path)).toEqual(archiveBody);
    expect(await faultOf(downloadBackup(at, lost, { backup: pending, folder }))).toMatchObject({
      code: 'scalingo-backup-not-done',
    });
    failing = operation => (operation === 'backups.download' ? { status: 503, body: 'down' } : undefined);
    expect(await faultOf(downloadBackup(at, lost, { backup: newest, folder }))).toMatchObject({
      code: 'scalingo-download-refused',
      params: { status: 503 },
    });
    expect(await readdir(folder)).toEqual(['20261123000000_apilos_siap_pro_4521.tar.gz']);
  });
});

test('a read-only user is made, and made anew the second time', async () => {
  const facts = collectFacts();
  const at = await provisioned();
  const first = await createReadOnlyUser(at, app, 'lecture1');
  const second = await createReadOnlyUser(at, app, 'lecture1');
  expect([first.name, first.password.length, second.password === first.password]).toEqual([
    'lecture1',
    32,
    false,
  ]);
  expect(server.asked.slice(1)).toEqual([
    'user lecture1 read-only',
    'remove lecture1',
    'user lecture1 read-only',
  ]);
  expect(facts).toContainEqual({ kind: 'access-granted', resource: 'plateforme', who: 'lecture1' });
  expect(await faultOf(createReadOnlyUser(at, app, 'Lecture'))).toMatchObject({
    code: 'scalingo-user-unfit',
  });
});

test('variables are set by name, read, and seen after a restart; those of add-ons are never touched', async () => {
  const at = await provisioned();
  await deployed(at);
  expect(await setVariables(at, app, { DEBUG: 'False', ALLOWED_HOSTS: 'exemple.invalid' })).toEqual([
    'ALLOWED_HOSTS',
    'DEBUG',
  ]);
  expect(await getVariable(at, app, 'ALLOWED_HOSTS')).toBe('exemple.invalid');
  expect(await getVariable(at, app, 'ABSENT')).toBeUndefined();
  const seen = () => server.scalingo().applications()[1]?.variables.DEBUG;
  expect(seen()).toBeUndefined();
  await restart(at, app);
  expect(seen()).toBe('False');
  for (const [name, reason] of [
    ['DATABASE_URL', 'owned'],
    ['SCALINGO_REDIS_URL', 'owned'],
    ['_X', 'name'],
  ]) {
    expect(await faultOf(setVariables(at, app, { OK: '1', [`${name}`]: 'x' }))).toMatchObject({
      code: 'scalingo-variable-unfit',
      params: { variable: name, reason },
    });
  }
  expect(await getVariable(at, app, 'OK')).toBeUndefined();
});

test('containers are scaled, and not asked for when they are there', async () => {
  const at = await provisioned();
  await deployed(at);
  await scale(at, app, { worker: 1 });
  await scale(at, app, { web: 1, worker: 1 });
  expect(operations.filter(one => one === 'containers.scale')).toHaveLength(1);
  await forceHttps(at, app);
  expect(server.scalingo().applications()[1]).toMatchObject({ web: 1, forceHttps: true });
});

test('a certificate is awaited, and a name that leads nowhere is said', async () => {
  const at = platform();
  await createApp(at, app);
  await addDomain(at, app, 'apilos.exemple.invalid');
  await addDomain(at, app, 'apilos.exemple.invalid');
  await eventually(
    async () => server.scalingo().applications()[1]?.hosts.length,
    hosts => hosts === 2,
  );
  await waitForCertificate(at, app, { domain: 'apilos.exemple.invalid' });
  resolved = false;
  await addDomain(at, app, 'perdu.exemple.invalid');
  expect(
    await faultOf(waitForCertificate(at, app, { domain: 'perdu.exemple.invalid', within: 60_000 })),
  ).toMatchObject({ code: 'scalingo-certificate-late', params: { status: 'pending_dns' } });
});

describe('deployments', () => {
  test.each([
    ['build-error', 'scalingo-deployment-build-error', 'Could not find a version'],
    ['crashed-error', 'scalingo-deployment-crashed-error', 'DB_READONLY'],
    ['timeout-error', 'scalingo-deployment-timeout-error', 'within 60 seconds'],
    ['hook-error', 'scalingo-deployment-hook-error', 'permission denied'],
    ['aborted', 'scalingo-deployment-aborted', 'was aborted'],
  ] as const)('that end in %s are explained with the end of the log', async (ending, code, why) => {
    const at = platform();
    await createApp(at, app);
    outcome = ending;
    await server.scalingo().pushed(app, sha);
    expect(await faultOf(waitForDeployment(at, app, { sha }))).toMatchObject({
      code,
      params: { app, sha, log: expect.stringContaining(why) },
    });
  });

  test('that never came, or that last, are told apart', async () => {
    const at = platform();
    await createApp(at, app);
    const waiting = { sha, within: 10_000 };
    expect(await faultOf(waitForDeployment(at, app, waiting))).toMatchObject({
      code: 'scalingo-deployment-absent',
    });
    await server.scalingo().pushed(app, sha);
    expect(await faultOf(waitForDeployment(at, app, waiting))).toMatchObject({
      code: 'scalingo-deployment-late',
    });
    expect(await waitForDeployment(at, app, { sha: sha.slice(0, 8) })).toMatchObject({
      id: expect.any(String),
    });
  });
});

test('an SSH key is registered once, and taken away', async () => {
  const at = platform();
  const content = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5bT0mVYVvDqf3Yo3fY0c5YQkq0dJf3vQH6xUuS4r6W reprise';
  const key = await addSshKey(at, 'reprise-run-1', content);
  expect(await addSshKey(at, 'autre-nom', content.replace(/ reprise$/, ''))).toEqual(key);
  expect([await removeSshKey(at, 'reprise-run-1'), await removeSshKey(at, 'reprise-run-1')]).toEqual([
    true,
    false,
  ]);
});

test('an application is removed with its database, and once more without harm', async () => {
  const at = await provisioned();
  expect([await deleteApp(at, app), await deleteApp(at, app)]).toEqual([true, false]);
  expect(server.asked.at(-1)).toBe('drop exercice_apilos_n');
});

test('a drill touches no protected name; the real thing may', async () => {
  const at = platform();
  const addon = { kind: 'postgresql', plan: 'postgresql-starter-512' } as const;
  const writes = [
    () => createApp(at, 'apilos-siap-essai'),
    () => deleteApp(at, lost),
    () => setVariables(at, lost, { A: '1' }),
    () => setStack(at, lost, 'scalingo-22'),
    () => forceHttps(at, lost),
    () => inviteCollaborator(at, lost, 'x@exemple.invalid'),
    () => provisionAddon(at, lost, addon),
    () => createReadOnlyUser(at, lost, 'lecture1'),
    () => restart(at, lost),
    () => scale(at, lost, { web: 0 }),
    () => addDomain(at, lost, 'exemple.invalid'),
    () => addDomain(at, 'exercice-apilos', 'apilos.logement.gouv.fr'),
  ];
  for (const write of writes) {
    expect(await faultOf(write())).toMatchObject({ code: 'protected-name' });
  }
  expect(operations).toEqual([]);
  expect((await createApp(platform({ mode: 'real' }), lost)).status).toBe('crashed');
});

describe('the account', () => {
  test('renews its JWT before it expires, and when the server says that it has', async () => {
    const at = platform();
    await createApp(at, app);
    await server.clock.sleep(56 * 60_000);
    await findApplication(at, app);
    expect(operations.filter(one => one === 'tokens.exchange')).toHaveLength(2);
    failing = (operation, count) =>
      operation === 'apps.list' || (operation === 'apps.show' && count === 3)
        ? { status: 401, body: { error: 'Authentication failed' } }
        : undefined;
    expect((await findApplication(at, app))?.name).toBe(app);
    expect(operations.filter(one => one === 'tokens.exchange')).toHaveLength(3);
  });

  test('says that a token is refused, and never shows it', async () => {
    const fault = await faultOf(createApp(platform({ token: 'tk-us-false-0123456789' }), app));
    expect(fault).toMatchObject({ code: 'scalingo-denied', params: { status: 401 } });
    expect(JSON.stringify(fault)).not.toContain('tk-us-false');
  });

  test('keeps under 60 requests a minute by waiting', async () => {
    const at = platform();
    const began = server.clock.now();
    for (let count = 0; count < 120; count++) await findApplication(at, lost);
    expect(server.clock.now() - began).toBe(120_000);
  });

  test('waits when another user of the account took its turns, and gives up at last', async () => {
    await server.stop();
    requestsPerMinute = 3;
    await start();
    const at = platform();
    const facts = collectFacts();
    for (let count = 0; count < 6; count++) await findApplication(at, lost);
    expect(facts).not.toEqual([]);
    expect(new Set(facts.map(fact => [fact.kind, 'refusal' in fact ? fact.refusal : ''].join(' ')))).toEqual(
      new Set(['requests-retried 429']),
    );
    await server.stop();
    requestsPerMinute = 0;
    await start();
    expect(await faultOf(findApplication(platform(), lost))).toMatchObject({
      code: 'scalingo-busy',
      params: { status: 429, message: 'Retry later' },
    });
  });

  test('says that nobody answers', async () => {
    const at = platform();
    await server.close();
    expect(await faultOf(findApplication(at, lost))).toMatchObject({ code: 'scalingo-unreachable' });
  });
});
