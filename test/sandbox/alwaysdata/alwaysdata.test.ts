import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { account, startAccount, type TestAccount, token } from './account.ts';

let running: TestAccount;
let clock = 1_000_000;
beforeEach(async () => {
  running = await startAccount({ now: () => clock });
});
afterEach(() => running.stop());

const basic = (user: string) => `Basic ${Buffer.from(`${user}:`).toString('base64')}`;
const known = basic(`${token} account=${account}`);

async function call(method: string, path: string, body?: unknown, authorization = known) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = authorization === '' ? {} : { authorization };
  const response = await fetch(`${running.api}${path}`, { method, headers, redirect: 'manual', ...sent });
  const text = await response.text();
  const location = response.headers.get('location');
  return [
    response.status,
    location ?? (text.startsWith('[') || text.startsWith('{') ? JSON.parse(text) : text),
  ];
}

describe('the API', () => {
  test('lists domains and records as arrays, filtered', async () => {
    const record = {
      id: 1000,
      href: '/v1/record/1000/',
      domain: { href: '/v1/domain/1/' },
      type: 'CNAME',
      name: 'siap',
      value: 'apilos-siap.osc-fr1.scalingo.io',
      priority: null,
      ttl: 300,
      annotation: '',
      is_user_defined: true,
      is_active: true,
    };
    const domain = { href: '/v1/domain/2/', is_internal: false, annotation: '' };
    expect([
      await call('GET', '/domain/?name=beta.gouv.fr'),
      await call('GET', '/record/?domain=1&name=siap&type=CNAME'),
      await call('GET', '/record/?domain=2'),
      await call('GET', '/record/1000/'),
    ]).toEqual([
      [200, [{ id: 2, name: 'beta.gouv.fr', ...domain }]],
      [200, [record]],
      [200, []],
      [200, record],
    ]);
  });

  test('makes, changes and removes a record with answers that have no body, and its name servers follow', async () => {
    const resolver = new Resolver();
    resolver.setServers([...running.dns.authoritative.slice(0, 1)]);
    const seen = () =>
      resolver.resolveCname('exercice.apilos.beta.gouv.fr').catch((error: Error) => error.message);
    const written = { domain: 1, type: 'CNAME', name: 'exercice', value: 'un.osc-fr1.scalingo.io' };
    expect([
      await call('POST', '/record/', written),
      await seen(),
      await call('PATCH', '/record/1005/', { value: 'deux.osc-fr1.scalingo.io' }),
      await seen(),
      await call('PUT', '/record/1005/', { ...written, value: 'trois.osc-fr1.scalingo.io' }),
      await seen(),
      await call('DELETE', '/record/1005/'),
      await seen(),
      await call('DELETE', '/record/1005/'),
    ]).toEqual([
      [201, ''],
      ['un.osc-fr1.scalingo.io'],
      [204, ''],
      ['deux.osc-fr1.scalingo.io'],
      [204, ''],
      ['trois.osc-fr1.scalingo.io'],
      [204, ''],
      'queryCname ENOTFOUND exercice.apilos.beta.gouv.fr',
      [404, 'Not Found'],
    ]);
  });

  test('redirects a GET without its final slash, and knows nothing of other requests without it', async () => {
    expect([
      await call('GET', '/record?domain=1'),
      await call('POST', '/record', { domain: 1, type: 'A', name: 'x', value: '192.0.2.1' }),
      await call('DELETE', '/record/1000'),
    ]).toEqual([
      [301, '/v1/record/?domain=1'],
      [404, 'Not Found'],
      [404, 'Not Found'],
    ]);
    expect(running.model.records()).toHaveLength(5);
  });

  test.each([
    ['nobody', ''],
    ['a stranger', basic('other account=apilos')],
    ['the key without its account', basic(token)],
    ['the key as a bearer', `Bearer ${token}`],
  ])('refuses %s', async (_, authorization) => {
    expect(await call('GET', '/domain/', undefined, authorization)).toEqual([401, 'Unauthorized']);
    expect(await call('DELETE', '/record/1000/', undefined, authorization)).toEqual([401, 'Unauthorized']);
    expect(running.model.records()).toHaveLength(5);
  });

  test('also takes the key without a space before the account, as lego writes it', async () => {
    expect((await call('GET', '/domain/', undefined, basic(`${token}account=${account}`)))[0]).toBe(200);
  });

  test('refuses an alias beside anything else or at the root, and a record of its own', async () => {
    const cname = { domain: 1, type: 'CNAME', value: 'x.osc-fr1.scalingo.io' };
    expect([
      await call('POST', '/record/', { ...cname, name: 'ancien' }),
      await call('POST', '/record/', { ...cname, name: 'siap', type: 'A', value: '192.0.2.1' }),
      await call('POST', '/record/', { ...cname, name: '' }),
      await call('POST', '/record/', { ...cname, domain: 9, name: 'x' }),
      await call('PATCH', '/record/1003/', { value: '192.0.2.1' }),
      await call('DELETE', '/record/1003/'),
    ]).toEqual([
      [400, { name: ['A CNAME record cannot coexist with another record.'] }],
      [400, { name: ['A CNAME record cannot coexist with another record.'] }],
      [400, { name: ['A CNAME record is not allowed at the root of a domain.'] }],
      [400, { domain: ['Select a valid choice.'] }],
      [403, 'This record is managed by alwaysdata.'],
      [403, 'This record is managed by alwaysdata.'],
    ]);
  });

  test('lets a stranger ask 10 times a minute, and an account write 50 times and read 250 times', async () => {
    const statuses = async (times: number, ask: () => Promise<unknown[]>) => {
      const seen: unknown[] = [];
      for (let time = 0; time < times; time++) seen.push((await ask())[0]);
      return [seen.at(-2), seen.at(-1)];
    };
    const stranger = () => call('GET', '/domain/', undefined, '');
    expect([
      await statuses(11, stranger),
      await statuses(51, () => call('PATCH', '/record/1000/', { ttl: 60 })),
      await statuses(251, () => call('GET', '/domain/')),
    ]).toEqual([
      [401, 429],
      [204, 429],
      [200, 429],
    ]);
    clock += 60_000;
    expect(await statuses(2, stranger)).toEqual([401, 401]);
  });
});
