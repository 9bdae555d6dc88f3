import { createHash, randomBytes } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refusal, startServer, type TestServer } from './server.ts';

const Bucket = 'stock';
let server: TestServer;

beforeEach(async () => {
  server = await startServer();
  await server.client().send(new CreateBucketCommand({ Bucket, ACL: 'public-read' }));
});

afterEach(() => server.stop());

const bodies = async () => (await readdir(join(server.directory, 'bodies'))).length;

test('a restart on the same directory keeps everything', async () => {
  const before = server.client();
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await before.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  const Key = '../é//clé ';
  await before.send(new PutObjectCommand({ Bucket, Key, Body: 'one', Metadata: { n: '1' } }));
  await before.send(new PutObjectCommand({ Bucket, Key, Body: 'two', ACL: 'public-read', Tagging: 'a=b' }));
  await before.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  const { UploadId } = await before.send(new CreateMultipartUploadCommand({ Bucket, Key: 'up' }));
  const part = { Bucket, Key: 'up', UploadId, PartNumber: 1 };
  const { ETag } = await before.send(new UploadPartCommand({ ...part, Body: 'part' }));
  const without = ({ $metadata, ...rest }: { $metadata: unknown }) => rest;
  const versions = without(await before.send(new ListObjectVersionsCommand({ Bucket })));
  const head = without(await before.send(new HeadObjectCommand({ Bucket, Key })));

  await server.restart();
  const after = server.client();
  expect(without(await after.send(new ListObjectVersionsCommand({ Bucket })))).toEqual(versions);
  expect(without(await after.send(new HeadObjectCommand({ Bucket, Key })))).toEqual(head);
  expect(await (await after.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()).toBe(
    'two',
  );
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await after.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'up', UploadId, MultipartUpload }));
  const third = await after.send(new PutObjectCommand({ Bucket, Key, Body: 'three' }));
  const listed = await after.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key }));
  expect(listed.Versions?.[0]?.VersionId).toBe(third.VersionId);
  expect((await fetch(`${server.url()}/${Bucket}`)).status).toBe(200);
});

test('no body outlives what refers to it', async () => {
  const client = server.client();
  const put = (Body: string, more = {}) =>
    client.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...more }));
  await put('one');
  await put('two');
  expect(await bodies()).toBe(1);
  expect(await refusal(put('three', { IfNoneMatch: '*' }))).toBe('PreconditionFailed 412');
  expect(await bodies()).toBe(1);
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'up' }));
  const target = { Bucket, Key: 'up', UploadId };
  await client.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: 'replaced' }));
  const { ETag } = await client.send(new UploadPartCommand({ ...target, PartNumber: 1, Body: 'part' }));
  expect(await bodies()).toBe(2);
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload }));
  expect(await bodies()).toBe(2);
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'up' }));
  expect(await bodies()).toBe(0);
  await writeFile(join(server.directory, 'bodies', 'left-by-a-crash'), 'x');
  await server.restart();
  expect(await bodies()).toBe(0);
});

test('an upload that the client breaks off leaves nothing, and the server goes on', async () => {
  const controller = new AbortController();
  const client = server.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
  async function* endless() {
    for (let count = 0; ; count++) {
      if (count === 40) controller.abort();
      yield randomBytes(65_536);
    }
  }
  const put = new PutObjectCommand({ Bucket, Key: 'k', Body: Readable.from(endless()), ContentLength: 1e9 });
  expect(await refusal(client.send(put, { abortSignal: controller.signal }))).toBe('AbortError no status');
  await expect.poll(bodies).toBe(0);
  expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'k' })))).toBe('NotFound 404');
});

test('of many that make the same bucket at once, one succeeds', async () => {
  const make = () => refusal(server.client().send(new CreateBucketCommand({ Bucket: 'contended' })));
  const outcomes = await Promise.all(Array.from({ length: 6 }, make));
  expect(outcomes.sort()).toEqual([
    ...Array.from({ length: 5 }, () => 'BucketAlreadyOwnedByYou 409'),
    'resolved',
  ]);
});

test('a large object passes through without growing memory', async () => {
  const client = server.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
  const block = randomBytes(1024 * 1024);
  const blocks = 192;
  const digest = createHash('sha256');
  for (let count = 0; count < blocks; count++) digest.update(block);
  const Body = Readable.from(Array.from({ length: blocks }, () => block));
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 5);
  await client.send(
    new PutObjectCommand({ Bucket, Key: 'large', Body, ContentLength: blocks * block.length }),
  );
  const got = await client.send(new GetObjectCommand({ Bucket, Key: 'large' }));
  const read = createHash('sha256');
  if (!(got.Body instanceof Readable)) throw new Error('the body is not a stream');
  for await (const bytes of got.Body) read.update(bytes);
  clearInterval(watch);
  expect(read.digest('hex')).toBe(digest.digest('hex'));
  expect(peak).toBeLessThan(96 * 1024 * 1024);
});

test('property: any key is written, listed, read and deleted', async () => {
  const client = server.client();
  const odd = fc.constantFrom(
    '/',
    '//',
    '.',
    '..',
    '../',
    './',
    ' ',
    '+',
    '%2F',
    '%',
    '?',
    '#',
    '&',
    ';',
    '\\',
    '~',
  );
  const accents = fc.constantFrom('é'.normalize('NFC'), 'é'.normalize('NFD'), '€', '\u{1f600}', '\ufeff');
  const any = fc
    .string({ unit: 'binary', minLength: 1, maxLength: 8 })
    .map(text => text.replace(/\p{Cc}/gu, 'c'));
  const key = fc
    .array(fc.oneof(odd, accents, any), { minLength: 1, maxLength: 8 })
    .map(parts => parts.join(''))
    .filter(text => Buffer.byteLength(text) <= 1024);
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(key, { minLength: 1, maxLength: 4 }), async keys => {
      for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
      const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(Contents?.map(entry => entry.Key)).toEqual(sorted);
      for (const Key of keys) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        expect(await Body?.transformToString()).toBe(Key);
        await client.send(new DeleteObjectCommand({ Bucket, Key }));
      }
      expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    }),
    { numRuns: 60 },
  );
  expect((await readdir(server.directory)).sort()).toEqual(['bodies', 'buckets', 'objects', 'uploads']);
});
