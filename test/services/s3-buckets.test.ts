import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAclCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { S3Resource } from '../../runner/services/resources.ts';
import { copyWithin } from '../../runner/services/s3/copy.ts';
import { eraseAll } from '../../runner/services/s3/erase.ts';
import {
  awaitRestored,
  compareBuckets,
  copyBucket,
  createBucket,
  deleteBucket,
  emptyBucket,
  glacierState,
  requestRestore,
} from '../../runner/services/s3.ts';
import { credential, region, startServer, type TestServer } from '../sandbox/s3/server.ts';
import { collectFacts, faultOf } from './backups.ts';

const MiB = 1024 * 1024;
const other = { accessKeyId: 'SCWAUTRE00000000000', secretAccessKey: '66666666-7777-8888-9999-000000000000' };

let server: TestServer;
let operations: string[];
let failing: (operation: string, key: string) => string | undefined;
let now: Date;

beforeEach(async () => {
  operations = [];
  failing = () => undefined;
  now = new Date();
  server = await startServer({
    credentials: [credential, other],
    now: () => now,
    restoreDelay: 60_000,
    fault: (operation, _bucket, key) => {
      operations.push(operation);
      const code = failing(operation, key);
      return code === undefined ? undefined : { status: 501, code };
    },
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

function bucketNamed(bucket: string, more: Partial<S3Resource> = {}): S3Resource {
  const place = { endpoint: server.url(), region, bucket, ...credential };
  const guard = { mode: 'drill', protected: ['apilos-*'] } as const;
  return { kind: 's3', name: 'fichiers', run: 'run-1', ...guard, ...place, ...more };
}

async function put(
  Bucket: string,
  Key: string,
  Body: string | Buffer,
  more: Partial<PutObjectCommandInput> = {},
) {
  await server.client().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

const cold = { StorageClass: 'GLACIER' } as const;

async function archives(objects: Readonly<Record<string, string | Buffer>>): Promise<S3Resource> {
  await server.client().send(new CreateBucketCommand({ Bucket: 'apilos-glacier' }));
  for (const [key, body] of Object.entries(objects)) await put('apilos-glacier', key, body, cold);
  return bucketNamed('apilos-glacier', { name: 'glacier', access: 'read' });
}

const count = (name: string) => operations.filter(operation => operation === name).length;

test('archives are asked for once, awaited, and only then readable', async () => {
  const glacier = await archives({ 'a.pdf': 'un', 'b.pdf': 'deux' });
  await put('apilos-glacier', 'c.pdf', 'trois');
  const newest = new Date(Math.floor(now.getTime() / 1000) * 1000).toISOString();
  const held = { objects: 3, bytes: 11, newest: expect.stringContaining(newest.slice(0, 19)) };
  expect(await glacierState(glacier)).toEqual({ ...held, archived: 2, restoring: 0, readable: 1 });
  expect(await faultOf(awaitRestored(glacier, { within: 1000, every: 10 }))).toBe('glacier-not-requested');
  const request = () => requestRestore(glacier, { days: 7 });
  expect(await request()).toEqual({ objects: 3, requested: 2, underWay: 0, readable: 1 });
  expect(await request()).toEqual({ objects: 3, requested: 0, underWay: 2, readable: 1 });
  expect(count('RestoreObject')).toBe(2);
  const shown = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const waited: unknown = await awaitRestored(glacier, { within: 30, every: 10 }).catch(
    (error: unknown) => error,
  );
  expect(waited).toMatchObject({
    code: 'glacier-not-ready',
    params: { bucket: 'apilos-glacier', left: 2, objects: 3 },
    state: 'nothing-changed',
  });
  const waiting = awaitRestored(glacier, { within: 60_000, every: 10 });
  now = new Date(now.getTime() + 61_000);
  expect(await waiting).toMatchObject({ archived: 0, restoring: 0, readable: 3 });
  expect(shown.mock.calls.at(-1)).toEqual(['3/3']);
  const { readableUntil = '' } = await glacierState(glacier);
  expect(new Date(readableUntil).getTime() - now.getTime()).toBeGreaterThan(7 * 86_400_000);
});

test('a request that another one overtook is no error', async () => {
  const glacier = await archives({ 'a.pdf': 'un' });
  failing = operation => (operation === 'RestoreObject' ? 'RestoreAlreadyInProgress' : undefined);
  expect(await requestRestore(glacier, { days: 1 })).toMatchObject({ requested: 0, underWay: 1 });
});

const strange = ['conventions/x//y.pdf', 'é à ü/plan RdC + étage 100%.pdf', 'a?b&c=d.pdf', "q'uote(1)*.pdf"];

test.each([
  ['by the service', credential, 'CopyObject'],
  ['through here', other, 'GetObject'],
])(
  'a bucket is copied %s, with types and metadata, private and not archived',
  async (_how, key, operation) => {
    const facts = collectFacts();
    const glacier = await archives({});
    const described = {
      ContentType: 'application/pdf',
      CacheControl: 'max-age=5',
      Metadata: { auteur: 'moi' },
    };
    for (const name of strange) {
      await put('apilos-glacier', name, name, { ...described, ...cold, ACL: 'public-read' });
    }
    await put('apilos-glacier', 'vide', '', described);
    await put('apilos-glacier', 'moyen', Buffer.alloc(2 * MiB, 'm'));
    const copy = bucketNamed('exercice', key);
    await createBucket(copy);
    expect(await faultOf(copyBucket(glacier, copy))).toBe('object-archived');
    await requestRestore(glacier, { days: 1 });
    now = new Date(now.getTime() + 61_000);
    operations.length = 0;
    const first = await copyBucket(glacier, copy);
    expect(first.copied + first.skipped).toBe(6);
    expect(count(operation)).toBeGreaterThanOrEqual(4);
    expect(count('GetObject') > 0).toBe(operation === 'GetObject');
    for (const Key of strange) {
      const place = { Bucket: 'exercice', Key };
      const head = await server.client().send(new HeadObjectCommand(place));
      expect(head).toMatchObject({ ...described, Metadata: { auteur: 'moi', 'reprise-run': 'run-1' } });
      expect(head.StorageClass ?? 'STANDARD').toBe('STANDARD');
      const { Grants } = await server.client().send(new GetObjectAclCommand(place));
      expect(Grants?.map(grant => grant.Grantee?.URI)).toEqual([undefined]);
    }
    const { manifest, ...compared } = await compareBuckets(glacier, copy);
    const bytes = first.bytes;
    expect(compared).toEqual({ same: 6, bytes, missing: [], different: [], extra: [] });
    expect(manifest).toMatch(/^[0-9a-f]{64}$/);
    await put('apilos-glacier', 'vide', 'plus vide');
    expect(await copyBucket(glacier, copy)).toEqual({ copied: 1, skipped: 5, bytes: bytes + 9 });
    expect(facts).toEqual([
      { kind: 'data-loaded', resource: 'fichiers', what: '6 objets', personal: true },
      { kind: 'data-loaded', resource: 'fichiers', what: '6 objets', personal: true },
    ]);
  },
);

test('an object above 64 MiB goes from one account to another in parts', async () => {
  const source = bucketNamed('source');
  await createBucket(source);
  await put('source', 'grand.zip', Buffer.alloc(65 * MiB, 'abcdefg'));
  const copy = bucketNamed('exercice', other);
  await createBucket(copy);
  await copyBucket(source, copy);
  expect(count('UploadPart')).toBe(5);
  expect(await compareBuckets(source, copy)).toMatchObject({ same: 1, different: [] });
});

test('what is too large for one copy is copied in parts by the service', async () => {
  await createBucket(bucketNamed('exercice'));
  await put('exercice', 'a b', Buffer.alloc(13 * MiB, 'xyz'), { ContentType: 'application/zip' });
  const client = server.client();
  const { ETag } = await client.send(new HeadObjectCommand({ Bucket: 'exercice', Key: 'a b' }));
  const settings = { Bucket: 'exercice', Key: 'copie', ACL: 'private', StorageClass: 'STANDARD' } as const;
  const described = { ContentType: 'application/zip', Metadata: { 'reprise-run': 'run-1' } };
  const source = { Bucket: 'exercice', Key: 'a b', size: 13 * MiB, etag: ETag };
  await copyWithin(client, { ...settings, ...described }, source, {
    largest: 8 * MiB,
    part: 5 * MiB,
  });
  expect(count('UploadPartCopy')).toBe(3);
  const copied = await client.send(new HeadObjectCommand({ Bucket: 'exercice', Key: 'copie' }));
  expect(copied).toMatchObject({ ContentLength: 13 * MiB, ContentType: 'application/zip' });
});

test('two buckets that differ are told apart key by key, and the manifest is that of sha256sum', async () => {
  for (const name of ['source', 'copie']) await createBucket(bucketNamed(name));
  for (const [key, body] of Object.entries({ 'a.pdf': 'un', 'b.pdf': 'deux', 'é.pdf': 'trois' })) {
    await put('source', key, body);
  }
  for (const [key, body] of Object.entries({ 'a.pdf': 'un', 'b.pdf': 'DEUX', 'z.pdf': 'trop' })) {
    await put('copie', key, body);
  }
  // `printf un > a.pdf; printf deux > b.pdf; printf trois > é.pdf; LC_ALL=C sha256sum * | sha256sum`
  expect(await compareBuckets(bucketNamed('source'), bucketNamed('copie'))).toEqual({
    same: 1,
    bytes: 11,
    missing: ['é.pdf'],
    different: ['b.pdf'],
    extra: ['z.pdf'],
    manifest: 'b183a7faa0c56dfcea1ae59adbd482e4eea9b9929efe6f9aec3062e17b0fb7fa',
  });
});

test('nothing is written to a bucket that is only read, that a drill protects, or that another run filled', async () => {
  await createBucket(bucketNamed('source'));
  await put('source', 'a', 'b');
  await createBucket(bucketNamed('autre', { run: 'run-0' }));
  await put('autre', 'a', 'c');
  operations.length = 0;
  const source = bucketNamed('source');
  const read = bucketNamed('exercice', { access: 'read' });
  expect(await faultOf(copyBucket(source, read))).toBe('resource-read-only');
  expect(await faultOf(createBucket(read))).toBe('resource-read-only');
  expect(await faultOf(emptyBucket(read))).toBe('resource-read-only');
  expect(await faultOf(deleteBucket(read))).toBe('resource-read-only');
  const production = bucketNamed('apilos-prod');
  expect(await faultOf(copyBucket(source, production))).toBe('protected-name');
  expect(await faultOf(emptyBucket(production))).toBe('protected-name');
  expect(await faultOf(deleteBucket(production))).toBe('protected-name');
  expect(operations).toEqual([]);
  const autre = bucketNamed('autre');
  expect(await faultOf(copyBucket(source, autre))).toBe('bucket-not-empty');
  expect(await faultOf(emptyBucket(autre))).toBe('bucket-not-ours');
  expect(await faultOf(deleteBucket(autre))).toBe('bucket-not-ours');
  expect(await server.client().send(new ListObjectVersionsCommand({ Bucket: 'autre' }))).toMatchObject({
    Versions: [{ Key: 'a' }],
  });
});

test('a refusal names the bucket that refused', async () => {
  await createBucket(bucketNamed('exercice'));
  const fault: unknown = await copyBucket(bucketNamed('absent'), bucketNamed('exercice')).catch(
    (error: unknown) => error,
  );
  expect(fault).toMatchObject({ code: 's3-refused', params: { bucket: 'absent', code: 'NoSuchBucket' } });
});

test('a bucket of this run goes with all its versions, markers and unfinished uploads, and may be erased again', async () => {
  const facts = collectFacts();
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  await put('exercice', 'a', '1');
  await put('exercice', 'a', '2');
  await put('exercice', 'b//c é', '3');
  const client = server.client();
  await client.send(new DeleteObjectCommand({ Bucket: 'exercice', Key: 'a' }));
  await client.send(new CreateMultipartUploadCommand({ Bucket: 'exercice', Key: 'u' }));
  expect(await faultOf(deleteBucket(bucket))).toBe('s3-refused');
  expect(await emptyBucket(bucket)).toEqual({ versions: 4, uploads: 1 });
  expect(await emptyBucket(bucket)).toEqual({ versions: 0, uploads: 0 });
  expect(await deleteBucket(bucket)).toBe(true);
  expect(await deleteBucket(bucket)).toBe(false);
  expect(await emptyBucket(bucket)).toEqual({ versions: 0, uploads: 0 });
  await expect(client.send(new HeadBucketCommand({ Bucket: 'exercice' }))).rejects.toThrow();
  expect(facts).toEqual([
    { kind: 'data-erased', resource: 'fichiers', what: '4 versions d’objets' },
    { kind: 'data-erased', resource: 'fichiers', what: 'bucket « exercice »' },
  ]);
});

test('where buckets have no tags, an object’s own metadata say whose they are', async () => {
  failing = operation => (/BucketTagging/.test(operation) ? 'NotImplemented' : undefined);
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  expect(await faultOf(deleteBucket(bucket))).toBe('bucket-not-ours');
  await put('exercice', 'b', '1', { Metadata: { 'reprise-run': 'run-1' } });
  const Versioned = { Bucket: 'exercice', VersioningConfiguration: { Status: 'Enabled' } } as const;
  await server.client().send(new PutBucketVersioningCommand(Versioned));
  await server.client().send(new DeleteObjectCommand({ Bucket: 'exercice', Key: 'a' }));
  expect(await emptyBucket(bucket)).toEqual({ versions: 2, uploads: 0 });
});

test('what more pages than one hold is all erased', async () => {
  const shown = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  await createBucket(bucketNamed('exercice'));
  for (const key of ['a', 'b', 'c', 'd', 'e']) await put('exercice', key, 'x');
  const erased = await eraseAll(server.client(), bucketNamed('exercice'), 2);
  expect(erased).toEqual({ versions: 5, uploads: 0 });
  expect(shown.mock.calls).toEqual([['2'], ['4'], ['5']]);
});
