import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startSandbox } from '../../runner/sandbox/sandbox.ts';

const programme = fileURLToPath(
  new URL(`../../node_modules/.cache/reprise-sandbox-${process.pid}.mjs`, import.meta.url),
);
const announcement = z.object({
  environment: z.record(z.string(), z.string()),
  endpoints: z.array(z.object({ name: z.string(), url: z.string(), note: z.string() })),
});
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-sandbox-'));
  const entry = fileURLToPath(new URL('../../runner/sandbox/main.ts', import.meta.url));
  const settings = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await build({ ...settings, entryPoints: [entry], outfile: programme });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(programme, { force: true });
});

type Environment = Readonly<Record<string, string>>;

async function query(environment: Environment, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: environment.SANDBOX_DATABASE_URL });
  await client.connect();
  try {
    const answer = await client.query({ text: sql, rowMode: 'array' });
    return [answer].flat().flatMap(result => result.rows.flat());
  } finally {
    await client.end();
  }
}

function s3Client(environment: Environment): S3Client {
  const [accessKeyId = '', secretAccessKey = ''] = [
    environment.SANDBOX_S3_ACCESS_KEY_ID,
    environment.SANDBOX_S3_SECRET_ACCESS_KEY,
  ];
  return new S3Client({
    endpoint: environment.SANDBOX_S3_ENDPOINT ?? '',
    region: environment.SANDBOX_S3_REGION ?? '',
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
  });
}

