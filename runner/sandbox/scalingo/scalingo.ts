// Scalingo, for a sandbox: the auth, application and database APIs on one HTTP listener (`/auth/v1`, `/api/v1`, `/db/api`).
// In: a folder that keeps the state, the real things behind the API, and what was lost. Out: a listener, and what other
// services of the sandbox need to know (pushes received, databases behind the gateway, applications and their variables).
// Never: a state on disk that is half written; work in the background that outlives `close`.
import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { hostOf } from './app-operations.ts';
import { type Outside, startBackground } from './background.ts';
import { acceptInvitation } from './collaborator-operations.ts';
import { startDeployment } from './deployment-operations.ts';
import { certificateStatus } from './domain-operations.ts';
import { abortUnfinished, type DrivenDeployment, driveDeployment } from './driven-deployment.ts';
import type { FaultHook } from './handler.ts';
import { Limiter } from './limiter.ts';
import { scalingoListener } from './listener.ts';
import { addLostApplication, type Lost } from './lost-application.ts';
import { type Delays, deploymentStatus, findApp, type Model } from './model.ts';
import type { Database, Deployment, Key, Outcome, State } from './state.ts';
import { emptyState } from './state.ts';
import { readState, stateWriter } from './store.ts';
import { jwtLifetime } from './tokens.ts';

/** How a platform behaves, apart from what it holds. */
export interface ScalingoSettings extends Outside {
  /** Folder of the archives of databases. */
  readonly archives: string;
  /** API token of the account on a first start (`tk-us-…`); at random unless given. */
  readonly token?: string;
  readonly lost?: Lost;
  /** Public SSH key that the account has on a first start. */
  readonly key?: { readonly name: string; readonly content: string };
  readonly now?: () => number;
  readonly delays?: Partial<Delays>;
  /** 60 unless told otherwise. */
  readonly requestsPerMinute?: number;
  readonly outcome?: (app: string, gitRef: string) => Outcome;
  readonly fault?: FaultHook;
  /** How long a JWT lives, in seconds; an hour unless told. */
  readonly tokenLifetime?: number;
  /** How much older than they are the backups are said to be, ms; 0 unless told. */
  readonly backupDelay?: number;
}

/** An application as a router and a runner of processes need it. */
export interface RunningApplication {
  /** Lasts through a change of name. */
  readonly id: string;
  readonly name: string;
  readonly hosts: readonly string[];
  /** Those of `hosts` whose certificate is there. */
  readonly certified: readonly string[];
  readonly forceHttps: boolean;
  readonly web: number;
  /** What its processes see; not what is set since. Another object after each start of them. */
  readonly variables: Readonly<Record<string, string>>;
  /** The deployed commit; undefined before the first success. */
  readonly gitRef: string | undefined;
}

/** A running platform. */
export interface Scalingo {
  readonly listener: RequestListener;
  readonly token: string;
  /** Databases that only the gateway reaches, by the name and port of their DSN. */
  databases(): readonly Database[];
  keys(): readonly Key[];
  applications(): readonly RunningApplication[];
  /** A push of a commit to `master` or `main`. Throws the API's 404 and 409. */
  pushed(app: string, sha: string): Promise<{ readonly id: string }>;
  /** The same for a push whose build and boot really happen elsewhere in the sandbox. */
  drive(app: string, sha: string): Promise<DrivenDeployment>;
  /** Where a deployment is. */
  deployment(id: string): string | undefined;
  /** What an invited person does in their mail. */
  accept(app: string, email: string): Promise<void>;
  close(): Promise<void>;
}

const shortDelays: Delays = { provisioning: 1500, operation: 800, stage: 400, certificate: 1000 };

/** Opens the platform of a folder, with what was lost on it if it is new. */
export async function openScalingo(directory: string, settings: ScalingoSettings): Promise<Scalingo> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'state.json');
  const state = (await readState(file)) ?? (await firstState(settings));
  const model = modelOf(state, settings);
  await measureBackups(state, settings.archives);
  abortUnfinished(model);
  const save = stateWriter(file, state);
  await save();
  const background = startBackground(model, settings, save);
  const handling = {
    model,
    platform: settings.platform,
    limiter: new Limiter(settings.requestsPerMinute ?? 60),
    fault: settings.fault ?? (() => undefined),
  };
  const work = () => save().then(background.look);
  return {
    listener: scalingoListener(handling, { archives: settings.archives, save: work }),
    token: state.token,
    databases: () => state.addons.flatMap(({ database }) => database ?? []),
    keys: () => state.keys,
    applications: () => state.apps.map(app => running(model, app.name)),
    pushed: async (app, sha) => {
      const { id } = startDeployment(model, app, { gitRef: sha, source: null });
      await save();
      return { id };
    },
    drive: (app, sha) => driveDeployment(model, { app, sha }, save),
    deployment: id => statusOf(model, id),
    accept: async (app, email) => {
      acceptInvitation(model, app, email);
      await save();
    },
    close: async () => {
      await background.stop();
      await save();
    },
  };
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

async function firstState(settings: ScalingoSettings): Promise<State> {
  const account = { id: `us-${random(16)}`, username: 'astreinte', email: 'astreinte@apilos.invalid' };
  const state = emptyState(settings.token ?? `tk-us-${random(24)}`, random(32), account);
  if (settings.lost !== undefined) await addLostApplication(state, settings.lost, random);
  const createdAt = (settings.now ?? Date.now)();
  if (settings.key !== undefined) state.keys.push({ id: `ke-${random(12)}`, ...settings.key, createdAt });
  return state;
}

/** An archive may be another than at the last start. */
async function measureBackups({ backups }: State, archives: string): Promise<void> {
  for (const backup of backups) {
    if (backup.file === null) continue;
    const found = await stat(join(archives, backup.file)).catch(() => undefined);
    if (found !== undefined) backup.size = found.size;
  }
}

function modelOf(state: State, settings: ScalingoSettings): Model {
  return {
    state,
    rules: {
      now: settings.now ?? Date.now,
      random,
      delays: { ...shortDelays, ...settings.delays },
      outcome: settings.outcome ?? (() => 'success'),
      tokenLifetime: settings.tokenLifetime ?? jwtLifetime,
      backupDelay: settings.backupDelay ?? 0,
    },
  };
}

function statusOf(model: Model, id: string) {
  const found: Deployment | undefined = model.state.deployments.find(one => one.id === id);
  return found === undefined ? undefined : deploymentStatus(model, found);
}

function running(model: Model, name: string): RunningApplication {
  const app = findApp(model, name);
  const domains = model.state.domains.filter(one => one.app === app.id && one.resolvedAt !== null);
  const last = model.state.deployments.find(one => one.id === app.lastDeployment);
  const certified = domains.filter(one => certificateStatus(model, one) === 'created');
  const own = hostOf(app);
  return {
    id: app.id,
    name: app.name,
    hosts: [own, ...domains.map(one => one.name)],
    certified: [own, ...certified.map(one => one.name)],
    forceHttps: app.forceHttps,
    web: app.status === 'running' ? (app.formation.find(one => one.name === 'web')?.amount ?? 0) : 0,
    variables: app.running,
    gitRef: last?.gitRef,
  };
}
