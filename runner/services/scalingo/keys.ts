import type { Account } from './account.ts';
import { key, unwrap, unwrapAll } from './shapes.ts';

/** A public key of the account. */
export interface AccountKey {
  readonly id: string;
  readonly name: string;
}

/** Two lines are the same key when their blobs are, whatever the comment. */
function blobOf(line: string): string {
  return line.trim().split(/\s+/)[1] ?? '';
}

/** The public keys of the account. */
export async function listKeys(account: Account) {
  return unwrapAll((await account.auth({ method: 'GET', path: '/keys' })).body, ['keys'], key);
}

/** The account's key with this content, or undefined. */
export async function findKey(account: Account, content: string): Promise<AccountKey | undefined> {
  const found = (await listKeys(account)).find(one => blobOf(one.content) === blobOf(content));
  return found === undefined ? undefined : { id: found.id, name: found.name };
}

/** Registers a key, for the whole account. */
export async function postKey(account: Account, name: string, content: string): Promise<AccountKey> {
  const body = { key: { name, content } };
  const answer = await account.auth({ method: 'POST', path: '/keys', body });
  const { id } = unwrap(answer.body, ['key'], key);
  return { id, name };
}

/** Removes the keys of that name; false where there was none. */
export async function removeKeys(account: Account, name: string): Promise<boolean> {
  const found = (await listKeys(account)).filter(one => one.name === name);
  for (const { id } of found) {
    await account.auth({ method: 'DELETE', path: `/keys/${encodeURIComponent(id)}`, expected: [404] });
  }
  return found.length > 0;
}
