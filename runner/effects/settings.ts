/*
 * Resolves what a plan's target says into values. In: the plan, the variables of the run process, and who can be asked.
 * Out: the settings of each resource and the secrets, in clear, known to the masker before they are returned.
 * Can never happen: a missing value taken for an empty one; a protected name in a drill; a secret in a fault.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Fault } from '../fault.ts';
import type { Json, Resource, ValueSource } from '../model/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import { refuseProtected } from '../services/guard/protected.ts';
import type { ResourceSettings } from '../services/resources.ts';
import type { Masker } from './masker.ts';
import { doorsOf, isThrough, makeSettings, namesOf, SANDBOX } from './resource-settings.ts';

/** What settings are resolved from. `ask` gets the name and the label of a secret that is to be typed. */
export interface SettingsRequest {
  readonly plan: Plan;
  /** Id of the run, which resources carry as their marker. */
  readonly run: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly masker: Masker;
  readonly ask: (name: string, label: string) => Promise<string>;
}

/** Values in clear. */
export interface Settings {
  readonly resources: Readonly<Record<string, ResourceSettings>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Resolves secrets, then resources. Faults: `setting-missing`, `setting-command-failed`, `secret-too-short`,
 * `dsn-invalid`, `protected-name`.
 */
export async function resolveSettings(request: SettingsRequest): Promise<Settings> {
  const { plan, masker } = request;
  const secrets: Record<string, string> = {};
  for (const [name, source] of Object.entries(plan.target.secrets)) {
    const value = await secretValue(request, name, source);
    masker.add(name, value);
    secrets[name] = value;
  }
  const resources: Record<string, ResourceSettings> = {};
  for (const resource of platformsFirst(plan.runbook.front.resources.values())) {
    const settings = resourceSettings(request, resource, { secrets, resources });
    for (const door of doorsOf(settings)) masker.add(resource.name, door);
    refuseProtected(settings, namesOf(settings));
    resources[resource.name] = settings;
  }
  return { resources, secrets };
}

/** What others are reached through comes before them. */
function platformsFirst(resources: Iterable<Resource>): Resource[] {
  const all = [...resources];
  const isPlatform = ({ kind }: Resource): boolean => kind === 'scalingo';
  return [...all.filter(isPlatform), ...all.filter(one => !isPlatform(one))];
}

async function secretValue(request: SettingsRequest, name: string, source: ValueSource): Promise<string> {
  if (source.from === 'prompt') {
    const label = request.plan.runbook.front.secrets.get(name)?.label ?? name;
    return await request.ask(name, label);
  }
  if (source.from === 'command') return await commandOutput(name, source.command);
  if (source.from === 'fd') return descriptorText(request, name, source.fd);
  return settingValue(request, { resource: name, key: 'secret' }, source, {});
}

/**
 * What the command of the secret `name` prints, without its last line break; `patience` is how many milliseconds it has, for
 * ever unless given. The fault `setting-command-failed` says the name of the programme, never what it printed.
 */
export async function commandOutput(
  name: string,
  [program = '', ...args]: readonly string[],
  patience = 0,
): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1_048_576, timeout: patience });
    return stdout.replace(/\r?\n$/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new Fault('setting-command-failed', { secret: name, program, code });
  }
}

function descriptorText(request: SettingsRequest, name: string, fd: number): string {
  try {
    return readFileSync(fd, 'utf8').replace(/\r?\n$/, '');
  } catch {
    throw missing(request, { resource: name, key: 'secret' }, `fd ${fd}`);
  }
}

interface Wanted {
  readonly resource: string;
  readonly key: string;
}

function missing({ plan }: SettingsRequest, { resource, key }: Wanted, source: string): Fault {
  return new Fault('setting-missing', { target: plan.target.name, resource, key, source });
}

function settingValue(
  request: SettingsRequest,
  wanted: Wanted,
  source: ValueSource,
  secrets: Readonly<Record<string, string>>,
): string {
  const found = lookUp(request, source, secrets);
  if (found === undefined || found === '') throw missing(request, wanted, sourceName(source));
  return found;
}

function lookUp(
  { environment, plan }: SettingsRequest,
  source: ValueSource,
  secrets: Readonly<Record<string, string>>,
): string | undefined {
  if (source.from === 'literal') return source.value;
  if (source.from === 'env') return environment[source.name];
  if (source.from === 'secret') return secrets[source.name];
  return source.from === 'input' ? inputText(plan.inputs[source.name]) : undefined;
}

function inputText(value: Json | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function sourceName(source: ValueSource): string {
  if (source.from === 'env') return source.name;
  return 'name' in source ? `${source.from} ${source.name}` : source.from;
}

/** What has been resolved so far. */
interface Known {
  readonly secrets: Readonly<Record<string, string>>;
  readonly resources: Readonly<Record<string, ResourceSettings>>;
}

function resourceSettings(request: SettingsRequest, resource: Resource, known: Known): ResourceSettings {
  const { target } = request.plan;
  const written = target.resources[resource.name] ?? {};
  const sourceOf = (key: string): ValueSource | undefined => {
    if (written[key] !== undefined || !target.embedded || isThrough(written)) return written[key];
    const name = SANDBOX[resource.kind][key];
    return name === undefined ? undefined : { from: 'env', name };
  };
  const read = (key: string, source: ValueSource) =>
    settingValue(request, { resource: resource.name, key }, source, known.secrets);
  const value = (key: string) => read(key, sourceOf(key) ?? { from: 'literal', value: '' });
  const choice = (key: string) => {
    const source = sourceOf(key);
    if (source === undefined) return undefined;
    // The sandbox leaves out what this machine does not let it offer.
    return written[key] === undefined ? lookUp(request, source, known.secrets) : read(key, source);
  };
  const platform = () => {
    const through = known.resources[value('through')];
    if (through?.kind !== 'scalingo') throw new Error(`${resource.name} is reached through no platform`);
    return through;
  };
  const base = {
    name: resource.name,
    run: request.run,
    mode: target.mode,
    lang: request.plan.runbook.front.lang,
    protected: target.protected,
    ...(target.patience === undefined ? {} : { patience: target.patience }),
    ...(resource.oldest === undefined ? {} : { oldest: resource.oldest }),
    ...(resource.access === 'read' ? ({ access: 'read' } as const) : {}),
  };
  return makeSettings(resource.kind, base, { value, choice, platform });
}
