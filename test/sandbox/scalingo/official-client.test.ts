import { Client, clientFromToken } from 'scalingo';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../../../runner/sandbox/scalingo/state.ts';
import { eventually, realDelays, startServer, type TestServer, token } from './server.ts';

// The package that Scalingo publishes is the judge: it was not written with this sandbox in mind.
let server: TestServer;
let client: Client;
let resolved: Set<string>;
let outcome: Outcome;

const options = () => ({ apiUrl: `${server.url()}/api`, authApiUrl: `${server.url()}/auth` });

beforeEach(async () => {
  resolved = new Set();
  outcome = 'success';
  server = await startServer({ resolves: host => resolved.has(host), outcome: () => outcome });
  client = await clientFromToken(token, options());
});

afterEach(() => server.stop());

/** Status and body of what a call is refused with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error && 'status' in error && 'data' in error) return [error.status, error.data];
    throw error;
  }
  return 'resolved';
}

async function deployed(name = 'exercice-apilos') {
  const app = await client.Apps.create({ name });
  await server.scalingo().pushed(name, 'a'.repeat(40));
  await server.clock.sleep(4 * realDelays.stage);
  return app;
}

describe('authentication', () => {
  test('a token opens for one hour', async () => {
    expect((await client.Regions.all()).map(({ name }) => name)).toEqual(['osc-fr1']);
    await server.clock.sleep(3_599_000);
    expect(await refusal(client.Apps.all())).toBe('resolved');
    await server.clock.sleep(1000);
    expect(await refusal(client.Apps.all())).toEqual([
      401,
      { error: 'Authentication failed, token has expired' },
    ]);
  });

  test('another token, a forged one and none are refused', async () => {
    const denied = [401, { error: 'Authentication failed' }];
    expect(await refusal(clientFromToken('tk-us-other', options()))).toEqual(denied);
    const forged = new Client('eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJ1cy14In0.AAAA', options());
    expect(await refusal(forged.Apps.all())).toEqual(denied);
    expect(await refusal(new Client('', options()).Apps.all())).toEqual(denied);
  });
});

describe('applications', () => {
  test('are checked without being made, made, changed, renamed and removed', async () => {
    const dry = await client.Apps.create({ name: 'exercice-apilos', dry_run: true });
    const lost = (await client.Apps.all()).map(({ name, status }) => [name, status]);
    expect([dry.name, lost]).toEqual(['exercice-apilos', [['apilos-siap-production', 'crashed']]]);
    const app = await client.Apps.create({ name: 'exercice-apilos' });
    expect(app).toMatchObject({
      status: 'new',
      git_url: 'git@ssh.osc-fr1.scalingo.com:exercice-apilos.git',
      url: 'https://exercice-apilos.osc-fr1.scalingo.io',
      force_https: false,
    });
    const stacks = await client.Stacks.list();
    const stack = stacks.find(one => one.name === 'scalingo-22');
    expect(stacks.filter(one => one.default).map(one => one.name)).toEqual(['scalingo-26']);
    const settings = { force_https: true, ...(stack === undefined ? {} : { stack_id: stack.id }) };
    expect(await client.Apps.update(app.name, settings)).toMatchObject({
      force_https: true,
      stack_id: stack?.id,
    });
    expect((await client.Apps.rename(app.name, app.name, 'exercice-deux')).name).toBe('exercice-deux');
    expect(await refusal(client.Apps.destroy('exercice-deux', 'autre'))).toEqual([
      400,
      { error: 'current_name is invalid' },
    ]);
    await client.Apps.destroy('exercice-deux', 'exercice-deux');
    expect(await refusal(client.Apps.find('exercice-deux'))).toEqual([
      404,
      { resource: 'App', error: 'not found' },
    ]);
  });

  test('are refused unfit names', async () => {
    const said = async (name: string) => refusal(client.Apps.create({ name, dry_run: true }));
    const characters = 'should contain only lowercase letters, digits and hyphens';
    const short = 'is too short (minimum is 6 characters)';
    expect(await said('abc')).toEqual([422, { errors: { name: [short] } }]);
    expect(await said('x'.repeat(49))).toMatchObject([422, {}]);
    for (const name of ['Exercice', '-exercice', 'exercice-', 'exer--cice', 'exer_cice']) {
      expect([name, await said(name)]).toEqual([name, [422, { errors: { name: [characters] } }]]);
    }
    expect(await said('apilos-siap-production')).toEqual([
      422,
      { errors: { name: ['has already been taken'] } },
    ]);
  });

  test('are given to a collaborator who accepted', async () => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    const email = 'camille@exemple.invalid';
    const invited = await client.Collaborators.invite(name, email);
    expect(invited).toMatchObject({ email, status: 'pending', username: 'n/a', is_limited: true });
    expect(await refusal(client.Apps.transfer(name, name, email))).toEqual([
      422,
      { errors: { owner: ['should be a collaborator of the application'] } },
    ]);
    await server.scalingo().accept(name, email);
    expect(await client.Collaborators.for(name)).toMatchObject([{ email, status: 'accepted' }]);
    expect((await client.Apps.transfer(name, name, email)).owner.email).toBe(email);
    expect(await refusal(client.Apps.destroy(name, name))).toMatchObject([403, { code: 'forbidden' }]);
  });
});

describe('add-ons', () => {
  test('are provisioned in the background and set their variables', async () => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    const plan_id = 'pl-postgresql-starter-512';
    const addon = await client.Addons.create(name, { addon_provider_id: 'postgresql', plan_id });
    expect(addon).toMatchObject({ status: 'provisioning', plan: { name: 'postgresql-starter-512' } });
    await eventually(
      () => client.Environment.for(name),
      variables => variables.length === 2,
    );
    expect((await client.Addons.getAddon(name, addon.id)).status).toBe('provisioning');
    await server.clock.sleep(realDelays.provisioning);
    expect((await client.Addons.getAddon(name, addon.id)).status).toBe('running');
    const variables = await client.Environment.for(name);
    expect(variables.map(one => one.name)).toEqual(['SCALINGO_POSTGRESQL_URL', 'DATABASE_URL']);
    expect(variables[1]?.value).toBe('$SCALINGO_POSTGRESQL_URL');
    expect(
      await refusal(client.Addons.create(name, { addon_provider_id: 'postgresql', plan_id })),
    ).toMatchObject([400, { code: 'addon_exists' }]);
    await client.Addons.destroy(name, addon.id);
    expect([await client.Environment.for(name), await client.Addons.for(name)]).toEqual([[], []]);
    expect(server.asked).toEqual(['database exercice-apilos', 'drop exercice_apilos_n']);
  });

  test('have plans, some of which cannot be had', async () => {
    const [postgresql] = await client.Addons.listProviders();
    expect(postgresql?.plans.map(one => one.name)).toContain('postgresql-sandbox');
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    for (const plan_id of ['pl-postgresql-starter-256', 'pl-postgresql-enterprise-8192']) {
      expect(await refusal(client.Addons.create(name, { addon_provider_id: 'postgresql', plan_id }))).toEqual(
        [422, { errors: { plan_id: ['is not available'] } }],
      );
    }
  });
});

describe('variables', () => {
  test('are set in bulk and seen by processes after a restart', async () => {
    const { name } = await deployed();
    await client.Environment.bulkUpdate(name, [
      { name: 'ALLOWED_HOSTS', value: 'apilos.exemple.invalid' },
      { name: 'DEBUG', value: 'False' },
    ]);
    const running = () => server.scalingo().applications()[1]?.variables;
    expect(running()).toEqual({});
    const operation = await client.Containers.restart(name, 'web');
    expect([operation.status, (await client.Apps.find(name)).status]).toEqual(['pending', 'restarting']);
    expect(await refusal(client.Containers.restart(name, 'web'))).toMatchObject([400, { code: 'app_busy' }]);
    await server.clock.sleep(realDelays.operation);
    await operation.refresh();
    expect([operation.status, (await client.Apps.find(name)).status]).toEqual(['done', 'running']);
    expect(running()).toEqual({ ALLOWED_HOSTS: 'apilos.exemple.invalid', DEBUG: 'False' });
  });

  test('are added, changed and removed one by one, never those of an add-on', async () => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    const made = await client.Environment.create(name, { name: 'DEBUG', value: 'False' });
    expect(await refusal(client.Environment.create(name, { name: 'DEBUG', value: '1' }))).toEqual([
      422,
      { errors: { name: ['has already been taken'] } },
    ]);
    expect((await client.Environment.update(name, made.id, 'True')).value).toBe('True');
    expect(await refusal(client.Environment.create(name, { name: '_DEBUG', value: '1' }))).toEqual([
      422,
      { errors: { name: ['is invalid'] } },
    ]);
    await client.Environment.destroy(name, made.id);
    expect(await client.Environment.for(name)).toEqual([]);
    await client.Addons.create(name, { addon_provider_id: 'redis', plan_id: 'pl-redis-starter-256' });
    const managed = [{ name: 'SCALINGO_REDIS_URL', value: 'redis://localhost' }];
    expect(await refusal(client.Environment.bulkUpdate(name, managed))).toMatchObject([
      403,
      { code: 'variable_managed' },
    ]);
  });
});

describe('containers, domains, deployments', () => {
  test('a formation changes at once before the first deployment, by an operation after it', async () => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    const one = [{ name: 'worker', amount: 1, size: 'M' }];
    expect((await client.Containers.scale(name, one)).operation).toBeUndefined();
    await server.scalingo().pushed(name, 'b'.repeat(40));
    await server.clock.sleep(4 * realDelays.stage);
    const { operation } = await client.Containers.scale(name, [{ name: 'worker', amount: 2, size: 'L' }]);
    await server.clock.sleep(realDelays.operation);
    await operation?.refresh();
    expect(operation?.status).toBe('done');
    expect(await client.Containers.for(name)).toMatchObject([
      { name: 'web', amount: 1 },
      { name: 'worker', amount: 2, size: 'L' },
    ]);
    expect((await client.Containers.processes(name)).length).toBe(3);
    expect(
      await refusal(client.Containers.scale(name, [{ name: 'web', amount: 11, size: 'M' }])),
    ).toMatchObject([400, { code: 'containers_limit' }]);
  });

  test('a domain waits for DNS, then for its certificate', async () => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    const made = await client.Domains.create(name, { name: 'apilos.exercice.invalid' });
    const status = async () => (await client.Domains.show(name, made.id)).letsencrypt_status;
    await server.clock.sleep(600_000);
    expect(await status()).toBe('pending_dns');
    resolved.add('apilos.exercice.invalid');
    expect(await eventually(status, found => found !== 'pending_dns')).toBe('new');
    await server.clock.sleep(realDelays.certificate);
    expect([await status(), (await client.Domains.show(name, made.id)).ssl]).toEqual(['created', true]);
    for (let number = 1; number < 20; number++)
      await client.Domains.create(name, { name: `d${number}.invalid` });
    expect(await refusal(client.Domains.create(name, { name: 'd20.invalid' }))).toMatchObject([
      400,
      { code: 'domains_limit' },
    ]);
    await client.Domains.destroy(name, made.id);
    expect((await client.Domains.for(name)).length).toBe(19);
  });

  test('a deployment goes through its stages, one at a time', async () => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    const { id } = await server.scalingo().pushed(name, 'c'.repeat(40));
    await expect(server.scalingo().pushed(name, 'd'.repeat(40))).rejects.toMatchObject({ status: 409 });
    const seen: string[] = [];
    for (let stage = 0; stage < 5; stage++) {
      seen.push((await client.Deployments.find(name, id)).status);
      await server.clock.sleep(realDelays.stage);
    }
    expect(seen).toEqual(['queued', 'building', 'pushing', 'starting', 'success']);
    expect(await client.Apps.find(name)).toMatchObject({ status: 'running', last_deployment_id: id });
    const { deployments, meta } = await client.Deployments.for(name, { per_page: 1 });
    expect([deployments[0]?.git_ref, meta.pagination.total_count]).toEqual(['c'.repeat(40), 1]);
  });

  test.each([
    ['build-error', 'Could not find a version'],
    ['crashed-error', 'DB_READONLY'],
    ['timeout-error', 'within 60 seconds'],
    ['hook-error', 'permission denied for schema public'],
    ['aborted', 'was aborted'],
  ] as const)('a deployment that ends in %s says why and changes nothing', async (ending, why) => {
    const { name } = await client.Apps.create({ name: 'exercice-apilos' });
    outcome = ending;
    const { id } = await server.scalingo().pushed(name, 'e'.repeat(40));
    await server.clock.sleep(4 * realDelays.stage);
    expect((await client.Deployments.find(name, id)).status).toBe(ending);
    expect(await client.Deployments.logs(name, id)).toContain(why);
    expect((await client.Apps.find(name)).status).toBe('new');
  });
});

test('a deployment that is really built tells its stages, and one that a stop cut off is aborted', async () => {
  const { name } = await client.Apps.create({ name: 'exercice-apilos' });
  await client.Environment.create(name, { name: 'DEBUG', value: 'False' });
  const driven = await server.scalingo().drive(name, 'f'.repeat(40));
  expect(driven.variables).toEqual({ DEBUG: 'False' });
  await driven.reach('building');
  driven.log('-----> Python app detected');
  await server.clock.sleep(3_000_000);
  expect((await client.Deployments.find(name, driven.id)).status).toBe('building');
  await driven.end('success');
  expect(await client.Deployments.logs(name, driven.id)).toBe('-----> Python app detected\n');
  const running = { gitRef: 'f'.repeat(40), variables: { DEBUG: 'False' } };
  expect(server.scalingo().applications()[1]).toMatchObject(running);
  const cut = await server.scalingo().drive(name, '0'.repeat(40));
  await server.restart();
  const later = new Client(client._token, options());
  expect((await later.Deployments.find(name, cut.id)).status).toBe('aborted');
});

test('keys, un-nested as this client sends them, and events', async () => {
  const content = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5bT0mVYVvDqf3Yo3fY0c5YQkq0dJf3vQH6xUuS4r6W reprise';
  const key = await client.Keys.create('reprise', content);
  expect((await client.Keys.all()).map(({ name }) => name)).toEqual(['reprise']);
  expect(await refusal(client.Keys.create('autre', content))).toEqual([
    422,
    { errors: { fingerprint: ['has already been taken'] } },
  ]);
  await client.Keys.destroy(key.id);
  expect(server.scalingo().keys()).toEqual([]);
  await deployed();
  const { events } = await client.Events.for('exercice-apilos');
  expect(events.map(({ type }) => type)).toEqual(['deployment', 'new_app']);
});

test('all of it survives a restart on the same directory', async () => {
  const { name } = await deployed();
  await client.Environment.bulkUpdate(name, [{ name: 'DEBUG', value: 'False' }]);
  const before = [await client.Apps.all(), await client.Environment.for(name)];
  await server.restart();
  const later = new Client(client._token, options());
  const after = [await later.Apps.all(), await later.Environment.for(name)];
  const portless = (value: unknown) => JSON.stringify(value).replaceAll(/127\.0\.0\.1:\d+/g, 'host');
  expect(portless(after)).toBe(portless(before));
});
