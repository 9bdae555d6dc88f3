/** The fingerprint of a PostgreSQL database and the run's marker on it (its comment). */
import type pg from 'pg';
import { z } from 'zod';
import type { Fingerprint } from '../../journal/event.ts';
import { refuseProtected } from '../../services/guard/protected.ts';
import { withClient } from '../../services/postgres/connection.ts';
import { askSystem, namesOf } from '../../services/postgres/guard.ts';
import type { PostgresResource } from '../../services/resources.ts';

const row = z.object({
  database: z.string(),
  oid: z.coerce.number(),
  version: z.string(),
  user: z.string(),
  recovery: z.boolean(),
  relations: z.coerce.number(),
  bytes: z.coerce.number(),
  sessions: z.coerce.number(),
  comment: z.string().nullable(),
});

/** Relations are tables, views, sequences and the like that no extension owns; large objects count too. */
const QUERY = `
  select current_database() as database, d.oid, current_setting('server_version') as version, current_user as "user",
    pg_is_in_recovery() as recovery, pg_database_size(d.oid) as bytes,
    shobj_description(d.oid, 'pg_database') as comment,
    (select count(*) from pg_stat_activity a where a.datid = d.oid and a.pid <> pg_backend_pid()
      and a.backend_type = 'client backend') as sessions,
    (select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid
          and e.deptype = 'e'))
      + (select count(*) from pg_largeobject_metadata) as relations
  from pg_database d where d.datname = current_database()`;

const PREFIX = 'reprise:';

/** Asks the server. Faults: `dsn-invalid`, `database-unreachable`, `protected-name`. */
export async function inspectDatabase(resource: PostgresResource): Promise<Fingerprint> {
  return withClient(resource, async client => {
    const said = row.parse(await askSystem(client, QUERY));
    refuseProtected(resource, namesOf(client, said));
    const system = await systemIdentifier(client);
    const { database, oid, version, user, recovery, relations, bytes, sessions, comment } = said;
    const marker = comment?.startsWith(PREFIX) === true ? comment.slice(PREFIX.length) : undefined;
    return {
      resource: resource.name,
      kind: 'postgres',
      name: database,
      facts: {
        ...(system === undefined ? {} : { system }),
        oid,
        version,
        user,
        recovery,
        relations,
        bytes,
        sessions,
      },
      empty: relations === 0,
      ...(marker === undefined ? {} : { marker }),
    };
  });
}

/** A managed server may refuse the function; its database's oid must then do. */
async function systemIdentifier(client: pg.Client): Promise<string | undefined> {
  try {
    const { rows } = await client.query(
      'select system_identifier::text as system from pg_catalog.pg_control_system()',
    );
    return z.object({ system: z.string() }).parse(rows[0]).system;
  } catch {
    return undefined;
  }
}

/** Writes the marker as the database's comment, which its owner may; false when the server refuses. */
export async function claimDatabase(
  resource: PostgresResource,
  run: string,
  named: boolean,
): Promise<boolean> {
  const found = await inspectDatabase(resource);
  if (!found.empty && !named) return found.marker === run;
  return withClient(resource, async client => {
    const name = client.escapeIdentifier(found.name);
    try {
      await client.query(`comment on database ${name} is ${client.escapeLiteral(`${PREFIX}${run}`)}`);
      return true;
    } catch {
      return false;
    }
  });
}
