import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  RestoreObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import yauzl from 'yauzl';
import { z } from 'zod';
import { ownRepository } from '../../runner/sandbox/repository/bare.ts';
import { type Sandbox, startSandbox } from '../../runner/sandbox/sandbox.ts';
import {
  downloadArtifact,
  newestArtifact,
  readFile as readFromGithub,
} from '../../runner/services/github.ts';
import { git } from './git/platform.ts';

const left = z.object({
  database: z.array(z.object({ file: z.string(), takenAt: z.string(), intact: z.boolean() })),
  files: z.object({
    takenAt: z.string(),
    objects: z.array(z.object({ key: z.string(), size: z.number(), sha256: z.string() })),
  }),
});

let folder = '';
let sandbox: Sandbox;
let disaster: z.infer<typeof left>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-left-'));
  sandbox = await startSandbox({ directory: join(folder, 'sandbox'), now: new Date('2026-03-18T09:30:00Z') });
  disaster = left.parse(JSON.parse(await readFile(join(folder, 'sandbox', 'disaster.json'), 'utf8')));
}, 60_000);

afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

function variable(name: string): string {
  const value = sandbox.environment[name];
  if (value === undefined) throw new Error(`no ${name}`);
  return value;
}

describe('the archived bucket', () => {
  const Bucket = 'apilos-glacier';

  function client(): S3Client {
    return new S3Client({
      endpoint: variable('SANDBOX_S3_ENDPOINT'),
      region: variable('SANDBOX_S3_REGION'),
      credentials: {
        accessKeyId: variable('SANDBOX_S3_ACCESS_KEY_ID'),
        secretAccessKey: variable('SANDBOX_S3_SECRET_ACCESS_KEY'),
      },
      forcePathStyle: true,
    });
  }

  test('holds every object of the lost one under its true key, archived, dated of the backup', async () => {
    const s3 = client();
    const { Contents = [], IsTruncated } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const listed = Contents.map(({ Key, Size, StorageClass, LastModified }) => {
      return { Key, Size, StorageClass, at: LastModified?.toISOString() };
    });
    const expected = disaster.files.objects.map(({ key, size }) => {
      return { Key: key, Size: size, StorageClass: 'GLACIER', at: '2026-03-16T01:27:00.000Z' };
    });
    const byKey = (a: { Key?: string | undefined }, b: { Key?: string | undefined }) =>
      (a.Key ?? '') < (b.Key ?? '') ? -1 : 1;
    expect(listed.sort(byKey)).toEqual(expected.sort(byKey));
    expect([IsTruncated, expected.some(({ Key }) => Key.includes('//'))]).toEqual([false, true]);
    const lost = s3.send(new HeadBucketCommand({ Bucket: 'apilos-prod' }));
    await expect(lost).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
    s3.destroy();
  });

  test('gives an object back, private and with its type, two seconds after it is asked for', async () => {
    const s3 = client();
    const one = disaster.files.objects.find(({ key }) => key.includes('//') && key.endsWith('.pdf'));
    const object = { Bucket, Key: one?.key ?? '' };
    const refused = s3.send(new GetObjectCommand(object));
    await expect(refused).rejects.toMatchObject({ name: 'InvalidObjectState' });
    await s3.send(new RestoreObjectCommand({ ...object, RestoreRequest: { Days: 1 } }));
    const restore = async () => (await s3.send(new HeadObjectCommand(object))).Restore;
    expect(await restore()).toBe('ongoing-request="true"');
    while ((await restore())?.includes('true')) await sleep(100);
    const { Body, ContentType } = await s3.send(new GetObjectCommand(object));
    const { Grants = [] } = await s3.send(new GetObjectAclCommand(object));
    const content = (await Body?.transformToByteArray()) ?? new Uint8Array();
    expect([
      createHash('sha256').update(content).digest('hex'),
      ContentType,
      Grants.filter(grant => grant.Grantee?.URI !== undefined),
    ]).toEqual([one?.sha256, 'application/pdf', []]);
    s3.destroy();
  });
});

describe('GitHub', () => {
  const github = () =>
    ({
      run: 'run-1',
      mode: 'drill',
      protected: [],
      name: 'depot',
      kind: 'github',
      repository: 'MTES-MCT/apilos',
      clone: 'https://github.com/MTES-MCT/apilos.git',
      api: variable('SANDBOX_GITHUB_API'),
      token: variable('SANDBOX_GITHUB_TOKEN'),
    }) as const;

  test('has the newest intact night of the database, in the shape of upload-artifact', async () => {
    const wanted = { workflow: 'db_backup_download.yml', name: 'Save db backup as artifact' };
    const artifact = await newestArtifact(github(), wanted);
    const { path } = await downloadArtifact(github(), artifact, join(folder, 'db.zip'));
    const intact = disaster.database.find(backup => backup.intact);
    expect([artifact.createdAt, await entriesOf(path)]).toEqual([
      '2026-03-17T06:31:00Z',
      { 'db_backup.tar.gz': await readFile(join(variable('SANDBOX_ARCHIVES'), intact?.file ?? '')) },
    ]);
  });

  test('has the template that is in the repository, with all its traps', async () => {
    const { text } = await readFromGithub(github(), '.env.template');
    const names = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
    expect([names.length, new Set(names).size]).toEqual([45, 45]);
    const traps = [
      'DEBUG=True',
      'ENVIRONMENT=development',
      '# AWS_DEFAULT_ACL=public-read',
      'REDIS_URL=redis://localhost:6379',
    ];
    for (const trap of [...traps, 'LIBREOFFICE_EXEC=/Applications/LibreOffice.app/Contents/MacOS/soffice']) {
      expect(text.split('\n')).toContain(trap);
    }
  });
});

function entriesOf(path: string): Promise<Record<string, Buffer>> {
  return new Promise((done, failed) => {
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return failed(error);
      const found: Record<string, Buffer> = {};
      zip.on('entry', entry => {
        zip.openReadStream(entry, async (problem, stream) => {
          if (problem) return failed(problem);
          const chunks: Buffer[] = [];
          for await (const chunk of stream) chunks.push(Buffer.from(chunk));
          found[entry.fileName] = Buffer.concat(chunks);
          zip.readEntry();
        });
      });
      zip.on('end', () => done(found));
      zip.readEntry();
    });
  });
}

describe('the repository to deploy', () => {
  test('is cloned by git at its version, whole and clean', async () => {
    const clone = join(folder, 'clone');
    const version = variable('SANDBOX_REPOSITORY_VERSION');
    const words = ['clone', '--quiet', '--branch', version, variable('SANDBOX_REPOSITORY_URL'), clone];
    expect((await git(folder, words)).code).toBe(0);
    const said = async (...args: string[]) => (await git(clone, args)).stdout.trim().split('\n');
    expect([
      await said('describe', '--tags'),
      (await said('log', '--format=%s')).length,
      await said('ls-files'),
    ]).toEqual([
      ['v1.86.0'],
      3,
      [
        '.env.template',
        '.github/workflows/db_backup_download.yml',
        '.github/workflows/s3_backup.yml',
        'Procfile',
        'scalingo.json',
      ],
    ]);
  });

  test('is left out on a machine without git, and the rest starts', async () => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      expect(await ownRepository(join(folder, 'without'))).toBe(undefined);
      expect(await readdir(join(folder, 'without'))).toEqual([]);
    } finally {
      process.env.PATH = path;
    }
  });
});
