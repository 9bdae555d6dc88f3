/**
 * Keeps what runs as Scalingo's API says: deploys what is pushed, starts again what it starts again, stops what it stops.
 *
 * In: the API's applications, asked again at each `follow`. Out: one process per application in service.
 * Can never happen: two looks at once; a process of an application that is deleted or scaled to none; work that goes on
 * after `close`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deploy, Push } from '../git/judge.ts';
import { ApiError } from '../scalingo/api-error.ts';
import type { DrivenDeployment } from '../scalingo/driven-deployment.ts';
import type { RunningApplication, Scalingo } from '../scalingo/scalingo.ts';
import type { ResolveTarget } from '../ssh/forwarding.ts';
import { BootFailure } from '../web/application.ts';
import { type DeploymentEnd, type DeploymentOptions, runDeployment } from '../web/deployment.ts';
import { type Fleet, openFleet } from '../web/fleet.ts';

/** What runs the applications. `forget` is told the identity of one that is no more. */
export interface ServiceSettings {
  readonly scalingo: Scalingo;
  readonly resolveTarget: ResolveTarget;
  readonly forget: (id: string) => Promise<void>;
  /** How long a deployment stays queued before it begins, ms. */
  readonly queue?: number;
  /** What every deployment meets. */
  readonly fault?: DeploymentOptions['fault'];
}

/** An application as it was started; `variables`, another object at each start, also tells one start from the next. */
type Started = Pick<RunningApplication, 'name' | 'variables'>;

type Log = (line: string) => void;

/** The applications in service. Begins with none. */
export class Service {
  readonly #settings: ServiceSettings;
  readonly #fleet: Fleet = openFleet();
  readonly #seen = new Set<string>();
  readonly #started = new Map<string, Started>();
  readonly #deploying = new Set<string>();
  readonly #work = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #closed = false;
  #looking = false;

  constructor(settings: ServiceSettings) {
    this.#settings = settings;
  }

  /** Deploys a push to the application whose identity is `push.app`. */
  readonly deploy: Deploy = (push, log) => this.#underWay(this.#deploy(push, log));

  /** Looks at what the API says, and does it. */
  follow(): void {
    if (this.#closed || this.#looking) return;
    this.#looking = true;
    const looked = this.#look()
      .catch(error => console.error(`platform: ${error}`))
      .finally(() => {
        this.#looking = false;
      });
    void this.#underWay(looked);
  }

  /** Where the router sends; undefined when nothing runs. */
  upstream(app: string): string | undefined {
    return this.#fleet.upstream(app);
  }

  /** Stops everything, and resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.abort();
    await this.#fleet.close();
    await Promise.all(this.#work);
  }

  #underWay<T>(task: Promise<T>): Promise<T> {
    const settled = task.then(
      () => undefined,
      () => undefined,
    );
    this.#work.add(settled);
    void settled.then(() => this.#work.delete(settled));
    return task;
  }

  async #look(): Promise<void> {
    const applications = this.#settings.scalingo.applications();
    const gone = [...this.#seen].filter(id => applications.every(app => app.id !== id));
    for (const id of gone) if (!this.#deploying.has(id)) await this.#forget(id);
    for (const app of applications) {
      this.#seen.add(app.id);
      if (!this.#deploying.has(app.id)) await this.#followOne(app);
    }
  }

  async #forget(id: string): Promise<void> {
    this.#seen.delete(id);
    await this.#stop(id);
    await this.#settings.forget(id);
  }

  async #stop(id: string): Promise<void> {
    const before = this.#started.get(id);
    this.#started.delete(id);
    if (before !== undefined) await this.#fleet.stop(before.name);
  }

  async #followOne({ id, name, web, gitRef, variables }: RunningApplication): Promise<void> {
    const before = this.#started.get(id);
    const runs = web > 0 && gitRef !== undefined;
    if (!runs || (before !== undefined && before.name !== name)) await this.#stop(id);
    if (!runs || (before?.name === name && before.variables === variables)) return;
    this.#started.set(id, { name, variables });
    const { resolveTarget } = this.#settings;
    const options = { app: name, sha: gitRef, environment: variables, resolveTarget, log: () => undefined };
    await this.#fleet.restart(options).catch((error: unknown) => {
      // The platform, too, keeps the version before in service when a new start fails.
      if (!(error instanceof BootFailure)) throw error;
    });
  }

  async #deploy({ app: id, sha }: Push, log: Log): Promise<boolean> {
    const app = this.#find(id);
    if (app === undefined || this.#closed || this.#deploying.has(id)) {
      log(' !     A deployment is already in progress, or there is no such application any more');
      return false;
    }
    this.#deploying.add(id);
    try {
      return await this.#drive(app, await this.#settings.scalingo.drive(id, sha), { sha, log });
    } catch (error) {
      log(` !     ${error instanceof ApiError ? JSON.stringify(error.body) : String(error)}`);
      return false;
    } finally {
      this.#deploying.delete(id);
    }
  }

  #find(id: string): RunningApplication | undefined {
    return this.#settings.scalingo.applications().find(app => app.id === id);
  }

  async #drive(
    app: RunningApplication,
    driven: DrivenDeployment,
    { sha, log }: { readonly sha: string; readonly log: Log },
  ): Promise<boolean> {
    const progress = { over: false };
    const tell = (line: string) => {
      // What the application says later is not the deployment's.
      if (progress.over) return;
      driven.log(line);
      log(line);
    };
    const { queue = 0, fault } = this.#settings;
    if (queue > 0) tell('-----> Waiting in the queue');
    await sleep(queue, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    if (this.#closed) {
      await driven.end('aborted');
      return false;
    }
    const end = await runDeployment({
      ...(fault === undefined ? {} : { fault }),
      app: app.name,
      sha,
      environment: driven.variables,
      resolveTarget: this.#settings.resolveTarget,
      publicUrl: `https://${app.hosts[0] ?? app.name}`,
      reach: driven.reach,
      log: tell,
    }).catch(async (error: unknown) => {
      await driven.end('build-error');
      throw error;
    });
    progress.over = true;
    return this.#conclude(app, driven, end);
  }

  async #conclude(
    { id, name }: RunningApplication,
    driven: DrivenDeployment,
    end: DeploymentEnd,
  ): Promise<boolean> {
    if (end.status !== 'success') {
      await driven.end(end.status);
      return false;
    }
    await this.#fleet.put(end.application);
    await driven.end('success');
    // The API has just started processes: they are those that are in service already.
    this.#started.set(id, { name, variables: this.#find(id)?.variables ?? {} });
    return true;
  }
}
