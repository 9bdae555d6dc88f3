import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { toolEnvironment } from './environment.ts';

/** What git prints of a folder; undefined when it refuses, outside a work tree, or when this machine does not have it. */
export async function readGit(folder: string, args: readonly string[]): Promise<string | undefined> {
  const options = { encoding: 'utf8', env: gitEnvironment(), maxBuffer: LARGEST } as const;
  return promisify(execFile)('git', safely(folder, args), options).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

/** The same, while nothing else goes on. */
export function readGitNow(folder: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', safely(folder, args), {
      encoding: 'utf8',
      env: gitEnvironment(),
      maxBuffer: LARGEST,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

const LARGEST = 64 * 1024 * 1024;

/** Nothing is written, and no setting of the work tree makes git run anything. */
function safely(folder: string, args: readonly string[]): string[] {
  const settings = ['core.fsmonitor=false', 'log.showSignature=false'].flatMap(one => ['-c', one]);
  return ['-C', folder, ...settings, '--no-pager', '--no-optional-locks', ...args];
}

/** Without `GIT_DIR` and its like: the folder says which repository is meant. */
function gitEnvironment(): Record<string, string> {
  return toolEnvironment({ LC_ALL: 'C', GIT_NO_LAZY_FETCH: '1' });
}
