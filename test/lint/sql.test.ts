import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readSql } from '../../runner/lint/sql.ts';

test.each([
  'select \'l\'\'été\', "nom ""cité""" from t;',
  "select E'\\'', B'1', $$ ' ) $$, $a$ $$ ( $a$;",
  'select /* /* ( */ ) */ 1 -- (',
  'create rule r as on insert to t do also (select 1; select 2)',
  'create function f() returns int begin atomic select 1; select 2; end',
  'select 1 as where, t.from, t.by from t',
  'select',
  'select 1 as limit',
  'select t.from',
  'table t; values (1)',
  'select foo$bar$baz, $1 from t',
  'select a[1], b -> $$k$$ from t where c = any ($1)',
  'select * from update',
  '',
])('should find nothing in %s', sql => {
  expect(readSql(sql)).toEqual([]);
});

test('should say where a mark is open', () => {
  expect(readSql("select 'a")).toEqual([{ code: 'sql-unclosed', found: "'", start: 7, end: 8 }]);
  expect(readSql('select "a')).toEqual([{ code: 'sql-unclosed', found: '"', start: 7, end: 8 }]);
  expect(readSql('/* /* */')).toEqual([{ code: 'sql-unclosed', found: '/*', start: 0, end: 2 }]);
  expect(readSql('select a[(1]')).toEqual([{ code: 'sql-unopened', found: ']', start: 11, end: 12 }]);
});

test('should find nothing in texts, names and comments that are closed, whatever they hold', () => {
  const inside = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(inside, inside, (text, name) => {
      const quoted = `'${text.replaceAll("'", "''")}'`;
      const named = `"${name.replaceAll('"', '""')}"`;
      expect(readSql(`select ${quoted} as ${named};\nselect 1`)).toEqual([]);
    }),
  );
});

test('should read any text at all, and point inside it', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", '"', '$', 'a', '(', ')', '/', '*', '-', '\n', ' ', ';') }),
      sql => {
        for (const { start, end, found } of readSql(sql)) expect(sql.slice(start, end)).toBe(found);
      },
    ),
  );
});
