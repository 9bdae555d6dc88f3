import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import yauzl from 'yauzl';
import { calendarAt } from '../../runner/sandbox/disaster/calendar.ts';
import { applicationUrl, createEmptyDatabase, withClient } from '../../runner/sandbox/disaster/database.ts';
import { type Disaster, makeDisaster } from '../../runner/sandbox/disaster/disaster.ts';
import { makeHistory } from '../../runner/sandbox/disaster/history.ts';
import { makeObjects } from '../../runner/sandbox/disaster/objects.ts';
import { startRandom } from '../../runner/sandbox/disaster/random.ts';
import { type Postgres, startPostgres } from '../../runner/sandbox/postgres/postgres.ts';

const now = new Date('2026-03-18T09:30:00Z');
const password = 'un-mot-de-passe';
let folder = '';
let archives = '';
let server: Postgres;
let disaster: Disaster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-disaster-test-'));
  archives = join(folder, 'archives');
  server = await startPostgres({ directory: join(folder, 'postgres') });
  disaster = await makeDisaster({ postgres: server.url, password, directory: archives, now });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a programme: its exit code and what it said, never a throw. */
function run(
  programme: string,
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8', PGPASSWORD: password };
  return new Promise(done => {
    execFile(programme, words, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

function appUrl(): string {
  return applicationUrl(server.url, { name: 'apilos', password });
}

/** Takes the dump out of an archive as an operator would: `tar` without the leading slash. */
async function extractDump(index: number): Promise<string> {
  const backup = disaster.database[index];
  const target = join(folder, `dump-${index}`);
  await mkdir(target, { recursive: true });
  await run('tar', '-xzf', join(archives, backup?.file ?? ''), '-C', target);
  const [name = ''] = await readdir(join(target, 'app', 'backups'));
  return join(target, 'app', 'backups', name);
}

async function restoredRows(): Promise<Record<string, number>> {
  return withClient(appUrl(), async client => {
    const tables = await client.query(`select tablename from pg_tables where schemaname = 'public'`);
    const counts: Record<string, number> = {};
    for (const { tablename } of tables.rows) {
      const counted = await client.query(`select count(*)::int as rows from ${tablename}`);
      counts[tablename] = counted.rows[0].rows;
    }
    return counts;
  });
}

/** Kinds of errors that `pg_restore` told, names apart. */
function errorKinds(stderr: string): string[] {
  const errors = stderr.match(/(?<=could not execute query: ERROR: {2}).*/g) ?? [];
  return [...new Set(errors.map(line => line.replaceAll(/"[^"]*"/g, '…')))].sort();
}

test('the platform is empty: a database that the application owns without being superuser', async () => {
  expect(await restoredRows()).toEqual({});
  const role = await withClient(appUrl(), client =>
    client.query(`select rolsuper, has_schema_privilege('public', 'create') as creates,
      pg_get_userbyid(datdba) as owner from pg_roles, pg_database where rolname = current_user and datname = current_database()`),
  );
  expect(role.rows).toEqual([{ rolsuper: false, creates: true, owner: 'apilos' }]);
});

describe('the database backups', () => {
  test('are named and dated as on the platform, newest first, and only the newest is not intact', () => {
    expect(disaster.database.map(({ file, takenAt, intact }) => [file, takenAt, intact])).toEqual([
      ['20260318000000_apilos_siap_pro_4521.tar.gz', '2026-03-18T00:00:00.000Z', false],
      ['20260317000000_apilos_siap_pro_4521.tar.gz', '2026-03-17T00:00:00.000Z', true],
      ['20260316000000_apilos_siap_pro_4521.tar.gz', '2026-03-16T00:00:00.000Z', true],
    ]);
  });

  test('hold one dump each, under an absolute path, in a whole tar.gz', async () => {
    const listed = disaster.database.map(backup => run('tar', '-tPzf', join(archives, backup.file)));
    expect(await Promise.all(listed)).toEqual(
      ['20260318000000', '20260317000000', '20260316000000'].map(stamp => ({
        code: 0,
        stdout: `/app/backups/${stamp}_apilos_siap_pro_4521.pgsql\n`,
        stderr: '',
      })),
    );
  });

  test('are all fine for --list, which dates them; only reading to the end tells the truncated one', async () => {
    const told: unknown[] = [];
    for (const index of [0, 1, 2]) {
      const dump = await extractDump(index);
      const list = await run('pg_restore', '--list', dump);
      const read = await run('pg_restore', '--file=/dev/null', dump);
      told.push([list.code, /Archive created at (.*)/.exec(list.stdout)?.[1], read.code, read.stderr.trim()]);
    }
    expect(told).toEqual([
      [0, '2026-03-18 00:00:00 UTC', 1, 'pg_restore: error: could not read from input file: end of file'],
      [0, '2026-03-17 00:00:00 UTC', 0, ''],
      [0, '2026-03-16 00:00:00 UTC', 0, ''],
    ]);
  });

  test('grow from night to night, and hold some thousands of rows', () => {
    const totals = disaster.database.map(backup =>
      Object.values(backup.rows).reduce((sum, rows) => sum + rows, 0),
    );
    expect(totals).toEqual([5396, 5363, 5309]);
  });
});

describe('restoring', () => {
  beforeEach(() => createEmptyDatabase(server.url));
  const official = ['--clean', '--if-exists', '--no-owner', '--no-privileges', '--no-comments'];

  test.each([1, 2])('intact backup %i without its extension entries ends well, row for row', async index => {
    const dump = await extractDump(index);
    await withClient(appUrl(), client =>
      client.query('create extension pg_trgm; create extension btree_gin'),
    );
    const { stdout } = await run('pg_restore', '--list', dump);
    const entries = join(folder, 'entries');
    await writeFile(entries, stdout.replaceAll(/^.* EXTENSION .*\n/gm, ''));
    const restored = await run('pg_restore', ...official, '-L', entries, '-d', appUrl(), dump);
    expect([restored, await restoredRows()]).toEqual([
      { code: 0, stdout: '', stderr: '' },
      disaster.database[index]?.rows,
    ]);
  });

  test('with the official flags stumbles on the platform’s extension alone', async () => {
    const restored = await run('pg_restore', ...official, '-d', appUrl(), await extractDump(1));
    expect([restored.code, errorKinds(restored.stderr), await restoredRows()]).toEqual([
      1,
      ['must be owner of extension pg_stat_statements'],
      disaster.database[1]?.rows,
    ]);
  });

  test('with the original plan’s flags ends with 1 and benign errors, and every row is there', async () => {
    const flags = ['--clean', '--no-acl', '--no-owner', '--no-privileges'];
    const restored = await run('pg_restore', ...flags, '-d', appUrl(), await extractDump(1));
    expect([restored.code, errorKinds(restored.stderr), await restoredRows()]).toEqual([
      1,
      [
        'extension … does not exist',
        'index … does not exist',
        'must be owner of extension pg_stat_statements',
        'relation … does not exist',
        'table … does not exist',
      ],
      disaster.database[1]?.rows,
    ]);
  });

  test('shows rows whose object the files backup does not hold, and objects with a doubled slash', async () => {
    await run('pg_restore', ...official, '-d', appUrl(), await extractDump(1));
    const sql = `select dirpath || '/' || filename as key from upload_uploadedfile union all
      select 'conventions/' || uuid || '/convention_docs/' || nom_fichier_signe from conventions_convention
      where nom_fichier_signe is not null`;
    const named = await withClient(appUrl(), async client =>
      (await client.query(sql)).rows.map(row => row.key),
    );
    const held = new Set(disaster.files.objects.map(object => object.key));
    const missing = named.filter(key => !held.has(key));
    expect([missing.length, missing.sort()]).toEqual([3, disaster.database[1]?.missingObjects.toSorted()]);
    expect(named.filter(key => held.has(key) && key.includes('//')).length).toBeGreaterThan(10);
  });
});

describe('the files backup', () => {
  /** The tar.gz that the zip holds, and the names of the zip's entries. */
  async function extractTar(): Promise<{ entries: string[]; tar: string }> {
    const zip = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(
      join(archives, disaster.files.file),
      { lazyEntries: true, autoClose: false },
    );
    const tar = join(folder, 's3_production.tar.gz');
    const entries: string[] = [];
    zip.on('entry', async (entry: yauzl.Entry) => {
      entries.push(entry.fileName);
      const stream = await promisify(zip.openReadStream.bind(zip))(entry);
      await pipeline(stream, createWriteStream(tar));
      zip.readEntry();
    });
    zip.readEntry();
    await once(zip, 'end');
    zip.close();
    return { entries, tar };
  }

  test('is a zip of a tar.gz whose files are the manifest’s, byte for byte', async () => {
    const { entries, tar } = await extractTar();
    const target = join(folder, 'bucket');
    await mkdir(target);
    const listed = await run('tar', '--quoting-style=literal', '-tzf', tar);
    const extracted = await run('tar', '-xzf', tar, '-C', target);
    const members = listed.stdout.trimEnd().split('\n');
    const files = members.filter(name => !name.endsWith('/'));
    const digests = files.map(async member => {
      const content = await readFile(join(target, member));
      return { member, size: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    });
    expect([entries, members.slice(0, 2), extracted]).toEqual([
      ['s3_production.tar.gz'],
      ['s3_production/', 's3_production/apilos-prod/'],
      { code: 0, stdout: '', stderr: '' },
    ]);
    const objects = disaster.files.objects.map(({ member, size, sha256 }) => ({ member, size, sha256 }));
    expect(await Promise.all(digests)).toEqual(objects);
    expect(JSON.parse(await readFile(join(archives, 'manifest.json'), 'utf8'))).toEqual(disaster.files);
  });

  test('holds some hundreds of objects of every family, with names that are hard to keep', () => {
    const { objects, takenAt } = disaster.files;
    const families = objects.map(({ key }) => key.replaceAll(/[0-9a-f]{8}-[^/]*|(?<=\/)[^/]*\.\w+$/g, '*'));
    const sizes = objects.map(object => object.size);
    expect({
      takenAt,
      count: objects.length,
      families: [...new Set(families)].sort(),
      least: Math.min(...sizes) >= 200,
      most: Math.max(...sizes) <= 50_000,
      collapsed: objects.every(({ key, member }) => member.endsWith(`/${key.replaceAll('//', '/')}`)),
    }).toEqual({
      takenAt: '2026-03-16T01:27:00.000Z',
      count: 305,
      families: [
        'conventions/*/convention_docs/*',
        'conventions/*/media/*',
        'conventions/*/media//*',
        'conventions/*/uploads/*',
        'conventions/*/uploads//*',
        'exports/*',
        'lots/*/media/*',
        'lots/*/media//*',
        'programmes/*/media/*',
        'programmes/*/media//*',
        'spf/*/publication/*',
      ],
      least: true,
      most: true,
      collapsed: true,
    });
    for (const hard of [/ /, /\+/, /é/, /e\u0301/, /%/, /&/, /.{101}/]) {
      expect(objects.filter(object => hard.test(object.key)).length, `${hard}`).toBeGreaterThan(0);
    }
  });
});

test('rows and objects depend on the seed alone', () => {
  const make = (seed: number) => {
    const random = startRandom(seed);
    const history = makeHistory(random, calendarAt(now));
    const objects = makeObjects(random, history).map(({ key, sha256 }) => `${sha256} ${key}`);
    return JSON.stringify({ rows: history.rows, objects });
  };
  const [one, again, other] = [make(1), make(1), make(2)];
  expect([again === one, other === one]).toEqual([true, false]);
});
