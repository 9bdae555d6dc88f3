/*
 * What each kind of resource is for a cell. In: the values that a target gives. Out: `resources.<name>`, the secrets that it
 * bears, the names that a drill must compare with the protected ones, and what a sh cell may read of it.
 */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Resource, ResourceKind } from '../model/runbook.ts';
import { readDsn } from '../services/postgres/dsn.ts';
import type { ResourceBase, ResourceSettings, ScalingoResource } from '../services/resources.ts';

/** What the embedded sandbox says of itself, for a target that does not: variables by setting. */
export const SANDBOX: Readonly<Record<ResourceKind, Readonly<Record<string, string>>>> = {
  postgres: { url: 'SANDBOX_DATABASE_URL' },
  s3: {
    endpoint: 'SANDBOX_S3_ENDPOINT',
    region: 'SANDBOX_S3_REGION',
    bucket: 'SANDBOX_S3_BUCKET',
    accessKeyId: 'SANDBOX_S3_ACCESS_KEY_ID',
    secretAccessKey: 'SANDBOX_S3_SECRET_ACCESS_KEY',
  },
  directory: { path: 'SANDBOX_ARCHIVES' },
  scalingo: {
    token: 'SANDBOX_SCALINGO_TOKEN',
    region: 'SANDBOX_SCALINGO_REGION',
    pace: 'SANDBOX_SCALINGO_PACE',
    api: 'SANDBOX_SCALINGO_API',
    authApi: 'SANDBOX_SCALINGO_AUTH_API',
    databaseApi: 'SANDBOX_SCALINGO_DATABASE_API',
    gateway: 'SANDBOX_SSH_GATEWAY',
    gatewayFingerprint: 'SANDBOX_SSH_FINGERPRINT',
    identity: 'SANDBOX_SSH_KEY',
  },
  github: {
    repository: 'SANDBOX_GITHUB_REPOSITORY',
    api: 'SANDBOX_GITHUB_API',
    token: 'SANDBOX_GITHUB_TOKEN',
    clone: 'SANDBOX_REPOSITORY_URL',
  },
  alwaysdata: {
    token: 'SANDBOX_ALWAYSDATA_TOKEN',
    account: 'SANDBOX_ALWAYSDATA_ACCOUNT',
    api: 'SANDBOX_ALWAYSDATA_API',
  },
  dns: { authoritative: 'SANDBOX_DNS_AUTHORITATIVE', public: 'SANDBOX_DNS_PUBLIC' },
  http: { http: 'SANDBOX_WEB_HTTP', https: 'SANDBOX_WEB_HTTPS' },
};

/** Fingerprints of Scalingo's gateways by host (Scalingo documentation, "Databases, access", 2026): Ed25519, then RSA. */
const GATEWAYS: Readonly<Record<string, readonly string[]>> = {
  'ssh.osc-fr1.scalingo.com': [
    'SHA256:vMMyB6vYf+U68JFAcK/vAL6g4DOKGmT/LMwLhzI9+3E',
    'SHA256:f7y5p9OlI+UCuQoXctVNVj3pVkehTgUBWZz/0PtkGR8',
  ],
};

/** Resolvers that the public uses: Cloudflare, Quad9, Google. */
const PUBLIC_RESOLVERS = '1.1.1.1,9.9.9.9,8.8.8.8';

/** Gives settings by key: `value` must be there, `choice` may be absent. */
export interface SettingValues {
  value(key: string): string;
  choice(key: string): string | undefined;
  /** The platform that the setting `through` names. */
  platform(): ScalingoResource;
}

/** Whether a resource is reached through another. */
export function isThrough(settings: Readonly<Record<string, unknown>>): boolean {
  return Object.hasOwn(settings, 'through');
}

