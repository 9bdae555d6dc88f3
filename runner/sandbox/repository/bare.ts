/**
 * APiLos's repository to deploy, as a bare one on disk that the system's git clones.
 *
 * In: a folder, the faults that change what it holds. Out: its address and the version to deploy; nothing without git.
 * Can never happen: half a repository under its name; two starts that make commits of different digests.
 */
import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Faults, noFaults } from '../faults.ts';
import { repositoryFiles, withNewStack } from './template.ts';

/** The tag that a recovery deploys. */
export const deployedVersion = 'v1.86.0';

const commits = [
  { message: 'Conventions: import et export', date: '2026-06-02T09:12:00+02:00', paths: ['Procfile'] },
  { message: 'Déployer sur scalingo-22', date: '2026-06-30T16:40:00+02:00', paths: ['scalingo.json'] },
  { message: 'Version 1.86.0', date: '2026-07-21T10:05:00+02:00', paths: undefined },
] as const;

/**
 * The `file://` address of the repository in `directory`, made the first time; undefined on a machine without git. The address
 * is the same whatever has changed, since a run that is resumed has it in its inputs.
 */
export async function ownRepository(
  directory: string,
  faults: Faults = noFaults,
): Promise<string | undefined> {
  const changes = (['template-changed', 'stack-changed'] as const).filter(fault => faults.has(fault));
  const name = `${changes.join('-') || 'plain'}.git`;
  const exists = await access(join(directory, name)).then(
    () => true,
    () => false,
  );
  if (!exists && !(await make(join(directory, name), filesUnder(faults)))) return undefined;
  const [link, served] = [join(directory, 'new-link'), join(directory, 'apilos.git')];
  await rm(link, { force: true });
  await symlink(name, link);
  await rename(link, served);
  return pathToFileURL(served).href;
}

function filesUnder(faults: Faults): Readonly<Record<string, string>> {
  const files = repositoryFiles(faults.has('template-changed'));
  return faults.has('stack-changed') ? withNewStack(files) : files;
}

/** False without git. */
async function make(path: string, files: Readonly<Record<string, string>>): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const scratch = await mkdtemp(join(dirname(path), 'new-'));
  const work = join(scratch, 'work');
  try {
    await git(scratch, ['init', '--quiet', '--initial-branch=main', work]);
    for (const { message, date, paths } of commits) {
      for (const name of paths ?? Object.keys(files)) await write(join(work, name), files[name] ?? '');
      await git(work, ['add', '--all'], date);
      await git(work, ['commit', '--quiet', '-m', message], date);
    }
    await git(work, ['tag', deployedVersion]);
    await git(scratch, ['clone', '--quiet', '--bare', '--no-hardlinks', work, join(scratch, 'bare.git')]);
    await rename(join(scratch, 'bare.git'), path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Neither the caller's configuration nor their name has a part in it. */
async function git(directory: string, words: readonly string[], date?: string): Promise<void> {
  const person = { NAME: 'Équipe APiLos', EMAIL: 'equipe@apilos.invalid', ...(date && { DATE: date }) };
  const people = ['AUTHOR', 'COMMITTER'].flatMap(part =>
    Object.entries(person).map(([name, value]) => [`GIT_${part}_${name}`, value]),
  );
  const alone = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', ...alone, ...Object.fromEntries(people) };
  await promisify(execFile)('git', ['-C', directory, ...words], { env });
}
