import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archiveBody, eventually, realDelays, startServer, type TestServer, token } from './server.ts';

// What no published client covers: the database API, the limiter, bodies of the documentation that clients do not send.
let server: TestServer;
let jwt: string;

beforeEach(async () => {
  server = await startServer();
  jwt = (await exchange()).token;
});

afterEach(() => server.stop());

async function exchange(): Promise<{ token: string }> {
  const authorization = `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
  const answer = await fetch(`${server.url()}/auth/v1/tokens/exchange`, {
    method: 'POST',
    headers: { authorization },
  });
  const body: unknown = await answer.json();
  if (typeof body !== 'object' || body === null || !('token' in body)) throw new Error('no token');
  return { token: String(body.token) };
}

async function call(path: string, more: { method?: string; body?: unknown; bearer?: string } = {}) {
  const { method = 'GET', body, bearer = jwt } = more;
  const answer = await fetch(`${server.url()}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const json: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return { status: answer.status, headers: answer.headers, body: json };
}

/** A value inside an answer, by the names that lead to it. */
function at(value: unknown, ...names: readonly (string | number)[]): unknown {
  let found = value;
  for (const name of names) {
    found = typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined;
  }
  return found;
}

async function provisioned(): Promise<{ id: string; bearer: string }> {
  const app = { name: 'exercice-apilos' };
  await call('/api/v1/apps', { method: 'POST', body: { app } });
  const addon = { addon_provider_id: 'postgresql', plan_id: 'pl-postgresql-starter-512' };
  const made = await call(`/api/v1/apps/${app.name}/addons`, { method: 'POST', body: { addon } });
  await server.clock.sleep(realDelays.provisioning);
  return opened('exercice-apilos', String(at(made.body, 'addon', 'id')));
}

async function opened(app: string, id: string): Promise<{ id: string; bearer: string }> {
  const answer = await call(`/api/v1/apps/${app}/addons/${id}/token`, { method: 'POST' });
  return { id, bearer: String(at(answer.body, 'addon', 'token')) };
}

test('over the limit, the answer is plain text, and a minute later all is well', async () => {
  await server.stop();
  server = await startServer({ requestsPerMinute: 5 });
  jwt = (await exchange()).token;
  const statuses: number[] = [];
  for (let count = 0; count < 5; count++) statuses.push((await call('/api/v1/apps')).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429]);
  const refused = await call('/api/v1/apps');
  expect([refused.body, refused.headers.get('content-type')]).toEqual([
    'Retry later\n',
    'text/plain; charset=utf-8',
  ]);
  await server.clock.sleep(60_000);
  expect((await call('/api/v1/apps')).status).toBe(200);
});

