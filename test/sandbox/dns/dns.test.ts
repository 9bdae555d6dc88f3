import { execFile, spawnSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { Packet } from 'dns2';
import { afterEach, describe, expect, test } from 'vitest';
import { type DnsFault, type DnsServers, startDns } from '../../../runner/sandbox/dns/dns.ts';
import type { DnsRecord, Zone } from '../../../runner/sandbox/dns/zones.ts';

const zone: Zone = {
  name: 'apilos.beta.gouv.fr',
  nameServers: ['dns1.alwaysdata.com', 'dns2.alwaysdata.com'],
  negativeTtl: 60,
  records: [
    { name: 'apilos.beta.gouv.fr', type: 'A', ttl: 300, value: '192.0.2.10' },
    { name: 'apilos.beta.gouv.fr', type: 'TXT', ttl: 300, value: 'v=spf1 include:_spf.exemple.fr -all' },
    { name: 'apilos.beta.gouv.fr', type: 'AAAA', ttl: 300, value: '2001:db8::1' },
    { name: 'siap.apilos.beta.gouv.fr', type: 'CNAME', ttl: 300, value: 'Lost.osc-fr1.scalingo.io' },
    { name: 'a.b.apilos.beta.gouv.fr', type: 'A', ttl: 300, value: '192.0.2.11' },
    { name: 'boucle.apilos.beta.gouv.fr', type: 'CNAME', ttl: 300, value: 'boucle.apilos.beta.gouv.fr' },
    { name: 'loin.apilos.beta.gouv.fr', type: 'CNAME', ttl: 300, value: 'exemple.org' },
  ],
};
const platform: Zone = {
  name: 'scalingo.io',
  nameServers: ['ns.scalingo.io'],
  negativeTtl: 60,
  records: [{ name: '*.osc-fr1.scalingo.io', type: 'A', ttl: 60, value: '127.0.0.1' }],
};
const alias = (value: string): DnsRecord => ({
  name: 'exercice.apilos.beta.gouv.fr',
  type: 'CNAME',
  ttl: 300,
  value,
});

let clock = 0;
let failing: (server: string) => DnsFault | undefined = () => undefined;
let servers: DnsServers;

async function start(delays = [0, 0]): Promise<void> {
  clock = 1_000_000;
  failing = () => undefined;
  servers = await startDns({
    zones: [zone, platform],
    delays,
    now: () => clock,
    fault: server => failing(server),
  });
}

afterEach(() => servers.close());

function resolver(server: string | undefined): Resolver {
  const one = new Resolver({ timeout: 300, tries: 1 });
  one.setServers([server ?? '']);
  return one;
}

async function codeOf(asked: Promise<unknown>): Promise<unknown> {
  return asked.catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : error));
}

