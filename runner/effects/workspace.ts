/*
 * The private folder of a run process: secrets as files, libpq's service and password files, what sh cells write.
 * In: the settings of the resources and the secrets. Out: paths and the variables that name them.
 * Can never happen: a file that another user may read; a secret in a variable; the folder left after `close`.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { variableName } from '../model/names.ts';
import { readDsn } from '../services/postgres/dsn.ts';
import type { DirectPostgres, ResourceSettings } from '../services/resources.ts';

/** Variables, and where a step may write. */
export interface Workspace {
  readonly directory: string;
  /** Coordinates of the resources, `<NAME>_FILE` of each secret, `PGSERVICEFILE` and `PGPASSFILE`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Writes a 0600 file and returns its path; the name is made safe. */
  keep(name: string, content: string): string;
  close(): void;
}

/** Makes the folder (0700) and its files (0600). */
export function createWorkspace(
  resources: Readonly<Record<string, ResourceSettings>>,
  secrets: Readonly<Record<string, string>>,
): Workspace {
  const directory = mkdtempSync(join(tmpdir(), 'reprise-'));
  const keep = (name: string, content: string): string => {
    const path = join(directory, name.replaceAll(/[^A-Za-z0-9._-]/g, '_'));
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  mkdirSync(join(directory, 'outputs'), { mode: 0o700 });
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(secrets)) {
    variables[`${variableName(name)}_FILE`] = keep(variableName(name), value);
  }
  for (const resource of Object.values(resources)) {
    Object.assign(variables, coordinates(resource));
    for (const [key, value] of Object.entries(credentials(resource))) {
      const variable = variableName('resource', resource.name, key);
      variables[`${variable}_FILE`] = keep(variable, value);
    }
  }
  Object.assign(variables, libpqFiles(Object.values(resources).filter(isDirect), keep));
  const close = () => rmSync(directory, { recursive: true, force: true });
  return { directory, variables, keep, close };
}

type Keep = Workspace['keep'];

function isDirect(resource: ResourceSettings): resource is DirectPostgres {
  return resource.kind === 'postgres' && 'url' in resource;
}

function libpqFiles(databases: readonly DirectPostgres[], keep: Keep, prefix = ''): Record<string, string> {
  const PGSERVICEFILE = keep(`${prefix}pg_service.conf`, databases.map(service).join('\n'));
  return { PGSERVICEFILE, PGPASSFILE: keep(`${prefix}pgpass`, databases.map(passwordLine).join('')) };
}

/** The variables of a database whose address became known during the run, in place of those of the workspace. */
export function databaseVariables(resource: DirectPostgres, keep: Keep): Record<string, string> {
  const url = variableName('resource', resource.name, 'url');
  return {
    ...coordinates(resource),
    [`${url}_FILE`]: keep(url, resource.url),
    ...libpqFiles([resource], keep, `${resource.name}.`),
  };
}

function coordinates(resource: ResourceSettings): Record<string, string> {
  const named = Object.entries(publicSettings(resource)).map(([key, value]) => [
    variableName('resource', resource.name, key),
    value,
  ]);
  return Object.fromEntries(named);
}

/** Objects (a gateway, a platform) are for services only. */
function publicSettings(resource: ResourceSettings): Record<string, string> {
  if (isDirect(resource)) {
    const { host, port, database, user } = readDsn(resource);
    return { kind: resource.kind, host, port, database, user };
  }
  const { name, run, mode, protected: _, ...settings } = resource;
  const texts = Object.entries(settings).map(([key, value]) => [key, asText(value)] as const);
  return Object.fromEntries(
    texts.flatMap(([key, text]) => (text === undefined || DOORS.has(key) ? [] : [[kebab(key), text]])),
  );
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(',') : undefined;
}

const DOORS = new Set(['accessKeyId', 'secretAccessKey', 'token', 'url']);

function kebab(key: string): string {
  return key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}

function credentials(resource: ResourceSettings): Record<string, string> {
  const found = Object.entries(resource).filter(
    ([key, value]) => DOORS.has(key) && typeof value === 'string',
  );
  return Object.fromEntries(found.map(([key, value]) => [kebab(key), String(value)]));
}

/** A section of pg_service.conf (PostgreSQL's documentation, chapter 34.17). */
function service(resource: DirectPostgres): string {
  const { host, port, database, user, options } = readDsn(resource);
  const settings = { ...options, host, port, dbname: database, user };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${oneLine(value)}`);
  return `[${resource.name}]\n${lines.join('\n')}\n`;
}

/** A line of the password file (chapter 34.16): any database, since tools also connect to `postgres`. */
function passwordLine(resource: DirectPostgres): string {
  const { host, port, user, password } = readDsn(resource);
  const fields = [host, port, '*', user, password];
  return `${fields.map(field => (field === '*' ? field : oneLine(field).replaceAll(/[\\:]/g, '\\$&'))).join(':')}\n`;
}

function oneLine(value: string): string {
  return value.replaceAll(/[\r\n]/g, '');
}
