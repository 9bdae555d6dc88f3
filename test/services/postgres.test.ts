import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../runner/sandbox/postgres/postgres.ts';
import { eraseUnpacked, newestIntactDump, unpackedFolder } from '../../runner/services/archives.ts';
import {
  analyze,
  compareRows,
  countDumpRows,
  countRows,
  describeDatabase,
  prepareExtensions,
  query,
  restore,
} from '../../runner/services/postgres.ts';
import type { DirectPostgres } from '../../runner/services/resources.ts';
import { collectFacts, directoryAt, faultOf, temporaryFolder, writeArchive } from './backups.ts';
import { expectedRows, makeDump, sibling, sql } from './source-database.ts';

let folder: string;
let server: Postgres;
let dump: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-test-'));
  server = await startPostgres({ directory: join(folder, 'server') });
  dump = await makeDump(server.url, folder);
}, 60_000);

afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

async function emptyDatabase(name: string): Promise<DirectPostgres> {
  await sql(server.url, `create database ${name}`);
  const url = sibling(server.url, name);
  return { kind: 'postgres', name: 'base', run: 'run-1', mode: 'drill', protected: ['apilos-prod*'], url };
}

async function dumpFile(): Promise<{ path: string; archive: string }> {
  const path = join(await temporaryFolder(), 'dump.pgsql');
  await writeFile(path, dump);
  return { path, archive: 'dump.tar.gz' };
}

const name = (day: number) => `202611${day}010000_apilos-siap_${day}.tar.gz`;

test('the newest intact archive is found by reading each to its end, newest first', async () => {
  const archives = await temporaryFolder();
  const flipped = Buffer.from(dump);
  flipped.fill(0x55, Math.floor(dump.length * 0.6), Math.floor(dump.length * 0.6) + 64);
  const member = (body: Buffer | string) => [{ name: '/var/backups/apilos.pgsql', body }];
  await writeArchive(archives, name(19), member(dump));
  await writeArchive(archives, name(20), member(dump.subarray(0, Math.floor(dump.length * 0.7))));
  await writeArchive(archives, name(21), member(flipped));
  await writeArchive(archives, name(22), [...member(dump), { name: 'autre.pgsql', body: dump }]);
  await writeArchive(archives, name(23), member('select 1;'));
  await writeArchive(archives, name(24), member(''));
  await writeArchive(archives, name(25), [{ name: 'x.pgsql', link: '/etc/passwd' }]);
  await writeFile(join(archives, name(26)), 'not gzip');
  const facts = collectFacts();
  const found = await newestIntactDump('base', directoryAt(archives));
  expect(found).toMatchObject({ archive: name(19), takenAt: '2026-11-19T01:00:00.000Z', bytes: dump.length });
  expect(found.header).toMatchObject({ database: 'source', server: expect.stringContaining('15.18') });
  const ids = facts.map(fact => [fact.kind, 'id' in fact ? fact.id : '']);
  const rejected = [26, 25, 24, 23, 22, 21, 20].map(day => ['backup-rejected', name(day)]);
  expect(ids).toEqual([...rejected, ['backup-used', name(19)]]);
  expect(await readdir(unpackedFolder(directoryAt(archives)))).toEqual([`${name(19).slice(0, -7)}.pgsql`]);
  expect((await stat(found.path)).mode & 0o777).toBe(0o600);
  await eraseUnpacked(directoryAt(archives));
  expect(await faultOf(stat(found.path))).toBe('ENOENT');
});

test('without any intact archive the fault says how many were tried', async () => {
  const archives = await temporaryFolder();
  await writeArchive(archives, name(20), [{ name: '/a.pgsql', body: dump.subarray(0, 2000) }]);
  expect(await faultOf(newestIntactDump('base', directoryAt(archives)))).toBe('no-intact-archive');
});

