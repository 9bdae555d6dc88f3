import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { insideAddress } from '../../../runner/sandbox/postgres/inside.ts';
import { type Postgres, startPostgres } from '../../../runner/sandbox/postgres/postgres.ts';
import { postgresPlatform } from '../../../runner/sandbox/scalingo/postgres-platform.ts';
import type { Database } from '../../../runner/sandbox/scalingo/state.ts';
import { socketFrom } from '../../../runner/sandbox/sockets.ts';

let folder: string;
let postgres: Postgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-scalingo-pg-'));
  postgres = await startPostgres({ directory: join(folder, 'postgres') });
});

afterAll(async () => {
  await postgres.close();
  await rm(folder, { recursive: true, force: true });
});

type Account = { readonly user: string; readonly password: string };

/** Runs statements as a user of a database, from where the gateway stands; the rows of the last, or its refusal. */
function as(database: Database, account: Account, ...statements: readonly string[]): Promise<unknown> {
  return run(
    { database: database.database, ...account, stream: () => socketFrom(insideAddress) },
    statements,
  );
}

async function run(config: pg.ClientConfig, statements: readonly string[]): Promise<unknown> {
  const client = new pg.Client({ ...config, host: '127.0.0.1', port: postgres.port });
  try {
    await client.connect();
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } catch (error) {
    return error instanceof Error ? error.message : error;
  } finally {
    await client.end();
  }
}

test('an add-on is a real database whose owner is no superuser; its reader loses what is made anew', async () => {
  const platform = postgresPlatform({ superuser: postgres.url, archives: folder });
  const made = await platform.provisionPostgres('exercice-apilos', 4601);
  expect(made).toMatchObject({
    host: 'exercice-apilos-4601.postgresql.a.osc-fr1.scalingo-dbs.com',
    port: 34_601,
    user: 'exercice_apilos_4601',
    database: 'exercice_apilos_4601',
  });
  const table = 'create table t (n int)';
  expect(await as(made, made, table, 'insert into t values (1)', 'select n from t')).toEqual([{ n: 1 }]);
  expect(await as(made, made, 'create role x')).toBe('permission denied to create role');
  const extensions = `select extname from pg_extension where extname = 'pg_stat_statements'`;
  expect(await as(made, made, extensions)).toEqual([{ extname: 'pg_stat_statements' }]);

  const reader = { name: 'lecture1', user: 'lecture1', password: 'p'.repeat(24), readOnly: true };
  await platform.setUser(made, reader);
  expect(await as(made, reader, 'select n from t')).toEqual([{ n: 1 }]);
  expect(await as(made, reader, 'insert into t values (2)')).toBe('permission denied for table t');
  await as(made, made, 'drop table t', table);
  expect(await as(made, reader, 'select n from t')).toBe('permission denied for table t');
  const changed = { ...reader, password: 'q'.repeat(24) };
  await platform.setUser(made, changed);
  expect(await as(made, changed, 'select n from t')).toEqual([]);
  await platform.removeUser(made, 'lecture1');
  expect(await as(made, changed, 'select 1')).toContain('password authentication failed');

  await platform.setUser(made, reader);
  const archive = await platform.backUp(made, '20261123080000_exercice', new Date('2026-11-23T08:00:00Z'));
  expect([archive.file, archive.size > 500, await readdir(folder)]).toEqual([
    '20261123080000_exercice.tar.gz',
    true,
    ['20261123080000_exercice.tar.gz', 'postgres'],
  ]);
  await platform.dropPostgres(made);
  const left = `select rolname from pg_roles where rolname in ('lecture1', 'exercice_apilos_4601')`;
  const superuser = new pg.Client({ connectionString: postgres.url });
  await superuser.connect();
  expect((await superuser.query(left)).rows).toEqual([]);
  await superuser.end();
  expect((await platform.provisionPostgres('exercice-apilos', 4601)).database).toBe('exercice_apilos_4601');
});

test.runIf(insideAddress !== '127.0.0.1')(
  'an account of an add-on is refused without the gateway',
  async () => {
    const platform = postgresPlatform({ superuser: postgres.url, archives: folder });
    const { user, password, database } = await platform.provisionPostgres('exercice-ferme', 4602);
    const reader = { user: 'lecture2', password: 'p'.repeat(24) };
    await platform.setUser(
      { user, database, password, host: '', port: 0 },
      { name: reader.user, ...reader, readOnly: true },
    );
    for (const account of [{ user, password }, reader]) {
      expect(await run({ database, ...account }, ['select 1 as n'])).toMatch(
        new RegExp(`^pg_hba.conf rejects connection for host "127.0.0.1", user "${account.user}"`),
      );
      const inside = { database, ...account, stream: () => socketFrom(insideAddress) };
      expect(await run(inside, ['select 1 as n'])).toEqual([{ n: 1 }]);
    }
  },
);
