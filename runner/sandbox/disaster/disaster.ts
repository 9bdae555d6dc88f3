/**
 * A platform like APiLos that has just been lost: what is left are its backups, and an empty database.
 *
 * In: a running PostgreSQL, a folder, a seed, `now`. Out: the archives in the very shapes of the real ones, and what
 * they hold (rows by table, objects with their digests), so that a restoration can be judged.
 * The newest database backup is truncated inside a well-formed archive; the one before it is intact.
 * Can never happen: data of a real person; two disasters of one seed and one `now` whose rows or objects differ.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDumpArchive, writeFilesArchive } from './archive.ts';
import { archiveStamp, type Calendar, calendarAt } from './calendar.ts';
import {
  addRows,
  application,
  applicationUrl,
  createEmptyDatabase,
  createRole,
  createSchema,
  withClient,
} from './database.ts';
import { dumpDatabase } from './dump.ts';
import { type History, makeHistory, rowCounts } from './history.ts';
import { type BucketObject, makeObjects, missingKeys, type StoredObject } from './objects.ts';
import { startRandom } from './random.ts';

/** A database backup: its archive's name, its instant (ISO 8601), what it holds, and the objects that only its rows know. */
export type DatabaseBackup = {
  readonly file: string;
  readonly takenAt: string;
  readonly intact: boolean;
  readonly rows: Readonly<Record<string, number>>;
  readonly missingObjects: readonly string[];
};

/** The files backup: its archive's name, its instant (ISO 8601), and every object that it holds. */
export type FilesBackup = {
  readonly file: string;
  readonly takenAt: string;
  readonly objects: readonly BucketObject[];
};

/** What is left. `database` is newest first; the files are in the folder that `makeDisaster` was given. */
export type Disaster = {
  readonly seed: number;
  readonly now: string;
  readonly database: readonly DatabaseBackup[];
  readonly files: FilesBackup;
};

/** What to lose: `postgres` is the superuser's URL, `password` the one that the application's role gets. */
export type DisasterOptions = {
  readonly postgres: string;
  readonly password: string;
  readonly directory: string;
  readonly now: Date;
  readonly seed?: number;
  /** Given what the lost bucket held at the files backup's instant, to keep it elsewhere too. */
  readonly keep?: (objects: readonly StoredObject[], takenAt: Date) => Promise<void>;
};

/** Makes the platform, backs it up, loses it. Throws `SandboxRefusal` without a fit `pg_dump`. */
export async function makeDisaster(options: DisasterOptions): Promise<Disaster> {
  const { now, directory, seed = 20221130 } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const random = startRandom(seed);
  const history = makeHistory(random, calendarAt(now));
  const objects = makeObjects(random, history);
  const [database, files] = await Promise.all([
    backUpDatabase(options, history, objects),
    backUpFiles(directory, objects, history.calendar),
    options.keep?.(objects, history.calendar.monday),
  ]);
  await createEmptyDatabase(options.postgres);
  return { seed, now: now.toISOString(), database, files };
}

async function backUpFiles(
  directory: string,
  stored: ReturnType<typeof makeObjects>,
  { monday }: Calendar,
): Promise<FilesBackup> {
  const file = 's3_production.zip';
  await writeFilesArchive(join(directory, file), stored, monday);
  const objects = stored.map(({ key, member, size, sha256 }) => ({ key, member, size, sha256 }));
  const backup = { file, takenAt: monday.toISOString(), objects };
  await writeFile(join(directory, 'manifest.json'), `${JSON.stringify(backup, null, 1)}\n`, { mode: 0o600 });
  return backup;
}

/** Night by night, oldest first, since each backup holds what the platform had then. */
async function backUpDatabase(
  { postgres, password, directory }: DisasterOptions,
  history: History,
  objects: readonly BucketObject[],
): Promise<DatabaseBackup[]> {
  await createRole(postgres, password);
  await createEmptyDatabase(postgres);
  const scratch = join(directory, 'dump.new');
  try {
    return await withClient(applicationUrl(postgres, { name: application, password }), async client => {
      await createSchema(client);
      const backups: DatabaseBackup[] = [];
      for (const night of [2, 1, 0] as const) {
        await addRows(client, history, night);
        const takenAt = history.calendar.nights[night];
        const dump = await dumpDatabase(applicationUrl(postgres), scratch, takenAt);
        const backup = describeBackup(history, night, objects);
        const name = backup.file.replace('.tar.gz', '.pgsql');
        const content = backup.intact ? dump : truncated(dump);
        await writeDumpArchive(join(directory, backup.file), `/app/backups/${name}`, content, takenAt);
        backups.unshift(backup);
      }
      return backups;
    });
  } finally {
    await rm(scratch, { force: true });
  }
}

function describeBackup(
  history: History,
  night: 0 | 1 | 2,
  objects: readonly BucketObject[],
): DatabaseBackup {
  const takenAt = history.calendar.nights[night];
  return {
    file: `${archiveStamp(takenAt)}_apilos_siap_pro_4521.tar.gz`,
    takenAt: takenAt.toISOString(),
    intact: night !== 0,
    rows: rowCounts(history, night),
    missingObjects: missingKeys(history, night, objects),
  };
}

/** The table of contents is at the front and stays whole: only who reads the data to the end sees the loss. */
function truncated(dump: Buffer): Buffer {
  return dump.subarray(0, Math.floor(dump.length * 0.7));
}
