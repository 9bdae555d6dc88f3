import { Fault } from '../../fault.ts';
import { type Listening, runClient } from '../process/client.ts';

/** How git ended, with all that it wrote on stdout. */
export interface GitEnded {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the system's git in a repository, without the machine's configuration. Faults: `git-missing`, `client-killed`. */
export async function runGit(
  repository: string,
  args: readonly string[],
  listening: Pick<Listening, 'env' | 'onStderrLine'> = {},
): Promise<GitEnded> {
  const chunks: Buffer[] = [];
  const env = { HOME: process.env.HOME ?? '', GIT_CONFIG_NOSYSTEM: '1', ...listening.env };
  try {
    const ended = await runClient('git', ['-C', repository, ...args], {
      ...listening,
      env,
      onStdout: chunk => void chunks.push(chunk),
    });
    return { ...ended, stdout: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    if (error instanceof Fault && error.code === 'client-missing') throw new Fault('git-missing');
    throw error;
  }
}
