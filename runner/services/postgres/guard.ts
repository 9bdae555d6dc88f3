import type pg from 'pg';
import { z } from 'zod';
import { Fault } from '../../fault.ts';
import { refuseProtected } from '../guard/protected.ts';
import type { PostgresResource } from '../resources.ts';

/** What the server says of the database that is connected. `tables` counts tables, views, sequences and large objects that no extension owns. */
export interface DatabaseState {
  readonly database: string;
  readonly user: string;
  readonly version: number;
  readonly tables: number;
  readonly marker?: string;
}

const stateRow = z.object({
  database: z.string(),
  user: z.string(),
  version: z.coerce.number(),
  tables: z.coerce.number(),
  comment: z.string().nullable(),
});

const stateQuery = `
  select current_database() as database, current_user as user,
    current_setting('server_version_num')::int / 10000 as version,
    shobj_description((select oid from pg_database where datname = current_database()), 'pg_database') as comment,
    (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
          and d.deptype = 'e'))
      + (select count(*) from pg_largeobject_metadata) as tables`;

/**
 * What a query of the system's own tables says. A database, or its role, may have a search path by which other tables and
 * functions go by their names, and an answer of theirs is what somebody wanted it to be.
 */
export async function askSystem(client: pg.Client, query: string): Promise<unknown> {
  await client.query('begin read only');
  try {
    await client.query('set local search_path to pg_catalog');
    return (await client.query(query)).rows[0];
  } finally {
    await client.query('rollback');
  }
}

/** Asks the server what the database is, whether it is empty, and whose marker (`reprise:<run>` as its comment) it bears. */
export async function stateOf(client: pg.Client): Promise<DatabaseState> {
  const { comment, ...state } = stateRow.parse(await askSystem(client, stateQuery));
  const marker = comment?.startsWith('reprise:') === true ? comment.slice('reprise:'.length) : undefined;
  return marker === undefined ? state : { ...state, marker };
}

/** Refuses, in a drill, a database that goes by a protected name, as configured or as the server reports it. */
export async function refuseProtectedDatabase(
  resource: PostgresResource,
  client: pg.Client,
): Promise<DatabaseState> {
  const state = await stateOf(client);
  refuseProtected(resource, namesOf(client, state));
  return state;
}

/** The names that a database goes by: as it was addressed, and as its server reports it. */
export function namesOf(
  { host, user = '', database = '' }: Pick<pg.Client, 'host' | 'user' | 'database'>,
  said: Pick<DatabaseState, 'database' | 'user'>,
): readonly string[] {
  return [host, user, database, said.database, said.user];
}

/**
 * Refuses to destroy a protected database (drills), or a non-empty one without this run's marker; read from the server just
 * before acting. Faults: `protected-name`, `database-not-empty`.
 */
export async function guardDatabase(resource: PostgresResource, client: pg.Client): Promise<DatabaseState> {
  const state = await refuseProtectedDatabase(resource, client);
  const { database, tables, marker } = state;
  if (tables === 0 || marker === resource.run) return state;
  throw new Fault('database-not-empty', { resource: resource.name, database, tables, run: resource.run });
}
