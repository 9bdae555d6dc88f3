import { Resolver } from 'node:dns/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DnsFault, type DnsServers, startDns } from '../../runner/sandbox/dns/dns.ts';
import type { DnsRecord, Zone } from '../../runner/sandbox/dns/zones.ts';
import { locate } from '../../runner/services/dns/ask.ts';
import { cnameAnswers, waitForCname } from '../../runner/services/dns.ts';
import type { DnsResource } from '../../runner/services/resources.ts';
import { faultOf } from './backups.ts';

const host = 'exercice.apilos.beta.gouv.fr';
const target = 'apilos-exercice.osc-fr1.scalingo.io';
const zone: Zone = {
  name: 'apilos.beta.gouv.fr',
  nameServers: ['ns1', 'ns2'],
  negativeTtl: 120,
  records: [],
};
const alias: DnsRecord = { name: host, type: 'CNAME', ttl: 60, value: 'Apilos-Exercice.osc-fr1.scalingo.io' };

let clock: number;
let asked: string[];
let failing: (server: string) => DnsFault | undefined;
let onAsked: (times: number) => void;
let servers: DnsServers;

beforeEach(async () => {
  clock = 1_000_000;
  asked = [];
  failing = () => undefined;
  onAsked = () => undefined;
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  servers = await startDns({
    zones: [zone],
    delays: [0, 10_000],
    now: () => clock,
    fault: server => failing(server),
    onQuestion: (server, _name, type) => {
      asked.push(`${server} ${type}`);
      onAsked(asked.length);
    },
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await servers.close();
});

function resource(): DnsResource {
  const { authoritative, public: others } = servers;
  const base = { name: 'dns', run: 'run-1', mode: 'drill', protected: [] } as const;
  return { ...base, kind: 'dns', authoritative, public: others };
}

const answersOf = ({ authoritative, public: others }: DnsServers, ...answers: string[]) => {
  const all = answers.map((answer, index) => ({ server: [...authoritative, ...others][index], answer }));
  return { authoritative: all.slice(0, 2), public: all.slice(2) };
};

test('public resolvers are not asked before every authoritative server agrees', async () => {
  expect(await cnameAnswers(resource(), { host, target })).toEqual({
    agreed: 'nobody',
    ...answersOf(servers, 'ENOTFOUND', 'ENOTFOUND'),
  });
  servers.publish(zone.name, [alias]);
  expect(await cnameAnswers(resource(), { host, target })).toEqual({
    agreed: 'nobody',
    ...answersOf(servers, target, 'ENOTFOUND'),
  });
  expect(asked.filter(question => question.startsWith('public'))).toEqual([]);
  clock += 10_000;
  expect(await cnameAnswers(resource(), { host, target: `${target.toUpperCase()}.` })).toEqual({
    agreed: 'everybody',
    ...answersOf(servers, target, target, target),
  });
});

test('waits for a slow server and tells on each change who answers what', async () => {
  servers.publish(zone.name, [alias]);
  onAsked = times => {
    if (times === 5) clock += 10_000;
  };
  expect(await waitForCname(resource(), { host, target, within: 20, every: 0.01 })).toEqual({
    agreed: 'everybody',
    ...answersOf(servers, target, target, target),
  });
  const [first = '', second = ''] = servers.authoritative;
  expect(vi.mocked(console.log).mock.calls.map(([line]) => line)).toEqual([
    `${host}: ${first} → ${target}, ${second} → ENOTFOUND`,
    `${host}: ${first} → ${target}, ${second} → ${target}, ${servers.public[0]} → ${target}`,
  ]);
});

test('a resolver that was asked too early remembers, and the fault says for how long', async () => {
  const early = new Resolver();
  early.setServers([...servers.public]);
  expect(await faultOf(early.resolveCname(host))).toBe('ENOTFOUND');
  servers.publish(zone.name, [alias]);
  clock += 10_000;
  const [first, second] = servers.authoritative;
  await expect(waitForCname(resource(), { host, target, within: 0.05, every: 0.01 })).rejects.toMatchObject({
    code: 'dns-public-differs',
    params: {
      host,
      target,
      within: 0.05,
      answers: `${first} → ${target}, ${second} → ${target}, ${servers.public[0]} → ENOTFOUND`,
      memory: 120,
    },
  });
  clock += 110_000;
  expect((await waitForCname(resource(), { host, target, within: 0 })).agreed).toBe('everybody');
});

test.each([
  ['gives another target', undefined, 'autre.osc-fr1.scalingo.io'],
  ['says nothing but SERVFAIL', 'servfail', target],
  ['still says what was true before', 'frozen', target],
] as const)('does not agree when one authoritative server %s', async (_, fault, value) => {
  servers.publish(zone.name, [{ ...alias, value }]);
  clock += 10_000;
  failing = server => (server === 'authoritative-2' ? fault : undefined);
  await expect(waitForCname(resource(), { host, target, within: 0 })).rejects.toMatchObject({
    code: 'dns-authoritative-differs',
    state: 'nothing-changed',
  });
  expect(asked.filter(question => question.startsWith('public'))).toEqual([]);
});

test.each(['authoritative', 'public'] as const)('needs at least one %s server', async kind => {
  const without = { ...resource(), [kind]: [] };
  servers.publish(zone.name, [alias]);
  clock += 10_000;
  await expect(cnameAnswers(without, { host, target })).rejects.toMatchObject({
    code: 'dns-server-unknown',
    params: { server: resource().name, code: kind },
  });
  expect(await faultOf(waitForCname(without, { host, target, within: 0 }))).toBe('dns-server-unknown');
});

test('takes addresses of both families, with and without a port', async () => {
  const written = ['127.0.0.1', '127.0.0.1:53', '::1', '[::1]:5353', '[2001:db8::1]'];
  expect((await locate(written)).map(({ address }) => address)).toEqual([
    '127.0.0.1',
    '127.0.0.1:53',
    '::1',
    '[::1]:5353',
    '2001:db8::1',
  ]);
});
