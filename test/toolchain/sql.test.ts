import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSql } from '../../runner/toolchain/sql.ts';

test.each([
  'select \'l\'\'été\', "nom ""cité""" from t;',
  "select E'\\'', B'1', $$ ' ) $$, $a$ $$ ( $a$;",
  'select /* /* ( */ ) */ 1 -- (',
  'create rule r as on insert to t do also (select 1; select 2)',
  'create function f() returns int begin atomic select 1; select 2; end',
  'select a[1], b -> $$k$$ from t where c = any ($1)',
  'select',
  'begin; set local lock_timeout = 1; analyze; commit',
  '-- rien',
])('PostgreSQL reads %s', async sql => {
  expect(await readSql(sql)).toBeUndefined();
});

test.each([
  ["select 'a", `unterminated quoted string at or near "'a"`, "'"],
  ['select 1; selct 2', 'syntax error at or near "selct"', 'selct'],
  ["select 'été' from t where )", 'syntax error at or near ")"', ')'],
  ['select a from t order by', 'syntax error at end of input', 'y'],
  ['select a from t order by\n\n', 'syntax error at end of input', 'y'],
  ['select (1 + 2', 'syntax error at end of input', '2'],
])('it says where it stops in %s', async (sql, message, shown) => {
  const problem = await readSql(sql);
  expect([problem?.message, sql.slice(problem?.start, problem?.end)]).toEqual([message, shown]);
});

test('any text at all is read or refused, with a place inside it', async () => {
  const unit = fc.constantFrom(
    "'",
    '"',
    '$',
    'a',
    'é',
    '(',
    ')',
    '/',
    '*',
    '-',
    '\n',
    ' ',
    ';',
    'select ',
    '\0',
  );
  await fc.assert(
    fc.asyncProperty(fc.string({ unit }), async sql => {
      const { start, end } = (await readSql(sql)) ?? { start: 0, end: 0 };
      expect(start >= 0 && start <= end && end <= sql.length).toBe(true);
    }),
  );
});
