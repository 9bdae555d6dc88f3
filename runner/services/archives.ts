/*
 * Backups on the operator's machine: a database archive (tar.gz holding one custom-format dump) and a files archive (zip
 * holding a tar.gz). In: a directory resource. Out: a dump that was read to its last block, or a stream of objects.
 * Can never happen: a path of an archive used to write, a link followed, an unpacked size without bound, a backup called
 * intact because its table of contents is.
 */
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../fault.ts';
import { type BackedUp, type Choice, judgeAge, langOf, type Taken } from './archives/age.ts';
import { type Archive, listArchives } from './archives/catalogue.ts';
import { digestOf } from './archives/digest.ts';
import { downloadedNames, placeDownload, removeDownloads } from './archives/downloads.ts';
import { type Dump, type DumpHeader, type Integrity, readWholly, unpackDump } from './archives/dump.ts';
import { firstIntact, type Search } from './archives/newest.ts';
import {
  type ArchivedObject,
  extractTarball,
  objectsUnder,
  packedAt,
  surveyObjects,
} from './archives/objects.ts';
import { recordBackupUsed, recordDataErased } from './record.ts';
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

/** How a backup is chosen in a directory. `only` is the path of the one archive to try. */
export interface ArchiveChoice extends Choice {
  readonly only?: string;
}

/**
 * The newest database archive that is intact, tried newest first and unpacked; each refusal is recorded with its reason, and
 * the one kept as the backup used for `resource`. Faults: `no-intact-archive`, `backup-stale` when the newest intact one is
 * older than the resource admits, or what stops any attempt (`client-missing`, `client-too-old`, `archives-unreadable`).
 */
export async function newestIntactDump(
  resource: BackedUp,
  directory: DirectoryResource,
  choice: ArchiveChoice = {},
): Promise<IntactDump> {
  const search = searchOf(resource, directory, await databaseArchives(directory), choice);
  const admit = (taken: Taken) => judgeAge(resource, taken, choice);
  const found = await firstIntact(search, archive => tryDump(archive, directory, admit));
  await recordDump(resource.name, found.archive, found.backup);
  return found.backup;
}

function searchOf(
  resource: BackedUp,
  directory: DirectoryResource,
  archives: readonly Archive[],
  choice: ArchiveChoice,
): Search {
  const { only } = choice;
  return {
    resource: resource.name,
    directory: directory.path,
    archives: only === undefined ? archives : archives.filter(({ path }) => path === only),
    lang: langOf(resource, choice),
  };
}

async function tryDump(
  archive: Archive,
  directory: DirectoryResource,
  admit: (taken: Taken) => void,
): Promise<IntactDump> {
  const dump = await unpackDump(archive, unpackedFolder(directory));
  try {
    const integrity = await readWholly(dump.path);
    if (!integrity.intact) throw unfit(archive, integrity);
    const takenAt = earlier(archive.takenAt, integrity.header.createdAt);
    admit({ id: archive.name, takenAt });
    return { ...dump, takenAt, header: integrity.header };
  } catch (error) {
    await rm(dump.path, { force: true });
    throw error;
  }
}

function unfit(archive: Archive, { message, empty }: Extract<Integrity, { intact: false }>): Fault {
  if (empty) return new Fault('dump-empty', { archive: archive.name });
  return new Fault('dump-corrupt', { archive: archive.name, message });
}

/** The earlier instant never makes a loss look smaller than it is. */
function earlier(named: string, created: string): string {
  return created !== '' && created < named ? created : named;
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
 * `newestIntactDump`. `families` are the first folders that keys can have. Faults: `no-intact-archive`, `backup-stale`.
 */
export async function newestIntactFiles(
  resource: BackedUp,
  directory: DirectoryResource,
  families: readonly string[],
  choice: ArchiveChoice = {},
): Promise<FilesBackup> {
  const search = searchOf(resource, directory, await filesArchives(directory), choice);
  const { backup } = await firstIntact(search, async archive => {
    const found = await surveyFiles(archive, families);
    judgeAge(resource, { id: found.name, takenAt: found.takenAt }, choice);
    return found;
  });
  await recordFiles(resource.name, backup);
  return backup;
}

/**
 * Refuses a backup that is older than its resource admits, before anything is made of it: for one that no archive holds, such as
 * a bucket. Accepted all the same, it is recorded as a finding. `id` names it; `takenAt` is ISO 8601. Fault: `backup-stale`.
 */
export function refuseStale(resource: BackedUp, backup: Taken, choice: Choice = {}): void {
  judgeAge(resource, backup, choice);
}

async function surveyFiles(archive: Archive, families: readonly string[]): Promise<FilesBackup> {
  const { prefix, objects, bytes: objectBytes } = await surveyObjects(archive, families);
  const takenAt = earlier(archive.takenAt, await packedAt(archive));
  const { name, path, bytes } = archive;
  return { name, path, takenAt, bytes, prefix, objects, objectBytes };
}

async function recordFiles(resource: string, backup: FilesBackup): Promise<void> {
  console.log(`${backup.name}  ✓ tar: ${backup.objects}, ${backup.objectBytes} B, ${backup.prefix}`);
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
