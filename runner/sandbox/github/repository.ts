import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { backupDelay, type Faults } from '../faults.ts';
import { renamedWorkflow, repositoryHistory } from '../repository/history.ts';
import { type Github, type GithubFault, startGithub } from './github.ts';
import { type Artifact, type ArtifactScenario, backupRuns, type Run } from './model.ts';
import { fileDigest } from './storage.ts';

/** The repository of the lost application. */
export const repository = 'MTES-MCT/apilos';
const filesArtifact = 's3_production';
const databaseWorkflow = 'db_backup_download.yml';

const disaster = z.object({
  now: z.string(),
  files: z.object({ file: z.string() }),
  database: z.array(z.object({ takenAt: z.string(), intact: z.boolean() })).optional(),
});

/** Where the backups are: archives, what is known of them, and the zip of the newest intact database archive if there is one. */
export interface RepositoryPaths {
  readonly archives: string;
  readonly disaster: string;
  readonly databaseArtifact?: string;
}

/** Starts GitHub with APiLos's repository, its runs, and what they left. */
export async function startRepository(
  paths: RepositoryPaths,
  token: string,
  faults: Faults,
): Promise<Github> {
  const left = disaster.parse(JSON.parse(await readFile(paths.disaster, 'utf8')));
  const runs = renamed(backupRuns(new Date(left.now)), faults);
  const delayed = (run: Run) => delayedRun(run, backupDelay(faults));
  const weekly = runs.find(run => run.workflow !== databaseWorkflow);
  const intact = left.database?.find(backup => backup.intact)?.takenAt;
  const scenario = scenarioOf(faults);
  const kept = faults.has('database-artifact-absent') ? undefined : morningAfter(runs, intact);
  const history = repositoryHistory(faults);
  const artifacts = await Promise.all([
    artifactOf(scenario === 'absent' ? undefined : weekly, join(paths.archives, left.files.file), {
      id: 700_001,
      name: filesArtifact,
      expired: scenario === 'expired',
    }),
    artifactOf(kept && delayed(kept), paths.databaseArtifact, {
      id: 700_002,
      name: 'Save db backup as artifact',
      expired: false,
    }),
  ]);
  return startGithub({
    repository,
    token,
    runs: runs.map(delayed),
    artifacts: artifacts.filter(artifact => artifact !== undefined),
    files: history[0]?.files ?? {},
    history,
    fault: artifact => faultOf(faults, artifact),
  });
}

/** Runs follow their workflow's name. */
function renamed(runs: readonly Run[], faults: Faults): Run[] {
  const isRenamed = faults.has('workflow-renamed');
  return runs.map(run =>
    isRenamed && run.workflow === 's3_backup.yml' ? { ...run, workflow: renamedWorkflow } : run,
  );
}

/** A copy of the database that is said to be older than it is. */
function delayedRun(run: Run, delay: number): Run {
  if (delay === 0 || run.workflow !== databaseWorkflow) return run;
  const createdAt = new Date(Date.parse(run.createdAt) - delay).toISOString().replace('.000Z', 'Z');
  return { ...run, createdAt };
}

function scenarioOf(faults: Faults): ArtifactScenario {
  if (faults.has('artifact-absent')) return 'absent';
  return faults.has('artifact-expired') ? 'expired' : 'present';
}

/** The daily run that took the backup of the night before it. */
function morningAfter(runs: readonly Run[], takenAt: string | undefined): Run | undefined {
  if (takenAt === undefined) return undefined;
  return runs.findLast(
    run => run.workflow === databaseWorkflow && Date.parse(run.createdAt) > Date.parse(takenAt),
  );
}

async function artifactOf(
  run: Run | undefined,
  file: string | undefined,
  about: Pick<Artifact, 'id' | 'name' | 'expired'>,
): Promise<Artifact | undefined> {
  const found = file === undefined ? undefined : await stat(file).catch(() => undefined);
  if (run === undefined || file === undefined || found === undefined) return undefined;
  return { ...about, run, file, bytes: found.size, sha256: await fileDigest(file) };
}

function faultOf(faults: Faults, artifact: Artifact | undefined): GithubFault | undefined {
  if (faults.has('github-unavailable')) return 'unavailable';
  if (artifact?.name !== filesArtifact) return undefined;
  if (faults.has('artifact-corrupted')) return 'corrupt';
  return faults.has('artifact-cut') ? 'cut' : undefined;
}
