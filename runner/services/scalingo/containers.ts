import { Fault } from '../../fault.ts';
import type { Account, ApiAnswer } from './account.ts';
import { pathOf } from './apps.ts';
import { container, operation, unwrap, unwrapAll } from './shapes.ts';
import { poll, type Waiting } from './waiting.ts';

/** Waits for the operation that an answer names, if it names one. Faults: `scalingo-operation-failed`, `-late`. */
async function awaitOperation(
  account: Account,
  { app, answer }: { readonly app: string; readonly answer: ApiAnswer },
  waiting: Waiting,
): Promise<void> {
  const { location } = answer;
  if (location === undefined) return;
  const ask = async () => unwrap((await account.at(location)).body, ['operation'], operation);
  const ended = (status: string) => status === 'done' || status === 'error';
  const { found, settled } = await poll(account, ask, one => ended(one.status), {
    within: 300_000,
    ...waiting,
  });
  if (!settled)
    throw new Fault('scalingo-operation-late', { app, status: found.status }, 'step-may-have-run');
  if (found.status === 'done') return;
  throw new Fault('scalingo-operation-failed', { app, message: found.error ?? '' }, 'step-may-have-run');
}

/** Restarts every container, and waits until it is done. */
export async function restartAll(account: Account, app: string, waiting: Waiting): Promise<void> {
  const answer = await account.app({ method: 'POST', path: `${pathOf(app)}/restart`, body: { scope: [] } });
  await awaitOperation(account, { app, answer }, waiting);
}

/** Containers by type. */
export async function fetchFormation(account: Account, app: string): Promise<Map<string, number>> {
  const { body } = await account.app({ method: 'GET', path: `${pathOf(app)}/containers` });
  return new Map(unwrapAll(body, ['containers'], container).map(({ name, amount }) => [name, amount]));
}

/** Asks for numbers of containers, and waits until they are there. */
export async function postScale(
  account: Account,
  app: string,
  wanted: { readonly amounts: Readonly<Record<string, number>>; readonly waiting: Waiting },
): Promise<void> {
  const containers = Object.entries(wanted.amounts).map(([name, amount]) => ({ name, amount }));
  const answer = await account.app({ method: 'POST', path: `${pathOf(app)}/scale`, body: { containers } });
  await awaitOperation(account, { app, answer }, wanted.waiting);
}
