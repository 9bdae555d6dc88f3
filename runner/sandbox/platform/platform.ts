/**
 * The platform as one thing: Scalingo's API, its SSH gateway, git, the applications and the router before them, and
 * Redis. `git push` deploys, and what is deployed answers.
 *
 * In: the sandbox's folder, its PostgreSQL, and what names lead where. Out: the environment and the addresses that a `sandbox` target needs.
 * Can never happen: a part that outlives `close`, or a start that failed; an application that is reached by a name which
 * the API does not give it.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writePrivately } from '../credentials.ts';
import { type Faults, noFaults } from '../faults.ts';
import type { Deploy } from '../git/judge.ts';
import { openRepositories } from '../git/repositories.ts';
import { type Redis, startRedis } from '../redis/redis.ts';
import type { Scalingo } from '../scalingo/scalingo.ts';
import { type ScalingoPaths, startScalingo } from '../scalingo/start.ts';
import type { ResolveTarget } from '../ssh/forwarding.ts';
import { startGateway } from '../ssh/gateway.ts';
import type { ServeGit } from '../ssh/git-command.ts';
import { ownHostKey } from '../ssh/host-key.ts';
import { type ResolveHost, startRouter } from '../web/router.ts';
import { ownOperatorKey } from './operator-key.ts';
import { Service, type ServiceSettings } from './service.ts';

/** Where things are in the sandbox's folder. */
export interface PlatformPaths extends ScalingoPaths {
  readonly directory: string;
}

/** What the platform leans on. */
export interface PlatformNeighbours {
  /** The PostgreSQL that databases are made in: its superuser's URL, and its port. */
  readonly postgres: DatabaseServer;
  /** Whether a host name is an alias of another. */
  readonly leadsTo: (host: string, target: string) => boolean;
  readonly faults?: Faults;
}

type DatabaseServer = { readonly url: string; readonly port: number };

/** A running platform; `urls` are those of what people may look at. */
export interface Platform {
  readonly environment: Readonly<Record<string, string>>;
  readonly urls: Readonly<Record<'scalingo' | 'ssh' | 'web', string>>;
  close(): Promise<void>;
}

type Close = () => Promise<void>;

