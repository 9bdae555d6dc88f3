/**
 * What lies outside the platform: GitHub with its artifacts, and alwaysdata with the name servers that follow its records.
 *
 * In: a sandbox's folder whose disaster is made. Out: the environment that reaches them, and what to tell people.
 * Can never happen: a server that outlives `close`; a record that is answered for before it is on disk.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { alwaysdataListener } from './alwaysdata/listener.ts';
import {
  type AccountModel,
  type AccountRecord,
  createAccount,
  type FirstDomain,
} from './alwaysdata/model.ts';
import { publishedRecords } from './alwaysdata/zone.ts';
import { startDns } from './dns/dns.ts';
import type { Zone } from './dns/zones.ts';
import { startGithub } from './github/github.ts';
import { type ArtifactScenario, backupRuns } from './github/model.ts';
import { fileDigest } from './github/storage.ts';
import { listenHttp } from './sockets.ts';

const disaster = z.object({ now: z.string(), files: z.object({ file: z.string() }) });
const account = 'apilos';
const repository = 'MTES-MCT/apilos';

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

/** Running services, and where they are. */
export interface Outside {
  readonly environment: Readonly<Record<string, string>>;
  readonly urls: { readonly github: string; readonly alwaysdata: string; readonly dns: string };
  /** Whether `host` is written as an alias of `target`. */
  leadsTo(host: string, target: string): boolean;
  close(): Promise<void>;
}

/** `names` is the file that keeps the records; without it they last as long as the process. */
type Paths = { readonly archives: string; readonly disaster: string; readonly names?: string };

/** Starts the services. `artifact` says what GitHub still has of the files backup (all of it by default). */
export async function startOutside(paths: Paths, artifact: ArtifactScenario = 'present'): Promise<Outside> {
  const githubToken = `ghp_${randomBytes(18).toString('hex')}`;
  const github = await startRepository(paths, githubToken, artifact);
  const names = await startNames(paths.names);
  const environment = {
    SANDBOX_GITHUB_API: github.api,
    SANDBOX_GITHUB_TOKEN: githubToken,
    ...names.environment,
  };
  const close = async () => void (await Promise.all([github.close(), names.close()]));
  return { environment, urls: { github: github.api, ...names.urls }, leadsTo: names.leadsTo, close };
}

async function startRepository(paths: Paths, token: string, scenario: ArtifactScenario) {
  const { now, files } = disaster.parse(JSON.parse(await readFile(paths.disaster, 'utf8')));
  const runs = backupRuns(new Date(now));
  const run = runs.find(one => one.workflow === 's3_backup.yml');
  const file = join(paths.archives, files.file);
  const [{ size: bytes }, sha256] = await Promise.all([stat(file), fileDigest(file)]);
  const left = { id: 700_001, name: 's3_production', file, bytes, sha256, expired: scenario === 'expired' };
  const artifacts = run === undefined || scenario === 'absent' ? [] : [{ ...left, run }];
  return startGithub({ repository, token, runs, artifacts, files: repositoryFiles });
}

const repositoryFiles: Readonly<Record<string, string>> = {
  '.env.template':
    'DEBUG=True\nENVIRONMENT=development\nALLOWED_HOSTS=\nDB_READONLY=\nREDIS_URL=redis://localhost:6379\n',
  '.github/workflows/s3_backup.yml':
    'on:\n  schedule:\n    - cron: "27 1 * * 1"\n  workflow_dispatch:\n# aws s3 sync --quiet s3://apilos-prod s3://apilos-glacier --storage-class GLACIER\n',
};

async function startNames(file: string | undefined) {
  const token = randomBytes(16).toString('hex');
  const held = domains.map(({ name }): Zone => {
    return {
      name,
      nameServers: ['dns1.alwaysdata.com', 'dns2.alwaysdata.com'],
      negativeTtl: 60,
      records: [],
    };
  });
  const dns = await startDns({ zones: [...held, platformZone], delays: [0, 300] });
  const model = createAccount(readRecords(file), (domain, records) => {
    if (file !== undefined) keepRecords(file, model.records());
    dns.publish(domain.name, publishedRecords(domain, records));
  });
  for (const domain of model.domains()) {
    const own = model.records().filter(record => record.domain === domain.id);
    dns.publish(domain.name, publishedRecords(domain, own));
  }
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

function aliasesOf(model: AccountModel): Outside['leadsTo'] {
  return (host, target) =>
    model.domains().some(domain => {
      const own = model.records().filter(record => record.domain === domain.id);
      return publishedRecords(domain, own).some(({ type, name, value }) => {
        return type === 'CNAME' && name === host && value.replace(/\.$/, '').toLowerCase() === target;
      });
    });
}
