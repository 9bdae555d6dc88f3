import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type Postgres, startPostgres } from '../../runner/sandbox/postgres/postgres.ts';
import { prepareExtensions, restore, rightsOf } from '../../runner/services/postgres.ts';
import type { DirectPostgres } from '../../runner/services/resources.ts';
import { collectFacts, run, temporaryFolder } from './backups.ts';
import { makeDump, sibling, sql } from './source-database.ts';

const password = 'mot:de\\passe très secret';

let folder: string;
let server: Postgres;
let dump: { readonly path: string; readonly archive: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  server = await startPostgres({ directory: join(folder, 'server') });
  await makeDump(server.url, folder);
  dump = { path: join(folder, 'source.pgsql'), archive: 'dump.tar.gz' };
  await sql(server.url, `create role apilos superuser login password '${password}'`);
}, 60_000);

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function emptyDatabase(name: string): Promise<DirectPostgres> {
  await sql(server.url, `create database ${name}`);
  const url = new URL(sibling(server.url, name));
  [url.username, url.password] = ['apilos', encodeURIComponent(password)];
  return { kind: 'postgres', name: 'base', run: 'run-1', mode: 'drill', protected: [], url: url.href };
}

/** Puts a `pg_restore` before the real one, which answers `--version` and `--list`; `rest` is what it does otherwise. */
async function shim(rest: (real: string, notes: string) => string): Promise<string> {
  const notes = await temporaryFolder();
  const bin = join(notes, 'bin');
  const real = (await run('which', ['pg_restore'])).stdout.trim();
  const text = `#!/bin/sh
case "$1" in --version|--list) exec ${real} "$@";; esac
${rest(real, notes)}
`;
  await mkdir(bin);
  await writeFile(join(bin, 'pg_restore'), text);
  await chmod(join(bin, 'pg_restore'), 0o755);
  vi.stubEnv('PATH', `${bin}:${process.env.PATH}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return notes;
}

function printed(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => void vi.restoreAllMocks());
  return lines;
}

// What `sh` itself adds to the environment that it is given.
const shellNames = ['PWD', 'OLDPWD', 'SHLVL', '_'];

test('the password is in no argument and no environment, jobs are parallel, and each table is a line of progress', async () => {
  const notes = await shim(
    (real, at) => `printf '%s\\n' "$@" > ${at}/arguments; env > ${at}/environment; exec ${real} "$@"`,
  );
  const base = await emptyDatabase('secrete');
  await prepareExtensions(base, ['pg_trgm']);
  const lines = printed();
  await restore(base, dump, { jobs: 3 });
  const [given, environment] = await Promise.all([
    readFile(join(notes, 'arguments'), 'utf8'),
    readFile(join(notes, 'environment'), 'utf8'),
  ]);
  expect(given.trimEnd().split('\n')).toEqual([
    '--dbname=service=reprise',
    ...['--clean', '--if-exists', '--no-owner', '--no-privileges', '--no-comments', '--verbose'],
    '--jobs=3',
    expect.stringMatching(/^--use-list=\S+\/reprise-toc-\w+\/toc$/),
    dump.path,
  ]);
  const names = environment
    .trimEnd()
    .split('\n')
    .map(line => line.replace(/=.*/, ''));
  const own = names.filter(name => !shellNames.includes(name));
  expect(own.sort()).toEqual(['LC_ALL', 'PATH', 'PGPASSFILE', 'PGSERVICEFILE', 'TZ']);
  expect(given + environment).not.toMatch(/secret|mot:de/);
  expect(lines.map(line => line.slice(0, 4))).toEqual(['1/4 ', '2/4 ', '3/4 ', '4/4 ']);
  expect(lines.map(line => line.slice(4)).sort()).toEqual([
    'Table à trous',
    'conventions_convention',
    'django_session',
    'users_user',
  ]);
});

const early = 'pg_restore: error: COPY failed for table \\"users_user\\": ERROR:  out of disk';
const benign = 'pg_restore: error: could not execute query: ERROR:  must be owner of extension pg_trgm';
const chatter = 'yes "pg_restore: creating INDEX" | head -n 5000';
const summary = (count: number) => `echo "pg_restore: warning: errors ignored on restore: ${count}"`;

test('a grave error far before the end of a long output fails the restoration', async () => {
  await shim(() => `{ echo "${early}"; ${chatter}; echo "${benign}"; ${summary(2)}; } >&2; exit 1`);
  await expect(restore(await emptyDatabase('bavarde'), dump)).rejects.toMatchObject({
    code: 'restore-failed',
    state: 'step-may-have-run',
    params: { exit: 1, count: 1, message: 'COPY failed for table "users_user": ERROR:  out of disk' },
  });
});

test('benign errors are recorded when they explain the exit code, and only then', async () => {
  const facts = collectFacts();
  await shim(() => `{ echo "${benign}"; ${chatter}; ${summary(1)}; } >&2; exit 1`);
  const message = 'could not execute query: ERROR:  must be owner of extension pg_trgm';
  expect(await restore(await emptyDatabase('benigne'), dump)).toEqual({ tables: 4, ignored: [message] });
  expect(facts).toEqual([
    { kind: 'finding', severity: 'minor', text: `pg_restore: ${message}` },
    { kind: 'data-loaded', resource: 'base', what: 'dump.tar.gz', personal: true },
  ]);
  for (const [name, end, said] of [
    ['comptee', `${summary(2)}; } >&2; exit 1`, 'errors ignored on restore: 2 > 1'],
    ['coupee', '} >&2; exit 1', `pg_restore: error: ${message}`],
  ] as const) {
    await shim(() => `{ echo "${benign}"; ${end}`);
    await expect(restore(await emptyDatabase(name), dump)).rejects.toMatchObject({
      code: 'restore-failed',
      params: { message: said },
    });
  }
});

test('of many benign errors the first are recorded, and the number of the others', async () => {
  const facts = collectFacts();
  await shim(() => `{ yes "${benign}" | head -n 37; ${summary(37)}; } >&2; exit 1`);
  expect(await restore(await emptyDatabase('nombreuses'), dump)).toMatchObject({ more: 17 });
  const findings = facts.flatMap(fact => (fact.kind === 'finding' ? [fact.text] : []));
  expect([findings.length, findings.at(-1)]).toEqual([21, 'pg_restore: +17']);
});

test('what an account may do is tried; a statement that fails for another reason proves nothing', async () => {
  const base = await emptyDatabase('droits');
  const secret = 'p'.repeat(24);
  await sql(
    base.url,
    'create table t (n integer)',
    `create role lecture1 login password '${secret}'`,
    'grant select on t to lecture1',
  );
  const reader = { user: 'lecture1', password: secret };
  const statements = { read: 'select * from t', write: 'insert into t values (1)' };
  expect(await rightsOf(base, reader, statements)).toEqual({ reads: true, writes: false });
  const owner = { user: 'apilos', password };
  expect(await rightsOf(base, owner, statements)).toEqual({ reads: true, writes: true });
  const refused = rightsOf(base, reader, { ...statements, write: 'insert into absente values (1)' });
  await expect(refused).rejects.toMatchObject({
    code: 'rights-not-proven',
    params: { user: 'lecture1', message: 'relation "absente" does not exist' },
  });
});
