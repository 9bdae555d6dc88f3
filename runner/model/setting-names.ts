/*
 * Which settings each kind of resource takes from a target. A postgres resource is reached at its own address, or through
 * the platform that holds it, which then says where it is.
 */
import type { ResourceKind } from './runbook.ts';

/** The settings of a kind; `doors` are those whose value opens something, and which no document may hold. */
export interface SettingNames {
  readonly required: readonly string[];
  readonly optional: readonly string[];
  readonly doors: readonly string[];
}

function names(required: string, optional = '', doors = ''): SettingNames {
  const list = (text: string): string[] => text.split(' ').filter(name => name !== '');
  return { required: list(required), optional: list(optional), doors: list(doors) };
}

const byKind: Readonly<Record<ResourceKind, SettingNames>> = {
  postgres: names('url'),
  s3: names('endpoint bucket accessKeyId secretAccessKey', 'region', 'secretAccessKey'),
  directory: names('path'),
  scalingo: names(
    'token',
    'region pace api authApi databaseApi gateway gatewayFingerprint identity',
    'token',
  ),
  github: names('repository', 'api token clone', 'token'),
  alwaysdata: names('token account', 'api', 'token'),
  dns: names('authoritative', 'public'),
  http: names('', 'http https'),
};

const throughPlatform = names('through app', 'variable');

/** The settings that a resource of this kind takes, given those that are written. */
export function settingNames(kind: ResourceKind, written: Readonly<Record<string, unknown>>): SettingNames {
  return kind === 'postgres' && Object.hasOwn(written, 'through') ? throughPlatform : byKind[kind];
}
