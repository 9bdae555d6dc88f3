import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Postgres, startPostgres } from '../../runner/sandbox/postgres/postgres.ts';
import { readWholly } from '../../runner/services/archives/dump.ts';
import { eraseUnpacked, newestIntactDump, unpackedFolder } from '../../runner/services/archives.ts';
import {
  compareRows,
  countDumpRows,
  countRows,
  describeDatabase,
  prepareExtensions,
  query,
  restore,
} from '../../runner/services/postgres.ts';
import type { DirectPostgres } from '../../runner/services/resources.ts';
import { refusalText } from '../refusal.ts';
import { collectFacts, directoryAt, faultOf, run, temporaryFolder, writeArchive } from './backups.ts';
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

const truncated = () => dump.subarray(0, Math.floor(dump.length * 0.7));
const flipped = () => {
  const middle = Math.floor(dump.length * 0.6);
  return Buffer.from(dump).fill(0x55, middle, middle + 64);
};

test('the newest intact archive is found by reading each to its end, newest first', async () => {
  const archives = await temporaryFolder();
  const member = (body: Buffer | string) => [{ name: '/var/backups/apilos.pgsql', body }];
  await writeArchive(archives, name(19), member(dump));
  await writeArchive(archives, name(20), member(truncated()));
  await writeArchive(archives, name(21), member(flipped()));
  await writeArchive(archives, name(22), [...member(dump), { name: 'autre.pgsql', body: dump }]);
  await writeArchive(archives, name(23), member('select 1;'));
  await writeArchive(archives, name(24), member(''));
  await writeArchive(archives, name(25), [{ name: 'x.pgsql', link: '/etc/passwd' }]);
  await writeFile(join(archives, name(26)), 'not gzip');
  const facts = collectFacts();
  const found = await newestIntactDump({ name: 'base' }, directoryAt(archives));
  expect(found).toMatchObject({ archive: name(19), takenAt: '2026-11-19T01:00:00.000Z', bytes: dump.length });
  expect(found.header).toMatchObject({ database: 'source', server: expect.stringContaining('15.18') });
  const ids = facts.map(fact => [fact.kind, 'id' in fact ? fact.id : '']);
  const rejected = [26, 25, 24, 23, 22, 21, 20].map(day => ['backup-rejected', name(day)]);
  expect(ids).toEqual([...rejected, ['backup-used', name(19)]]);
  const reasons = facts.flatMap(fact => (fact.kind === 'backup-rejected' ? [fact.reason] : []));
  const bare = reasons.map(reason =>
    reason.replaceAll(/`[^`]*`/g, '`…`').replace(/: pg_restore: .*/, ': pg_restore'),
  );
  expect(bare).toEqual([
    'l’archive `…` est corrompue : incorrect header check',
    'l’archive `…` contient un membre refusé (`…`, symlink)',
    'la sauvegarde de l’archive `…` n’est pas au format « custom » de pg_dump',
    'la sauvegarde de l’archive `…` n’est pas au format « custom » de pg_dump',
    'l’archive `…` contient 2 fichiers `…` au lieu d’un seul',
    'la sauvegarde de l’archive `…` est corrompue : pg_restore',
    'la sauvegarde de l’archive `…` est corrompue : pg_restore',
  ]);
  expect(await readdir(unpackedFolder(directoryAt(archives)))).toEqual([`${name(19).slice(0, -7)}.pgsql`]);
  expect((await stat(found.path)).mode & 0o777).toBe(0o600);
  await eraseUnpacked(directoryAt(archives));
  expect(await faultOf(stat(found.path))).toBe('ENOENT');
});

test('without any intact archive the fault says how many were tried', async () => {
  const archives = await temporaryFolder();
  await writeArchive(archives, name(20), [{ name: '/a.pgsql', body: dump.subarray(0, 2000) }]);
  const refusal: unknown = await newestIntactDump({ name: 'base' }, directoryAt(archives)).catch(
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ code: 'no-intact-archive' });
  expect(refusalText(refusal)).toMatchSnapshot();
});

const day = 86_400_000;

/** An archive of the whole dump, named as one of `days` ago. */
async function archiveOf(folder: string, days: number): Promise<string> {
  const stamp = new Date(Date.now() - days * day).toISOString().replaceAll(/\D/g, '').slice(0, 14);
  const archive = `${stamp}_apilos.tar.gz`;
  await writeArchive(folder, archive, [{ name: '/a.pgsql', body: dump }]);
  return archive;
}

test('a backup older than the resource admits is refused before anything is restored, unless a person accepts the loss', async () => {
  const archives = directoryAt(await temporaryFolder());
  const base = { ...(await emptyDatabase('perimee')), oldest: 3 * day };
  await archiveOf(archives.path, 9);
  const stale = await archiveOf(archives.path, 5);
  const facts = collectFacts();
  const refusal: unknown = await newestIntactDump(base, archives).catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: 'backup-stale',
    state: 'nothing-changed',
    params: { resource: 'base', backup: stale, age: 120, limit: 72, takenAt: expect.stringMatching(/Z$/) },
  });
  expect(refusalText(refusal)).toMatchSnapshot();
  expect(facts.map(fact => [fact.kind, 'id' in fact ? fact.id : ''])).toEqual([['backup-rejected', stale]]);
  expect([await readdir(unpackedFolder(archives)), await countRows(base)]).toEqual([[], {}]);
  const kept = await newestIntactDump(base, archives, { acceptStale: true });
  expect(kept.archive).toBe(stale);
  expect(facts.slice(1)).toMatchObject([
    {
      kind: 'finding',
      severity: 'major',
      text: expect.stringMatching(/^Perte acceptée : .*120 heures, et le plan en admet 72 au plus$/),
    },
    { kind: 'backup-used', id: stale },
  ]);
  const young = await archiveOf(archives.path, 2);
  expect(await newestIntactDump(base, archives)).toMatchObject({ archive: young });
});

test('the one archive that is asked for is tried, and no other', async () => {
  const archives = directoryAt(await temporaryFolder());
  await writeArchive(archives.path, name(20), [{ name: '/a.pgsql', body: 'select 1;' }]);
  await writeArchive(archives.path, name(19), [{ name: '/a.pgsql', body: dump }]);
  const facts = collectFacts();
  const only = join(archives.path, name(19));
  expect(await newestIntactDump({ name: 'base' }, archives, { only })).toMatchObject({ archive: name(19) });
  expect(facts.map(({ kind }) => kind)).toEqual(['backup-used']);
});

/** The dump as a later client would have made it: `from` is found once. */
function dumpOf(from: Buffer, to: Buffer): Buffer {
  const at = dump.indexOf(from);
  const made = Buffer.from(dump);
  to.copy(made, at);
  return made;
}

// PGDMP, then the archive's own version (1.14 from PostgreSQL 14 to 15); the versions of server and client are texts.
const laterFormat = () => dumpOf(dump.subarray(0, 8), Buffer.from('PGDMP\u0001\u0063\u0000'));
const laterClient = () => {
  const versions = /\d+\.\d+ \(Debian[^)]*\)/.exec(dump.toString('latin1', 0, 4096))?.[0] ?? '';
  return dumpOf(Buffer.from(versions), Buffer.from('99'));
};

test.each([
  ['of a later format', laterFormat, 'unsupported version (1.99)'],
  ['made by a later client', laterClient, 'pg_restore 15 < 99'],
])(
  'a backup %s is newer than the client: it is refused, and the database stays as it was',
  async (_, make, message) => {
    const base = await emptyDatabase(`recente_${message.length}`);
    const path = join(await temporaryFolder(), 'dump.pgsql');
    await writeFile(path, make());
    const refusal: unknown = await restore(base, { path, archive: 'x' }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'client-too-old',
      state: 'nothing-changed',
      params: { message: expect.stringContaining(message) },
    });
    expect(refusalText(refusal)).toMatchSnapshot();
    const { tables, marker } = await describeDatabase(base);
    expect([tables, marker]).toEqual([0, undefined]);
  },
);

test('an archive that is newer than the client stops the search: older ones are no answer to that', async () => {
  const archives = directoryAt(await temporaryFolder());
  await writeArchive(archives.path, name(20), [{ name: '/a.pgsql', body: laterFormat() }]);
  await writeArchive(archives.path, name(19), [{ name: '/a.pgsql', body: dump }]);
  expect(await faultOf(newestIntactDump({ name: 'base' }, archives))).toBe('client-too-old');
});

test.each([
  ['truncated', truncated],
  ['corrupted', flipped],
])('a %s dump has its whole table of contents, and is told from an intact one', async (_, make) => {
  const path = join(await temporaryFolder(), 'dump.pgsql');
  await writeFile(path, make());
  expect((await run('pg_restore', ['--list', path])).stdout).toContain('TABLE DATA');
  expect(await readWholly(path)).toMatchObject({
    intact: false,
    message: expect.stringMatching(/^pg_restore: error/),
  });
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

test('a database that holds tables without this run’s marker is refused, and kept until it is given one', async () => {
  const base = await emptyDatabase('occupee');
  await sql(base.url, 'create table precious (id integer)', "comment on database occupee is 'reprise:other'");
  expect(await faultOf(restore(base, await dumpFile()))).toBe('database-not-empty');
  expect(await countRows(base)).toEqual({ 'public.precious': 0 });
  await prepareExtensions(base, ['pg_trgm']);
  await sql(base.url, "comment on database occupee is 'reprise:run-1'");
  await restore(base, await dumpFile());
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
