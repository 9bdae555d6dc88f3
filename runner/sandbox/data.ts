/**
 * The data of a sandbox: its PostgreSQL, its object storage, and the disaster, made at the first start.
 *
 * In: the folder and its secrets. Out: both servers, on the same data as before. Can never happen: a disaster that was half
 * made taken for a whole one; a server that outlives a start that failed.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Credentials, writePrivately } from './credentials.ts';
import { alterBackups } from './disaster/alterations.ts';
import { writeDatabaseArtifact } from './disaster/archive.ts';
import { type Disaster, makeDisaster } from './disaster/disaster.ts';
import { dumpDatabase } from './disaster/dump.ts';
import { fillVault } from './disaster/vault.ts';
import type { Faults } from './faults.ts';
import type { Paths } from './paths.ts';
import { awaitVacancy } from './postgres/cluster.ts';
import { type Postgres, startPostgres } from './postgres/postgres.ts';
import { storageFault } from './s3/faults.ts';
import { startS3 } from './s3/start.ts';
import { openS3Store } from './s3/store.ts';
import type { HttpListening } from './sockets.ts';

/** The servers that hold data. */
export type DataServers = { readonly postgres: Postgres; readonly s3: HttpListening };

/** What a start is made with. */
export type DataOptions = {
  readonly credentials: Credentials;
  readonly now: Date;
  readonly faults: Faults;
};

/** The name of the zip of the newest intact database archive, in the folder of GitHub's. */
export const databaseArtifact = 'db_backup.zip';

/** Starts both servers, making the disaster first if that is not done. Throws `SandboxRefusal`. */
export async function startData(paths: Paths, options: DataOptions): Promise<DataServers> {
  const postgres = await startDatabase(paths, options);
  try {
    await mkdir(paths.downloads, { recursive: true, mode: 0o700 });
    await spoil(paths, postgres, options.faults);
    const { faults, credentials } = options;
    const s3 = await startS3({
      directory: paths.s3,
      portFile: paths.s3Port,
      credentials: [credentials],
      restoreDelay: faults.has('glacier-slow') ? 20_000 : undefined,
      fault: store => storageFault(store, faults),
    });
    return { postgres, s3 };
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

async function startDatabase(paths: Paths, options: DataOptions): Promise<Postgres> {
  const complete = await readFile(paths.disaster).then(
    () => true,
    () => false,
  );
  if (complete) return startPostgres({ directory: paths.postgres });
  await awaitVacancy(paths.postgres);
  const { postgres, s3, archives, originals, github, scalingo } = paths;
  const unfinished = [postgres, s3, archives, originals, github, scalingo];
  await Promise.all(unfinished.map(path => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  const server = await startPostgres({ directory: postgres });
  try {
    await writePrivately(paths.disaster, await loseAll(paths, server, options));
    return server;
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function loseAll(
  paths: Paths,
  postgres: Postgres,
  { credentials, now }: DataOptions,
): Promise<Disaster> {
  const vault = await openS3Store(paths.s3);
  const disaster = await makeDisaster({
    postgres: postgres.url,
    password: credentials.database,
    directory: paths.archives,
    now,
    keep: (objects, takenAt) => fillVault(vault, objects, takenAt),
  });
  const intact = disaster.database.find(backup => backup.intact);
  await mkdir(paths.github, { recursive: true, mode: 0o700 });
  if (intact !== undefined) {
    const [zip, archive] = [join(paths.github, databaseArtifact), join(paths.archives, intact.file)];
    await writeDatabaseArtifact(zip, archive, new Date(intact.takenAt));
  }
  return disaster;
}

const left = z.object({
  database: z.array(z.object({ file: z.string(), takenAt: z.string(), intact: z.boolean() })),
});

async function spoil({ archives, originals, disaster }: Paths, postgres: Postgres, faults: Faults) {
  const { database: backups } = left.parse(JSON.parse(await readFile(disaster, 'utf8')));
  // The superuser's own database holds nothing.
  const emptyDump = async (scratch: string, takenAt: Date) => {
    const dump = await dumpDatabase(postgres.url, scratch, takenAt);
    await rm(scratch, { force: true });
    return dump;
  };
  await alterBackups({ archives, originals, backups, faults, emptyDump });
}
