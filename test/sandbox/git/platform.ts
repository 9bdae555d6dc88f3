import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deploy } from '../../../runner/sandbox/git/judge.ts';
import { openRepositories } from '../../../runner/sandbox/git/repositories.ts';
import { openGateway, privateFolder, run, sshOptions } from '../ssh/platform.ts';

/** Git of the system, with an identity of its own. */
export async function git(folder: string, args: readonly string[], env: Record<string, string> = {}) {
  const identity = {
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@b.fr',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@b.fr',
  };
  const alone = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const options = { env: { ...process.env, ...alone, ...identity, ...env } };
  return run('git', ['-C', folder, ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0 as unknown, stdout, stderr }),
    (error: { code: unknown; stdout: string; stderr: string }) => ({
      code: error.code,
      stdout: error.stdout,
      stderr: error.stderr,
    }),
  );
}

/** A clone with three commits on `main`. */
export async function makeClone(folder: string): Promise<{ clone: string; sha: string }> {
  const clone = join(folder, 'clone');
  await mkdir(clone);
  await git(clone, ['init', '--quiet', '--initial-branch=main']);
  for (const text of ['un', 'deux', 'trois']) {
    await writeFile(join(clone, 'Procfile'), `web: ${text}\n`);
    await git(clone, ['add', '.']);
    await git(clone, ['commit', '--quiet', '-m', text]);
  }
  return { clone, sha: (await git(clone, ['rev-parse', 'HEAD'])).stdout.trim() };
}

/** A gateway that serves `apilos-exercice.git`. */
export async function openGitPlatform(deploy: Deploy) {
  const folder = await privateFolder();
  const directory = join(folder, 'git');
  const repositories = await openRepositories(directory, deploy);
  await repositories.create('apilos-exercice');
  const { gateway, keyFile } = await openGateway(folder, { serveGit: repositories.serve });
  const ssh = await sshOptions(folder, gateway, keyFile);
  const env = { GIT_SSH_COMMAND: `ssh ${ssh.map(word => `'${word}'`).join(' ')}` };
  const remote = `ssh://git@127.0.0.1:${gateway.port}/apilos-exercice.git`;
  return { folder, directory, repositories, gateway, keyFile, env, remote, ...(await makeClone(folder)) };
}
