import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { Fault } from '../../fault.ts';
import type { Archive } from './catalogue.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Member, membersOf } from './tarball.ts';

/** An object as the backup holds it. `body` is read once, in order, before the next object is asked for. */
export interface ArchivedObject {
  readonly key: string;
  readonly size: number;
  readonly body: AsyncIterable<Buffer>;
}

/** What one reading of a whole backup of files showed. `prefix` is what stands before each key. */
export interface Survey {
  readonly prefix: string;
  readonly objects: number;
  readonly bytes: number;
}

const fileTypeMask = 0o170000;
const symbolicLink = 0o120000;

/** The regular members of the one tar.gz of a zip, streamed; Zip64 included. Faults: `archive-unsafe`, `archive-corrupt`… */
export async function* membersOfZip(
  archive: Archive,
  limits: Limits = defaultLimits,
): AsyncGenerator<Member> {
  const zip = await openZip(archive);
  try {
    const entry = await onlyTarball(archive, zip);
    const stream = await zip.openReadStreamPromise(entry);
    const source = { name: archive.name, bytes: entry.compressedSize, stream };
    yield* membersOf(source, limits);
  } finally {
    zip.close();
  }
}

/** Writes the one tar.gz of a zip to a file, there whole or not at all. Faults: `archive-corrupt`, `archive-not-one-tar`… */
export async function extractTarball(archive: Archive, file: string): Promise<void> {
  const zip = await openZip(archive);
  const partial = `${file}.part`;
  try {
    const entry = await onlyTarball(archive, zip);
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, file);
  } catch (error) {
    throw error instanceof Fault ? error : corrupt(archive, error);
  } finally {
    zip.close();
    await rm(partial, { force: true });
  }
}

async function openZip(archive: Archive): Promise<ZipFile> {
  try {
    return await openPromise(archive.path, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    throw corrupt(archive, error);
  }
}

async function onlyTarball(archive: Archive, zip: ZipFile): Promise<Entry> {
  const found: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      refuseUnsafe(archive, entry);
      if (entry.fileName.endsWith('.tar.gz')) found.push(entry);
    }
  } catch (error) {
    throw corrupt(archive, error);
  }
  const [tarball] = found;
  if (tarball === undefined || found.length > 1) {
    throw new Fault('archive-not-one-tar', { archive: archive.name, count: found.length });
  }
  return tarball;
}

function refuseUnsafe(archive: Archive, entry: Entry): void {
  const type = (entry.externalFileAttributes >>> 16) & fileTypeMask;
  const why = type === symbolicLink ? 'symlink' : entry.isEncrypted() ? 'encrypted' : undefined;
  if (why !== undefined)
    throw new Fault('archive-unsafe', { archive: archive.name, member: entry.fileName, why });
}

function corrupt(archive: Archive, error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error)) return error;
  return new Fault('archive-corrupt', { archive: archive.name, message: error.message });
}

/**
 * Reads the backup to its end and finds the prefix to take off: the folder that was packed, then the name of the bucket when
 * the tool put it there. A folder whose name is one of `families` is part of the keys.
 */
export async function surveyObjects(archive: Archive, families: readonly string[]): Promise<Survey> {
  let common: readonly string[] | undefined;
  let objects = 0;
  let bytes = 0;
  for await (const member of membersOfZip(archive)) {
    common = shared(common, foldersOf(member.path));
    objects++;
    bytes += member.size;
  }
  if (objects === 0) throw new Fault('archive-empty', { archive: archive.name });
  return { prefix: prefixOf(common ?? [], families), objects, bytes };
}

function foldersOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1);
}

function shared(common: readonly string[] | undefined, folders: readonly string[]): readonly string[] {
  if (common === undefined) return folders;
  const differs = common.findIndex((folder, index) => folder !== folders[index]);
  return differs === -1 ? common : common.slice(0, differs);
}

/** At most two levels (plus a leading `.`), since only a packed folder and a bucket are ever added above the keys. */
function prefixOf(common: readonly string[], families: readonly string[]): string {
  const start = common[0] === '.' || common[0] === '' ? 1 : 0;
  const levels = common.slice(start, start + 2);
  const family = levels.findIndex(folder => families.includes(folder));
  const kept = [...common.slice(0, start), ...(family === -1 ? levels : levels.slice(0, family))];
  return kept.map(folder => `${folder}/`).join('');
}

/** The objects of a backup, streamed, their keys without `prefix`. A member outside of it is refused: `archive-unsafe`. */
export async function* objectsUnder(archive: Archive, prefix: string): AsyncGenerator<ArchivedObject> {
  for await (const { path, size, body } of membersOfZip(archive)) {
    if (!path.startsWith(prefix) || path === prefix) {
      throw new Fault('archive-unsafe', { archive: archive.name, member: path, why: 'prefix' });
    }
    yield { key: path.slice(prefix.length), size, body };
  }
}

/** The instant at which the tar.gz was put in the zip, from the zip's own directory, read as UTC (GitHub's runners). */
export async function packedAt(archive: Archive): Promise<string> {
  const zip = await openZip(archive);
  try {
    return (await onlyTarball(archive, zip)).getLastModDate({ timezone: 'UTC' }).toISOString();
  } finally {
    zip.close();
  }
}
