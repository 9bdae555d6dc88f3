import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { deleteRecord, setCname } from '../../runner/services/alwaysdata.ts';
import { waitForCname } from '../../runner/services/dns.ts';
import type { AlwaysdataResource, DnsResource } from '../../runner/services/resources.ts';
import { account, startAccount, type TestAccount, token } from '../sandbox/alwaysdata/account.ts';
import { faultOf } from './backups.ts';

const target = 'apilos-exercice.osc-fr1.scalingo.io';
const host = 'exercice.apilos.beta.gouv.fr';
let running: TestAccount;

beforeEach(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  running = await startAccount();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await running.stop();
});

function resource(changed: Partial<AlwaysdataResource> = {}): AlwaysdataResource {
  const base = { name: 'zone', run: 'run-1', mode: 'drill', protected: ['*.logement.gouv.fr'] } as const;
  return { ...base, kind: 'alwaysdata', api: running.api, token, account, ...changed };
}

const recordsAt = (name: string) =>
  running.model
    .records()
    .filter(record => record.name === name && record.domain === 1)
    .map(({ type, value, ttl }) => `${type} ${value} ${ttl}`);

describe('setCname', () => {
  test('makes an alias, finds it again, and the name servers have it', async () => {
    const made = await setCname(resource(), {
      host: 'Exercice.apilos.beta.gouv.fr.',
      target: `${target}.`,
      ttl: 60,
    });
    expect(made).toEqual({ id: 1005, host, target, change: 'created', before: [] });
    expect(await setCname(resource(), { host, target })).toEqual({ ...made, change: 'present' });
    expect(recordsAt('exercice')).toEqual([`CNAME ${target} 60`]);
    const base = { name: 'dns', run: 'run-1', mode: 'drill', protected: [], kind: 'dns' } as const;
    const { authoritative, public: others } = running.dns;
    const dns: DnsResource = { ...base, authoritative, public: others };
    expect((await waitForCname(dns, { host, target, within: 5, every: 0.01 })).agreed).toBe('everybody');
  });

  test.each(['json-body', 'no-patch'] as const)('bears an API that answers as %s', async fault => {
    running.scene.fault = fault;
    const siap = 'siap.apilos.beta.gouv.fr';
    expect((await setCname(resource(), { host, target })).change).toBe('created');
    expect((await setCname(resource(), { host: siap, target, replace: true })).change).toBe('replaced');
    await deleteRecord(resource(), siap);
    expect(recordsAt('siap')).toEqual(['CNAME apilos-siap.osc-fr1.scalingo.io 300']);
  });

  test('shows what stands in the way, and replaces it only when asked', async () => {
    const wanted = { host: 'ancien.apilos.beta.gouv.fr', target };
    await expect(setCname(resource(), wanted)).rejects.toMatchObject({
      code: 'dns-record-conflict',
      params: { host: wanted.host, records: 'A 192.0.2.20, AAAA 2001:db8::20' },
      state: 'nothing-changed',
    });
    expect(running.scene.calls.filter(call => !call.startsWith('GET'))).toEqual([]);
    const before = [
      { type: 'A', value: '192.0.2.20', ttl: 300 },
      { type: 'AAAA', value: '2001:db8::20', ttl: 300 },
    ];
    const replaced = { host: wanted.host, id: 1005, target, change: 'replaced', before };
    expect(await setCname(resource(), { ...wanted, replace: true })).toEqual(replaced);
    // Found again after a crash, with what it replaced.
    expect(await setCname(resource(), wanted)).toEqual({ ...replaced, change: 'present' });
    expect(await setCname(resource({ run: 'run-2' }), wanted)).toMatchObject({ before: [] });
    expect(recordsAt('ancien')).toEqual([`CNAME ${target} 300`]);
    expect(vi.mocked(console.log).mock.calls.flat()[0]).toBe(`${wanted.host}  A 192.0.2.20 (TTL 300) ✗`);
  });

  test('changes a lone alias where it is, so that the name never lacks one', async () => {
    await setCname(resource(), { host: 'siap.apilos.beta.gouv.fr', target, replace: true });
    expect(running.scene.calls.filter(call => !call.startsWith('GET'))).toEqual(['PATCH /v1/record/1000/']);
    expect(recordsAt('siap')).toEqual([`CNAME ${target} 300`]);
  });

  test.each([
    ['protected-name', { host: 'apilos.logement.gouv.fr' }],
    ['dns-zone-absent', { host: 'apilos.exemple.org' }],
    ['dns-zone-absent', { host: 'autre-beta.gouv.fr' }],
    ['dns-apex-alias', { host: 'apilos.beta.gouv.fr' }],
    ['dns-record-automatic', { host: 'site.apilos.beta.gouv.fr', replace: true }],
  ])('ends with %s for %o, and writes nothing', async (code, wanted) => {
    expect(await faultOf(setCname(resource(), { target, ...wanted }))).toBe(code);
    expect(running.scene.calls.filter(call => !call.startsWith('GET'))).toEqual([]);
  });

  test('says what the service refuses, and where nothing answers', async () => {
    const wanted = { host, target };
    const codes = [await faultOf(setCname(resource({ token: 'wrong-token' }), wanted))];
    for (const fault of ['denied', 'rate-limited', 'unavailable'] as const) {
      running.scene.fault = fault;
      codes.push(await faultOf(setCname(resource(), wanted)));
    }
    codes.push(await faultOf(setCname(resource({ api: 'http://127.0.0.1:1/v1' }), wanted)));
    const lost = { api: running.api.replace('/v1', '/v2') };
    running.scene.fault = undefined;
    codes.push(await faultOf(setCname(resource(lost), wanted)));
    expect(codes).toEqual([
      'alwaysdata-denied',
      'alwaysdata-denied',
      'alwaysdata-refused',
      'alwaysdata-refused',
      'alwaysdata-unreachable',
      'alwaysdata-refused',
    ]);
  });

  test('never sends a path without its final slash', async () => {
    await setCname(resource({ api: `${running.api}/` }), {
      host: 'siap.apilos.beta.gouv.fr',
      target,
      replace: true,
    });
    await deleteRecord(resource(), 'siap.apilos.beta.gouv.fr');
    expect(running.scene.calls.map(call => call.replace(/\?.*/, ''))).toEqual([
      'GET /v1/domain/',
      'GET /v1/record/',
      'PATCH /v1/record/1000/',
      'GET /v1/record/',
      'GET /v1/domain/',
      'GET /v1/record/',
      'PATCH /v1/record/1000/',
    ]);
  });
});

