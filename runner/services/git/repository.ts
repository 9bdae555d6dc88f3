import { Fault } from '../../fault.ts';
import { runGit } from './run.ts';

/** Refuses what is no repository (`git-repository-invalid`) or a shallow clone (`git-shallow`), which Scalingo refuses. */
export async function checkRepository(path: string): Promise<void> {
  const { exit, stdout, stderr } = await runGit(path, ['rev-parse', '--is-shallow-repository']);
  if (exit !== 0) throw new Fault('git-repository-invalid', { path, message: stderr.trim() });
  if (stdout.trim() === 'true') throw new Fault('git-shallow', { path });
}

/** The full identifier of the commit that a revision names. Fault `git-revision-missing`. */
export async function fullRevision(path: string, revision: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`];
  const { exit, stdout } = await runGit(path, args);
  if (exit !== 0) throw new Fault('git-revision-missing', { path, sha: revision });
  return stdout.trim();
}
