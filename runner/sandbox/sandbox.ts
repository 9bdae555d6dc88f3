/**
 * The sandbox (*bac à sable*): local servers that speak the real protocols, on a platform that has just been lost.
 *
 * In: a folder, empty the first time, and the faults of this start. Out: the environment that a runbook's `sandbox` target
 * needs, and what to tell people. The first start makes the disaster; a later one starts the same servers on the same data.
 * Can never happen: a folder that is not a sandbox's is emptied; two processes serve one folder; a server outlives
 * this process; a fault of an earlier start that goes on.
 */
import { mkdir, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Credentials, makeCredentials, readCredentials, writePrivately } from './credentials.ts';
import { type DataServers, databaseArtifact, startData } from './data.ts';
import { application, applicationUrl } from './disaster/database.ts';
import { vaultBucket } from './disaster/vault.ts';
import { type Faults, noFaults } from './faults.ts';
import { endpointNote, type Language } from './messages.ts';
import { occupy } from './occupancy.ts';
import { type Outside, startOutside } from './outside.ts';
import { type Paths, sandboxPaths } from './paths.ts';
import { type Platform, startPlatform } from './platform/platform.ts';
import { SandboxRefusal } from './refusal.ts';
import { deployedVersion, ownRepository } from './repository/bare.ts';
import { region } from './s3/start.ts';

/** What to start; `now` (the present) dates the backups of a first start; notes are in `lang` (French). */
export type SandboxOptions = {
  readonly directory: string;
  readonly now?: Date;
  readonly lang?: Language;
  readonly faults?: Faults;
};

/** A place to reach, for people: `variables` of the environment lead there. `url` bears no secret. */
export type Endpoint = {
  readonly name: string;
  readonly url: string;
  readonly note: string;
  readonly variables: readonly string[];
};

/** Running servers. `ended` resolves when one of them is gone, whoever stopped it. */
export type Sandbox = {
  readonly environment: Readonly<Record<string, string>>;
  readonly endpoints: readonly Endpoint[];
  readonly ended: Promise<void>;
  close(): Promise<void>;
};

/** Starts the sandbox of a folder, making its disaster first if that is not done. Throws `SandboxRefusal`. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const paths = sandboxPaths(await realpath(options.directory));
  await refuseForeignFolder(paths);
  const release = await occupy(paths.lock);
  try {
    const credentials = await ownCredentials(paths);
    const servers = await startServers(paths, credentials, options);
    const repository = await ownRepository(paths.repository, options.faults);
    const { postgres, s3, outside, platform } = servers;
    let closing: Promise<void> | undefined;
    const close = () => {
      // Only once: the lock may by then be another's.
      closing ??= Promise.all([s3.close(), outside.close(), platform.close().then(postgres.close)]).then(
        release,
      );
      return closing;
    };
    const environment = environmentOf(paths, credentials, servers, repository);
    return {
      environment,
      endpoints: endpointsOf(paths, servers, { lang: options.lang ?? 'fr', names: Object.keys(environment) }),
      ended: postgres.ended,
      close,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

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

type Servers = DataServers & { readonly outside: Outside; readonly platform: Platform };

/** Starts all; what was begun is closed when the rest cannot start. */
async function startServers(
  paths: Paths,
  credentials: Credentials,
  { faults = noFaults, now = new Date() }: SandboxOptions,
): Promise<Servers> {
  const begun: (() => Promise<void>)[] = [];
  try {
    const data = await startData(paths, { credentials, now, faults });
    begun.push(data.postgres.close, data.s3.close);
    const zip = join(paths.github, databaseArtifact);
    const outside = await startOutside({ ...paths, databaseArtifact: zip }, faults);
    begun.push(outside.close);
    const { leadsTo } = outside;
    const platform = await startPlatform(paths, { postgres: data.postgres, leadsTo, faults });
    return { ...data, outside, platform };
  } catch (error) {
    await Promise.all(begun.map(close => close()));
    throw error;
  }
}

function environmentOf(
  paths: Paths,
  credentials: Credentials,
  { postgres, s3, platform, outside }: Servers,
  repository: string | undefined,
): Record<string, string> {
  return {
    SANDBOX_DATABASE_URL: applicationUrl(postgres.url, { name: application, password: credentials.database }),
    SANDBOX_S3_ENDPOINT: s3.url,
    SANDBOX_S3_REGION: region,
    SANDBOX_S3_ACCESS_KEY_ID: credentials.accessKeyId,
    SANDBOX_S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    SANDBOX_S3_BUCKET: 'apilos-exercice',
    SANDBOX_S3_GLACIER_BUCKET: vaultBucket,
    SANDBOX_ARCHIVES: paths.archives,
    SANDBOX_DOWNLOADS: paths.downloads,
    ...(repository === undefined
      ? {}
      : { SANDBOX_REPOSITORY_URL: repository, SANDBOX_REPOSITORY_VERSION: deployedVersion }),
    ...platform.environment,
    ...outside.environment,
  };
}

function endpointsOf(
  paths: Paths,
  { postgres, s3, platform, outside }: Servers,
  { lang, names }: { readonly lang: Language; readonly names: readonly string[] },
): Endpoint[] {
  const places = {
    postgresql: `postgres://${application}@127.0.0.1:${postgres.port}/${application}`,
    s3: s3.url,
    scalingo: platform.urls.scalingo,
    ssh: platform.urls.ssh,
    web: platform.urls.web,
    github: outside.urls.github,
    alwaysdata: outside.urls.alwaysdata,
    dns: outside.urls.dns,
    archives: paths.archives,
  } as const;
  return endpointNames.map(name => {
    const variables = names.filter(variable => ways[name].test(variable));
    return { name, url: places[name], note: endpointNote(name, lang), variables };
  });
}

const endpointNames = [
  'postgresql',
  's3',
  'scalingo',
  'ssh',
  'web',
  'github',
  'alwaysdata',
  'dns',
  'archives',
] as const;

/** Which variables lead to an endpoint; each leads to one. */
const ways: Readonly<Record<(typeof endpointNames)[number], RegExp>> = {
  postgresql: /^SANDBOX_DATABASE_/,
  s3: /^SANDBOX_S3_/,
  scalingo: /^SANDBOX_SCALINGO_/,
  ssh: /^SANDBOX_SSH_/,
  web: /^SANDBOX_WEB_/,
  github: /^SANDBOX_(GITHUB|REPOSITORY)_/,
  alwaysdata: /^SANDBOX_ALWAYSDATA_/,
  dns: /^SANDBOX_DNS_/,
  archives: /^SANDBOX_(ARCHIVES|DOWNLOADS)$/,
};
