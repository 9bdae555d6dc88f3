/** A run of a workflow; instants are ISO 8601. */
export interface Run {
  readonly id: number;
  readonly workflow: string;
  readonly event: string;
  readonly branch: string;
  readonly conclusion: 'success' | 'failure';
  readonly createdAt: string;
}

/** An artifact; `file` is the zip that it is, on disk. */
export interface Artifact {
  readonly id: number;
  readonly run: Run;
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly expired: boolean;
}

/** A commit on the branch that people see; `date` is ISO 8601, `files` all that it has, by path. */
export interface Commit {
  readonly sha: string;
  readonly date: string;
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The commits that changed `path`, or all of them without one. `history` is newest first, as what comes out. */
export function commitsOf(history: readonly Commit[], path: string | null): Commit[] {
  return history.filter((commit, index) => {
    const before = history[index + 1]?.files ?? {};
    return path === null || (commit.files[path] ?? '') !== (before[path] ?? '');
  });
}

/** What GitHub still has of an artifact. Nothing at all is what APiLos has known since 2023. */
export type ArtifactScenario = 'present' | 'expired' | 'absent';

const week = 7 * 86_400_000;

/**
 * The runs of the two backup workflows of APiLos before `now`, newest first: `s3_backup.yml` on Mondays at 01:27 UTC,
 * `db_backup_download.yml` each day at 06:31. The newest run of the first has failed when `lastFails`.
 */
export function backupRuns(now: Date, lastFails = false): Run[] {
  const day = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const monday = day - ((now.getUTCDay() + 6) % 7) * 86_400_000;
  const weekly = series('s3_backup.yml', monday + 87 * 60_000, week, now);
  const daily = series('db_backup_download.yml', day + 391 * 60_000, 86_400_000, now);
  const runs = [...weekly, ...daily].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  const failed = lastFails ? runs.find(run => run.workflow === 's3_backup.yml') : undefined;
  return runs.map((run, index) => ({
    ...run,
    id: 9_000_000_000 - index,
    conclusion: run === failed ? 'failure' : 'success',
  }));
}

function series(workflow: string, last: number, every: number, now: Date): Run[] {
  const instants = Array.from({ length: 14 }, (_, index) => last - index * every);
  return instants
    .filter(at => at <= now.getTime())
    .map(at => ({
      id: 0,
      workflow,
      event: 'schedule',
      branch: 'main',
      conclusion: 'success',
      createdAt: new Date(at).toISOString().replace('.000Z', 'Z'),
    }));
}

/** The runs that a query asks for; `created` may begin with `>=`, `<=`, `>` or `<`. */
export function matchingRuns(runs: readonly Run[], query: URLSearchParams): Run[] {
  const [status, branch, event] = ['status', 'branch', 'event'].map(key => query.get(key));
  const created = query.get('created');
  return runs.filter(run =>
    [
      status === null || status === 'completed' || status === run.conclusion,
      branch === null || branch === run.branch,
      event === null || event === run.event,
      created === null || isWithin(run.createdAt, created),
    ].every(Boolean),
  );
}

function isWithin(instant: string, created: string): boolean {
  const [, sign = '', bound = ''] = /^([<>]=?)?(.*)$/.exec(created) ?? [];
  if (sign === '') return instant.startsWith(bound);
  const [at, limit] = [Date.parse(instant), Date.parse(bound)];
  return (sign.startsWith('>') ? at > limit : at < limit) || (sign.endsWith('=') && at === limit);
}
