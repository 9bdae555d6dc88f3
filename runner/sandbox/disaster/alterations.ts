/**
 * Backups that a fault spoils for one start: the original is kept aside, and put back by the next start.
 *
 * In: the folder of archives, and where originals are kept. Out: the same folder, some archives altered.
 * Can never happen: an original that is lost, whenever this is killed.
 */
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Faults } from '../faults.ts';
import { writeDumpArchive } from './archive.ts';

/** A backup as the disaster left it. */
export interface LeftArchive {
  readonly file: string;
  readonly takenAt: string;
  readonly intact: boolean;
}

/** What to alter. `emptyDump` dumps a database that holds nothing, into a file that it may use. */
export interface Alterations {
  readonly archives: string;
  readonly originals: string;
  readonly backups: readonly LeftArchive[];
  readonly faults: Faults;
  readonly emptyDump: (scratch: string, takenAt: Date) => Promise<Buffer>;
}

/** Puts every original back, then spoils what the faults say. `backups` are newest first. */
export async function alterBackups(settings: Alterations): Promise<void> {
  await putBack(settings);
  const { backups, faults } = settings;
  const newest = backups.filter(backup => backup.intact).slice(0, 1);
  const corrupted = faults.has('backups-all-corrupted')
    ? backups
    : faults.has('backup-corrupted')
      ? newest
      : [];
  for (const { file } of corrupted) await replace(settings, file, path => corrupt(settings, file, path));
  if (corrupted.length > 0 || !faults.has('backup-empty')) return;
  for (const backup of newest) await replace(settings, backup.file, path => empty(settings, backup, path));
}

/** A rename over the altered copy leaves one or the other, whatever happens. */
async function putBack({ archives, originals }: Alterations): Promise<void> {
  await mkdir(originals, { recursive: true, mode: 0o700 });
  for (const file of await readdir(originals)) await rename(join(originals, file), join(archives, file));
}

async function replace(
  { archives, originals }: Alterations,
  file: string,
  make: (path: string) => Promise<void>,
): Promise<void> {
  const aside = (what: string) => join(originals, '..', `${file}.${what}`);
  const place = join(archives, file);
  await make(aside('altered'));
  await copyFile(place, aside('original'));
  await rename(aside('original'), join(originals, file));
  await rename(aside('altered'), place);
}

/** Sixty-four bytes in the middle, each turned over. */
async function corrupt({ archives }: Alterations, file: string, path: string): Promise<void> {
  const bytes = await readFile(join(archives, file));
  const middle = Math.floor(bytes.length / 2);
  for (let at = middle; at < Math.min(middle + 64, bytes.length); at++) bytes[at] = 255 - (bytes[at] ?? 0);
  await writeFile(path, bytes, { mode: 0o600 });
}

async function empty({ emptyDump }: Alterations, backup: LeftArchive, path: string): Promise<void> {
  const takenAt = new Date(backup.takenAt);
  const dump = await emptyDump(`${path}.dump`, takenAt);
  const member = `/app/backups/${backup.file.replace('.tar.gz', '.pgsql')}`;
  await writeDumpArchive(path, member, dump, takenAt);
}
