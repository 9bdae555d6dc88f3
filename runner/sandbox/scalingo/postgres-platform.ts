import { randomBytes } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { writeDumpArchive } from '../disaster/archive.ts';
import { withClient } from '../disaster/database.ts';
import { dumpDatabase } from '../disaster/dump.ts';
import { platformExtension } from '../disaster/schema.ts';
import { insideRole } from '../postgres/inside.ts';
import { region } from './catalogue.ts';
import type { Platform } from './platform.ts';
import type { Database } from './state.ts';

/** The PostgreSQL that databases are made in: its superuser's URL, and the folder that archives go to. */
export interface PostgresPlatformOptions {
  readonly superuser: string;
  readonly archives: string;
  /** URL of the one Redis of the sandbox; none yet means that asking for one is a bug. */
  readonly redis?: string;
}

/**
 * Makes real databases and roles. A database is known by a name that only the SSH gateway can reach, as at Scalingo; the
 * role that owns it is no superuser, and the platform's own extension is already there.
 */
export function postgresPlatform({ superuser, archives, redis }: PostgresPlatformOptions): Platform {
  const of = (database: Database) => urlOf(superuser, database.database);
  return {
    provisionPostgres: (app, number) => provision(superuser, app, number),
    provisionRedis: async () => {
      if (redis === undefined) throw new Error('the sandbox has no Redis');
      return redis;
    },
    setUser: (database, user) => setUser(of(database), database, user),
    removeUser: (database, name) =>
      withClient(of(database), async client => {
        await client.query(`drop owned by ${pg.escapeIdentifier(name)}`);
        await client.query(`drop role if exists ${pg.escapeIdentifier(name)}`);
      }),
    dropPostgres: database => drop(superuser, database),
    backUp: async (database, name, takenAt) => {
      const [file, scratch] = [`${name}.tar.gz`, join(archives, `${name}.new`)];
      try {
        const dump = await dumpDatabase(of(database), scratch, takenAt);
        await writeDumpArchive(join(archives, file), `/app/backups/${name}.pgsql`, dump, takenAt);
      } finally {
        await rm(scratch, { force: true });
      }
      return { file, size: (await stat(join(archives, file))).size };
    },
  };
}

function urlOf(superuser: string, database: string): string {
  const url = new URL(superuser);
  url.pathname = `/${database}`;
  return url.href;
}

async function provision(superuser: string, app: string, number: number): Promise<Database> {
  const name = `${app.replaceAll('-', '_').slice(0, 40)}_${number}`;
  const password = randomBytes(16).toString('base64url');
  const role = pg.escapeIdentifier(name);
  await withClient(superuser, async client => {
    // A provisioning that a killed sandbox left half done is done again.
    await client.query(`drop database if exists ${role} with (force)`);
    await client.query(`drop role if exists ${role}`);
    await client.query(`create role ${role} login password ${pg.escapeLiteral(password)}`);
    await keepInside(client, role);
    await client.query(`create database ${role} owner ${role} template template0`);
    await client.query(`revoke connect on database ${role} from public`);
  });
  await withClient(urlOf(superuser, name), async client => {
    await client.query(`create extension ${platformExtension}`);
    await client.query(`grant create on schema public to ${role}`);
  });
  const host = `${app}-${number}.postgresql.a.${region}.scalingo-dbs.com`;
  return { host, port: 30_000 + (number % 10_000), user: name, password, database: name };
}

/** Only the gateway and the applications reach a database: its roles are refused to who comes from elsewhere. */
async function keepInside(client: pg.Client, role: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [insideRole]);
  if (rowCount === 0) await client.query(`create role ${insideRole} nologin`);
  await client.query(`grant ${insideRole} to ${role}`);
}

/**
 * A read-only role gets what exists when it is made, and nothing that its database gets later: a restoration that makes the
 * tables anew takes the grants with it (dossier B.6, tested on a plain PostgreSQL).
 */
async function setUser(
  url: string,
  database: Database,
  user: Parameters<Platform['setUser']>[1],
): Promise<void> {
  const role = pg.escapeIdentifier(user.name);
  await withClient(url, async client => {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [user.name]);
    const verb = rowCount === 0 ? 'create' : 'alter';
    await client.query(`${verb} role ${role} login password ${pg.escapeLiteral(user.password)}`);
    await keepInside(client, role);
    await client.query(`grant connect on database ${pg.escapeIdentifier(database.database)} to ${role}`);
    await client.query(`grant usage on schema public to ${role}`);
    if (user.readOnly) await client.query(`grant select on all tables in schema public to ${role}`);
    else await client.query(`grant ${pg.escapeIdentifier(database.user)} to ${role}`);
  });
}

async function drop(superuser: string, { database, user }: Database): Promise<void> {
  const readers = await withClient(urlOf(superuser, database), async client => {
    const { rows } = await client.query<{ name: string }>(
      `select rolname as name from pg_roles
       where not rolsuper and rolcanlogin and rolname <> $1 and has_database_privilege(rolname, current_database(), 'connect')`,
      [user],
    );
    return rows.map(({ name }) => name);
  }).catch(() => []);
  await withClient(superuser, async client => {
    await client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
    for (const name of [...readers, user])
      await client.query(`drop role if exists ${pg.escapeIdentifier(name)}`);
  });
}
