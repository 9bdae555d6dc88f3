import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DirectPostgres } from '../../runner/services/resources.ts';
import { startDatabaseServer } from './database.ts';
import { createStage, type Stage } from './stage.ts';

let server: Awaited<ReturnType<typeof startDatabaseServer>>;
let base: DirectPostgres;
let stage: Stage;
beforeAll(async () => {
  server = await startDatabaseServer();
  base = await server.fresh('essai');
  stage = createStage({ resources: { base } });
});
afterAll(async () => {
  await stage.close();
  await server.close();
});

const count = async (sql: string): Promise<unknown> =>
  Object.values((await server.query(base.url, sql)).rows[0])[0];

describe('a sql cell', () => {
  test('runs its statements in one transaction and records commands and numbers, never rows', async () => {
    const code = `create table t (nom text);
insert into t values ('Prénom confidentiel'), ('é'), ('œ');
select nom from t;
do $$ begin raise notice 'vu'; end $$;`;
    const { ended, stdout, stderr, output } = await stage.run('sql', code, { on: 'base' });
    expect([ended, stdout, stderr, output.lines]).toEqual([
      'passed',
      'CREATE\nINSERT 3\nSELECT 3\nDO\n',
      'NOTICE: vu\n',
      5,
    ]);
  });

  test('keeps nothing of what an error undid, and names the line of the Markdown file, not the data', async () => {
    const code = `create table u (n int primary key, m text);\ninsert into u values (1, 'confidentiel');\n  insert into u values (1, 'doublon');`;
    const duplicate = await stage.run('sql', code, { on: 'base' });
    const unknown = await stage.run('sql', `select 1;\nselect é, colonne from t`, { on: 'base' });
    expect([duplicate.ended, duplicate.reason, unknown.reason, duplicate.stdout]).toEqual([
      'failed',
      { code: 'error', message: '23505: duplicate key value violates unique constraint "u_pkey"' },
      { code: 'error', message: '42703: column "é" does not exist', stack: `${stage.runbook}:58:8` },
      '',
    ]);
    expect(await count(`select count(*)::int from pg_class where relname = 'u'`)).toBe(0);
  });

  test('does not keep rows in memory', async () => {
    const before = process.memoryUsage().rss;
    const { stdout } = await stage.run('sql', `select repeat('x', 1000) from generate_series(1, 200000)`, {
      on: 'base',
    });
    expect([stdout, process.memoryUsage().rss - before < 150e6]).toEqual(['SELECT 200000\n', true]);
  });

  test.each([
    ['a timeout', { timeout: 300 }, { code: 'timeout', after: 300 }],
    ['an interruption', {}, { code: 'interrupted' }],
  ])('is cancelled on the server by %s', async (_, given, reason) => {
    const code = `do $$ begin raise notice 'parti'; end $$; insert into t values ('x'); select pg_sleep(60)`;
    const result = await stage.run('sql', code, {
      on: 'base',
      ...given,
      onOutput: () => {
        if (reason.code === 'interrupted') stage.executor.interrupt();
      },
    });
    expect([result.ended, result.reason]).toEqual(['killed', reason]);
    expect(
      await count(
        `select count(*)::int from pg_stat_activity where query like '%pg_sleep(60)' and state = 'active'`,
      ),
    ).toBe(0);
  });

  test('whose connection is cut is killed: the outcome is not known', async () => {
    const running = stage.run('sql', `do $$ begin raise notice 'parti'; end $$; select pg_sleep(60)`, {
      on: 'base',
      onOutput: () => {
        void server.query(
          server.url,
          `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'essai'`,
        );
      },
    });
    const { ended, reason } = await running;
    expect([ended, reason]).toEqual([
      'killed',
      { code: 'error', message: '57P01: terminating connection due to administrator command' },
    ]);
  });

  test.each([
    ['no resource', undefined, 'sql needs on= a postgres resource, not none'],
    ['an unknown one', 'autre', 'sql needs on= a postgres resource, not autre'],
  ])('fails on %s', async (_, on, message) => {
    const { ended, reason } = await stage.run('sql', 'select 1', on === undefined ? {} : { on });
    expect([ended, reason]).toEqual(['failed', { code: 'error', message }]);
  });

  test('that only reads cannot write', async () => {
    const read = await stage.run('sql', `insert into t values ('x')`, { on: 'base', effect: 'read' });
    const check = await stage.run('sql', `insert into t values ('x') returning true as ok`, {
      on: 'base',
      kind: 'check',
    });
    const message = '25006: cannot execute INSERT in a read-only transaction';
    expect([read.reason, check.reason]).toEqual([
      { code: 'error', message },
      { code: 'error', message },
    ]);
  });
});

test.each([
  ['select true as ok', 'passed', 'ok = true'],
  ['select false as ok', 'failed', 'ok = false'],
  ['select null::boolean as ok', 'failed', 'ok = null'],
  [`select 'Prénom' as ok`, 'failed', 'ok = string'],
  [`select true as autre`, 'failed', 'ok = missing'],
  ['select true as ok where false', 'failed', '0 rows'],
  ['select true as ok from generate_series(1, 2)', 'failed', '2 rows'],
])('a check is true by one row whose ok is true: %s', async (code, how, answer) => {
  const result = await stage.run('sql', code, { on: 'base', kind: 'check' });
  expect([result.ended, result.answer]).toEqual([how, answer]);
});

test('a probe answers by one value', async () => {
  const result = await stage.run('sql', `select 'perdue'`, { on: 'base', kind: 'probe' });
  expect([result.ended, result.answer]).toEqual(['passed', 'perdue']);
});

test('psql finds the resource as a service, without a password in its arguments', async () => {
  const { stdout, ended } = await stage.run('sh', 'psql -At service=base -c "select current_database()"');
  expect([ended, stdout]).toEqual(['passed', 'essai\n']);
});
