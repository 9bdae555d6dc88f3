import { z } from 'zod';
import { Fault } from '../../fault.ts';
import { type Downloaded, download } from '../http/download.ts';
import type { Account, ApiAnswer, ApiCall } from './account.ts';
import { databaseToken, forgetDatabaseToken } from './addons.ts';
import { backup, databaseUser, unwrap, unwrapAll } from './shapes.ts';

/** A backup of a database as the platform lists it. `takenAt` is when it began: data loss is judged from it. */
export interface Backup {
  readonly id: string;
  readonly name: string;
  /** ISO 8601. */
  readonly takenAt: string;
  /** Bytes; 0 where the platform does not say. */
  readonly size: number;
  /** `scheduled`, `pending`, `running`, `done` or `error`. */
  readonly status: string;
}

/** One database, as its add-on's own token opens it. */
export interface Door {
  readonly app: string;
  readonly addon: string;
}

/** A request of the database API about one database; a token that has expired is replaced, once. */
async function ask(account: Account, { app, addon }: Door, call: ApiCall): Promise<ApiAnswer> {
  const path = `/databases/${encodeURIComponent(addon)}${call.path}`;
  const send = async (expected: readonly number[]) => {
    const bearer = await databaseToken(account, app, addon);
    return await account.database({ ...call, path, bearer, expected });
  };
  const expected = call.expected ?? [];
  const answer = await send([...expected, 401]);
  if (answer.status !== 401) return answer;
  forgetDatabaseToken(account, addon);
  account.refused('401');
  return await send(expected);
}

/** Every backup, newest first. */
export async function fetchBackups(account: Account, door: Door): Promise<Backup[]> {
  const { body } = await ask(account, door, { method: 'GET', path: '/backups' });
  const backups = unwrapAll(body, ['database_backups', 'backups'], backup).map(one => ({
    id: one.id,
    name: one.name ?? one.id,
    takenAt: one.started_at ?? one.created_at,
    size: one.size ?? 0,
    status: one.status,
  }));
  return backups.sort((a, b) => Date.parse(b.takenAt) - Date.parse(a.takenAt));
}

/** The address of an archive: a secret, good for some minutes. */
export async function archiveUrl(account: Account, door: Door, id: string): Promise<string> {
  const path = `/backups/${encodeURIComponent(id)}/archive`;
  const { body } = await ask(account, door, { method: 'GET', path });
  return unwrap(body, [], z.object({ download_url: z.string() })).download_url;
}

/** Downloads an archive to a file. Faults: `scalingo-download-refused`, `scalingo-download-cut`, also when its size is another. */
export function downloadTo(
  url: string,
  file: string,
  backup: Pick<Backup, 'name' | 'size'>,
): Promise<Downloaded> {
  const { name, size } = backup;
  const cut = (reason: string) => new Fault('scalingo-download-cut', { backup: name, reason });
  return download(url, file, {
    refused: status => new Fault('scalingo-download-refused', { backup: name, status }),
    cut,
    accept: written => {
      if (size > 0 && size !== written.size) throw cut(`${written.size}/${size}`);
    },
  });
}

/** The users of a database; the root of the answer has a hyphen or an underscore. */
export async function fetchUsers(account: Account, door: Door): Promise<string[]> {
  const { body } = await ask(account, door, { method: 'GET', path: '/users' });
  const roots = ['database-users', 'database_users', 'users'];
  return unwrapAll(body, roots, databaseUser).map(({ name }) => name);
}

/** Removes a user; one that is not there is no failure. */
export async function removeUser(account: Account, door: Door, name: string): Promise<void> {
  const path = `/users/${encodeURIComponent(name)}`;
  await ask(account, door, { method: 'DELETE', path, expected: [404] });
}

/** Makes a read-only user and gives its password, which the platform says once. Fault: `scalingo-no-password`. */
export async function postReadOnlyUser(account: Account, door: Door, name: string): Promise<string> {
  const body = { database_user: { database_id: door.addon, name, read_only: true } };
  const answer = await ask(account, door, { method: 'POST', path: '/users', body });
  const { password } = unwrap(answer.body, ['database_user', 'database-user'], databaseUser);
  if (password == null) throw new Fault('scalingo-no-password', { user: name }, 'step-may-have-run');
  return password;
}
