import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Push } from '../../../runner/sandbox/git/judge.ts';
import { openRepositories } from '../../../runner/sandbox/git/repositories.ts';
import { git, openGitPlatform } from './platform.ts';

test('a push is received, deployed while it waits, and can be cloned', async () => {
  const pushes: Push[] = [];
  const { folder, clone, sha, remote, env } = await openGitPlatform(async (push, log) => {
    pushes.push(push);
    log('<-- Start deployment of [apilos-exercice] -->');
    log('       Waiting for your application to boot...');
    return true;
  });
  const pushed = await git(clone, ['push', remote, `${sha}:refs/heads/master`], env);
  expect(pushed.code).toBe(0);
  expect(pushed.stderr).toContain('remote: <-- Start deployment of [apilos-exercice] -->');
  expect(pushed.stderr).toMatch(/remote: {8}Waiting for your application to boot\.\.\. *\n/);
  expect(pushes).toEqual([{ app: 'apilos-exercice', sha, ref: 'refs/heads/master' }]);

  expect((await git(clone, ['push', remote, 'HEAD:master', '--tags'], env)).stderr).toContain('up-to-date');
  expect(pushes).toHaveLength(1);
  expect((await git(folder, ['clone', '--quiet', remote, 'copie'], env)).code).toBe(0);
  expect((await git(join(folder, 'copie'), ['rev-parse', 'HEAD'])).stdout.trim()).toBe(sha);
});

test('a failed deployment refuses the push, and pushing again tries again', async () => {
  const results = [false, true];
  const { clone, remote, env } = await openGitPlatform(async (_push, log) => {
    log(' !     → postdeploy hook failed, exit status 1');
    return results.shift() ?? false;
  });
  const failed = await git(clone, ['push', remote, 'HEAD:main'], env);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('remote:  !     → postdeploy hook failed, exit status 1');
  expect(failed.stderr).toContain('! [remote rejected] HEAD -> main (pre-receive hook declined)');
  expect((await git(clone, ['push', remote, 'HEAD:main'], env)).code).toBe(0);
});

test('shallow histories, other branches and deletions are refused before anything is built', async () => {
  const pushes: Push[] = [];
  const platform = await openGitPlatform(async push => pushes.push(push) > 0);
  const { folder, clone, remote, env } = platform;
  await git(folder, ['clone', '--quiet', '--depth=1', `file://${clone}`, 'superficiel']);
  const shallow = await git(join(folder, 'superficiel'), ['push', remote, 'HEAD:master'], env);
  expect(shallow.code).toBe(1);
  expect(shallow.stderr).toContain('remote:  !     Shallow update not allowed');
  const other = await git(clone, ['push', remote, 'HEAD:recette'], env);
  expect(other.code).toBe(1);
  expect(other.stderr).toContain(
    'remote:  !     Only the branches master and main are deployed, not recette',
  );
  expect(pushes).toEqual([]);

  await git(clone, ['push', remote, 'HEAD:master'], env);
  const deleted = await git(clone, ['push', remote, ':master'], env);
  expect(deleted.stderr).toContain('remote:  !     The deployed branch cannot be deleted');
  await git(clone, ['tag', 'v1.0.0', 'HEAD']);
  expect((await git(clone, ['push', remote, 'v1.0.0'], env)).code).toBe(0);
  expect(pushes).toHaveLength(1);
});

test('an application that does not exist has no repository; one that is renamed keeps its own', async () => {
  const { repositories, directory, clone, remote, env } = await openGitPlatform(async () => true);
  await git(clone, ['push', remote, 'HEAD:master'], env);
  await repositories.rename('apilos-exercice', 'apilos-nouveau');
  const gone = await git(clone, ['ls-remote', remote], env);
  expect(gone.code).toBe(128);
  expect(gone.stderr).toContain("fatal: repository 'apilos-exercice' not found");
  const renamed = remote.replace('exercice', 'nouveau');
  expect((await git(clone, ['ls-remote', renamed], env)).stdout).toContain('refs/heads/master');
  const again = await openRepositories(directory, async () => true);
  await again.remove('apilos-nouveau');
  expect((await git(clone, ['ls-remote', renamed], env)).code).toBe(128);
  await rm(directory, { recursive: true, force: true });
});
