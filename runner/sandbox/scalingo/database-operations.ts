import { badRequest, forbidden, notFound, unprocessable } from './api-error.ts';
import {
  type Call,
  created,
  jsonBody,
  noContent,
  ok,
  param,
  type Reply,
  rootedOrNot,
  textOf,
  truthOf,
} from './call.ts';
import { addonStatus, findAddon, iso } from './model.ts';
import type { Addon, Backup, Database } from './state.ts';

function database(call: Call): Addon {
  return findAddon(call.model, param(call, 'id'));
}

function running(call: Call): { readonly addon: Addon; readonly database: Database } {
  const addon = database(call);
  if (addon.database === null || addonStatus(call.model, addon) !== 'running') {
    throw badRequest('database is not running', 'database_not_running');
  }
  return { addon, database: addon.database };
}

const statuses = { provisioning: 'creating', running: 'running', suspended: 'stopped' } as const;

/** `GET /databases/:id`. */
export function showDatabase(call: Call): Reply {
  const addon = database(call);
  const status = statuses[addonStatus(call.model, addon)];
  const app = call.model.state.apps.find(one => one.id === addon.app);
  const { host, port } = addon.database ?? { host: '', port: 0 };
  const version = addon.provider === 'postgresql' ? '15.18.0-1' : '7.2.5-1';
  return ok({
    database: {
      id: addon.id,
      resource_id: addon.resource,
      app_name: app?.name ?? '',
      created_at: iso(addon.createdAt),
      plan: addon.plan.replace(/^pl-[a-z]+-/, ''),
      status,
      type_id: addon.provider,
      type_name: addon.provider,
      version_id: `${addon.provider}-${version}`,
      readable_version: version,
      hostname: `${host}:${port}`,
      instances: [{ id: `${addon.id}-0`, hostname: host, port, status, type: 'db-node' }],
      features: addon.features.map(name => ({ name, status: 'ACTIVATED' })),
      next_version_id: null,
      current_operation_id: null,
      cluster: false,
      encryption_at_rest: true,
      periodic_backups_enabled: hasBackups(addon),
      periodic_backups_scheduled_at: [0],
      maintenance_window: { weekday_utc: 2, starting_hour_utc: 22, duration_in_hour: 8 },
    },
  });
}

/** Sandbox plans have none. */
function hasBackups(addon: Addon): boolean {
  return addon.provider === 'postgresql' && !addon.plan.endsWith('-sandbox');
}

/** The name that a backup is known by: it begins with the instant that is said of it. */
function nameOf({ model: { rules } }: Call, { name, createdAt }: Backup): string {
  return rules.backupDelay === 0 ? name : name.replace(/^\d{14}/, stampOf(createdAt - rules.backupDelay));
}

function stampOf(instant: number): string {
  return iso(instant).replaceAll(/\D/g, '').slice(0, 14);
}

function presentBackup(call: Call, backup: Backup) {
  const { backupDelay } = call.model.rules;
  return {
    id: backup.id,
    created_at: iso(backup.createdAt - backupDelay),
    started_at: backup.startedAt === null ? null : iso(backup.startedAt - backupDelay),
    name: nameOf(call, backup),
    size: backup.status === 'done' ? backup.size : 0,
    status: backup.status,
    database_id: backup.addon,
    method: backup.method,
  };
}

/** `GET /databases/:id/backups`, newest first. */
export function listBackups(call: Call): Reply {
  const { id } = database(call);
  const found = call.model.state.backups.filter(one => one.addon === id);
  const newest = found.sort((a, b) => b.createdAt - a.createdAt);
  return ok({ database_backups: newest.map(backup => presentBackup(call, backup)) });
}

/** `POST /databases/:id/backups`: answers at once; the archive is made meanwhile. */
export function createBackup(call: Call): Reply {
  const { state, rules } = call.model;
  const { addon } = running(call);
  if (!hasBackups(addon)) throw forbidden('backups are not available on this plan', 'plan_without_backups');
  const backup: Backup = {
    id: rules.random(12),
    addon: addon.id,
    name: `${stampOf(rules.now())}_${addon.resource}`,
    method: 'manual',
    createdAt: rules.now(),
    startedAt: null,
    size: 0,
    status: 'scheduled',
    file: null,
  };
  state.backups.push(backup);
  return created({ database_backup: presentBackup(call, backup) });
}

function backupOf(call: Call): Backup {
  const found = call.model.state.backups.find(one => one.id === param(call, 'backup'));
  if (found === undefined || (call.params.id ?? found.addon) !== found.addon) throw notFound('Backup');
  return found;
}

/** `GET /databases/:id/backups/:backup` and, as the Go client asks, `GET /backups/:backup`. */
export function showBackup(call: Call): Reply {
  return ok({ database_backup: presentBackup(call, backupOf(call)) });
}

