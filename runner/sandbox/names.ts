import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { alwaysdataListener } from './alwaysdata/listener.ts';
import {
  type AccountModel,
  type AccountRecord,
  createAccount,
  type Domain,
  type FirstDomain,
} from './alwaysdata/model.ts';
import { publishedRecords } from './alwaysdata/zone.ts';
import { type DnsServers, type DnsSettings, startDns } from './dns/dns.ts';
import type { Zone } from './dns/zones.ts';
import type { Faults } from './faults.ts';
import { listenHttp } from './sockets.ts';

const account = 'apilos';

const domains: readonly FirstDomain[] = [
  {
    name: 'apilos.beta.gouv.fr',
    records: [
      { type: 'MX', name: '', value: 'mx1.alwaysdata.com', isUserDefined: false },
      {
        type: 'CNAME',
        name: 'siap',
        value: 'apilos-siap-production.osc-fr1.scalingo.io',
        isUserDefined: true,
      },
    ],
  },
  { name: 'apilos.exercice.example', records: [] },
];
const platformZone: Zone = {
  name: 'scalingo.io',
  nameServers: ['ns1.scalingo.io'],
  negativeTtl: 60,
  records: [{ name: '*.osc-fr1.scalingo.io', type: 'A', ttl: 60, value: '127.0.0.1' }],
};

/** How late the public resolver is under `dns-slow`, ms. */
const late = 8000;

/** How long the public resolver remembers that a name is absent, s: zones say minutes, and a drill does not wait for them. */
const shortMemory = 10;

/** Starts alwaysdata and the name servers that follow its records. `file` keeps the records; without it they do not last. */
export async function startNames(file: string | undefined, faults: Faults) {
  const token = randomBytes(16).toString('hex');
  const servers: { dns?: DnsServers } = {};
  const model = createAccount(readRecords(file), (domain, records) => {
    if (file !== undefined) keepRecords(file, model.records());
    servers.dns?.publish(domain.name, publishedRecords(domain, records));
  });
  const zones = [...model.domains().map(domain => zoneOf(model, domain)), platformZone];
  const dns = await startDns({ zones, delays: [0, 300], ...dnsFaults(faults) });
  servers.dns = dns;
  const http = await listenHttp(alwaysdataListener(model, { token, account }));
  const environment = {
    SANDBOX_ALWAYSDATA_API: `${http.url}/v1`,
    SANDBOX_ALWAYSDATA_TOKEN: token,
    SANDBOX_ALWAYSDATA_ACCOUNT: account,
    SANDBOX_DNS_AUTHORITATIVE: dns.authoritative.join(','),
    SANDBOX_DNS_PUBLIC: dns.public.join(','),
  };
  const close = async () => void (await Promise.all([http.close(), dns.close()]));
  const urls = { alwaysdata: `${http.url}/v1`, dns: dns.authoritative.join(' ') };
  return { environment, urls, leadsTo: aliasesOf(model), close };
}

function zoneOf(model: AccountModel, domain: Domain): Zone {
  const own = model.records().filter(record => record.domain === domain.id);
  return {
    name: domain.name,
    nameServers: ['dns1.alwaysdata.com', 'dns2.alwaysdata.com'],
    negativeTtl: shortMemory,
    records: publishedRecords(domain, own),
  };
}

function dnsFaults(faults: Faults): Pick<DnsSettings, 'fault' | 'publicDelay'> {
  return {
    ...(faults.has('dns-slow') ? { publicDelay: late } : {}),
    ...(faults.has('dns-split')
      ? { fault: (server: string) => (server === 'authoritative-2' ? ('frozen' as const) : undefined) }
      : {}),
  };
}

const kept = z.array(
  z.object({
    domain: z.number(),
    type: z.string(),
    name: z.string(),
    value: z.string(),
    priority: z.number().nullable(),
    ttl: z.number(),
    annotation: z.string(),
    isUserDefined: z.boolean(),
  }),
);

function readRecords(file: string | undefined): readonly FirstDomain[] {
  if (file === undefined || !existsSync(file)) return domains;
  const records = kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  return domains.map(({ name }, index) => ({
    name,
    records: records.filter(record => record.domain === index + 1),
  }));
}

/** Synchronous, since the API answers as soon as the model has changed. */
function keepRecords(file: string, records: readonly AccountRecord[]): void {
  writeFileSync(`${file}.new`, JSON.stringify(records), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Whether a host is written as an alias of a target. */
function aliasesOf(model: AccountModel): (host: string, target: string) => boolean {
  return (host, target) =>
    model.domains().some(domain => {
      const own = model.records().filter(record => record.domain === domain.id);
      return publishedRecords(domain, own).some(({ type, name, value }) => {
        return type === 'CNAME' && name === host && value.replace(/\.$/, '').toLowerCase() === target;
      });
    });
}