describe('deleteRecord', () => {
  test('removes what this run made, once, and puts back what it replaced', async () => {
    const ancien = 'ancien.apilos.beta.gouv.fr';
    await setCname(resource(), { host, target });
    await setCname(resource(), { host: ancien, target, replace: true });
    const before = [
      { type: 'A', value: '192.0.2.20', ttl: 300 },
      { type: 'AAAA', value: '2001:db8::20', ttl: 300 },
    ];
    expect([
      await deleteRecord(resource(), host),
      await deleteRecord(resource(), host),
      await deleteRecord(resource(), ancien),
      await deleteRecord(resource(), ancien),
    ]).toEqual([
      { removed: [{ type: 'CNAME', value: target, ttl: 300 }], restored: [] },
      { removed: [], restored: [] },
      { removed: [{ type: 'CNAME', value: target, ttl: 300 }], restored: before },
      { removed: [], restored: [] },
    ]);
    expect([recordsAt('exercice'), recordsAt('ancien')]).toEqual([
      [],
      ['A 192.0.2.20 300', 'AAAA 2001:db8::20 300'],
    ]);
  });

  test('leaves the records of others, and refuses a protected name', async () => {
    await setCname(resource({ run: 'run-2' }), { host, target });
    await deleteRecord(resource(), host);
    await deleteRecord(resource(), 'siap.apilos.beta.gouv.fr');
    expect([recordsAt('exercice'), recordsAt('siap')].map(records => records.length)).toEqual([1, 1]);
    expect(await faultOf(deleteRecord(resource(), 'apilos.logement.gouv.fr'))).toBe('protected-name');
  });
});
