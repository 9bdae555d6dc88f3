import { Fault } from '../../fault.ts';
import type { Account } from './account.ts';
import { Memory } from './memory.ts';
import { faultOf } from './refusals.ts';
import { type App, app, type Collaborator, collaborator, unwrap, unwrapAll } from './shapes.ts';
import { poll, type Waiting } from './waiting.ts';

/** Path of an application, whose name is a part of it and nothing more. */
export function pathOf(name: string): string {
  return `/apps/${encodeURIComponent(name)}`;
}

/** The application, or undefined where there is none that the account may see. */
export async function findApp(account: Account, name: string): Promise<App | undefined> {
  const answer = await account.app({ method: 'GET', path: pathOf(name), expected: [404] });
  return answer.status === 404 ? undefined : unwrap(answer.body, ['app'], app);
}

/** Makes an application, or checks that it could be made. */
export async function postApp(account: Account, name: string, dryRun: boolean): Promise<App> {
  const headers = dryRun ? { headers: { 'X-Dry-Run': 'true' } } : {};
  const answer = await account.app({ method: 'POST', path: '/apps', body: { app: { name } }, ...headers });
  return unwrap(answer.body, ['app'], app);
}

/** Changes settings. `PATCH` is the documentation's way; what only takes the Go client's un-nested `PUT` gets that. */
export async function patchApp(
  account: Account,
  name: string,
  settings: Readonly<Record<string, string | boolean>>,
): Promise<App> {
  const path = pathOf(name);
  const answer = await account.app({ method: 'PATCH', path, body: { app: settings }, expected: [405] });
  if (answer.status !== 405) return unwrap(answer.body, ['app'], app);
  return unwrap((await account.app({ method: 'PUT', path, body: settings })).body, ['app'], app);
}

/** Stacks change a few times a year. */
const known = new Memory<Pick<App, 'id' | 'name'>[]>(60 * 60_000);

/** The stack of that name, such as `scalingo-22`. Fault: `scalingo-stack-unknown`. */
export async function stackId(account: Account, name: string): Promise<string> {
  const stacks = await known.recall(account, 'stacks', async () => {
    const { body } = await account.app({ method: 'GET', path: '/features/stacks' });
    return unwrapAll(body, ['stacks'], app.pick({ id: true, name: true }));
  });
  const found = stacks.find(stack => stack.name === name);
  if (found === undefined) {
    throw new Fault('scalingo-stack-unknown', {
      stack: name,
      known: stacks.map(stack => stack.name).join(', '),
    });
  }
  return found.id;
}

/** Everybody who works or was invited to work on the application, its owner excepted. */
export async function listCollaborators(account: Account, name: string): Promise<Collaborator[]> {
  const { body } = await account.app({ method: 'GET', path: `${pathOf(name)}/collaborators` });
  return unwrapAll(body, ['collaborators', 'collaborator'], collaborator);
}

/** Invites with full rights: the API's own default is a limited collaborator, who cannot deploy. */
export async function postCollaborator(account: Account, name: string, email: string): Promise<Collaborator> {
  const body = { collaborator: { email, is_limited: false } };
  const answer = await account.app({ method: 'POST', path: `${pathOf(name)}/collaborators`, body });
  return unwrap(answer.body, ['collaborator', 'collaborators'], collaborator);
}

/** Waits until each of `emails` accepted; gives those who did not. */
export async function pendingAfter(
  account: Account,
  name: string,
  emails: readonly string[],
  waiting: Waiting,
): Promise<string[]> {
  const pending = async () => {
    const accepted = (await listCollaborators(account, name)).filter(one => one.status === 'accepted');
    return emails.filter(email => !accepted.some(one => one.email === email));
  };
  return (await poll(account, pending, found => found.length === 0, waiting)).found;
}

/** Removes the application and its add-ons; false where there was none. Waits while an operation holds it. */
export async function removeApp(account: Account, name: string): Promise<boolean> {
  const path = `${pathOf(name)}?current_name=${encodeURIComponent(name)}`;
  const call = { method: 'DELETE', path, expected: [400, 404] } as const;
  const remove = () => account.app(call);
  const { found } = await poll(account, remove, ({ status }) => status !== 400, { within: 60_000 });
  if (found.status === 400) throw faultOf({ ...call, ...found, requestId: undefined });
  return found.status !== 404;
}
