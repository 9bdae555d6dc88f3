import { Resolver } from 'node:dns/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { FaultName } from '../../../runner/sandbox/faults.ts';
import { startOutside } from '../../../runner/sandbox/outside.ts';
import { setCname } from '../../../runner/services/alwaysdata.ts';
import { cnameAnswers } from '../../../runner/services/dns.ts';
import { downloadArtifact, newestArtifact, readFile } from '../../../runner/services/github.ts';

const base = { run: 'run-1', mode: 'drill', protected: [] } as const;

async function start(...faults: readonly FaultName[]) {
  const folder = await mkdtemp(join(tmpdir(), 'faults-outside-'));
  const disaster = join(folder, 'disaster.json');
  const databaseArtifact = join(folder, 'db_backup.zip');
  await writeFile(join(folder, 's3_production.zip'), 'fichiers');
  await writeFile(databaseArtifact, 'base');
  const database = [{ takenAt: '2026-11-18T00:00:00Z', intact: true }];
  const files = { file: 's3_production.zip' };
  await writeFile(disaster, JSON.stringify({ now: '2026-11-18T10:00:00Z', files, database }));
  const outside = await startOutside({ archives: folder, disaster, databaseArtifact }, new Set(faults));
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  onTestFinished(async () => {
    vi.restoreAllMocks();
    await outside.close();
    await rm(folder, { recursive: true, force: true });
  });
  const value = (name: string) => outside.environment[name] ?? '';
  const github = {
    ...base,
    name: 'depot',
    kind: 'github',
    repository: 'MTES-MCT/apilos',
    clone: 'https://github.com/MTES-MCT/apilos.git',
    api: value('SANDBOX_GITHUB_API'),
    token: value('SANDBOX_GITHUB_TOKEN'),
  } as const;
  const download = async (workflow: string, name: string) => {
    const artifact = await newestArtifact(github, { workflow, name });
    return await downloadArtifact(github, artifact, join(folder, 'back.zip'));
  };
  return {
    value,
    github,
    files: () => download('s3_backup.yml', 's3_production'),
    database: () => download('db_backup_download.yml', 'Save db backup as artifact'),
  };
}

test.each([
  ['artifact-absent', 'artifact-absent'],
  ['artifact-expired', 'artifact-expired'],
  ['artifact-corrupted', 'artifact-corrupt'],
  ['artifact-cut', 'artifact-not-stored'],
] as const)('%s spoils the files, and leaves the database’s artifact as it was', async (name, code) => {
  const { files, database } = await start(name);
  await expect(files()).rejects.toMatchObject({ code });
  await expect(database()).resolves.toHaveProperty('sha256');
});

test('without a fault both artifacts are there', async () => {
  const { files, database } = await start();
  await expect(files()).resolves.toHaveProperty('sha256');
  await expect(database()).resolves.toHaveProperty('sha256');
});

test('github-unavailable answers 503 to everything', async () => {
  const { files } = await start('github-unavailable');
  await expect(files()).rejects.toMatchObject({ code: 'github-refused', params: { status: 503 } });
});

test('template-changed adds one mandatory name to the template', async () => {
  const [plain, changed] = [await start(), await start('template-changed')];
  const lines = async ({ github }: typeof plain) =>
    (await readFile(github, '.env.template')).text.split('\n');
  const before = await lines(plain);
  const added = (await lines(changed)).filter(line => line.includes('=') && !before.includes(line));
  expect(added).toEqual(['DOCUMENT_VAULT_KEY=']);
});

const host = 'siap.apilos.exercice.example';
const target = 'siap-exercice.osc-fr1.scalingo.io';

/** What each server says of the alias once the one that follows has it. */
async function answersAfter(value: (name: string) => string) {
  const zone = {
    ...base,
    name: 'zone',
    kind: 'alwaysdata',
    api: value('SANDBOX_ALWAYSDATA_API'),
    token: value('SANDBOX_ALWAYSDATA_TOKEN'),
    account: value('SANDBOX_ALWAYSDATA_ACCOUNT'),
  } as const;
  const [authoritative, others] = ['SANDBOX_DNS_AUTHORITATIVE', 'SANDBOX_DNS_PUBLIC'].map(name =>
    value(name).split(','),
  );
  const dns = {
    ...base,
    name: 'dns',
    kind: 'dns',
    authoritative: authoritative ?? [],
    public: others ?? [],
  } as const;
  await setCname(zone, { host, target });
  // The second server is 300 ms late when nothing is wrong.
  await sleep(600);
  return { answers: await cnameAnswers(dns, { host, target }), dns };
}

test('dns-split leaves one authoritative server with the records of before, for ever', async () => {
  const { value } = await start('dns-split');
  const { answers, dns } = await answersAfter(value);
  const said = answers.authoritative.map(({ answer }) => answer);
  expect([answers.agreed, said]).toEqual(['nobody', [target, 'ENOTFOUND']]);
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([dns.authoritative[1] ?? '']);
  expect(await resolver.resolveCname('siap.apilos.beta.gouv.fr')).toEqual([
    'apilos-siap-production.osc-fr1.scalingo.io',
  ]);
});

test('dns-slow leaves only the public resolver behind', async () => {
  const { value } = await start('dns-slow');
  const { answers } = await answersAfter(value);
  expect([answers.agreed, answers.public.map(({ answer }) => answer)]).toEqual([
    'authoritative',
    ['ENOTFOUND'],
  ]);
});
