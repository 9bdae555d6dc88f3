/*
 * The run folder. In: a runs directory and an id, or the path of a bundle. Out: a private folder (0700, files 0600) in the
 * layout of `seal/layout.ts`, and its files by name and digest. What can never happen: a file read through a link, or a
 * document half written; what is no regular file is named, never followed.
 */
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import { bundlePath } from '../journal/guard.ts';
import { LAYOUT } from '../seal/layout.ts';
import { errorCode, syncDirectory, writeDurably } from './durable.ts';

/** A run folder. `run` is the folder's name, which is the run's id. */
export interface Bundle {
  readonly directory: string;
  readonly run: string;
}

/** What lies in a bundle: its regular files by path with their sha256 and their size in bytes, and the paths of all else. */
export interface BundleFiles {
  readonly digests: ReadonlyMap<string, string>;
  readonly sizes: ReadonlyMap<string, number>;
  readonly odd: readonly string[];
}

/** The id of a run: `YYYYMMDD-HHMMSS-` and six hexadecimal digits, from an RFC 3339 UTC time and three random bytes. */
export function runId(now: string, random: Uint8Array): string {
  const digits = now.replaceAll(/[^0-9]/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${Buffer.from(random).toString('hex').slice(0, 6)}`;
}

/** Makes an empty bundle. Throws the Fault `bundle-create-failed`. */
export function createBundle(runsDirectory: string, run: string): Bundle {
  const directory = join(runsDirectory, run);
  try {
    const first = mkdirSync(runsDirectory, { recursive: true, mode: 0o700 });
    mkdirSync(directory, { mode: 0o700 });
    for (const name of [LAYOUT.source, LAYOUT.outputs, LAYOUT.evidence, LAYOUT.seals]) {
      mkdirSync(join(directory, name), { mode: 0o700 });
    }
    syncDirectory(directory);
    syncDirectory(runsDirectory);
    if (first !== undefined) syncParents(runsDirectory, first);
  } catch (error) {
    throw new Fault('bundle-create-failed', { path: directory, error: errorCode(error) });
  }
  return { directory, run };
}

/** Makes the folders from `first` down to `last` survive a power loss, each in the one that it lies in. */
function syncParents(last: string, first: string): void {
  for (let folder = resolve(last); ; folder = dirname(folder)) {
    syncDirectory(dirname(folder));
    if (folder === resolve(first) || folder === dirname(folder)) return;
  }
}

/** Finds the bundle at a path. Throws the Fault `bundle-not-found` unless a folder with a journal is there. */
export function openBundle(path: string): Bundle {
  try {
    const directory = realpathSync(path);
    if (lstatSync(join(directory, LAYOUT.journal)).isFile()) return { directory, run: basename(directory) };
  } catch (error) {
    throw new Fault('bundle-not-found', { path, error: errorCode(error) });
  }
  throw new Fault('bundle-not-found', { path, error: 'ENOENT' });
}

/**
 * Finds what is to be verified at a path: a bundle, or what a statement says was one, whose journal was taken away. Throws the
 * Fault `bundle-not-found` for anything else.
 */
export function openForVerifying(path: string): Bundle {
  try {
    return openBundle(path);
  } catch (error) {
    const bundle = { directory: path, run: basename(resolve(path)) };
    if (readDocument(bundle, LAYOUT.statement) !== undefined)
      return { ...bundle, directory: realpathSync(path) };
    throw error;
  }
}

/** Writes a document of the bundle, whole or not at all. Throws the Fault `bundle-write-failed`. */
export function writeDocument(bundle: Bundle, name: string, content: string | Uint8Array): void {
  const path = join(bundle.directory, name);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeDurably(path, content);
  } catch (error) {
    throw new Fault('bundle-write-failed', { path, error: errorCode(error) }, 'recorded');
  }
}

/** Reads a regular file of the bundle, without following a link; nothing when it is not there or not one. Throws the Fault `bundle-read-failed`. */
export function readDocument(bundle: Bundle, name: string): Buffer | undefined {
  const fd = openRegular(join(bundle.directory, name));
  if (fd === undefined) return undefined;
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Walks the bundle and hashes every regular file, in constant memory. Paths are relative, with `/`, and sorted. */
export function listBundle(bundle: Bundle): BundleFiles {
  const digests = new Map<string, string>();
  const sizes = new Map<string, number>();
  const odd: string[] = [];
  for (const path of walk(bundle.directory, '')) {
    const fd = bundlePath(path) ? openRegular(join(bundle.directory, path)) : undefined;
    if (fd === undefined) {
      odd.push(path);
      continue;
    }
    sizes.set(path, fstatSync(fd).size);
    digests.set(path, hashAndClose(fd));
  }
  return { digests, sizes, odd };
}

/** The files in a folder of a bundle, by their path in that folder. */
export function filesWithin({ digests, sizes, odd }: BundleFiles, folder: string): BundleFiles {
  const inside = (path: string): string[] =>
    path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
  const within = <T>(all: ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map([...all].flatMap(([path, value]) => inside(path).map((name): [string, T] => [name, value])));
  return { digests: within(digests), sizes: within(sizes), odd: odd.flatMap(inside) };
}

function* walk(root: string, folder: string): Generator<string> {
  const found = readFolder(join(root, folder));
  for (const item of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? item.name : `${folder}/${item.name}`;
    // A folder whose name is unfit is named itself, since it may be empty.
    if (item.isDirectory() && bundlePath(path)) yield* walk(root, path);
    else yield path;
  }
}

function readFolder(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A name that `writeDurably` gives while it writes; where one is left, a crash came in between. */
const temporary = /^\..+\.tmp$/;

/** Removes what crashes left of documents half written. Throws the Fault `bundle-write-failed`. */
export function removeRemains(bundle: Bundle): void {
  for (const path of walk(bundle.directory, '')) {
    if (!temporary.test(basename(path))) continue;
    try {
      unlinkSync(join(bundle.directory, path));
    } catch (error) {
      throw new Fault('bundle-write-failed', { path, error: errorCode(error) }, 'recorded');
    }
  }
}

// What is absent, a link, or no file to be opened so is not a regular file; any other error leaves that unknown.
const notRegular = ['ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO', 'ENODEV', 'EMLINK', 'ENAMETOOLONG'];

function unreadable(path: string, error: unknown): Fault {
  return new Fault('bundle-read-failed', { path, error: errorCode(error) }, 'recorded');
}

function openRegular(path: string): number | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    return undefined;
  } catch (error) {
    if (notRegular.includes(errorCode(error))) return undefined;
    throw unreadable(path, error);
  }
}

const CHUNK = 1 << 20;

function hashAndClose(fd: number): string {
  const digest = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK);
  try {
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk))
      digest.update(chunk.subarray(0, read));
    return digest.digest('hex');
  } finally {
    closeSync(fd);
  }
}

/** sha256 of some bytes, as it stands in the journal and the statement. */
export function sha256(bytes: string | Uint8Array): string {
  return hash('sha256', typeof bytes === 'string' ? bytes : Buffer.from(bytes));
}
