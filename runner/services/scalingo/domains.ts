import type { Account } from './account.ts';
import { pathOf } from './apps.ts';
import { type Domain, domain, unwrap, unwrapAll } from './shapes.ts';

/** The application's domain of that name, or undefined. */
export async function findDomain(account: Account, app: string, name: string): Promise<Domain | undefined> {
  const { body } = await account.app({ method: 'GET', path: `${pathOf(app)}/domains` });
  return unwrapAll(body, ['domains'], domain).find(one => one.name === name.toLowerCase());
}

/** Declares a domain, with a certificate from Let's Encrypt. */
export async function postDomain(account: Account, app: string, name: string): Promise<Domain> {
  const body = { domain: { name, letsencrypt_enabled: true } };
  const answer = await account.app({ method: 'POST', path: `${pathOf(app)}/domains`, body });
  return unwrap(answer.body, ['domain'], domain);
}
