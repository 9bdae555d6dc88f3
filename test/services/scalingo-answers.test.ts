import { readdir } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { listenHttp } from '../../runner/sandbox/sockets.ts';
import type { ScalingoResource } from '../../runner/services/resources.ts';
import { accountOf } from '../../runner/services/scalingo/account.ts';
import {
  addDomain,
  addonStatus,
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
  restart,
  setVariables,
  shareDatabase,
  waitForCertificate,
  waitForDeployment,
} from '../../runner/services/scalingo.ts';
import { startServer, type TestServer, token } from '../sandbox/scalingo/server.ts';
import { faultOf, temporaryFolder } from './backups.ts';

const lost = 'apilos-siap-production';
const app = 'exercice-apilos';
const postgres = { kind: 'postgresql', plan: 'postgresql-starter-512' } as const;

/** A JSON answer, by the method and path of its request; what is given back is sent in its place. */
type Reshape = (request: string, body: unknown) => unknown;

let server: TestServer;
let reshape: Reshape;
let instead: (request: string, incoming: IncomingMessage, response: ServerResponse) => boolean;
let asked: string[];
let failing: (operation: string) => { status: number; body: unknown } | undefined;

beforeEach(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  [reshape, instead, failing] = [(_, body) => body, () => false, () => undefined];
  asked = [];
  server = await startServer({ around: reshaping, fault: operation => failing(operation) });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

function reshaping(listener: RequestListener): RequestListener {
  return (incoming, response) => {
    const request = `${incoming.method} ${(incoming.url ?? '').replace(/\?.*/, '').replace('/api/v1', '')}`;
    asked.push(request);
    if (instead(request, incoming, response)) return;
    const end = response.end.bind(response);
    response.end = (text?: unknown) => {
      const isJson = typeof text === 'string' && text.startsWith('{');
      return end(isJson ? JSON.stringify(reshape(request, JSON.parse(text))) : text);
    };
    listener(incoming, response);
  };
}

function platform(run = 'run-1', more: Partial<ScalingoResource> = {}): ScalingoResource {
  const resource: ScalingoResource = {
    ...{ kind: 'scalingo', name: 'plateforme', run, mode: 'drill', protected: [], token, region: 'osc-fr1' },
    api: `${server.url()}/api/v1`,
    authApi: `${server.url()}/auth/v1`,
    databaseApi: `${server.url()}/db/api`,
    gateway: { host: '127.0.0.1', hostFingerprint: [], identity: { keyFile: '' } },
    ...more,
  };
  accountOf(resource, server.clock);
  return resource;
}

/** The value under one of the names of an object. */
function under(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

function answer(response: ServerResponse, status: number, body: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  return true;
}

describe('the mark of a run', () => {
  const run = '20261123-075930-abcdef';

  test('keeps another run from removing the application', async () => {
    await createApp(platform('run-1'), app);
    expect(await faultOf(deleteApp(platform('run-2'), app))).toBe('scalingo-app-not-ours');
    expect((await findApplication(platform(), app))?.name).toBe(app);
    expect(await deleteApp(platform('run-1'), app)).toBe(true);
  });

  async function leftUnmarked(): Promise<void> {
    failing = operation => (operation === 'variables.put' ? { status: 503, body: 'down' } : undefined);
    expect(await faultOf(createApp(platform(run), app))).toBe('scalingo-refused');
    failing = () => undefined;
  }

  test('is put on what a run asked for and could not mark, so that undo takes it back', async () => {
    await leftUnmarked();
    expect(await getVariable(platform(run), app, 'REPRISE_RUN')).toBeUndefined();
    await createApp(platform(run), app, { dryRun: true });
    expect(await getVariable(platform(run), app, 'REPRISE_RUN')).toBeUndefined();
    await createApp(platform(run), app);
    expect(await getVariable(platform(run), app, 'REPRISE_RUN')).toBe(run);
    expect(await deleteApp(platform(run), app)).toBe(true);
  });

  test('is not put on an application that is older than the run, that holds anything, or that was deployed', async () => {
    await leftUnmarked();
    await createApp(platform('20261123-080200-abcdef'), app);
    await createApp(platform('run-1'), app);
    expect(await getVariable(platform(run), app, 'REPRISE_RUN')).toBeUndefined();
    const deployed: Reshape = (request, body) =>
      request === `GET /apps/${app}`
        ? { app: Object.assign(under(body, 'app') ?? {}, { status: 'running' }) }
        : body;
    reshape = deployed;
    await createApp(platform(run), app);
    reshape = (_, body) => body;
    expect(await getVariable(platform(run), app, 'REPRISE_RUN')).toBeUndefined();
    await setVariables(platform(run), app, { DEBUG: 'False' });
    await createApp(platform(run), app);
    expect(await faultOf(deleteApp(platform(run), app))).toBe('scalingo-app-not-ours');
  });
});

describe('shapes on which the documentation and the clients disagree', () => {
  test('a collaborator is read from an object or a list, under either name', async () => {
    const at = platform();
    await createApp(at, app);
    const shapes: readonly ((one: unknown) => unknown)[] = [
      one => ({ collaborator: one }),
      one => ({ collaborator: [one] }),
      one => ({ collaborators: [one] }),
      one => one,
    ];
    for (const [index, shape] of shapes.entries()) {
      reshape = (request, body) =>
        request === `POST /apps/${app}/collaborators` ? shape(under(body, 'collaborator')) : body;
      expect(await inviteCollaborator(at, app, `p${index}@exemple.invalid`)).toBe('pending');
    }
    const lists: readonly ((all: unknown) => unknown)[] = [
      all => ({ collaborators: all }),
      all => ({ collaborator: all }),
      all => all,
    ];
    for (const list of lists) {
      reshape = (request, body) =>
        request === `GET /apps/${app}/collaborators` ? list(under(body, 'collaborators')) : body;
      asked.length = 0;
      expect(await inviteCollaborator(at, app, 'p0@exemple.invalid')).toBe('pending');
      expect(asked).toEqual([`GET /apps/${app}/collaborators`]);
    }
  });

  test('settings are put where they cannot be patched', async () => {
    const at = platform();
    await createApp(at, app);
    instead = (request, _, response) =>
      request === `PATCH /apps/${app}` && answer(response, 405, { error: 'method not allowed' });
    asked.length = 0;
    await forceHttps(at, app);
    expect(asked).toEqual([`PATCH /apps/${app}`, `PUT /apps/${app}`]);
    expect(server.scalingo().applications()[1]?.forceHttps).toBe(true);
  });

  test('an add-on is known under the older name of its provider, and is not bought again', async () => {
    const at = platform();
    await createApp(at, app);
    const older = (addon: unknown) =>
      Object.assign(Object(addon), { id: '5bf1a5b8c0f1e2', addon_provider: { id: 'scalingo-postgresql' } });
    instead = (request, incoming, response) => {
      if (request === 'GET /addon_providers/postgresql/plans')
        return answer(response, 404, { error: 'not found' });
      incoming.url = (incoming.url ?? '').replace('/scalingo-postgresql/', '/postgresql/');
      return false;
    };
    expect(await provisionAddon(at, app, postgres)).toMatchObject({ plan: postgres.plan });
    instead = () => false;
    reshape = (request, body) => {
      if (request !== `GET /apps/${app}/addons`) return body;
      return { addons: [under(body, 'addons')].flat().map(older) };
    };
    expect(await addonStatus(at, app, 'postgresql')).toBe('running');
    expect(asked.filter(one => one === `POST /apps/${app}/addons`)).toHaveLength(1);
  });

  test('the users of a database are read under a name with a hyphen or an underscore, rooted or not', async () => {
    const at = platform();
    await createApp(at, app);
    await provisionAddon(at, app, postgres);
    for (const root of ['database-users', 'database_users']) {
      reshape = (request, body) => {
        if (!request.endsWith('/users')) return body;
        if (request.startsWith('POST')) return under(body, 'database_user') ?? body;
        return { [root]: under(body, 'database_users') ?? under(body, 'database-users') };
      };
      expect((await createReadOnlyUser(at, app, 'lecture1')).password).toHaveLength(32);
    }
    expect(server.asked.filter(one => one === 'remove lecture1')).toHaveLength(1);
  });

  test('a list under a name that nobody knows is a fault, and nothing is bought for it', async () => {
    const at = platform();
    await createApp(at, app);
    reshape = (request, body) =>
      request === `GET /apps/${app}/addons` ? { add_ons: under(body, 'addons') } : body;
    await expect(provisionAddon(at, app, postgres)).rejects.toMatchObject({
      code: 'scalingo-answer-unknown',
      state: 'nothing-changed',
      params: { expected: 'addons', found: 'add_ons' },
    });
    expect(asked).not.toContain(`POST /apps/${app}/addons`);
    reshape = (request, body) => (request === `GET /apps/${app}/addons` ? { addons: null } : body);
    expect(await addonStatus(at, app, 'postgresql')).toBe('absent');
    reshape = (request, body) => (request === `GET /apps/${app}` ? { app: { id: 7, name: app } } : body);
    await expect(findApplication(at, app)).rejects.toMatchObject({
      code: 'scalingo-answer-unknown',
      params: { expected: 'app', found: 'app / id' },
    });
  });
});

test('an operation that fails, or that does not end, is said', async () => {
  const at = platform();
  await createApp(at, app);
  await server.scalingo().pushed(app, 'a'.repeat(40));
  await waitForDeployment(at, app, { sha: 'a'.repeat(40) });
  const operation = (status: string) => (request: string, body: unknown) =>
    request.includes('/operations/') ? { operation: { status, error: 'no room left' } } : body;
  reshape = operation('error');
  await expect(restart(at, app)).rejects.toMatchObject({
    code: 'scalingo-operation-failed',
    state: 'step-may-have-run',
    params: { app, message: 'no room left' },
  });
  await server.clock.sleep(60_000);
  reshape = operation('running');
  await expect(restart(at, app, { within: 20_000 })).rejects.toMatchObject({
    code: 'scalingo-operation-late',
    params: { app, status: 'running' },
  });
});

test('the token is not sent to another host, whatever the API points to', async () => {
  const strangers: (string | undefined)[] = [];
  const other = await listenHttp((incoming, response) => {
    strangers.push(incoming.headers.authorization);
    response.end('{}');
  });
  onTestFinished(other.close);
  const at = platform();
  await createApp(at, app);
  instead = (request, _, response) => {
    if (request !== `POST /apps/${app}/restart`) return false;
    response.writeHead(202, { location: `${other.url}/operations/1` });
    response.end();
    return true;
  };
  await expect(restart(at, app)).rejects.toMatchObject({
    code: 'scalingo-odd-address',
    params: { host: new URL(other.url).host },
  });
  expect(strangers).toEqual([]);
});

test('a download that is cut, or that has another size than announced, leaves nothing behind', async () => {
  const at = platform();
  const backup = (await listBackups(at, lost)).find(one => one.status === 'done');
  if (backup === undefined) throw new Error('no backup');
  const folder = await temporaryFolder();
  const taken = (size: number) => downloadBackup(at, lost, { backup: { ...backup, size }, folder });
  await expect(taken(3)).rejects.toMatchObject({
    code: 'scalingo-download-cut',
    params: { backup: backup.name, reason: `${backup.size}/3` },
  });
  instead = (request, _, response) => {
    if (!request.endsWith('/download')) return false;
    response.writeHead(200, { 'content-length': backup.size });
    response.write('cut', () => response.destroy());
    return true;
  };
  await expect(taken(backup.size)).rejects.toMatchObject({ code: 'scalingo-download-cut' });
  expect(await readdir(folder)).toEqual([]);
  instead = () => false;
  expect(await taken(backup.size)).toMatchObject({ size: backup.size });
});

test('a database is shared with an application that has none, and taken from one that has', async () => {
  const at = platform();
  const other = 'exercice-autonome';
  await createApp(at, app);
  await createApp(at, other);
  const share = () => shareDatabase(at, { from: app, to: other });
  await expect(share()).rejects.toMatchObject({
    code: 'database-not-provisioned',
    params: { resource: other, app, variable: 'SCALINGO_POSTGRESQL_URL' },
  });
  await provisionAddon(at, app, postgres);
  await share();
  expect(await getVariable(at, other, 'DATABASE_URL')).toBe(
    await getVariable(at, app, 'SCALINGO_POSTGRESQL_URL'),
  );
  await provisionAddon(at, other, postgres);
  expect(await faultOf(share())).toBe('scalingo-addon-present');
});

test('what is to be paid first, what is absent and what is not said are faults of their own', async () => {
  const at = platform();
  await createApp(at, app);
  failing = operation =>
    operation === 'addons.create' ? { status: 402, body: { error: 'no card' } } : undefined;
  await expect(provisionAddon(at, app, postgres)).rejects.toMatchObject({
    code: 'scalingo-payment-required',
    params: { status: 402, message: 'no card' },
  });
  failing = () => undefined;
  expect(await faultOf(listBackups(at, app))).toBe('scalingo-addon-missing');
  expect(await faultOf(listBackups(at, 'exercice-absent'))).toBe('scalingo-not-found');
  reshape = (request, body) => (request.endsWith('/token') ? { addon: { id: 'x' } } : body);
  await provisionAddon(at, app, postgres);
  expect(await faultOf(listBackups(at, app))).toBe('scalingo-no-token');
  reshape = (request, body) =>
    /^POST .*\/users$/.test(request) ? { name: 'lecture1', password: null } : body;
  expect(await faultOf(createReadOnlyUser(at, app, 'lecture1'))).toBe('scalingo-no-password');
  reshape = (request, body) => {
    if (request !== `GET /apps/${app}/domains`) return body;
    return { domains: [{ id: 'd', name: 'a.exemple.invalid', letsencrypt_status: 'error' }] };
  };
  await addDomain(at, app, 'a.exemple.invalid');
  expect(await faultOf(waitForCertificate(at, app, { domain: 'a.exemple.invalid' }))).toBe(
    'scalingo-certificate-failed',
  );
  reshape = (request, body) => {
    if (request !== `GET /apps/${app}/deployments`) return body;
    return { deployments: [{ id: 'x', status: 'unheard-of', git_ref: 'b'.repeat(40) }] };
  };
  expect(await faultOf(waitForDeployment(at, app, { sha: 'b'.repeat(40) }))).toBe(
    'scalingo-deployment-failed',
  );
});