test('every answer bears a request id; bodies that are no JSON and paths that do not exist are refused', async () => {
  const lost = await call('/api/v1/nothing');
  expect([lost.status, lost.body]).toEqual([404, { resource: 'Route', error: 'not found' }]);
  expect(lost.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  const headers = { authorization: `Bearer ${jwt}` };
  const url = `${server.url()}/api/v1/apps`;
  const broken = await fetch(url, { method: 'POST', headers, body: '{"app":' });
  expect([broken.status, await broken.json()]).toEqual([400, { error: 'invalid JSON body' }]);
});

test('a collaborator may come as an object or in a list, and settings un-nested by PUT', async () => {
  await call('/api/v1/apps', { method: 'POST', body: { app: { name: 'exercice-apilos' } } });
  const path = '/api/v1/apps/exercice-apilos';
  const listed = { collaborator: [{ email: 'a@exemple.invalid', is_limited: false }] };
  const invited = await call(`${path}/collaborators`, { method: 'POST', body: listed });
  expect([invited.status, at(invited.body, 'collaborator', 'is_limited')]).toEqual([201, false]);
  expect(String(at(invited.body, 'collaborator', 'invitation_link'))).toMatch(/\?token=[0-9a-f]{48}$/);
  const put = await call(path, { method: 'PUT', body: { force_https: true } });
  expect(at(put.body, 'app', 'force_https')).toBe(true);
});

test('aliases are shown, or resolved where that is asked for', async () => {
  await provisioned();
  const shown = (query: string) => call(`/api/v1/apps/exercice-apilos/variables${query}`);
  await eventually(
    () => shown(''),
    ({ body }) => at(body, 'variables', 1) !== undefined,
  );
  expect(at((await shown('')).body, 'variables', 1, 'value')).toBe('$SCALINGO_POSTGRESQL_URL');
  expect(at((await shown('?aliases=false')).body, 'variables', 1, 'value')).toMatch(
    /^postgresql:\/\/exercice_apilos_\d+:a{24}@exercice-apilos-\d+\.postgresql\.a\.osc-fr1\.scalingo-dbs\.com:\d+\//,
  );
});

test('a database opens to its own token only', async () => {
  const { id, bearer } = await provisioned();
  expect(at((await call(`/db/api/databases/${id}`, { bearer })).body, 'database', 'status')).toBe('running');
  for (const other of [jwt, 'nonsense']) {
    expect((await call(`/db/api/databases/${id}`, { bearer: other })).status).toBe(other === jwt ? 403 : 401);
  }
  expect((await call('/api/v1/apps', { bearer })).status).toBe(401);
  await server.clock.sleep(3_600_000);
  expect((await call(`/db/api/databases/${id}`, { bearer })).status).toBe(401);
});

test('backups of the lost application are listed with the failed and the pending one, and downloaded without a key', async () => {
  const addons = await call('/api/v1/apps/apilos-siap-production/addons');
  const { id, bearer } = await opened('apilos-siap-production', String(at(addons.body, 'addons', 0, 'id')));
  const { body } = await call(`/db/api/databases/${id}/backups`, { bearer });
  const listed = at(body, 'database_backups');
  if (!Array.isArray(listed)) throw new Error('no list');
  expect(listed.map(one => at(one, 'status'))).toEqual(['pending', 'done', 'done', 'done', 'error']);
  const path = (index: number) => `/db/api/databases/${id}/backups/${at(listed[index], 'id')}/archive`;
  expect((await call(path(0), { bearer })).body).toEqual({
    error: 'backup is not done',
    code: 'backup_not_done',
  });
  const url = String(at((await call(path(1), { bearer })).body, 'download_url'));
  expect((await fetch(url, { headers: { authorization: `Bearer ${bearer}` } })).status).toBe(400);
  const answer = await fetch(url);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(archiveBody);
  await server.clock.sleep(600_000);
  expect((await fetch(url)).status).toBe(403);
});

test('a manual backup is made in the background', async () => {
  const { id, bearer } = await provisioned();
  const made = await call(`/db/api/databases/${id}/backups`, { method: 'POST', bearer });
  expect([made.status, at(made.body, 'database_backup', 'status')]).toEqual([201, 'scheduled']);
  const backup = () => call(`/db/api/backups/${at(made.body, 'database_backup', 'id')}`, { bearer });
  const done = await eventually(backup, ({ body }) => at(body, 'database_backup', 'status') === 'done');
  expect([at(done.body, 'database_backup', 'size'), at(done.body, 'database_backup', 'method')]).toEqual([
    3,
    'manual',
  ]);
});

test('database users come rooted or not, under a root with a hyphen, and show a password once', async () => {
  const { id, bearer } = await provisioned();
  const users = `/db/api/databases/${id}/users`;
  const post = (body: unknown) => call(users, { method: 'POST', bearer, body });
  const rooted = await post({ database_user: { name: 'lecture1', read_only: true } });
  const bare = await post({ name: 'ecriture', read_only: false });
  expect([rooted, bare].map(({ body }) => at(body, 'database_user', 'read_only'))).toEqual([true, false]);
  expect(at(rooted.body, 'database_user', 'password')).toMatch(/^[0-9a-f]{32}$/);
  expect((await post({ name: 'court', read_only: true })).body).toEqual({ errors: { name: ['is invalid'] } });
  const listed = at((await call(users, { bearer })).body, 'database-users');
  expect(Array.isArray(listed) && listed.map(one => [at(one, 'name'), at(one, 'password')])).toEqual([
    [expect.stringMatching(/^exercice_apilos_\d+$/), undefined],
    ['lecture1', undefined],
    ['ecriture', undefined],
  ]);
  const owner = at(listed, 0, 'name');
  expect((await call(`${users}/${owner}`, { method: 'DELETE', bearer })).status).toBe(403);
  expect((await call(`${users}/lecture1`, { method: 'DELETE', bearer })).status).toBe(204);
});

test('an archive of sources is put without a key, then deployed', async () => {
  await call('/api/v1/apps', { method: 'POST', body: { app: { name: 'exercice-apilos' } } });
  const source = (await call('/api/v1/sources', { method: 'POST' })).body;
  const headers = { 'content-type': 'application/x-gzip' };
  const put = { method: 'PUT', headers, body: 'archive' };
  expect((await fetch(String(at(source, 'source', 'upload_url')), put)).status).toBe(200);
  const deployment = { git_ref: 'v1', source_url: at(source, 'source', 'download_url') };
  const posted = await call('/api/v1/apps/exercice-apilos/deployments', {
    method: 'POST',
    body: { deployment },
  });
  expect([posted.status, at(posted.body, 'deployment', 'status')]).toEqual([201, 'queued']);
});

test('a fault that is switched on is answered, and nothing is done', async () => {
  await server.stop();
  server = await startServer({
    fault: operation =>
      operation === 'apps.create' ? { status: 402, body: { error: 'free trial', name: 'x' } } : undefined,
  });
  jwt = (await exchange()).token;
  const answer = await call('/api/v1/apps', { method: 'POST', body: { app: { name: 'exercice-apilos' } } });
  expect([answer.status, answer.body]).toEqual([402, { error: 'free trial', name: 'x' }]);
  expect((await call('/api/v1/apps/exercice-apilos')).status).toBe(404);
});

test('the state on disk is whole JSON, which only its owner may read', async () => {
  const file = join(server.directory, 'state', 'state.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ token, apps: [{ status: 'crashed' }] });
});

test('a free plan has no backups, and says so', async () => {
  const app = { name: 'exercice-gratuit' };
  await call('/api/v1/apps', { method: 'POST', body: { app } });
  const addon = { addon_provider_id: 'postgresql', plan_id: 'postgresql-sandbox' };
  const made = await call(`/api/v1/apps/${app.name}/addons`, { method: 'POST', body: { addon } });
  await server.clock.sleep(realDelays.provisioning);
  const { id, bearer } = await opened(app.name, String(at(made.body, 'addon', 'id')));
  const asked = await call(`/db/api/databases/${id}/backups`, { method: 'POST', bearer });
  expect([asked.status, asked.body]).toEqual([
    403,
    { code: 'plan_without_backups', error: 'backups are not available on this plan' },
  ]);
  const listed = await call(`/db/api/databases/${id}/backups`, { bearer });
  expect(at(listed.body, 'database_backups')).toEqual([]);
});