describe('an authoritative server, asked by node:dns', () => {
  test('gives every type, names in any case, and follows aliases and wildcards', async () => {
    await start();
    const ask = resolver(servers.authoritative[0]);
    expect([
      await ask.resolve4('APILOS.beta.gouv.fr', { ttl: true }),
      await ask.resolve6('apilos.beta.gouv.fr'),
      await ask.resolveTxt('apilos.beta.gouv.fr'),
      await ask.resolveNs('apilos.beta.gouv.fr'),
      await ask.resolveSoa('apilos.beta.gouv.fr'),
      await ask.resolveCname('siap.apilos.beta.gouv.fr'),
      await ask.resolve4('siap.apilos.beta.gouv.fr'),
    ]).toEqual([
      [{ address: '192.0.2.10', ttl: 300 }],
      ['2001:db8::1'],
      [['v=spf1 include:_spf.exemple.fr -all']],
      ['dns1.alwaysdata.com', 'dns2.alwaysdata.com'],
      {
        nsname: 'dns1.alwaysdata.com',
        hostmaster: 'hostmaster.apilos.beta.gouv.fr',
        serial: 1,
        refresh: 3600,
        retry: 600,
        expire: 86_400,
        minttl: 60,
      },
      ['Lost.osc-fr1.scalingo.io'],
      ['127.0.0.1'],
    ]);
  });

  test('tells a name that is not from one without such a record, and refuses other zones', async () => {
    await start();
    const ask = resolver(servers.authoritative[0]);
    expect([
      await codeOf(ask.resolveCname('nouveau.apilos.beta.gouv.fr')),
      await codeOf(ask.resolveCname('apilos.beta.gouv.fr')),
      await codeOf(ask.resolveCname('b.apilos.beta.gouv.fr')),
      await codeOf(ask.resolveCname('exemple.org')),
      await codeOf(ask.resolve4('boucle.apilos.beta.gouv.fr')),
      await codeOf(ask.resolveMx('apilos.beta.gouv.fr')),
    ]).toEqual(['ENOTFOUND', 'ENODATA', 'ENODATA', 'EREFUSED', 'ESERVFAIL', 'ENOTIMP']);
  });

  test('learns a change after its own delay', async () => {
    await start([100, 5000]);
    servers.publish(zone.name, [...zone.records, alias('new.osc-fr1.scalingo.io')]);
    const ask = () =>
      Promise.all(servers.authoritative.map(server => codeOf(resolver(server).resolveCname(alias('').name))));
    const seen = [await ask()];
    clock += 100;
    seen.push(await ask());
    clock += 4900;
    seen.push(await ask());
    const found = ['new.osc-fr1.scalingo.io'];
    expect(seen).toEqual([
      ['ENOTFOUND', 'ENOTFOUND'],
      [found, 'ENOTFOUND'],
      [found, found],
    ]);
  });

  test('fails as it is told to', async () => {
    await start();
    const ask = () => codeOf(resolver(servers.authoritative[1]).resolveCname('siap.apilos.beta.gouv.fr'));
    servers.publish(zone.name, []);
    const seen: unknown[] = [];
    for (const fault of ['silent', 'servfail', 'frozen'] as const) {
      failing = server => (server === 'authoritative-2' ? fault : undefined);
      seen.push(await ask());
    }
    expect(seen).toEqual(['ETIMEOUT', 'ESERVFAIL', ['Lost.osc-fr1.scalingo.io']]);
  });

  test('answers over TCP as over UDP, and meets what is no question with silence', async () => {
    await start();
    const port = Number(servers.authoritative[0]?.split(':')[1]);
    const query = new Packet(new Packet.Header({ id: 77, rd: 1 }));
    query.questions.push(new Packet.Question('siap.apilos.beta.gouv.fr', Packet.TYPE.CNAME, Packet.CLASS.IN));
    const message = query.toBuffer();
    const length = Buffer.from([0, message.length]);
    const socket = connect({ port, host: '127.0.0.1' });
    // A length that comes apart from its message, and two messages at once.
    socket.write(length.subarray(0, 1));
    socket.write(Buffer.concat([length.subarray(1), message, Buffer.from([0, 3, 1, 2, 3]), length, message]));
    const names: (string | undefined)[] = [];
    let pending: Buffer = Buffer.alloc(0);
    for await (const chunk of socket) {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE()) {
        const answer = Packet.parse(pending.subarray(2, 2 + pending.readUInt16BE()));
        names.push(answer.answers[0]?.domain);
        pending = pending.subarray(2 + pending.readUInt16BE());
      }
      if (names.length === 2) break;
    }
    expect(names).toEqual(['Lost.osc-fr1.scalingo.io', 'Lost.osc-fr1.scalingo.io']);
  });

  test('is understood by dig', async context => {
    await start();
    if (spawnSync('dig', ['-v']).error !== undefined) {
      console.log('dig is not installed: not tried with it');
      context.skip();
    }
    const port = servers.authoritative[0]?.split(':')[1] ?? '';
    const words = ['@127.0.0.1', '-p', port, '+short', '+tries=1', 'siap.apilos.beta.gouv.fr', 'CNAME'];
    expect((await promisify(execFile)('dig', words)).stdout).toBe('Lost.osc-fr1.scalingo.io.\n');
  });
});

describe('the public resolver', () => {
  test('remembers that a name is not, for as long as the SOA says, and then a record, for its TTL', async () => {
    await start();
    const ask = () => codeOf(resolver(servers.public[0]).resolveCname(alias('').name));
    const seen = [await ask()];
    servers.publish(zone.name, [alias('first.osc-fr1.scalingo.io')]);
    clock += 59_000;
    seen.push(await ask());
    clock += 1_000;
    seen.push(await ask());
    servers.publish(zone.name, [alias('second.osc-fr1.scalingo.io')]);
    clock += 299_000;
    seen.push(await ask());
    clock += 1_000;
    seen.push(await ask());
    expect(seen).toEqual([
      'ENOTFOUND',
      'ENOTFOUND',
      ['first.osc-fr1.scalingo.io'],
      ['first.osc-fr1.scalingo.io'],
      ['second.osc-fr1.scalingo.io'],
    ]);
  });

  test('gives the TTL that is left, and asks the latest of the authoritative servers', async () => {
    await start([0, 5000]);
    const ask = resolver(servers.public[0]);
    const seen: unknown[] = [await ask.resolve4('apilos.beta.gouv.fr', { ttl: true })];
    clock += 10_000;
    seen.push(await ask.resolve4('apilos.beta.gouv.fr', { ttl: true }));
    servers.publish(zone.name, [alias('late.osc-fr1.scalingo.io')]);
    clock += 1_000;
    seen.push(await codeOf(ask.resolveCname(alias('').name)), await codeOf(ask.resolveCname('exemple.org')));
    expect(seen).toEqual([
      [{ address: '192.0.2.10', ttl: 300 }],
      [{ address: '192.0.2.10', ttl: 290 }],
      'ENOTFOUND',
      'ESERVFAIL',
    ]);
  });
});
