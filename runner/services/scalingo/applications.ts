/*
 * Applications and those who work on them. In: a resource and a name. Out: what the platform says of it. Can never happen: an
 * application removed that another run, or a person, made.
 */
import { Fault } from '../../fault.ts';
import { recordAccessGranted } from '../record.ts';
import type { ScalingoResource } from '../resources.ts';
import { type Account, accountOf } from './account.ts';
import { listAddons } from './addons.ts';
import * as apps from './apps.ts';
import type { App } from './shapes.ts';
import { fetchVariables, putVariables } from './variables.ts';
import type { Waiting } from './waiting.ts';
import { already, writing } from './writing.ts';

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

/** The application of that name, or undefined. Reads may look at protected names. */
export async function findApplication(
  resource: ScalingoResource,
  name: string,
): Promise<Application | undefined> {
  const found = await apps.findApp(accountOf(resource), name);
  return found === undefined ? undefined : present(found, resource.region);
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
    if (!dryRun) await adoptUnmarked(account, known, resource.run);
    return present(known, resource.region);
  }
  const made = await apps.postApp(account, name, dryRun);
  if (!dryRun) await putVariables(account, name, { [marker]: resource.run });
  return present(made, resource.region);
}

/** The variable that bears the id of the run which made the application. */
const marker = 'REPRISE_RUN';

/**
 * A process that ends between the two requests of `createApp` leaves an application that nobody owns to, and that `undo` would
 * leave behind. What is new, empty and younger than the run can only be that.
 */
async function adoptUnmarked(account: Account, app: App, run: string): Promise<void> {
  if (app.status !== 'new' || !isSince(run, app.created_at)) return;
  if ((await fetchVariables(account, app.name)).size > 0) return;
  if ((await listAddons(account, app.name)).length > 0) return;
  await putVariables(account, app.name, { [marker]: run });
}

/** Two clocks are compared. */
const tolerance = 60_000;

/** True when an instant is not before a run's opening, which its id begins with (`YYYYMMDD-HHMMSS-`, UTC). */
function isSince(run: string, instant: string | null | undefined): boolean {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(run) ?? [];
  const [year, month, day, hour, minute, second] = parts;
  const opened = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Date.parse(instant ?? '') >= opened - tolerance;
}

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
