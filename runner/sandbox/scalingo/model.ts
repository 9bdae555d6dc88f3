// The state of the platform and what time does to it, without disk, clock, chance or network.
// In: the state, and rules that bring the clock, identities and durations. Out: the state after what was due.
// Never: a provisioned add-on without its real database; a variable that a process sees before it restarted.
import { badRequest, notFound } from './api-error.ts';
import type { Addon, App, Deployment, Outcome, State, Variable } from './state.ts';

/** How long things take, ms. The defaults of the sandbox are short; the real ones are minutes. */
export interface Delays {
  readonly provisioning: number;
  readonly operation: number;
  /** Of each stage of a deployment: queued, building, pushing, starting. */
  readonly stage: number;
  readonly certificate: number;
}

/** What the model asks of outside: the clock (ms since the epoch), identities, durations, what decides failures. */
export interface Rules {
  readonly now: () => number;
  /** An identity or a secret of `bytes` random bytes, in hexadecimal. */
  readonly random: (bytes: number) => string;
  readonly delays: Delays;
  /** How the deployment of `gitRef` on an application ends. */
  readonly outcome: (app: string, gitRef: string) => Outcome;
  /** How long a JWT lives, in seconds. */
  readonly tokenLifetime: number;
  /** How much older than they are the backups are said to be, ms. */
  readonly backupDelay: number;
}

/** The platform. Operations change `state` in place; whoever holds the model saves it afterwards. */
export interface Model {
  readonly state: State;
  readonly rules: Rules;
}

/** The application of that name or identity; throws 404. */
export function findApp({ state }: Model, name: string): App {
  const app = state.apps.find(one => one.id === name || one.name === name);
  if (app === undefined) throw notFound('App');
  return app;
}

/** The add-on of that identity, of any application; throws 404. */
export function findAddon({ state }: Model, id: string): Addon {
  const addon = state.addons.find(one => one.id === id);
  if (addon === undefined) throw notFound('Addon');
  return addon;
}

/** `provisioning` until its delay is over and the real thing exists. */
export function addonStatus({ rules }: Model, addon: Addon): 'provisioning' | 'running' | 'suspended' {
  if (addon.suspended) return 'suspended';
  return addon.url !== null && rules.now() >= addon.readyAt ? 'running' : 'provisioning';
}

const addonVariables = {
  postgresql: ['SCALINGO_POSTGRESQL_URL', 'DATABASE_URL'],
  redis: ['SCALINGO_REDIS_URL', 'REDIS_URL'],
} as const;

/** Names of the variables that an add-on sets: its own, and the alias. */
export function variablesOf(addon: Addon): readonly [string, string] {
  return addonVariables[addon.provider];
}

/** Adds or replaces one variable of an application. */
export function setVariable({ rules }: Model, app: App, name: string, value: string): Variable {
  const known = app.variables.find(one => one.name === name);
  if (known !== undefined) {
    known.value = value;
    return known;
  }
  const made = { id: `va-${rules.random(12)}`, name, value };
  app.variables.push(made);
  return made;
}

/** The variables as a process sees them: `$NAME` alone as a value is an alias of another. */
export function resolvedVariables(app: App): Record<string, string> {
  const values = new Map(app.variables.map(({ name, value }) => [name, value]));
  return Object.fromEntries([...values].map(([name, value]) => [name, resolveAlias(values, value)]));
}

function resolveAlias(values: ReadonlyMap<string, string>, value: string): string {
  const target = /^\$([A-Za-z0-9_]+)$/.exec(value)?.[1];
  return target === undefined ? value : (values.get(target) ?? '');
}

/** Adds a line to the audit trail. */
export function addEvent(
  { state, rules }: Model,
  app: App,
  type: string,
  data: Record<string, unknown> = {},
): void {
  state.events.unshift({
    id: `ev-${rules.random(12)}`,
    app: app.id,
    appName: app.name,
    at: rules.now(),
    type,
    user: state.account,
    data,
  });
}

const stages = ['queued', 'building', 'pushing', 'starting'] as const;

/** Stages that a deployment goes through before it ends so. */
const stagesBefore: Readonly<Record<Outcome, number>> = {
  aborted: 1,
  'build-error': 2,
  'timeout-error': 4,
  'crashed-error': 4,
  'hook-error': 4,
  success: 4,
};

/** Where a deployment is: one of its stages, or its outcome. */
export function deploymentStatus({ rules }: Model, deployment: Deployment): string {
  if (deployment.driven !== null) return deployment.driven.status;
  const index = Math.floor((rules.now() - deployment.createdAt) / deployment.stage);
  if (index >= stagesBefore[deployment.outcome]) return deployment.outcome;
  return stages[index] ?? 'queued';
}

/** True once it will not change any more. */
export function hasEnded(model: Model, deployment: Deployment): boolean {
  return deploymentStatus(model, deployment) === deployment.outcome;
}

/** What the application's processes run with, from now on. */
function startProcesses(app: App): void {
  app.running = resolvedVariables(app);
  app.status = app.formation.some(({ amount }) => amount > 0) ? 'running' : 'stopped';
}

/** Applies what time has brought: operations and deployments that ended. True when something changed. */
export function settle(model: Model): boolean {
  const operations = model.state.operations.filter(one => !one.applied && model.rules.now() >= one.endsAt);
  for (const operation of operations) {
    operation.applied = true;
    const app = model.state.apps.find(one => one.id === operation.app);
    if (app === undefined || operation.error !== null) continue;
    if (operation.formation !== null) app.formation = operation.formation;
    startProcesses(app);
  }
  const deployments = model.state.deployments.filter(one => !one.applied && hasEnded(model, one));
  for (const deployment of deployments) applyDeployment(model, deployment);
  return operations.length + deployments.length > 0;
}

/** A failed deployment leaves the processes of the one before it as they were. */
function applyDeployment(model: Model, deployment: Deployment): void {
  deployment.applied = true;
  const app = model.state.apps.find(one => one.id === deployment.app);
  if (app === undefined) return;
  addEvent(model, app, 'deployment', { deployment_id: deployment.id, status: deployment.outcome });
  if (deployment.outcome !== 'success') return;
  app.lastDeployment = deployment.id;
  startProcesses(app);
}

/** Refuses while the application is being scaled or restarted, as the platform does. */
export function refuseWhileBusy({ state, rules }: Model, app: App): void {
  const busy = state.operations.find(one => one.app === app.id && rules.now() < one.endsAt);
  if (busy !== undefined)
    throw badRequest(`application is currently busy: ${busy.type} in progress`, 'app_busy');
}

/** A date as the API writes it. */
export function iso(instant: number): string {
  return new Date(instant).toISOString();
}