test('a dump is restored, its rows are those that the dump holds, and the base bears the run', async () => {
  const base = await emptyDatabase('cible');
  const facts = collectFacts();
  const file = await dumpFile();
  await prepareExtensions(base, ['pg_trgm']);
  expect(await restore(base, file)).toEqual({ tables: 4, ignored: [] });
  expect(await countDumpRows(file)).toEqual(expectedRows);
  expect(await countRows(base)).toEqual(expectedRows);
  expect(await describeDatabase(base)).toMatchObject({
    database: 'cible',
    version: 15,
    tables: 4,
    marker: 'run-1',
  });
  expect(facts).toEqual([{ kind: 'data-loaded', resource: 'base', what: 'dump.tar.gz', personal: true }]);
  await analyze(base);
  expect(await query(base, 'select email from users_user where id = $1', [7])).toEqual([
    { email: 'élodie7@exemple.fr' },
  ]);
  expect(await restore(base, file)).toEqual({ tables: 4, ignored: [] });
});

test('rows that differ are named by table', () => {
  expect(compareRows({ a: 1, b: 2, c: 3 }, { a: 1, b: 5, d: 9 })).toEqual([
    { table: 'b', expected: 2, found: 5 },
    { table: 'c', expected: 3, found: -1 },
  ]);
});

test('a database that holds tables without this run’s marker is refused, and kept', async () => {
  const base = await emptyDatabase('occupee');
  await sql(base.url, 'create table precious (id integer)', "comment on database occupee is 'reprise:other'");
  expect(await faultOf(restore(base, await dumpFile()))).toBe('database-not-empty');
  expect(await countRows(base)).toEqual({ 'public.precious': 0 });
  await prepareExtensions(base, ['pg_trgm']);
  await restore(base, await dumpFile(), { acceptedName: 'occupee' });
  expect(await countRows(base)).toMatchObject(expectedRows);
});

test('a drill refuses a protected database, a real run does not', async () => {
  const base = await emptyDatabase('protegee');
  const guarded = { ...base, protected: ['prote*'] };
  expect(await faultOf(restore(guarded, await dumpFile()))).toBe('protected-name');
  expect(await faultOf(prepareExtensions(guarded, ['pg_trgm']))).toBe('protected-name');
  await prepareExtensions(base, ['pg_trgm']);
  expect(await restore({ ...guarded, mode: 'real' }, await dumpFile())).toEqual({ tables: 4, ignored: [] });
});

test('a role that may not do it all makes a fault that carries what pg_restore said, not the password', async () => {
  const base = await emptyDatabase('etroite');
  await sql(
    server.url,
    "create role visiteur login password 'très:secret\\'",
    'grant visiteur to postgres',
    'alter database etroite owner to visiteur',
  );
  await sql(base.url, 'revoke create on schema public from public');
  const url = new URL(base.url);
  url.username = 'visiteur';
  url.password = encodeURIComponent('très:secret\\');
  const fault: unknown = await restore({ ...base, url: url.href }, await dumpFile()).catch(
    (error: unknown) => error,
  );
  expect(fault).toMatchObject({
    code: 'restore-failed',
    state: 'step-may-have-run',
    params: { resource: 'base', exit: 1 },
  });
  expect(JSON.stringify(fault)).not.toContain('secret');
});

test('what is not there, or not a dump, is said', async () => {
  const base = await emptyDatabase('vide');
  const absent = { path: '/nonexistent/dump', archive: 'x' };
  expect(await faultOf(restore(base, absent))).toBe('dump-missing');
  expect(await faultOf(restore({ ...base, url: 'mysql://x' }, await dumpFile()))).toBe('dsn-invalid');
  const elsewhere = { ...base, url: 'postgresql://u:p@127.0.0.1:1/base' };
  expect(await faultOf(restore(elsewhere, await dumpFile()))).toBe('database-unreachable');
  expect(await faultOf(prepareExtensions(base, ['nexiste_pas']))).toBe('extension-refused');
});
