import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openGithub } from '../../runner/effects/drift/github-repository.ts';
import { readSources } from '../../runner/effects/drift/read-sources.ts';
import { sourcesOf } from '../../runner/model/sources.ts';
import type { FaultName } from '../../runner/sandbox/faults.ts';
import { startOutside } from '../../runner/sandbox/outside.ts';
import { startPlatform } from '../../runner/sandbox/platform/platform.ts';
import type { GithubResource, ScalingoResource } from '../../runner/services/resources.ts';
import { documentWith, runbookOf, said } from './scene.ts';

const file = 'plan-de-reprise.md';
const plan = await readFile(new URL(`../../runbook/${file}`, import.meta.url), 'utf8');

/** What the servers of the sandbox say of a plan's sources, under simulated faults. */
async function ask(source: string, faults: readonly FaultName[], other: Partial<GithubResource> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-drift-'));
  const [archives, disaster] = [join(folder, 'archives'), join(folder, 'disaster.json')];
  await mkdir(archives);
  await writeFile(join(archives, 's3_production.zip'), 'fichiers');
  await writeFile(join(archives, 'nuit.tar.gz'), 'base');
  const databaseArtifact = join(folder, 'db_backup.zip');
  await writeFile(databaseArtifact, 'base');
  const database = [{ takenAt: '2026-11-18T00:00:00Z', intact: true, file: 'nuit.tar.gz' }];
  const left = { now: '2026-11-18T10:00:00Z', files: { file: 's3_production.zip' }, database };
  await writeFile(disaster, JSON.stringify(left));
  const paths = {
    directory: folder,
    scalingo: join(folder, 'scalingo'),
    archives,
    disaster,
    databaseArtifact,
  };
  const given = new Set(faults);
  const outside = await startOutside(paths, given);
  const postgres = { url: 'postgres://127.0.0.1:1/', port: 1 };
  const platform = await startPlatform(paths, { postgres, leadsTo: () => true, faults: given });
  onTestFinished(async () => {
    await Promise.all([outside.close(), platform.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const resources = resourcesOf({ ...outside.environment, ...platform.environment }, other);
  const runbook = runbookOf(source, file);
  const world = { folder, checkouts: new Map<string, string>(), resources };
  const readings = await readSources(sourcesOf(runbook.root), world);
  return {
    readings,
    depot: resources.depot,
    fr: said(runbook, readings, 'fr'),
    en: said(runbook, readings, 'en'),
  };
}

function resourcesOf(environment: Readonly<Record<string, string>>, other: Partial<GithubResource>) {
  const value = (name: string) => environment[name] ?? '';
  const base = { run: 'drift', mode: 'drill', protected: [] } as const;
  const depot: GithubResource = {
    ...base,
    name: 'depot',
    kind: 'github',
    api: value('SANDBOX_GITHUB_API'),
    repository: value('SANDBOX_GITHUB_REPOSITORY'),
    clone: '',
    token: value('SANDBOX_GITHUB_TOKEN'),
    ...other,
  };
  const plateforme: ScalingoResource = {
    ...base,
    name: 'plateforme',
    kind: 'scalingo',
    api: value('SANDBOX_SCALINGO_API'),
    authApi: value('SANDBOX_SCALINGO_AUTH_API'),
    databaseApi: value('SANDBOX_SCALINGO_DATABASE_API'),
    token: value('SANDBOX_SCALINGO_TOKEN'),
    region: value('SANDBOX_SCALINGO_REGION'),
    pace: 1000,
    gateway: { host: '127.0.0.1', hostFingerprint: [], identity: { keyFile: '' } },
  };
  return { depot, plateforme };
}

test('the plan of APiLos holds on the platform of today', async () => {
  const { readings, fr } = await ask(plan, []);
  expect(readings.length).toBeGreaterThanOrEqual(5);
  expect(fr).toBe('');
});

const cases: readonly (readonly [FaultName, string])[] = [
  ['workflow-renamed', 's3_backup.yml'],
  ['template-changed', '.env.template'],
  ['stack-changed', 'scalingo.json'],
  ['stack-withdrawn', 'scalingo-22'],
  ['database-artifact-absent', 'db_backup_download.yml'],
];

test.each(cases)('the plan of APiLos is told to have drifted under %s', async (fault, subject) => {
  const { fr, en } = await ask(plan, [fault]);
  expect(fr.split('\n').filter(line => /^plan-de-reprise\.md:\d+:1: erreur/.test(line))).toHaveLength(1);
  expect(fr).toContain(subject);
  const unnumbered = (text: string) =>
    text.replaceAll(/^(\S+\.md:)?\d+(?=:| \|)/gm, '$1N').replaceAll(/^ +(?=[|=])/gm, '  ');
  await expect(unnumbered(fr)).toMatchFileSnapshot(`golden/${fault}.fr.txt`);
  await expect(unnumbered(en)).toMatchFileSnapshot(`golden/${fault}.en.txt`);
});

test('the plan of 2022 would have been told that its artifact is gone, and that its stack is deprecated', async () => {
  const source = documentWith(
    'workflow=s3_backup.yml artifact=s3_production in=depot is=kept',
    'stack=scalingo-22 in=plateforme is=offered',
  );
  const [absent, expired] = [await ask(source, ['artifact-absent']), await ask(source, ['artifact-expired'])];
  await expect(absent.fr + expired.fr).toMatchFileSnapshot('golden/plan-de-2022.fr.txt');
  await expect(absent.en + expired.en).toMatchFileSnapshot('golden/plan-de-2022.en.txt');
});

test('a service that does not answer, or refuses, leaves every source unchecked, never unchanged', async () => {
  const unavailable = await ask(plan, ['github-unavailable', 'token-refused']);
  const refused = await ask(plan, ['token-refused'], { token: 'mauvais' });
  for (const { readings } of [unavailable, refused])
    expect(readings.map(({ present }) => present.state)).toEqual(readings.map(() => 'unchecked'));
  expect(unavailable.readings.map(({ present }) => present.state === 'unchecked' && present.fault)).toEqual([
    'github-refused',
    'github-refused',
    'github-refused',
    'scalingo-denied',
    'github-refused',
  ]);
});

test('files of a repository that cannot be seen are unchecked, not gone', async () => {
  const { readings, depot } = await ask(plan, [], { repository: 'MTES-MCT/prive' });
  const there = readings.filter(({ source }) => source.in === 'depot');
  expect(there.map(({ present }) => present.state === 'unchecked' && present.fault)).toEqual(
    there.map(() => 'github-not-found'),
  );
  await expect(openGithub(depot).read('Procfile')).rejects.toMatchObject({ code: 'github-not-found' });
  const seen = openGithub({ ...depot, repository: 'MTES-MCT/apilos' });
  expect([await seen.read('perdu.txt'), await seen.list('perdu')]).toEqual([undefined, []]);
});
