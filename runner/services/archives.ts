/*
 * Backups on the operator's machine: a database archive (tar.gz holding one custom-format dump) and a files archive (zip
 * holding a tar.gz). In: a directory resource. Out: a dump that was read to its last block, or a stream of objects.
 * Can never happen: a path of an archive used to write, a link followed, an unpacked size without bound, a backup called
 * intact because its table of contents is.
 */
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Lang } from '../diagnostic.ts';
import { Fault } from '../fault.ts';
import { describeFault } from '../report/faults.ts';
import { type Archive, listArchives } from './archives/catalogue.ts';
import { digestOf } from './archives/digest.ts';
import { downloadedNames, placeDownload, removeDownloads } from './archives/downloads.ts';
import { type Dump, type DumpHeader, type Integrity, readWholly, unpackDump } from './archives/dump.ts';
import {
  type ArchivedObject,
  extractTarball,
  objectsUnder,
  packedAt,
  surveyObjects,
} from './archives/objects.ts';
import { recordBackupRejected, recordBackupUsed, recordDataErased } from './record.ts';
import type { DirectoryResource } from './resources.ts';

/** A dump proven intact, as JSON, so that a later cell can restore it. */
export type IntactDump = Dump & { readonly header: DumpHeader };

/** A backup of files proven readable to its end, as JSON. `prefix` stands before each key in the tar. */
export interface FilesBackup {
  readonly name: string;
  readonly path: string;
  readonly takenAt: string;
  readonly bytes: number;
  readonly prefix: string;
  readonly objects: number;
  readonly objectBytes: number;
}

/** Database archives of a directory, newest first: `<yyyymmddhhmmss>_<resource>_<n>.tar.gz`. Fault: `archives-unreadable`. */
export function databaseArchives(directory: DirectoryResource): Promise<Archive[]> {
  return listArchives(directory, /^\d{14}_.+\.tar\.gz$/);
}

/** Files archives of a directory, newest first: `….zip`. Fault: `archives-unreadable`. */
export function filesArchives(directory: DirectoryResource): Promise<Archive[]> {
  return listArchives(directory, /\.zip$/i);
}

/** The 0700 folder, inside the directory resource, in which this run unpacks: to be erased with `eraseUnpacked`. */
export function unpackedFolder(directory: DirectoryResource): string {
  return join(directory.path, `reprise-${directory.run}`);
}

/** True when a dump can be read to its last block; `intact: false` says why not. */
export function isIntact(dump: { readonly path: string }): Promise<Integrity> {
  return readWholly(dump.path);
}

/**
 * The newest database archive that is intact, tried newest first and unpacked; each refusal is recorded with its reason in
 * `lang`, and the one kept as the backup used for `resource`. Fault: `no-intact-archive`, or what stops any attempt
 * (`client-missing`, `client-too-old`, `archives-unreadable`).
 */
export async function newestIntactDump(
  resource: string,
  directory: DirectoryResource,
  lang: Lang = 'fr',
): Promise<IntactDump> {
  const archives = await databaseArchives(directory);
  for (const archive of archives) {
    console.log(`${archive.name}  ${archive.bytes} B`);
    const dump = await tryDump(archive, directory).catch((error: unknown) => reasonOf(error, lang));
    if (typeof dump !== 'string') {
      await recordDump(resource, archive, dump);
      return dump;
    }
    console.log(`${archive.name}  ✗ ${dump}`);
    recordBackupRejected({ resource, id: archive.name, reason: dump });
  }
  throw new Fault('no-intact-archive', { directory: directory.path, tried: archives.length });
}

async function tryDump(archive: Archive, directory: DirectoryResource): Promise<IntactDump> {
  const dump = await unpackDump(archive, unpackedFolder(directory));
  try {
    const integrity = await readWholly(dump.path);
    if (!integrity.intact) {
      const { message } = integrity;
      if (integrity.empty) throw new Fault('dump-empty', { archive: archive.name });
      throw new Fault('dump-corrupt', { archive: archive.name, message });
    }
    return {
      ...dump,
      takenAt: earlier(archive.takenAt, integrity.header.createdAt),
      header: integrity.header,
    };
  } catch (error) {
    await rm(dump.path, { force: true });
    throw error;
  }
}

/** The earlier instant never makes a loss look smaller than it is. */
function earlier(named: string, created: string): string {
  return created !== '' && created < named ? created : named;
}

const fatal = new Set(['client-missing', 'client-killed', 'client-too-old', 'archives-unreadable']);

