import { expect, test } from 'vitest';
import { matchesGlob } from '../../runner/services/guard/protected.ts';
import { tablesIn, withoutExtensions } from '../../runner/services/postgres/restore.ts';
import { copyCounter } from '../../runner/services/postgres/rows.ts';
import { StderrReader } from '../../runner/services/postgres/stderr.ts';

const stderr = `pg_restore: connecting to database for restore
pg_restore: while PROCESSING TOC:
pg_restore: from TOC entry 210; 1259 16404 TABLE users_user apilos
pg_restore: error: could not execute query: ERROR:  table "users_user" does not exist
Command was: DROP TABLE public.users_user;
pg_restore: error: could not execute query: ERROR:  must be owner of extension pg_stat_statements
Command was: DROP EXTENSION pg_stat_statements;
pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
pg_restore: error: could not execute query: ERROR:  relation "users_user" does not exist
Command was: ALTER TABLE public.users_user ADD COLUMN x integer;
pg_restore: error: could not write to output file: No space left on device
pg_restore: warning: errors ignored on restore: 4
`;

function read(text: string) {
  const reader = new StderrReader();
  for (const line of text.trimEnd().split('\n')) reader.line(line);
  return reader.end();
}

test('errors that leave all data in place are told from the others', () => {
  const { benign, grave, ignored } = read(stderr);
  expect([benign.count, grave.count, ignored]).toEqual([3, 2, 4]);
  expect(benign.first.map(error => error.command)).toEqual([
    'DROP TABLE public.users_user;',
    'DROP EXTENSION pg_stat_statements;',
    'SET transaction_timeout = 0;',
  ]);
  expect(grave.first).toEqual([
    {
      message: 'could not execute query: ERROR:  relation "users_user" does not exist',
      command: 'ALTER TABLE public.users_user ADD COLUMN x integer;',
    },
    { message: 'could not write to output file: No space left on device' },
  ]);
});

test('errors are counted to the last, and the first twenty of each kind are kept', () => {
  const error = (n: number) =>
    `pg_restore: error: could not execute query: ERROR:  table "t${n}" does not exist\nCommand was: DROP TABLE t${n};\n`;
  const { benign } = read(Array.from({ length: 1000 }, (_, n) => error(n)).join(''));
  expect([benign.count, benign.first.length, benign.first[19]?.command]).toEqual([
    1000,
    20,
    'DROP TABLE t19;',
  ]);
});

test('an error that another job’s command follows is not taken for a benign one', () => {
  const missing = 'pg_restore: error: could not execute query: ERROR:  relation "a" does not exist\n';
  const command = 'Command was: ALTER TABLE a ADD COLUMN x integer;\nCommand was: DROP TABLE b;\n';
  expect(read(missing + command).grave.count).toBe(1);
  expect(read(missing).grave.count).toBe(1);
});

const toc = `;
; Archive created at 2026-11-22 01:00:00 UTC
2; 3079 16385 EXTENSION - pg_trgm 
4012; 0 0 COMMENT - EXTENSION pg_trgm 
215; 1259 16500 TABLE public EXTENSION apilos
4000; 0 16500 TABLE DATA public EXTENSION apilos
4001; 0 16501 TABLE DATA public users_user apilos
`;

test('only entries of extensions leave the table of contents', () => {
  expect(withoutExtensions(toc).split('\n')).toEqual(
    toc.split('\n').filter((_, line) => line !== 2 && line !== 3),
  );
  expect(tablesIn(toc)).toEqual(['public.EXTENSION', 'public.users_user']);
});

const script = `--
COPY public.a (id, "from (x) FROM stdin;") FROM stdin;
1\tCOPY public.b (id) FROM stdin;
\\\\.
\\.
SELECT 1;
COPY public.empty (id) FROM stdin;
\\.
COPY public.b (id) FROM stdin;
${'x'.repeat(5000)}
\\.
`;

test.each([1, 2, 3, 7, 64, 100_000])('rows are counted whatever the chunks (%i bytes)', size => {
  const bytes = Buffer.from(script);
  const counter = copyCounter();
  for (let at = 0; at < bytes.length; at += size) counter.write(bytes.subarray(at, at + size));
  expect(counter.counts()).toEqual({ 'public.a': 2, 'public.empty': 0, 'public.b': 1 });
});

test.each([
  ['apilos-siap-production', 'apilos-siap-*', true],
  ['exercice-apilos-siap', 'apilos-siap-*', false],
  ['APILOS-PROD', 'apilos-prod', true],
  ['apilos-prod-2', 'apilos-prod', false],
  ['apilos.logement.gouv.fr', '*.logement.gouv.fr', true],
  ['apilos.logementxgouv.fr', '*.logement.gouv.fr', false],
])('%s against %s: %s', (name, glob, expected) => {
  expect(matchesGlob(name, glob)).toBe(expected);
});
