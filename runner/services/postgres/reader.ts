import { Fault } from '../../fault.ts';
import type { DirectPostgres, PostgresResource } from '../resources.ts';
import { systemCode } from '../system-error.ts';
import { withClient } from './connection.ts';
import { reach } from './reach.ts';

/** An account of the database. */
export interface Account {
  readonly user: string;
  readonly password: string;
}

/** What an account may do. */
export interface Rights {
  readonly reads: boolean;
  readonly writes: boolean;
}

/** SQLSTATE of a refused right (PostgreSQL, "Error Codes"): `insufficient_privilege`, and a transaction that only reads. */
const refused = new Set(['42501', '25006']);

/**
 * Tries two statements under another account, each in a transaction that is rolled back. A statement that fails for another
 * reason than a refused right proves nothing: fault `rights-not-proven`. Others: those of a connection.
 */
export async function tryRights(
  resource: PostgresResource,
  account: Account,
  statements: { readonly read: string; readonly write: string },
): Promise<Rights> {
  const as = await under(resource, account);
  return await withClient(as, async client => {
    const allowed = async (statement: string): Promise<boolean> => {
      await client.query('begin');
      try {
        await client.query(statement);
        return true;
      } catch (error) {
        if (refused.has(systemCode(error) ?? '')) return false;
        const message = error instanceof Error ? error.message : String(error);
        throw new Fault('rights-not-proven', { user: account.user, message });
      } finally {
        await client.query('rollback');
      }
    };
    return { reads: await allowed(statements.read), writes: await allowed(statements.write) };
  });
}

async function under(resource: PostgresResource, { user, password }: Account): Promise<DirectPostgres> {
  const direct = await reach(resource);
  const url = new URL(direct.url);
  url.username = encodeURIComponent(user);
  url.password = encodeURIComponent(password);
  return { ...direct, url: url.href };
}
