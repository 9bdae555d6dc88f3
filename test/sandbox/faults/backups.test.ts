import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, ListObjectsV2Command, RestoreObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FaultName } from '../../../runner/sandbox/faults.ts';
import { type Sandbox, startSandbox } from '../../../runner/sandbox/sandbox.ts';
import { instantInName } from '../../../runner/services/archives/catalogue.ts';
import { newestArtifact } from '../../../runner/services/github.ts';
import type { GithubResource, ScalingoResource } from '../../../runner/services/resources.ts';
import { listBackups } from '../../../runner/services/scalingo.ts';
import { git } from '../git/platform.ts';

let folder = '';
let originals: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faults-backups-'));
  originals = await during([], ({ environment }) => digestsIn(environment.SANDBOX_ARCHIVES ?? ''));
}, 60_000);
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** Uses a sandbox that is started with those faults, on the one folder, and stopped afterwards. */
async function during<T>(faults: readonly FaultName[], use: (sandbox: Sandbox) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox({ directory: join(folder, 'sandbox'), faults: new Set(faults) });
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}

async function digestsIn(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).filter(name => name.endsWith('.tar.gz')).sort();
  const digest = async (name: string) => {
    return createHash('sha256')
      .update(await readFile(join(directory, name)))
      .digest('hex');
  };
  return Object.fromEntries(await Promise.all(names.map(async name => [name, await digest(name)] as const)));
}

function run(programme: string, ...words: readonly string[]): Promise<{ code: unknown; stdout: string }> {
  return new Promise(done => {
    execFile(programme, words, { maxBuffer: 2 ** 26 }, (error, stdout) =>
      done({ code: error?.code ?? 0, stdout }),
    );
  });
}

/** What the tools of an operator say of an archive. */
async function conditionOf(path: string): Promise<'unreadable' | 'truncated' | 'empty' | 'whole'> {
  const target = await mkdtemp(join(folder, 'unpacked-'));
  if ((await run('tar', '-xzf', path, '-C', target)).code !== 0) return 'unreadable';
  const [dump = ''] = (await readdir(target, { recursive: true })).filter(name => name.endsWith('.pgsql'));
  const { code } = await run('pg_restore', '--file=/dev/null', join(target, dump));
  if (code !== 0) return 'truncated';
  const { stdout } = await run('pg_restore', '--list', join(target, dump));
  return /TABLE DATA/.test(stdout) ? 'whole' : 'empty';
}

/** Oldest first. */
async function conditions({ environment }: Sandbox): Promise<string[]> {
  const directory = environment.SANDBOX_ARCHIVES ?? '';
  return await Promise.all(Object.keys(originals).map(name => conditionOf(join(directory, name))));
}

function platform({ environment }: Sandbox): ScalingoResource {
  const value = (name: string) => environment[name] ?? '';
  const keyFile = value('SANDBOX_SSH_KEY');
  return {
    name: 'plateforme',
    run: 'run-1',
    mode: 'drill',
    protected: [],
    kind: 'scalingo',
    api: value('SANDBOX_SCALINGO_API'),
    authApi: value('SANDBOX_SCALINGO_AUTH_API'),
    databaseApi: value('SANDBOX_SCALINGO_DATABASE_API'),
    token: value('SANDBOX_SCALINGO_TOKEN'),
    region: value('SANDBOX_SCALINGO_REGION'),
    gateway: { host: '127.0.0.1', hostFingerprint: '', identity: { keyFile } },
  };
}

function github({ environment }: Sandbox): GithubResource {
  const value = (name: string) => environment[name] ?? '';
  return {
    name: 'depot',
    run: 'run-1',
    mode: 'drill',
    protected: [],
    kind: 'github',
    api: value('SANDBOX_GITHUB_API'),
    repository: value('SANDBOX_GITHUB_REPOSITORY'),
    token: value('SANDBOX_GITHUB_TOKEN'),
    clone: '',
  };
}

