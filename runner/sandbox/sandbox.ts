/**
 * The sandbox (*bac à sable*): local servers that speak the real protocols, on a platform that has just been lost.
 *
 * In: a folder, empty the first time. Out: the environment that a runbook's `sandbox` target needs, and what to tell
 * people. The first start makes the disaster; a later one starts the same servers on the same data, on other ports.
 * Can never happen: a folder that is not a sandbox's is emptied; two processes serve one folder; a server outlives
 * this process; a disaster that was half made is taken for a whole one.
 */
import { mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Credentials, makeCredentials, readCredentials, writePrivately } from './credentials.ts';
import { application, applicationUrl } from './disaster/database.ts';
import { makeDisaster } from './disaster/disaster.ts';
import { endpointNote, type Language } from './messages.ts';
import { occupy } from './occupancy.ts';
import { type Outside, startOutside } from './outside.ts';
import { type Platform, startPlatform } from './platform/platform.ts';
import { awaitVacancy } from './postgres/cluster.ts';
import { type Postgres, startPostgres } from './postgres/postgres.ts';
import { SandboxRefusal } from './refusal.ts';
import { s3Listener } from './s3/listener.ts';
import { openS3Store } from './s3/store.ts';
import { type HttpListening, listenHttp } from './sockets.ts';

/** What to start; `now` (the present) dates the backups of a first start; notes are in `lang` (French). */
export type SandboxOptions = { readonly directory: string; readonly now?: Date; readonly lang?: Language };

/** A place to reach, for people. `url` bears no secret. */
export type Endpoint = { readonly name: string; readonly url: string; readonly note: string };

/** Running servers. `ended` resolves when one of them is gone, whoever stopped it. */
export type Sandbox = {
  readonly environment: Readonly<Record<string, string>>;
  readonly endpoints: readonly Endpoint[];
  readonly ended: Promise<void>;
  close(): Promise<void>;
};

/** Region of the sandbox's S3 server, as at Scaleway. */
const region = 'fr-par';

/** Starts the sandbox of a folder, making its disaster first if that is not done. Throws `SandboxRefusal`. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const paths = sandboxPaths(await realpath(options.directory));
  await refuseForeignFolder(paths);
  const release = await occupy(paths.lock);
  try {
    const credentials = await ownCredentials(paths);
    const postgres = await startData(paths, credentials, options.now ?? new Date());
    const s3 = await startS3(paths, credentials, postgres);
    const outside = await startNeighbours(paths, { postgres, s3 });
    const platform = await startRest(paths, { postgres, s3, outside });
    let closing: Promise<void> | undefined;
    const close = () => {
      // Only once: the lock may by then be another's.
      closing ??= Promise.all([s3.close(), outside.close(), platform.close().then(postgres.close)]).then(
        release,
      );
      return closing;
    };
    return {
      ...describe(paths, credentials, { postgres, s3, platform, outside }, options.lang ?? 'fr'),
      ended: postgres.ended,
      close,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

function sandboxPaths(directory: string) {
  return {
    directory,
    lock: join(directory, 'sandbox.lock'),
    credentials: join(directory, 'credentials.json'),
    postgres: join(directory, 'postgres'),
    s3: join(directory, 's3'),
    archives: join(directory, 'archives'),
    scalingo: join(directory, 'scalingo'),
    names: join(directory, 'names.json'),
    /** What was lost and what is left; written last, so that it also says that the disaster is complete. */
    disaster: join(directory, 'disaster.json'),
  };
}

type Paths = ReturnType<typeof sandboxPaths>;

/** Since a first start empties what a killed one left, a folder without our credentials must hold nothing else. */
async function refuseForeignFolder(paths: Paths): Promise<void> {
  const names = await readdir(paths.directory);
  const foreign = names.filter(name => !/^(sandbox\.lock(\.\d+)?|credentials\.json\.new)$/.test(name));
  if (foreign.length > 0 && !foreign.includes('credentials.json')) {
    throw new SandboxRefusal('directory-not-empty', { directory: paths.directory });
  }
}

async function ownCredentials(paths: Paths): Promise<Credentials> {
  const known = await readCredentials(paths.credentials);
  if (known !== undefined) return known;
  const made = makeCredentials();
  await writePrivately(paths.credentials, made);
  return made;
}

async function startData(paths: Paths, credentials: Credentials, now: Date): Promise<Postgres> {
  const complete = await readFile(paths.disaster).then(
    () => true,
    () => false,
  );
  if (complete) return startPostgres({ directory: paths.postgres });
  await awaitVacancy(paths.postgres);
  const unfinished = [paths.postgres, paths.s3, paths.archives, paths.scalingo];
  await Promise.all(unfinished.map(path => rm(path, { recursive: true, force: true, maxRetries: 5 })));
  const postgres = await startPostgres({ directory: paths.postgres });
  try {
    const left = { postgres: postgres.url, password: credentials.database, directory: paths.archives };
    await writePrivately(paths.disaster, await makeDisaster({ ...left, now }));
    return postgres;
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

async function startS3(paths: Paths, credentials: Credentials, postgres: Postgres): Promise<HttpListening> {
  try {
    const store = await openS3Store(paths.s3);
    return await listenHttp(s3Listener(store, { region, credentials: [credentials], now: () => new Date() }));
  } catch (error) {
    await postgres.close();
    throw error;
  }
}

type DataServers = { readonly postgres: Postgres; readonly s3: HttpListening };

async function startNeighbours(paths: Paths, { postgres, s3 }: DataServers): Promise<Outside> {
  try {
    return await startOutside(paths);
  } catch (error) {
    await Promise.all([s3.close(), postgres.close()]);
    throw error;
  }
}

type PlatformServers = DataServers & { readonly outside: Outside };

async function startRest(paths: Paths, { postgres, s3, outside }: PlatformServers): Promise<Platform> {
  try {
    return await startPlatform(paths, { postgres, leadsTo: outside.leadsTo });
  } catch (error) {
    await Promise.all([s3.close(), outside.close(), postgres.close()]);
    throw error;
  }
}

type Servers = PlatformServers & { readonly platform: Platform };

function describe(
  paths: Paths,
  credentials: Credentials,
  { postgres, s3, platform, outside }: Servers,
  lang: Language,
) {
  const environment = {
    SANDBOX_DATABASE_URL: applicationUrl(postgres.url, { name: application, password: credentials.database }),
    SANDBOX_S3_ENDPOINT: s3.url,
    SANDBOX_S3_REGION: region,
    SANDBOX_S3_ACCESS_KEY_ID: credentials.accessKeyId,
    SANDBOX_S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    SANDBOX_S3_BUCKET: 'apilos-exercice',
    SANDBOX_ARCHIVES: paths.archives,
    ...platform.environment,
    ...outside.environment,
  };
  const database = `postgres://${application}@127.0.0.1:${postgres.port}/${application}`;
  const endpoints: Endpoint[] = [
    { name: 'postgresql', url: database, note: endpointNote('postgresql', lang) },
    { name: 's3', url: s3.url, note: endpointNote('s3', lang) },
    ...(['scalingo', 'ssh', 'web'] as const).map(name => {
      return { name, url: platform.urls[name], note: endpointNote(name, lang) };
    }),
    { name: 'github', url: outside.urls.github, note: endpointNote('github', lang) },
    { name: 'alwaysdata', url: outside.urls.alwaysdata, note: endpointNote('alwaysdata', lang) },
    { name: 'dns', url: outside.urls.dns, note: endpointNote('dns', lang) },
    { name: 'archives', url: paths.archives, note: endpointNote('archives', lang) },
  ];
  return { environment, endpoints };
}
