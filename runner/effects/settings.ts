/*
 * Resolves what a plan's target says into values. In: the plan, the variables of the run process, and who can be asked.
 * Out: the settings of each resource and the secrets, in clear, known to the masker before they are returned.
 * Can never happen: a missing value taken for an empty one; a protected name in a drill; a secret in a fault.
 */
import { execFile } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../fault.ts';
import type { Json, Resource, ValueSource } from '../model/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import { refuseProtected } from '../services/guard/protected.ts';
import { readDsn } from '../services/postgres/dsn.ts';
import type { ResourceSettings } from '../services/resources.ts';
import type { Masker } from './masker.ts';

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

/** What the embedded sandbox says of itself, for a target that does not. */
const SANDBOX: Readonly<Record<Resource['kind'], Readonly<Record<string, string>>>> = {
  postgres: { url: 'SANDBOX_DATABASE_URL' },
  s3: {
    endpoint: 'SANDBOX_S3_ENDPOINT',
    region: 'SANDBOX_S3_REGION',
    bucket: 'SANDBOX_S3_BUCKET',
    accessKeyId: 'SANDBOX_S3_ACCESS_KEY_ID',
    secretAccessKey: 'SANDBOX_S3_SECRET_ACCESS_KEY',
  },
  directory: { path: 'SANDBOX_ARCHIVES' },
};

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
  for (const resource of plan.runbook.front.resources.values()) {
    const settings = resourceSettings(request, resource, secrets);
    registerDoors(settings, masker);
    refuseProtected(settings, namesOf(settings));
    resources[resource.name] = settings;
  }
  return { resources, secrets };
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

/** The name of the programme is said, never what it printed. */
async function commandOutput(name: string, [program = '', ...args]: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1_048_576 });
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

function resourceSettings(
  request: SettingsRequest,
  resource: Resource,
  secrets: Readonly<Record<string, string>>,
): ResourceSettings {
  const { target } = request.plan;
  const written = target.resources[resource.name] ?? {};
  const value = (key: string): string => {
    const sandbox = target.embedded ? SANDBOX[resource.kind][key] : undefined;
    const offered: ValueSource =
      sandbox === undefined ? { from: 'literal', value: '' } : { from: 'env', name: sandbox };
    return settingValue(request, { resource: resource.name, key }, written[key] ?? offered, secrets);
  };
  const base = { name: resource.name, run: request.run, mode: target.mode, protected: target.protected };
  if (resource.kind === 'postgres') return { ...base, kind: 'postgres', url: value('url') };
  if (resource.kind === 'directory') return { ...base, kind: 'directory', path: value('path') };
  return {
    ...base,
    kind: 's3',
    endpoint: value('endpoint'),
    // Services without regions take this name (AWS SDK, "region").
    region: written.region === undefined && !target.embedded ? 'us-east-1' : value('region'),
    bucket: value('bucket'),
    accessKeyId: value('accessKeyId'),
    secretAccessKey: value('secretAccessKey'),
  };
}

function registerDoors(resource: ResourceSettings, masker: Masker): void {
  if (resource.kind === 's3') masker.add(resource.name, resource.secretAccessKey);
  if (resource.kind !== 'postgres') return;
  if (readDsn(resource).password !== '') masker.add(resource.name, readDsn(resource).password);
  masker.add(resource.name, resource.url);
}

/** Every name that a resource goes by; what the server reports is compared again when it is asked. */
function namesOf(resource: ResourceSettings): string[] {
  if (resource.kind === 'directory')
    return [resource.path, resolve(resource.path), realPathOf(resource.path)];
  if (resource.kind === 's3') return [resource.bucket, ...endpointNames(resource.endpoint)];
  const { host, database, user } = readDsn(resource);
  return [host, database, user];
}

/** A service may take the bucket from a label of the host or from the path: each counts as a name. */
function endpointNames(endpoint: string): string[] {
  if (!URL.canParse(endpoint)) return [endpoint];
  const { hostname, pathname } = new URL(endpoint);
  return [hostname, ...hostname.split('.'), ...pathname.split('/').map(decoded)].filter(name => name !== '');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Where the path leads, through links, for the part of it that exists. */
function realPathOf(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    const parent = dirname(whole);
    return parent === whole ? whole : join(realPathOf(parent), basename(whole));
  }
}