test.each([
  [[], ['whole', 'whole', 'truncated']],
  [['backup-corrupted'], ['whole', 'unreadable', 'truncated']],
  [['backup-empty'], ['whole', 'empty', 'truncated']],
  [
    ['backups-all-corrupted', 'backup-empty'],
    ['unreadable', 'unreadable', 'unreadable'],
  ],
] as const)(
  '%j leaves backups that are %j, of the sizes that the platform says',
  async (faults, expected) => {
    await during(faults, async sandbox => {
      expect(await conditions(sandbox)).toEqual(expected);
      const listed = await listBackups(platform(sandbox), 'apilos-siap-production');
      const archives = sandbox.environment.SANDBOX_ARCHIVES ?? '';
      const whole = listed.filter(backup => backup.status === 'done');
      const sizes = whole.map(async ({ name }) => (await stat(join(archives, `${name}.tar.gz`))).size);
      expect(whole.map(({ size }) => size)).toEqual(await Promise.all(sizes));
      expect(whole).toHaveLength(3);
    });
  },
  30_000,
);

test('backups-stale dates every backup of the database a month back, at both places, for that start alone', async () => {
  const dated = (faults: readonly FaultName[]) =>
    during(faults, async sandbox => {
      const listed = await listBackups(platform(sandbox), 'apilos-siap-production');
      const wanted = { workflow: 'db_backup_download.yml', name: 'Save db backup as artifact' };
      const { createdAt } = await newestArtifact(github(sandbox), wanted);
      const done = listed.filter(({ status }) => status === 'done');
      const named = done.map(({ name }) => instantInName(name));
      expect(named).toEqual(done.map(({ takenAt }) => new Date(takenAt).toISOString()));
      return [...done.map(({ takenAt }) => takenAt), createdAt].map(at => Date.parse(at));
    });
  const [now, stale] = [await dated([]), await dated(['backups-stale'])];
  expect(stale).toEqual(now.map(at => at - 30 * 86_400_000));
  expect(await dated([])).toEqual(now);
}, 60_000);

test('lifting a fault gives the very archives back', async () => {
  const spoilt = await during(['backups-all-corrupted'], ({ environment }) =>
    digestsIn(environment.SANDBOX_ARCHIVES ?? ''),
  );
  expect(Object.keys(spoilt).filter(name => spoilt[name] === originals[name])).toEqual([]);
  const lifted = await during([], ({ environment }) => digestsIn(environment.SANDBOX_ARCHIVES ?? ''));
  expect(lifted).toEqual(originals);
}, 30_000);

test('glacier-slow keeps an object archived for twenty seconds, and template-changed changes the repository too', async () => {
  const hasNewName = async (url: string, name: string) => {
    const clone = join(folder, name);
    await git(folder, ['clone', '--quiet', '--branch', 'v1.86.0', url, clone]);
    return (await readFile(join(clone, '.env.template'), 'utf8')).includes('\nDOCUMENT_VAULT_KEY=\n');
  };
  const address = ({ environment }: Sandbox) => environment.SANDBOX_REPOSITORY_URL ?? '';
  const before = await during([], async sandbox => [
    address(sandbox),
    await hasNewName(address(sandbox), 'a'),
  ]);
  await during(['glacier-slow', 'template-changed'], async sandbox => {
    const { environment } = sandbox;
    const s3 = new S3Client({
      endpoint: environment.SANDBOX_S3_ENDPOINT ?? '',
      region: 'fr-par',
      credentials: {
        accessKeyId: environment.SANDBOX_S3_ACCESS_KEY_ID ?? '',
        secretAccessKey: environment.SANDBOX_S3_SECRET_ACCESS_KEY ?? '',
      },
      forcePathStyle: true,
    });
    const Bucket = environment.SANDBOX_S3_GLACIER_BUCKET ?? '';
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    const object = { Bucket, Key: Contents[0]?.Key ?? '' };
    await s3.send(new RestoreObjectCommand({ ...object, RestoreRequest: { Days: 1 } }));
    const url = address(sandbox);
    expect([before, await hasNewName(url, 'b')]).toEqual([[url, false], true]);
    // When nothing is wrong an object is back after two seconds.
    await sleep(2500);
    expect((await s3.send(new HeadObjectCommand(object))).Restore).toBe('ongoing-request="true"');
    s3.destroy();
  });
}, 30_000);
