import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type GithubFault, startGithub } from '../../../runner/sandbox/github/github.ts';
import { type Artifact, type ArtifactScenario, backupRuns } from '../../../runner/sandbox/github/model.ts';
import { writeZip } from '../../services/backups.ts';

export const token = 'ghp_sandbox0123456789abcdefghijklmnopqrs';
export const repository = 'MTES-MCT/apilos';
export const now = new Date('2026-11-18T10:00:00Z');

/** A repository with its artifacts in a scenario; the zip has the Zip64 form. `stored` are headers that storage received. */
export async function startRepository(scenario: ArtifactScenario) {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-github-'));
  const file = join(folder, 's3_production.zip');
  await writeZip(file, { 's3_production.tar.gz': Buffer.alloc(200_000, 'x') }, { forceZip64Format: true });
  const content = await readFile(file);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const runs = backupRuns(now);
  const weekly = runs.filter(run => run.workflow === 's3_backup.yml').slice(0, 3);
  const artifacts = weekly.map((run, index): Artifact => {
    const expired = scenario === 'expired';
    return { id: 700 - index, run, name: 's3_production', file, bytes: content.length, sha256, expired };
  });
  const scene = {
    clock: now.getTime(),
    fault: undefined as GithubFault | undefined,
    stored: [] as Readonly<Record<string, unknown>>[],
  };
  const github = await startGithub({
    repository,
    token,
    runs,
    artifacts: scenario === 'absent' ? [] : artifacts,
    files: { '.env.template': 'DEBUG=True\n# INSEE=\n', '.github/workflows/s3_backup.yml': 'on: schedule\n' },
    now: () => scene.clock,
    fault: () => scene.fault,
    onStorageRequest: headers => scene.stored.push(headers),
  });
  const stop = async () => {
    await github.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...github, scene, content, sha256, stop };
}

export type TestRepository = Awaited<ReturnType<typeof startRepository>>;