/** `GET /databases/:id/backups/:backup/archive`: an address that opens the archive without any other key, ten minutes. */
export function archiveUrl(call: Call): Reply {
  const { state, rules } = call.model;
  const backup = backupOf(call);
  if (backup.status !== 'done' || backup.file === null)
    throw badRequest('backup is not done', 'backup_not_done');
  const token = rules.random(32);
  state.downloads = state.downloads.filter(one => one.expires > rules.now());
  state.downloads.push({ token, backup: backup.id, expires: rules.now() + 600_000 });
  const path = `databases/${backup.addon}/backups/${backup.id}/download`;
  return ok({ download_url: `${call.request.origin}/db/api/${path}?token=${token}` });
}

/** The archive itself; refused to who also sends an `Authorization`, as object storages do with presigned URLs. */
export function download(call: Call): Reply {
  const { state, rules } = call.model;
  if (call.request.headers.authorization !== undefined) {
    throw badRequest('Only one auth mechanism allowed; only the token query parameter should be specified');
  }
  const token = call.request.query.get('token');
  const grant = state.downloads.find(one => one.token === token && one.expires > rules.now());
  const backup = state.backups.find(one => one.id === grant?.backup);
  if (grant === undefined || backup?.file == null || backup.id !== call.params.backup) {
    throw forbidden('Request has expired');
  }
  const disposition = { 'content-disposition': `attachment; filename="${nameOf(call, backup)}.tar.gz"` };
  return { status: 200, headers: disposition, file: backup.file };
}

function presentUser({ name, readOnly, protected: kept }: Addon['users'][number]) {
  return {
    name,
    read_only: readOnly,
    protected: kept,
    dbms_attributes: { password_encryption: 'SCRAM-SHA-256' },
  };
}

/** `GET /databases/:id/users`; the root of the list has a hyphen. */
export function listUsers(call: Call): Reply {
  return ok({ 'database-users': running(call).addon.users.map(presentUser) });
}

/** `POST /databases/:id/users`, rooted or not: makes a role and says its password, this once. */
export async function createUser(call: Call): Promise<Reply> {
  const { addon, database } = running(call);
  const body = rootedOrNot(call, 'database_user');
  const name = textOf(body, 'name') ?? '';
  if (!/^[a-z][a-z0-9_-]{5,31}$/.test(name)) throw unprocessable('name', 'is invalid');
  if (addon.users.some(one => one.name === name)) throw unprocessable('name', 'has already been taken');
  const given = textOf(body, 'password');
  if (given !== undefined && (given.length < 24 || given.length > 64 || /['"]/.test(given))) {
    throw unprocessable('password', 'is invalid');
  }
  if (given !== undefined && given !== textOf(body, 'password_confirmation')) {
    throw unprocessable('password_confirmation', "doesn't match password");
  }
  const password = given ?? call.model.rules.random(16);
  const readOnly = truthOf(body, 'read_only') ?? false;
  await call.platform.setUser(database, { name, password, readOnly });
  const user = { name, readOnly, protected: false };
  addon.users.push(user);
  const shown = given === undefined ? { ...presentUser(user), password } : presentUser(user);
  return created({ database_user: shown });
}

function userOf(call: Call, addon: Addon) {
  const user = addon.users.find(one => one.name === param(call, 'name'));
  if (user === undefined) throw notFound('DatabaseUser');
  if (user.protected) throw forbidden('user is protected', 'user_protected');
  return user;
}

/** `POST /databases/:id/users/:name/reset_password`: a new password, said this once. */
export async function resetPassword(call: Call): Promise<Reply> {
  const { addon, database } = running(call);
  const user = userOf(call, addon);
  const password = call.model.rules.random(16);
  await call.platform.setUser(database, { ...user, password });
  return ok({ database_user: { ...presentUser(user), password } });
}

/** `DELETE /databases/:id/users/:name`. */
export async function deleteUser(call: Call): Promise<Reply> {
  const { addon, database } = running(call);
  const user = userOf(call, addon);
  await call.platform.removeUser(database, user.name);
  addon.users.splice(addon.users.indexOf(user), 1);
  return noContent;
}

const features = ['force-ssl', 'publicly-available', 'redis-rdb', 'redis-aof', 'redis-cache'];

/** `POST /databases/:id/features`. */
export function enableFeature(call: Call): Reply {
  const { addon } = running(call);
  const name = textOf(rootedOrNot(call, 'feature'), 'name') ?? textOf(jsonBody(call), 'name') ?? '';
  if (!features.includes(name)) throw unprocessable('name', 'is invalid');
  if (name === 'publicly-available' && !addon.features.includes('force-ssl')) {
    throw badRequest('force-ssl has to be enabled first');
  }
  if (!addon.features.includes(name)) addon.features.push(name);
  return ok({ name, status: 'ACTIVATED', message: `feature ${name} is enabled` });
}

/** `DELETE /databases/:id/features?feature=`. */
export function disableFeature(call: Call): Reply {
  const { addon } = running(call);
  const name = call.request.query.get('feature');
  addon.features = addon.features.filter(one => one !== name);
  return noContent;
}