async function isServed(directory: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map(pid => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return folders.includes(join(directory, 'postgres', 'data'));
}

async function waitUntilUnserved(directory: string): Promise<void> {
  while (await isServed(directory)) await sleep(50);
}

function launch(...words: string[]): ChildProcess {
  return spawn(process.execPath, [programme, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no standard output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  return '';
}

async function textOf(stream: ChildProcess['stdout']): Promise<string> {
  const pieces: string[] = [];
  if (stream !== null) for await (const piece of stream) pieces.push(`${piece}`);
  return pieces.join('');
}

describe('a sandbox', () => {
  test('begins with an empty platform and backups, and keeps what is done there', async () => {
    const directory = join(folder, 'kept');
    const first = await startSandbox({ directory, now: new Date('2026-03-18T09:30:00Z') });
    const s3 = s3Client(first.environment);
    expect({
      environment: Object.fromEntries(
        Object.entries(first.environment).map(([name, value]) => [
          name,
          value.replaceAll(/:\d+(?=[/,]|$)/g, ':PORT'),
        ]),
      ),
      endpoints: first.endpoints.map(endpoint => endpoint.name),
      named: first.endpoints.flatMap(endpoint => endpoint.variables).sort(),
      tables: await query(
        first.environment,
        `select count(*)::int from pg_tables where schemaname = 'public'`,
      ),
      buckets: (await s3.send(new ListBucketsCommand())).Buckets?.map(bucket => bucket.Name),
      archives: (await readdir(join(directory, 'archives'))).sort(),
      modes: [
        (await stat(directory)).mode & 0o777,
        (await stat(join(directory, 'credentials.json'))).mode & 0o777,
        (await stat(join(directory, 'downloads'))).mode & 0o777,
      ],
      downloads: await readdir(join(directory, 'downloads')),
    }).toEqual({
      environment: {
        SANDBOX_DATABASE_URL: expect.stringMatching(
          /^postgres:\/\/apilos:[\w-]{32}@127\.0\.0\.1:PORT\/apilos$/,
        ),
        SANDBOX_S3_ENDPOINT: 'http://127.0.0.1:PORT',
        SANDBOX_S3_REGION: 'fr-par',
        SANDBOX_S3_ACCESS_KEY_ID: expect.stringMatching(/^SCW[A-Z0-9]{17}$/),
        SANDBOX_S3_SECRET_ACCESS_KEY: expect.stringMatching(/^[0-9a-f-]{36}$/),
        SANDBOX_S3_BUCKET: 'apilos-exercice',
        SANDBOX_S3_GLACIER_BUCKET: 'apilos-glacier',
        SANDBOX_ARCHIVES: join(directory, 'archives'),
        SANDBOX_DOWNLOADS: join(directory, 'downloads'),
        SANDBOX_REPOSITORY_URL: `file://${join(directory, 'repository', 'apilos.git')}`,
        SANDBOX_REPOSITORY_VERSION: 'v1.86.0',
        SANDBOX_SCALINGO_API: 'http://127.0.0.1:PORT/api/v1',
        SANDBOX_SCALINGO_AUTH_API: 'http://127.0.0.1:PORT/auth/v1',
        SANDBOX_SCALINGO_DATABASE_API: 'http://127.0.0.1:PORT/db/api',
        SANDBOX_SCALINGO_TOKEN: expect.stringMatching(/^tk-us-[0-9a-f]{48}$/),
        SANDBOX_SCALINGO_REGION: 'osc-fr1',
        SANDBOX_SCALINGO_PACE: '60',
        SANDBOX_SSH_HOST: '127.0.0.1',
        SANDBOX_SSH_GATEWAY: '127.0.0.1:PORT',
        SANDBOX_SSH_PORT: expect.stringMatching(/^\d+$/),
        SANDBOX_SSH_FINGERPRINT: expect.stringMatching(/^SHA256:[A-Za-z0-9+/]{43}$/),
        SANDBOX_SSH_KEY: join(directory, 'ssh', 'operator'),
        SANDBOX_WEB_HTTP: 'http://127.0.0.1:PORT',
        SANDBOX_WEB_HTTPS: 'http://127.0.0.1:PORT',
        SANDBOX_GITHUB_API: 'http://127.0.0.1:PORT',
        SANDBOX_GITHUB_REPOSITORY: 'MTES-MCT/apilos',
        SANDBOX_GITHUB_TOKEN: expect.stringMatching(/^ghp_[0-9a-f]{36}$/),
        SANDBOX_ALWAYSDATA_API: 'http://127.0.0.1:PORT/v1',
        SANDBOX_ALWAYSDATA_TOKEN: expect.stringMatching(/^[0-9a-f]{32}$/),
        SANDBOX_ALWAYSDATA_ACCOUNT: 'apilos',
        SANDBOX_DNS_AUTHORITATIVE: '127.0.0.1:PORT,127.0.0.1:PORT',
        SANDBOX_DNS_PUBLIC: '127.0.0.1:PORT',
      },
      endpoints: ['postgresql', 's3', 'scalingo', 'ssh', 'web', 'github', 'alwaysdata', 'dns', 'archives'],
      named: Object.keys(first.environment).sort(),
      tables: [0],
      buckets: ['apilos-glacier'],
      archives: [
        '20260316000000_apilos_siap_pro_4521.tar.gz',
        '20260317000000_apilos_siap_pro_4521.tar.gz',
        '20260318000000_apilos_siap_pro_4521.tar.gz',
        'manifest.json',
        's3_production.zip',
      ],
      modes: [0o700, 0o600, 0o700],
      downloads: [],
    });
    await query(first.environment, `create table kept (word text); insert into kept values ('é')`);
    await s3.send(new CreateBucketCommand({ Bucket: 'apilos-exercice' }));
    await s3.send(new PutObjectCommand({ Bucket: 'apilos-exercice', Key: 'à//b', Body: 'gardé' }));
    await expect(startSandbox({ directory })).rejects.toMatchObject({ code: 'directory-in-use' });
    await first.close();

    const second = await startSandbox({ directory });
    const read = new GetObjectCommand({ Bucket: 'apilos-exercice', Key: 'à//b' });
    const object = await s3Client(second.environment).send(read);
    const lasting = (environment: Environment) => [
      environment.SANDBOX_S3_ENDPOINT,
      environment.SANDBOX_S3_ACCESS_KEY_ID,
      environment.SANDBOX_S3_SECRET_ACCESS_KEY,
      new URL(environment.SANDBOX_DATABASE_URL ?? '').password,
    ];
    expect([
      await query(second.environment, 'select word from kept'),
      await object.Body?.transformToString(),
      lasting(second.environment),
    ]).toEqual([['é'], 'gardé', lasting(first.environment)]);
    await second.close();
    expect(await isServed(directory)).toBe(false);
  });

  test('refuses a folder that holds something else, and leaves it as it was', async () => {
    const directory = join(folder, 'foreign');
    await mkdir(join(directory, 'postgres'), { recursive: true });
    await writeFile(join(directory, 'postgres', 'precious'), 'x');
    await expect(startSandbox({ directory })).rejects.toMatchObject({ code: 'directory-not-empty' });
    expect(await readdir(directory, { recursive: true })).toEqual(['postgres', 'postgres/precious']);
  });
});

describe('the programme', () => {
  test('is ready with one line of JSON, and ends with its servers when standard input closes', async () => {
    const directory = join(folder, 'driven');
    const child = launch('--directory', directory, '--json');
    const { environment, endpoints } = announcement.parse(JSON.parse(await firstLine(child)));
    expect([endpoints.length, await query(environment, 'select 1')]).toEqual([9, [1]]);
    child.stdin?.end();
    expect([await once(child, 'exit'), await isServed(directory)]).toEqual([[0, null], false]);
  });

  test('leaves the Ctrl-C and the hang-up of a terminal to the parent that drives it', async () => {
    const child = launch('--directory', join(folder, 'driven'), '--json');
    const { environment } = announcement.parse(JSON.parse(await firstLine(child)));
    child.kill('SIGINT');
    child.kill('SIGHUP');
    expect(await query(environment, 'select pg_sleep(0.2), 1')).toEqual(['', 1]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('ends with exit code 1 when a server was killed', async () => {
    const directory = join(folder, 'driven');
    const child = launch('--directory', directory, '--json');
    await firstLine(child);
    const lock = await readFile(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8');
    process.kill(Number.parseInt(lock, 10), 'SIGKILL');
    expect(await once(child, 'exit')).toEqual([1, null]);
  });

  test.each([
    ['the database cluster', 'postgres/data.new/base'],
    ['the backups', 'archives'],
  ])('begins anew what a first start that was killed while it made %s left behind', async (what, sign) => {
    const directory = join(folder, what);
    const killed = launch('--directory', directory, '--json');
    while (!(await exists(join(directory, sign)))) await sleep(5);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(await exists(join(directory, 'disaster.json'))).toBe(false);

    const child = launch('--directory', directory, '--json');
    const { environment } = announcement.parse(JSON.parse(await firstLine(child)));
    const left = z
      .object({ database: z.array(z.object({ file: z.string() })) })
      .parse(JSON.parse(await readFile(join(directory, 'disaster.json'), 'utf8')));
    expect([
      await query(environment, `select count(*)::int from pg_tables where schemaname = 'public'`),
      (await readdir(join(directory, 'archives'))).sort(),
    ]).toEqual([
      [0],
      [...left.database.map(backup => backup.file), 'manifest.json', 's3_production.zip'].sort(),
    ]);
    child.kill('SIGTERM');
    expect([await once(child, 'exit'), await isServed(directory)]).toEqual([[0, null], false]);
  });

  test('shows a table to people, ends on SIGINT, and leaves nothing when killed', async () => {
    const directory = join(folder, 'shown');
    const child = launch('--directory', directory, '--lang', 'en');
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout ?? new PassThrough() })) {
      lines.push(line.replace(/:\d+/, ':PORT'));
      if (lines.length === 3) break;
    }
    expect(lines).toEqual([
      '  postgresql  postgres://apilos@127.0.0.1:PORT/apilos',
      '              empty database, to be restored; the application’s role owns it and is no superuser',
      '              SANDBOX_DATABASE_URL',
    ]);
    child.kill('SIGINT');
    expect([await once(child, 'exit'), await isServed(directory)]).toEqual([[0, null], false]);

    const again = launch('--directory', directory);
    await firstLine(again);
    again.kill('SIGKILL');
    await waitUntilUnserved(directory);
  });

  test('words a refusal in French or English, or gives it as data, with exit code 1', async () => {
    const directory = join(folder, 'other');
    await mkdir(directory);
    await writeFile(join(directory, 'precious'), 'x');
    const told: unknown[] = [];
    for (const words of [[], ['--lang', 'en'], ['--json']]) {
      const child = launch('--directory', directory, ...words);
      const [stdout, stderr, [code]] = await Promise.all([
        textOf(child.stdout),
        textOf(child.stderr),
        once(child, 'exit'),
      ]);
      told.push([code, stdout.trim(), stderr.trim()]);
    }
    const french =
      'ce dossier n’est ni vide ni celui d’un bac à sable : rien n’y a été changé ; indiquez-en un autre';
    const english =
      'this folder is neither empty nor a sandbox’s: nothing was changed in it; name another one';
    expect(told).toEqual([
      [1, '', `sandbox: ${french} (${directory})`],
      [1, '', `sandbox: ${english} (${directory})`],
      [1, JSON.stringify({ error: { code: 'directory-not-empty', details: { directory } } }), ''],
    ]);
  });
});