function reasonOf(error: unknown, lang: Lang): string {
  if (error instanceof Fault && !fatal.has(error.code)) return describeFault(error.code, error.params, lang);
  throw error;
}

async function recordDump(resource: string, archive: Archive, dump: IntactDump): Promise<void> {
  const { header } = dump;
  console.log(`${archive.name}  ✓ PostgreSQL ${header.server}, ${header.entries} TOC`);
  recordBackupUsed({
    resource,
    id: archive.name,
    takenAt: dump.takenAt,
    bytes: archive.bytes,
    sha256: await digestOf(archive.path),
    checks: [
      'gunzip',
      'tar',
      'PGDMP',
      `pg_restore --list: ${header.entries}`,
      'pg_restore --file=/dev/null: 0',
    ],
  });
}

/**
 * The newest backup of files that can be read to its end, tried newest first; refusals and the choice are recorded as for
 * `newestIntactDump`. `families` are the first folders that keys can have. Fault: `no-intact-archive`.
 */
export async function newestIntactFiles(
  resource: string,
  directory: DirectoryResource,
  families: readonly string[],
  lang: Lang = 'fr',
): Promise<FilesBackup> {
  const archives = await filesArchives(directory);
  for (const archive of archives) {
    const backup = await tryFiles(archive, families).catch((error: unknown) => reasonOf(error, lang));
    if (typeof backup !== 'string') {
      await recordFiles(resource, backup);
      return backup;
    }
    console.log(`${archive.name}  ✗ ${backup}`);
    recordBackupRejected({ resource, id: archive.name, reason: backup });
  }
  throw new Fault('no-intact-archive', { directory: directory.path, tried: archives.length });
}

async function tryFiles(archive: Archive, families: readonly string[]): Promise<FilesBackup> {
  const survey = await surveyObjects(archive, families);
  const takenAt = earlier(archive.takenAt, await packedAt(archive));
  const { name, path, bytes } = archive;
  return {
    name,
    path,
    takenAt,
    bytes,
    prefix: survey.prefix,
    objects: survey.objects,
    objectBytes: survey.bytes,
  };
}

async function recordFiles(resource: string, backup: FilesBackup): Promise<void> {
  console.log(`${backup.name}  ✓ ${backup.objects} objets, ${backup.objectBytes} B, ${backup.prefix}`);
  recordBackupUsed({
    resource,
    id: backup.name,
    takenAt: backup.takenAt,
    bytes: backup.bytes,
    sha256: await digestOf(backup.path),
    checks: ['zip', 'gunzip', `tar: ${backup.objects}`],
  });
}

/** The objects of a backup of files, streamed in order, with the keys that they had in the bucket. */
export function archivedObjects(backup: FilesBackup): AsyncGenerator<ArchivedObject> {
  return objectsUnder(backup, backup.prefix);
}

/** Erases what this run unpacked and records it. Idempotent; the archives themselves stay. */
export async function eraseUnpacked(directory: DirectoryResource): Promise<void> {
  const folder = unpackedFolder(directory);
  await rm(folder, { recursive: true, force: true });
  recordDataErased(directory.name, folder);
}

/** Where to download a backup to, in a directory; this run then knows it as its own. */
export function downloadPlace(directory: DirectoryResource, name: string): Promise<string> {
  return placeDownload(directory, name);
}

/** The backups that this run downloaded into a directory. */
export function downloads(directory: DirectoryResource): Promise<string[]> {
  return downloadedNames(directory);
}

/** Erases the backups that this run downloaded and records it. Idempotent; those of others stay. */
export async function eraseDownloads(directory: DirectoryResource): Promise<void> {
  for (const name of await removeDownloads(directory)) recordDataErased(directory.name, name);
}

/**
 * Takes the backup of the database out of an artifact of GitHub (a zip that holds it) and puts it in the directory under the
 * name that a backup of its instant has. `takenAt` is ISO 8601. Faults: `archive-corrupt`, `archive-not-one-tar`.
 */
export async function takeFromArtifact(
  directory: DirectoryResource,
  artifact: { readonly path: string; readonly takenAt: string },
): Promise<string> {
  const stamp = artifact.takenAt.replaceAll(/\D/g, '').slice(0, 14);
  const file = await placeDownload(directory, `${stamp}_artefact.tar.gz`);
  const { path, takenAt } = artifact;
  await extractTarball({ name: basename(path), path, takenAt, bytes: 0 }, file);
  return file;
}
