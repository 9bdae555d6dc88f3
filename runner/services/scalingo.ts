/*
 * Scalingo for cells: application, collaborators, add-ons, backups, variables, containers, domains, deployments. In:
 * `resources.<name>` of kind `scalingo`. Out: JSON, and progress on stdout. Every function may be run again: what is already
 * there is left as it is (`✓ (=)`).
 * Can never happen: a write on a protected application in a drill; a value of a variable, a password, an invitation or a
 * download address in the output or in a fault; a transfer of ownership.
 */
import { Fault } from '../fault.ts';
import type { ScalingoResource } from './resources.ts';
import { accountOf } from './scalingo/account.ts';
import { fetchFormation, postScale, restartAll } from './scalingo/containers.ts';
import { awaitDeployment } from './scalingo/deployments.ts';
import { findDomain, postDomain } from './scalingo/domains.ts';
import { type AccountKey, findKey, listKeys, postKey, removeKeys } from './scalingo/keys.ts';
import { fetchVariables, putVariables, refuseUnfit } from './scalingo/variables.ts';
import { poll, teller, type Waiting } from './scalingo/waiting.ts';
import { already, writing } from './scalingo/writing.ts';

// biome-ignore lint/performance/noBarrelFile: what cells import as `reprise/scalingo` is one module, whatever its files.
export {
  addonStatus,
  createReadOnlyUser,
  downloadBackup,
  listBackups,
  provisionAddon,
  shareDatabase,
} from './scalingo/application-databases.ts';
export {
  createApp,
  deleteApp,
  findApplication,
  forceHttps,
  inviteCollaborator,
  setStack,
  waitForAcceptance,
} from './scalingo/applications.ts';

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
