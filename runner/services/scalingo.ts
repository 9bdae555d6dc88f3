/*
 * Scalingo for cells: application, collaborators, add-ons, backups, variables, containers, domains, deployments. In:
 * `resources.<name>` of kind `scalingo`. Out: JSON, and progress on stdout. Every function may be run again: what is already
 * there is left as it is (« déjà présent »).
 * Can never happen: a write on a protected application in a drill; a value of a variable, a password, an invitation or a
 * download address in the output or in a fault; a transfer of ownership that nobody asked for.
 */
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { refuseProtected } from './guard/protected.ts';
import { recordAccessGranted } from './record.ts';
import type { ScalingoResource } from './resources.ts';
import { accountOf } from './scalingo/account.ts';
import { type AddonKind, awaitAddon, findAddon, postAddon, theAddon } from './scalingo/addons.ts';
import * as apps from './scalingo/apps.ts';
import { fetchFormation, postScale, restartAll } from './scalingo/containers.ts';
import * as databases from './scalingo/databases.ts';
import { awaitDeployment } from './scalingo/deployments.ts';
import { findDomain, postDomain } from './scalingo/domains.ts';
import { type AccountKey, findKey, listKeys, postKey, removeKeys } from './scalingo/keys.ts';
import { fetchVariables, putVariables, refuseUnfit } from './scalingo/variables.ts';
import { poll, teller, type Waiting } from './scalingo/waiting.ts';

/** An application as a cell may hand it on. */
export interface Application {
  readonly name: string;
  /** Where to push: read from the platform, never composed. */
  readonly gitUrl: string;
  /** Where it answers before it has a domain. */
  readonly url: string;
  /** Target of the CNAME of its domains. */
  readonly host: string;
  readonly stack: string;
  readonly owner: string;
  readonly status: string;
}

function present(app: Awaited<ReturnType<typeof apps.postApp>>, region: string): Application {
  const url = app.url ?? `https://${app.name}.${region}.scalingo.io`;
  const { name, git_url: gitUrl, stack_id: stack, owner, status } = app;
  return { name, gitUrl, url, host: new URL(url).hostname, stack: stack ?? '', owner: owner.email, status };
}

/** The account, once it is known that a drill may touch these names. */
function writing(resource: ScalingoResource, ...names: readonly string[]) {
  refuseProtected(resource, names);
  return accountOf(resource);
}

function already(name: string): void {
  console.log(`${name} : déjà présent`);
}

/** The application of that name, or undefined. Reads may look at protected names. */
export async function findApplication(
  resource: ScalingoResource,
  name: string,
): Promise<Application | undefined> {
  const found = await apps.findApp(accountOf(resource), name);
  return found === undefined ? undefined : present(found, resource.region);
}

/** The status of an application's add-on (`running`, `suspended`…), or `absent` when there is no such application or add-on. */
export async function addonStatus(resource: ScalingoResource, app: string, kind: AddonKind): Promise<string> {
  const account = accountOf(resource);
  if ((await apps.findApp(account, app)) === undefined) return 'absent';
  return (await findAddon(account, app, kind))?.status ?? 'absent';
}

/**
 * Makes an application and marks it as this run's, or takes the one of that name. With `dryRun` Scalingo checks everything and
 * makes nothing.
 */
