import pg from 'pg';
import { type History, rowCount } from './history.ts';
import { platformExtension, schema, type Table, tableNames } from './schema.ts';

/** Name of the application's database, and of its role, which owns it and is no superuser. */
export const application = 'apilos';

/** URL of the application's database for a role. */
export function applicationUrl(superuser: string, role?: { name: string; password: string }): string {
  const url = new URL(superuser);
  url.pathname = `/${application}`;
  if (role !== undefined) {
    url.username = role.name;
    url.password = role.password;
  }
  return url.href;
}

/** Runs `work` with a connection that is closed after it. */
export async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Makes the application's role, which may log in and nothing else. */
export async function createRole(superuser: string, password: string): Promise<void> {
  await withClient(superuser, async client => {
    await client.query(`create role ${application} login password ${client.escapeLiteral(password)}`);
  });
}

/** Makes the database anew, empty but for the extension that the platform puts into each. */
export async function createEmptyDatabase(superuser: string): Promise<void> {
  await withClient(superuser, async client => {
    await client.query(`drop database if exists ${application} with (force)`);
    await client.query(`create database ${application} owner ${application} template template0`);
  });
  await withClient(applicationUrl(superuser), async client => {
    await client.query(`create extension ${platformExtension}`);
    await client.query(`grant create on schema public to ${application}`);
  });
}

/** Makes the tables, as the application's role. */
export async function createSchema(client: pg.Client): Promise<void> {
  await client.query(schema);
}

/** Adds the rows that the backup of `night` holds and that of the night before it does not; all the first time. */
export async function addRows(client: pg.Client, history: History, night: number): Promise<void> {
  await client.query('begin');
  for (const table of tableNames) {
    const from = night === 2 ? 0 : rowCount(history, table, night + 1);
    const rows = history.rows[table].slice(from, rowCount(history, table, night));
    if (rows.length > 0) await insert(client, table, rows);
  }
  await client.query('commit');
}

/** PostgreSQL reads the rows from one JSON value: one statement for each table. */
async function insert(client: pg.Client, table: Table, rows: readonly object[]): Promise<void> {
  const source = `json_populate_recordset(null::${table}, $1::json)`;
  await client.query(`insert into ${table} select * from ${source}`, [JSON.stringify(rows)]);
  await client.query(`select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from ${table}`);
}
