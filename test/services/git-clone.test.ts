import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { Fault } from '../../runner/fault.ts';
import { cloneRepository } from '../../runner/services/git.ts';
import { git, makeClone } from '../sandbox/git/platform.ts';
import { privateFolder } from '../sandbox/ssh/platform.ts';

beforeEach(() => {
  const shown = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  return () => shown.mockRestore();
});

/** A repository with a tag on its second commit and a branch of its own. */
async function repository() {
  const folder = await privateFolder();
  const { clone, sha } = await makeClone(folder);
  await git(clone, ['tag', '-a', 'v1.0.0', '-m', 'v1.0.0', 'HEAD~1']);
  await git(clone, ['branch', 'recette', 'HEAD~2']);
  const shaOf = async (name: string) => (await git(clone, ['rev-parse', name])).stdout.trim();
  return { folder, clone, sha, url: `file://${clone}`, shaOf };
}

async function faultOf(action: Promise<unknown>): Promise<unknown> {
  const error = await action.catch((reason: unknown) => reason);
  return error instanceof Fault ? { code: error.code, ...error.params } : error;
}

test('a clone is whole, and detached at the tag, branch or sha', async () => {
  const { folder, url, sha, shaOf } = await repository();
  const place = join(folder, 'copie');
  const tagged = await shaOf('v1.0.0^{commit}');
  expect(await cloneRepository({ url, folder: place, revision: 'v1.0.0' })).toEqual({
    folder: place,
    sha: tagged,
  });
  expect((await git(place, ['status', '--short', '--branch'])).stdout).toBe('## HEAD (no branch)\n');
  expect(await readFile(join(place, 'Procfile'), 'utf8')).toBe('web: deux\n');
  expect((await git(place, ['rev-list', '--count', '--all'])).stdout).toBe('3\n');
  expect((await git(place, ['rev-parse', '--is-shallow-repository'])).stdout).toBe('false\n');
  // Once more, with what was done since: the same clone is taken up.
  expect(await cloneRepository({ url, folder: place, revision: 'recette' })).toMatchObject({
    sha: await shaOf('recette'),
  });
  expect(await cloneRepository({ url, folder: place, revision: sha.slice(0, 12) })).toMatchObject({ sha });
  expect((await readdir(folder)).sort()).toEqual(['clone', 'copie']);
});

test('a tag that has moved since the first clone is followed', async () => {
  const { folder, clone, url, sha } = await repository();
  const place = join(folder, 'copie');
  await cloneRepository({ url, folder: place, revision: 'v1.0.0' });
  await git(clone, ['tag', '--force', '-a', 'v1.0.0', '-m', 'v1.0.0', 'HEAD']);
  expect(await cloneRepository({ url, folder: place, revision: 'v1.0.0' })).toEqual({ folder: place, sha });
});

test('what the operator configured has no effect', async () => {
  const { folder, url, sha } = await repository();
  const home = join(folder, 'home');
  const template = join(home, 'template', 'hooks');
  await mkdir(template, { recursive: true });
  const hook = join(template, 'post-checkout');
  await writeFile(hook, `#!/bin/sh\ntouch '${join(folder, 'trace')}'\n`);
  await chmod(hook, 0o755);
  const settings = `[init]\n templateDir = ${join(home, 'template')}\n[core]\n hooksPath = ${template}\n`;
  await writeFile(
    join(home, '.gitconfig'),
    `${settings}[url "file:///nulle-part/"]\n insteadOf = file:///\n`,
  );
  vi.stubEnv('HOME', home);
  vi.stubEnv('GIT_DIR', join(folder, 'ailleurs'));
  expect(await cloneRepository({ url, folder: join(folder, 'copie'), revision: 'main' })).toMatchObject({
    sha,
  });
  vi.unstubAllEnvs();
  expect((await readdir(folder)).sort()).toEqual(['clone', 'copie', 'home']);
});

test.each([
  'ssh://git@github.com/MTES-MCT/apilos.git',
  'git@github.com:MTES-MCT/apilos.git',
  'http://github.com/MTES-MCT/apilos.git',
  'ext::sh -c touch% /tmp/x',
  '--upload-pack=touch',
  '/srv/depot',
])('the address %s is refused', async url => {
  const folder = await privateFolder();
  expect(await faultOf(cloneRepository({ url, folder: join(folder, 'a'), revision: 'main' }))).toMatchObject({
    code: 'git-url-refused',
  });
  expect(await readdir(folder)).toEqual([]);
});

test('a password in an address is refused, and not repeated', async () => {
  const action = cloneRepository({ url: 'https://moi:s3cr3t@github.com/a/b', folder: 'a', revision: 'main' });
  expect(await faultOf(action)).toEqual({ code: 'git-url-refused', url: 'https://…@github.com/a/b' });
});

test('each refusal has its own fault, and leaves nothing half made', async () => {
  const { folder, clone, url } = await repository();
  const place = join(folder, 'copie');
  const absent = `file://${join(folder, 'absent')}`;
  expect(await faultOf(cloneRepository({ url: absent, folder: place, revision: 'main' }))).toMatchObject({
    code: 'git-clone-failed',
    url: absent,
    exit: 128,
  });
  expect(await readdir(folder)).toEqual(['clone']);
  const revision = 'v9';
  expect(await faultOf(cloneRepository({ url, folder: place, revision }))).toMatchObject({
    code: 'git-revision-missing',
    sha: 'v9',
  });
  expect(await faultOf(cloneRepository({ url, folder: clone, revision: 'main' }))).toEqual({
    code: 'git-folder-not-empty',
    folder: clone,
    url,
  });
  await git(folder, ['clone', '--quiet', '--depth=1', url, 'superficiel']);
  const shallow = `file://${join(folder, 'superficiel')}`;
  expect(
    await faultOf(cloneRepository({ url: shallow, folder: join(folder, 'b'), revision: 'main' })),
  ).toMatchObject({ code: 'git-shallow' });
  expect((await readdir(folder)).sort()).toEqual(['clone', 'copie', 'superficiel']);
});
