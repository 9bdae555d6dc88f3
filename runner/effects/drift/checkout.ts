/*
 * A checkout on disk as a repository. In: its folder. Out: its files as they lie there, or as they were at a ref, and git's log.
 * What can never happen: a file outside the folder, which a link may lead to; anything of the checkout that is run or written.
 */
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Fault } from '../../fault.ts';
import { errorCode } from '../durable.ts';
import { readGit } from '../git.ts';
import { commitName, mostVersions, type Repository, type Version } from './repository.ts';

const absent = ['ENOENT', 'ENOTDIR', 'EISDIR'];

/** The checkout in a folder, which need not be its top. Fault: `checkout-not-found`. */
export async function openCheckout(folder: string): Promise<Repository> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw new Fault('checkout-not-found', { path: folder, error: errorCode(error) });
  });
  return {
    read: (path, ref) => (ref === undefined ? readOnDisk(root, path) : readAt(root, path, ref)),
    list: (path, ref) => (ref === undefined ? listOnDisk(root, path) : listAt(root, path, ref)),
    versions: (path, ref) => versionsOf(root, path, ref),
  };
}

async function inside(root: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(root, path));
    if (real.startsWith(root === sep ? root : root + sep)) return real;
  } catch (error) {
    if (absent.includes(errorCode(error))) return undefined;
    throw unreadable(path, error);
  }
  throw new Fault('drift-unreadable', { path, detail: 'EXDEV' });
}

function unreadable(path: string, error: unknown): Fault {
  return new Fault('drift-unreadable', { path, detail: errorCode(error) });
}

async function readOnDisk(root: string, path: string): Promise<string | undefined> {
  const file = await inside(root, path);
  if (file === undefined) return undefined;
  return readFile(file, 'utf8').catch((error: unknown) => {
    if (absent.includes(errorCode(error))) return undefined;
    throw unreadable(path, error);
  });
}

async function listOnDisk(root: string, path: string): Promise<readonly string[]> {
  const folder = await inside(root, path);
  if (folder === undefined) return [];
  return (await readdir(folder).catch(() => [])).sort();
}

async function readAt(root: string, path: string, ref: string): Promise<string | undefined> {
  await resolveRef(root, ref);
  return readGit(root, ['cat-file', '-p', `${ref}:./${path}`]);
}

async function listAt(root: string, path: string, ref: string): Promise<readonly string[]> {
  await resolveRef(root, ref);
  const names = await readGit(root, ['ls-tree', '--name-only', `${ref}:./${path}`]);
  return (names ?? '').split('\n').filter(name => name !== '');
}

/** A ref that is unknown, as in a shallow clone, must not make its files look absent. */
async function resolveRef(root: string, ref: string): Promise<void> {
  const known = await readGit(root, ['rev-parse', '--quiet', '--verify', `${ref}^{commit}`]);
  if (known === undefined) throw new Fault('drift-ref-unknown', { ref, path: root });
}

async function versionsOf(root: string, path: string, ref?: string): Promise<readonly Version[]> {
  const format = '--format=%H%x00%cI%x00%s';
  const at = ref === undefined ? [] : [ref];
  const log = await readGit(root, ['log', `-${mostVersions}`, format, ...at, '--', path]);
  return (log ?? '')
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [id = '', date = '', subject = ''] = line.split('\0');
      return { id, at: date, by: commitName(id, subject) };
    });
}