/** Makes the settings of one resource. */
export function makeSettings(
  kind: Resource['kind'],
  base: ResourceBase,
  { value, choice, platform }: SettingValues,
): ResourceSettings {
  switch (kind) {
    case 'postgres': {
      if (choice('through') === undefined) return { ...base, kind, url: value('url') };
      const variable = choice('variable') ?? 'SCALINGO_POSTGRESQL_URL';
      return { ...base, kind, through: platform(), app: value('app'), variable };
    }
    case 'directory':
      return { ...base, kind, path: value('path') };
    case 's3':
      return {
        ...base,
        kind,
        endpoint: value('endpoint'),
        // Services without regions take this name (AWS SDK, "region").
        region: choice('region') ?? 'us-east-1',
        bucket: value('bucket'),
        accessKeyId: value('accessKeyId'),
        secretAccessKey: value('secretAccessKey'),
      };
    case 'scalingo':
      return scalingo(base, { value, choice, platform });
    case 'github': {
      const [repository, token] = [value('repository'), choice('token')];
      return {
        ...base,
        kind,
        api: choice('api') ?? 'https://api.github.com',
        repository,
        clone: choice('clone') ?? `https://github.com/${repository}.git`,
        ...(token === undefined ? {} : { token }),
      };
    }
    case 'alwaysdata': {
      const api = choice('api') ?? 'https://api.alwaysdata.com/v1';
      return { ...base, kind, api, token: value('token'), account: value('account') };
    }
    case 'dns':
      return {
        ...base,
        kind,
        authoritative: list(value('authoritative')),
        public: list(choice('public') ?? PUBLIC_RESOLVERS),
      };
    case 'http': {
      const [http, https] = [choice('http'), choice('https')];
      return {
        ...base,
        kind,
        ...(http === undefined ? {} : { http }),
        ...(https === undefined ? {} : { https }),
      };
    }
  }
}

function scalingo(base: ResourceBase, { value, choice }: SettingValues): ScalingoResource {
  const region = choice('region') ?? 'osc-fr1';
  const [host = '', port] = splitPort(choice('gateway') ?? `ssh.${region}.scalingo.com`);
  const pinned = choice('gatewayFingerprint');
  const identity = choice('identity') ?? join(homedir(), '.ssh', 'id_ed25519');
  const agent = process.env.SSH_AUTH_SOCK;
  const pace = Number(choice('pace') ?? Number.NaN);
  return {
    ...base,
    kind: 'scalingo',
    api: choice('api') ?? `https://api.${region}.scalingo.com/v1`,
    authApi: choice('authApi') ?? 'https://auth.scalingo.com/v1',
    databaseApi: choice('databaseApi') ?? `https://db-api.${region}.scalingo.com/api`,
    token: value('token'),
    region,
    ...(pace > 0 ? { pace } : {}),
    gateway: {
      host,
      ...(port === undefined ? {} : { port }),
      hostFingerprint: pinned === undefined ? (GATEWAYS[host] ?? []) : list(pinned),
      identity: identity === 'agent' && agent !== undefined ? { agent } : { keyFile: identity },
    },
  };
}

function splitPort(gateway: string): [string, number?] {
  const found = /^(.+):(\d+)$/.exec(gateway);
  return found === null ? [gateway] : [found[1] ?? '', Number(found[2])];
}

function list(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '');
}

/** What opens a resource: texts that must be masked. An address without a password opens nothing. */
export function doorsOf(resource: ResourceSettings): string[] {
  if (resource.kind === 's3') return [resource.secretAccessKey];
  if (resource.kind === 'scalingo' || resource.kind === 'alwaysdata') return [resource.token];
  if (resource.kind === 'github') return resource.token === undefined ? [] : [resource.token];
  if (resource.kind !== 'postgres' || !('url' in resource)) return [];
  const { password, options } = readDsn(resource);
  const isDoor = password !== '' || Object.hasOwn(options, 'sslpassword');
  return isDoor ? [password, resource.url].filter(text => text !== '') : [];
}

/** Every name that a resource goes by; what the server reports is compared again when it is asked. */
export function namesOf(resource: ResourceSettings): string[] {
  if (resource.access === 'read') return [];
  switch (resource.kind) {
    case 'directory':
      return [resource.path, resolve(resource.path), realPathOf(resource.path)];
    case 's3':
      return [resource.bucket, ...endpointNames(resource.endpoint)];
    case 'postgres': {
      if (!('url' in resource)) return [resource.app];
      const { host, database, user } = readDsn(resource);
      return [host, database, user];
    }
    default:
      // A service is no target by itself: what it is asked to touch is compared when it is asked.
      return [];
  }
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
