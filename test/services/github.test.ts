import { readFile as readBytes, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ArtifactScenario } from '../../runner/sandbox/github/model.ts';
import { downloadArtifact, listRuns, newestArtifact, readFile } from '../../runner/services/github.ts';
import type { GithubResource } from '../../runner/services/resources.ts';
import { repository, startRepository, type TestRepository, token } from '../sandbox/github/repository.ts';
import { faultOf, temporaryFolder } from './backups.ts';

const wanted = { workflow: 's3_backup.yml', name: 's3_production' };
let running: TestRepository;
afterEach(() => running.stop());

async function start(scenario: ArtifactScenario): Promise<GithubResource> {
  running = await startRepository(scenario);
  const base = { name: 'depot', run: 'run-1', mode: 'drill', protected: [] } as const;
  return { ...base, kind: 'github', api: running.api, repository, token, clone: '' };
}

function withoutToken({ token: _, ...anonymous }: GithubResource): GithubResource {
  return anonymous;
}

test('runs are listed newest first, with the filters of the API', async () => {
  const github = withoutToken(await start('absent'));
  const query = { workflow: 's3_backup.yml', created: '>=2026-11-16', status: 'success', branch: 'main' };
  expect(await listRuns(github, query)).toEqual([
    {
      id: expect.any(Number),
      event: 'schedule',
      branch: 'main',
      conclusion: 'success',
      createdAt: '2026-11-16T01:27:00Z',
      url: expect.stringContaining('/actions/runs/'),
    },
  ]);
  expect((await listRuns(github, { workflow: 's3_backup.yml' })).length).toBe(14);
});

test('the newest artifact comes down whole, and its storage never sees the token', async () => {
  const github = await start('present');
  const folder = await temporaryFolder();
  const artifact = await newestArtifact(github, wanted);
  expect(artifact).toMatchObject({
    id: 700,
    digest: `sha256:${running.sha256}`,
    createdAt: '2026-11-16T01:27:00Z',
  });
  const file = join(folder, 'files.zip');
  expect(await downloadArtifact(github, artifact, file)).toEqual({ path: file, sha256: running.sha256 });
  expect((await readBytes(file)).equals(running.content)).toBe(true);
  expect(await readdir(folder)).toEqual(['files.zip']);
  expect(running.scene.stored.map(headers => 'authorization' in headers)).toEqual([false]);
  expect(JSON.stringify(running.scene.stored)).not.toContain(token);
});

test('an artifact that nothing announces a digest of is kept as it comes', async () => {
  const github = await start('present');
  const artifact = { ...(await newestArtifact(github, wanted)), digest: null };
  const file = join(await temporaryFolder(), 'files.zip');
  expect((await downloadArtifact(github, artifact, file)).sha256).toBe(running.sha256);
});

test('an absent artifact is told from an expired one, with the reason', async () => {
  const absent = await start('absent');
  await expect(newestArtifact(absent, wanted)).rejects.toMatchObject({
    code: 'artifact-absent',
    params: {
      runs: 14,
      newest: '2026-11-16T01:27:00Z',
      artifact: 's3_production',
      workflow: 's3_backup.yml',
    },
  });
  await running.stop();
  const expired = await start('expired');
  await expect(newestArtifact(expired, wanted)).rejects.toMatchObject({
    code: 'artifact-expired',
    params: { id: 700, expiredAt: '2027-02-14T01:27:00.000Z' },
  });
  const known = {
    id: 700,
    name: 's3_production',
    bytes: 1,
    createdAt: '',
    expiresAt: 'x',
    digest: null,
    run: null,
  };
  expect(await faultOf(downloadArtifact(expired, known, join(await temporaryFolder(), 'a')))).toBe(
    'artifact-expired',
  );
});

test.each([
  ['corrupt', 'artifact-corrupt'],
  ['cut', 'artifact-not-stored'],
] as const)('a download that is %s ends with %s and leaves nothing', async (fault, code) => {
  const github = await start('present');
  const folder = await temporaryFolder();
  const artifact = await newestArtifact(github, wanted);
  running.scene.fault = fault;
  expect(await faultOf(downloadArtifact(github, artifact, join(folder, 'a.zip')))).toBe(code);
  expect(await readdir(folder)).toEqual([]);
});

test('what GitHub refuses says what to do', async () => {
  const github = await start('present');
  const artifact = await newestArtifact(github, wanted);
  const file = join(await temporaryFolder(), 'a.zip');
  const codes = [
    await faultOf(downloadArtifact(withoutToken(github), artifact, file)),
    await faultOf(listRuns({ ...github, token: 'ghp_wrong' }, wanted)),
    await faultOf(listRuns(github, { workflow: 'autre.yml' })),
    await faultOf(listRuns({ ...github, api: 'http://127.0.0.1:1' }, wanted)),
  ];
  for (const fault of ['rate-limited', 'unavailable'] as const) {
    running.scene.fault = fault;
    codes.push(await faultOf(newestArtifact(github, wanted)));
  }
  expect(codes).toEqual([
    'github-denied',
    'github-denied',
    'github-not-found',
    'github-unreachable',
    'github-rate-limited',
    'github-refused',
  ]);
});

test('a file is read at a ref, with git’s own digest', async () => {
  const github = await start('absent');
  // `printf 'on: schedule\n' | git hash-object --stdin`
  expect(await readFile(github, '.github/workflows/s3_backup.yml')).toEqual({
    text: 'on: schedule\n',
    sha: 'b61a0029224b917e00e1c56fe0bd6e731a3e0382',
  });
  expect(await faultOf(readFile(github, 'absent', 'v1'))).toBe('github-not-found');
});
