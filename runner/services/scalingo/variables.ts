import { Fault } from '../../fault.ts';
import type { Account } from './account.ts';
import { pathOf } from './apps.ts';
import { isOwned } from './owned.ts';
import { unwrapAll, variable } from './shapes.ts';

/** A name that the platform takes: at most 64 of `[A-Za-z0-9_]`, no leading underscore. */
const fitName = /^[A-Za-z0-9][A-Za-z0-9_]{0,63}$/;

/** The smaller of the two limits that are documented. */
const longestValue = 8192;

/** Refuses what would be refused, or would do harm, before anything is sent. Fault: `scalingo-variable-unfit`. */
export function refuseUnfit(app: string, variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const reason = unfitness(name, value);
    if (reason !== undefined) throw new Fault('scalingo-variable-unfit', { app, variable: name, reason });
  }
}

function unfitness(name: string, value: string): string | undefined {
  if (isOwned(name)) return 'owned';
  if (!fitName.test(name)) return 'name';
  if (value === '') return 'empty';
  return value.length > longestValue ? 'length' : undefined;
}

/** The variables as processes see them, aliases resolved. */
export async function fetchVariables(account: Account, app: string): Promise<Map<string, string>> {
  const { body } = await account.app({ method: 'GET', path: `${pathOf(app)}/variables?aliases=false` });
  const found = new Map(unwrapAll(body, ['variables'], variable).map(({ name, value }) => [name, value]));
  return new Map(
    [...found].map(([name, value]) => [name, found.get(/^\$(\w+)$/.exec(value)?.[1] ?? '') ?? value]),
  );
}

/** Adds and replaces in one request; nothing else is removed. */
export async function putVariables(
  account: Account,
  app: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const list = Object.entries(variables).map(([name, value]) => ({ name, value }));
  await account.app({ method: 'PUT', path: `${pathOf(app)}/variables`, body: { variables: list } });
}
