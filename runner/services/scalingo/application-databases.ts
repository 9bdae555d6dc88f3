/*
 * The databases of an application: add-ons, backups, users. In: a resource and the name of an application. Out: JSON, and
 * files on this machine. Can never happen: an add-on bought twice, or on a plan without backups; the password of a user printed.
 */
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import type { Downloaded } from '../http/download.ts';
import { recordAccessGranted } from '../record.ts';
import type { ScalingoResource } from '../resources.ts';
import { accountOf } from './account.ts';
import { type AddonKind, awaitAddon, findAddon, postAddon, theAddon } from './addons.ts';
import * as apps from './apps.ts';
import * as databases from './databases.ts';
import { fetchVariables, putVariables } from './variables.ts';
import { teller, type Waiting } from './waiting.ts';
import { already, writing } from './writing.ts';

/** The status of an application's add-on (`running`, `suspended`…), or `absent` when there is no such application or add-on. */
export async function addonStatus(resource: ScalingoResource, app: string, kind: AddonKind): Promise<string> {
  const account = accountOf(resource);
  if ((await apps.findApp(account, app)) === undefined) return 'absent';
  return (await findAddon(account, app, kind))?.status ?? 'absent';
}

/** An add-on that runs. */
export interface ProvisionedAddon {
  readonly id: string;
  readonly plan: string;
}

/**
 * Provisions an add-on on a plan that is not free, or takes the application's, and waits until it runs.
 * Faults: `scalingo-plan-free`, `scalingo-plan-unavailable`, `scalingo-addon-other-plan`, `scalingo-addon-late`.
 */
export async function provisionAddon(
  resource: ScalingoResource,
  app: string,
  { kind, plan, ...waiting }: Waiting & { readonly kind: AddonKind; readonly plan: string },
): Promise<ProvisionedAddon> {
  const account = writing(resource, app);
  const known = await findAddon(account, app, kind);
  if (known !== undefined && known.plan.name !== plan) {
    throw new Fault('scalingo-addon-other-plan', {
      app,
      addon: kind,
      expected: plan,
      found: known.plan.name,
    });
  }
  if (known !== undefined) already(kind);
  const { id } = known ?? (await postAddon(account, app, kind, plan));
  const running = await awaitAddon(account, app, id, { ...waiting, tell: teller(kind) });
  return { id, plan: running.plan.name };
}

/** Backups of the application's PostgreSQL, newest first, whatever their status. */
export async function listBackups(resource: ScalingoResource, app: string): Promise<databases.Backup[]> {
  const account = accountOf(resource);
  const addon = await theAddon(account, app, 'postgresql');
  return await databases.fetchBackups(account, { app, addon: addon.id });
}

/** A backup on this machine. */
export interface DownloadedBackup extends Downloaded {
  readonly path: string;
  readonly name: string;
}

/**
 * Downloads a backup that is `done` into a folder. Its size is compared with what the platform says.
 * Faults: `scalingo-backup-not-done`, `scalingo-download-*`.
 */
export async function downloadBackup(
  resource: ScalingoResource,
  app: string,
  { backup, folder }: { readonly backup: databases.Backup; readonly folder: string },
): Promise<DownloadedBackup> {
  const { id, status } = backup;
  if (status !== 'done') throw new Fault('scalingo-backup-not-done', { backup: backup.name, status });
  const account = accountOf(resource);
  const addon = await theAddon(account, app, 'postgresql');
  const name = `${backup.name.replaceAll(/[^\w.-]/g, '_').replace(/\.tar\.gz$/, '')}.tar.gz`;
  const path = join(folder, name);
  const url = await databases.archiveUrl(account, { app, addon: addon.id }, id);
  return { path, name, ...(await databases.downloadTo(url, path, backup)) };
}

/**
 * Makes a user who only reads, after the restoration: what one made before it may read is gone with the tables. One that is
 * there is made anew, since its password cannot be asked for. The password is a secret: wrap it in `secret(…)`.
 */
export async function createReadOnlyUser(
  resource: ScalingoResource,
  app: string,
  name: string,
): Promise<{ readonly name: string; readonly password: string }> {
  if (!/^[a-z][a-z0-9]{5,31}$/.test(name)) throw new Fault('scalingo-user-unfit', { user: name });
  const account = writing(resource, app);
  const door = { app, addon: (await theAddon(account, app, 'postgresql')).id };
  if ((await databases.fetchUsers(account, door)).includes(name)) {
    already(name);
    await databases.removeUser(account, door, name);
  }
  const password = await databases.postReadOnlyUser(account, door, name);
  recordAccessGranted(resource.name, name);
  return { name, password };
}

/**
 * Gives an application without a database of its own the address of another's: both then share it. The copy does not follow
 * a change of password. Faults: `scalingo-addon-present`, `database-not-provisioned`.
 */
export async function shareDatabase(
  resource: ScalingoResource,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  const account = writing(resource, from, to);
  if ((await findAddon(account, to, 'postgresql')) !== undefined)
    throw new Fault('scalingo-addon-present', { app: to, addon: 'postgresql' });
  const variable = 'SCALINGO_POSTGRESQL_URL';
  const url = (await fetchVariables(account, from)).get(variable);
  if (url === undefined) throw new Fault('database-not-provisioned', { resource: to, app: from, variable });
  await putVariables(account, to, { DATABASE_URL: url });
  console.log(`DATABASE_URL ✓ (${from})`);
}