/** Starts the platform on a disaster that is made. What was begun is closed when the rest cannot start. */
export async function startPlatform(paths: PlatformPaths, neighbours: PlatformNeighbours): Promise<Platform> {
  const closes: Close[] = [];
  const close = async () => {
    for (const end of closes.splice(0).reverse()) await end();
  };
  try {
    return { ...(await open(paths, neighbours, one => closes.push(one))), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type OnClose = (close: Close) => unknown;

async function open(paths: PlatformPaths, neighbours: PlatformNeighbours, onClose: OnClose) {
  const { postgres, faults = noFaults } = neighbours;
  const redis = await startAddon(join(paths.directory, 'redis'), faults.has('redis-down'));
  onClose(redis.close);
  const operator = await ownOperatorKey(join(paths.directory, 'ssh', 'operator'));
  const late: { follow?: () => void } = {};
  const { scalingo, ...api } = await startScalingo(paths, {
    superuser: postgres.url,
    redis: redis.url,
    key: { name: 'bac-a-sable', content: operator.publicKey },
    resolves: neighbours.leadsTo,
    faults,
    changed: () => late.follow?.(),
  });
  onClose(api.close);
  const resolveTarget = targetsOf(scalingo, postgres, redis);
  const { service, serveGit } = await openService(paths, scalingo, { resolveTarget, faults });
  const inside = { paths, scalingo, resolveTarget, service, serveGit, faults };
  const entrances = await openEntrances(inside, onClose);
  late.follow = () => service.follow();
  const environment = { ...api.environment, ...entrances.environment };
  return {
    environment: { ...environment, SANDBOX_SSH_KEY: operator.file },
    urls: { ...entrances.urls, scalingo: api.url },
  };
}

/** The one Redis of the sandbox, under the private name and port that an add-on's address has. */
type Addon = Redis & { readonly host: string; readonly privatePort: number; readonly url: string };

async function startAddon(directory: string, down: boolean): Promise<Addon> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const password = await ownPassword(join(directory, 'password.json'));
  const redis = await startRedis({ directory, password, down });
  const [host, privatePort] = ['bac-a-sable-1.redis.a.osc-fr1.scalingo-dbs.com', 31_000];
  return { ...redis, host, privatePort, url: `redis://:${password}@${host}:${privatePort}` };
}

async function ownPassword(file: string): Promise<string> {
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return z.string().parse(JSON.parse(known));
  const made = randomBytes(24).toString('base64url');
  await writePrivately(file, made);
  return made;
}

function targetsOf(scalingo: Scalingo, postgres: DatabaseServer, redis: Addon): ResolveTarget {
  return (host, port) => {
    if (host === redis.host && port === redis.privatePort) return redis.port;
    return scalingo.databases().some(one => one.host === host && one.port === port)
      ? postgres.port
      : undefined;
  };
}

/** Repositories bear the identity of their application: a change of its name is none to them. */
async function openService(
  paths: PlatformPaths,
  scalingo: Scalingo,
  { resolveTarget, faults }: Pick<Inside, 'resolveTarget' | 'faults'>,
) {
  const late: { deploy?: Deploy } = {};
  const repositories = await openRepositories(join(paths.directory, 'git'), async (push, log) => {
    return (await late.deploy?.(push, log)) ?? false;
  });
  const service = new Service({
    scalingo,
    resolveTarget,
    forget: repositories.remove,
    ...deploymentFaults(faults),
  });
  late.deploy = service.deploy;
  const serveGit: ServeGit = async (call, streams) => {
    const app = scalingo.applications().find(one => one.name === call.app);
    if (app !== undefined) await repositories.create(app.id);
    return repositories.serve({ ...call, app: app?.id ?? call.app }, streams);
  };
  return { service, serveGit };
}

/** How deployments go wrong; a queue is in ms. */
function deploymentFaults(faults: Faults): Pick<ServiceSettings, 'queue' | 'fault'> {
  const fault = (['build', 'postdeploy', 'crash'] as const).find(one => faults.has(deploymentFault[one]));
  return {
    ...(faults.has('deployment-queued') ? { queue: 8000 } : {}),
    ...(fault === undefined ? {} : { fault }),
  };
}

const deploymentFault = { build: 'build-failed', postdeploy: 'hook-failed', crash: 'boot-failed' } as const;

interface Inside {
  readonly paths: PlatformPaths;
  readonly scalingo: Scalingo;
  readonly resolveTarget: ResolveTarget;
  readonly service: Service;
  readonly serveGit: ServeGit;
  readonly faults: Faults;
}

async function openEntrances({ paths, scalingo, service, ...behind }: Inside, onClose: OnClose) {
  const { resolveTarget, serveGit, faults } = behind;
  const known = await ownHostKey(join(paths.directory, 'ssh', 'host'));
  const gateway = await startGateway({
    hostKey: faults.has('ssh-host-key-changed')
      ? await ownHostKey(join(paths.directory, 'ssh', 'other-host'))
      : known,
    authorizedKeys: () => scalingo.keys().map(key => key.content),
    resolveTarget: faults.has('tunnel-refused') ? () => undefined : resolveTarget,
    serveGit,
  });
  onClose(gateway.close);
  onClose(() => service.close());
  const router = await startRouter(routesOf(scalingo, service));
  onClose(router.close);
  const environment = {
    SANDBOX_SSH_HOST: gateway.host,
    SANDBOX_SSH_PORT: `${gateway.port}`,
    SANDBOX_SSH_GATEWAY: `${gateway.host}:${gateway.port}`,
    SANDBOX_SSH_FINGERPRINT: known.fingerprint,
    SANDBOX_WEB_HTTP: router.httpUrl,
    SANDBOX_WEB_HTTPS: router.httpsUrl,
  };
  return {
    environment,
    urls: { ssh: `ssh://git@${gateway.host}:${gateway.port}`, web: router.httpUrl },
  };
}

function routesOf(scalingo: Scalingo, service: Service): ResolveHost {
  return host => {
    const app = scalingo.applications().find(one => one.hosts.includes(host));
    if (app === undefined) return undefined;
    return {
      upstream: service.upstream(app.name),
      forceHttps: app.forceHttps,
      certificate: app.certified.includes(host),
      deployed: app.gitRef !== undefined,
    };
  };
}