export async function createApp(
  resource: ScalingoResource,
  name: string,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<Application> {
  const account = writing(resource, name);
  const known = await apps.findApp(account, name);
  if (known !== undefined) {
    already(name);
    return present(known, resource.region);
  }
  const made = await apps.postApp(account, name, dryRun);
  if (!dryRun) await putVariables(account, name, { [marker]: resource.run });
  return present(made, resource.region);
}

/** The variable that bears the id of the run which made the application. */
const marker = 'REPRISE_RUN';

/** Puts the application on a stack, such as `scalingo-22`. Fault: `scalingo-stack-unknown`. */
export async function setStack(resource: ScalingoResource, app: string, stack: string): Promise<void> {
  const account = writing(resource, app);
  await apps.patchApp(account, app, { stack_id: await apps.stackId(account, stack) });
}

/** Has the router answer 301 to plain HTTP. */
export async function forceHttps(resource: ScalingoResource, app: string): Promise<void> {
  await apps.patchApp(writing(resource, app), app, { force_https: true });
}

/** Invites a person with full rights, unless they are there; Scalingo sends a mail. Gives their status back. */
export async function inviteCollaborator(
  resource: ScalingoResource,
  app: string,
  email: string,
): Promise<string> {
  const account = writing(resource, app);
  const known = (await apps.listCollaborators(account, app)).find(one => one.email === email);
  if (known !== undefined) {
    already(email);
    return known.status;
  }
  const { status } = await apps.postCollaborator(account, app, email);
  recordAccessGranted(resource.name, email);
  return status;
}

/** Waits until everybody accepted; gives those who did not. */
export function waitForAcceptance(
  resource: ScalingoResource,
  app: string,
  { emails, ...waiting }: Waiting & { readonly emails: readonly string[] },
): Promise<string[]> {
  return apps.pendingAfter(accountOf(resource), app, emails, waiting);
}

/** Gives the application, and its bills, to a collaborator who accepted. Never done unless a cell says so. */
export async function transferOwnership(
  resource: ScalingoResource,
  app: string,
  email: string,
): Promise<void> {
  const account = writing(resource, app);
  const known = await apps.findApp(account, app);
  if (known?.owner.email === email) return already(email);
  await apps.patchOwner(account, app, email);
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
export interface DownloadedBackup extends databases.Downloaded {
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
  const { id, status, size } = backup;
  if (status !== 'done') throw new Fault('scalingo-backup-not-done', { backup: backup.name, status });
  const account = accountOf(resource);
  const addon = await theAddon(account, app, 'postgresql');
  const name = `${backup.name.replaceAll(/[^\w.-]/g, '_').replace(/\.tar\.gz$/, '')}.tar.gz`;
  const path = join(folder, name);
  const url = await databases.archiveUrl(account, { app, addon: addon.id }, id);
  const written = await databases.downloadTo(url, path, backup.name);
  if (size > 0 && size !== written.size) {
    throw new Fault('scalingo-download-cut', { backup: backup.name, reason: `${written.size}/${size}` });
  }
  return { path, name, ...written };
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
 * Sets variables, in one request; returns their names, sorted. Processes see them after `restart` or a deployment.
 * Fault: `scalingo-variable-unfit`, also for those that add-ons own.
 */
export async function setVariables(
  resource: ScalingoResource,
  app: string,
  variables: Readonly<Record<string, string>>,
): Promise<string[]> {
  const account = writing(resource, app);
  refuseUnfit(app, variables);
  await putVariables(account, app, variables);
  const names = Object.keys(variables).sort();
  for (const name of names) console.log(`${name} ✓`);
  return names;
}

/** The value of a variable, aliases resolved; undefined where it is not set. It may be a secret. */
export async function getVariable(
  resource: ScalingoResource,
  app: string,
  name: string,
): Promise<string | undefined> {
  return (await fetchVariables(accountOf(resource), app)).get(name);
}

/** Restarts every container and waits for it. Faults: `scalingo-operation-failed`, `scalingo-operation-late`. */
export async function restart(resource: ScalingoResource, app: string, waiting: Waiting = {}): Promise<void> {
  await restartAll(writing(resource, app), app, waiting);
}

/** Sets numbers of containers by type, and waits for them; nothing is asked where they are those already. */
export async function scale(
  resource: ScalingoResource,
  app: string,
  amounts: Readonly<Record<string, number>>,
): Promise<void> {
  const account = writing(resource, app);
  const found = await fetchFormation(account, app);
  if (Object.entries(amounts).every(([name, amount]) => found.get(name) === amount)) return already(app);
  await postScale(account, app, { amounts, waiting: {} });
}

/** Declares a domain of the application, unless it is there. The name may be protected too. */
export async function addDomain(resource: ScalingoResource, app: string, name: string): Promise<void> {
  const account = writing(resource, app, name);
  if ((await findDomain(account, app, name)) !== undefined) return already(name);
  await postDomain(account, app, name);
}

/** Waits for the certificate of a domain, which waits for DNS. Faults: `scalingo-certificate-late`, `-failed`. */
export async function waitForCertificate(
  resource: ScalingoResource,
  app: string,
  { domain, ...waiting }: Waiting & { readonly domain: string },
): Promise<void> {
  const account = accountOf(resource);
  const ask = async () => (await findDomain(account, app, domain))?.letsencrypt_status ?? 'absent';
  const tell = teller(domain);
  const ended = (status: string) => {
    tell(status);
    return ['created', 'error', 'absent'].includes(status);
  };
  const { found } = await poll(account, ask, ended, { every: 10_000, within: 30 * 60_000, ...waiting });
  if (found === 'created') return;
  const code = ended(found) ? 'scalingo-certificate-failed' : 'scalingo-certificate-late';
  throw new Fault(code, { app, domain, status: found });
}

/** Waits until a commit is deployed; shows each stage. Faults: `scalingo-deployment-*`, with the end of the log. */
export async function waitForDeployment(
  resource: ScalingoResource,
  app: string,
  { sha, ...waiting }: Waiting & { readonly sha: string },
): Promise<{ readonly id: string }> {
  const { id } = await awaitDeployment(accountOf(resource), { app, sha }, waiting);
  return { id };
}

/** Registers a public SSH key for the whole account, unless it is there under any name. */
export async function addSshKey(
  resource: ScalingoResource,
  name: string,
  content: string,
): Promise<AccountKey> {
  const account = writing(resource, name);
  const known = await findKey(account, content);
  if (known !== undefined) already(known.name);
  return known ?? (await postKey(account, name, content));
}

/** Whether the account has an SSH key of that name. */
export async function hasSshKey(resource: ScalingoResource, name: string): Promise<boolean> {
  return (await listKeys(accountOf(resource))).some(key => key.name === name);
}

/** Takes the SSH keys of that name away; false where there was none. */
export async function removeSshKey(resource: ScalingoResource, name: string): Promise<boolean> {
  return await removeKeys(writing(resource, name), name);
}

/**
 * Removes an application that this run made, with its add-ons and their data; false where there was none, so that `undo` may
 * run again. Fault: `scalingo-app-not-ours`.
 */
export async function deleteApp(resource: ScalingoResource, name: string): Promise<boolean> {
  const account = writing(resource, name);
  if ((await apps.findApp(account, name)) === undefined) return false;
  const run = (await fetchVariables(account, name)).get(marker);
  if (run !== resource.run) throw new Fault('scalingo-app-not-ours', { app: name, run: run ?? '∅' });
  return await apps.removeApp(account, name);
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
