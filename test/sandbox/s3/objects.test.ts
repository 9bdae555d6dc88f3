import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksumSettings, refusal, startServer, type TestServer } from './server.ts';

const Bucket = 'fichiers';
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.client().send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => server.stop());

async function read(client: S3Client, Key: string, more = {}): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

describe.each(checksumSettings)('objects with %s', (_, config) => {
  let client: S3Client;
  beforeAll(() => {
    client = server.client(config);
  });

  test('a buffer comes back with all that was said of it', async () => {
    const put = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a/b.pdf',
        Body: 'bonjour',
        ContentType: 'application/pdf',
        CacheControl: 'max-age=60',
        ContentDisposition: 'inline',
        ContentLanguage: 'fr',
        ContentEncoding: 'identity',
        Metadata: { author: 'me', 'two-words': 'x y' },
        StorageClass: 'ONEZONE_IA',
        Tagging: 'a=1&b=c%20d',
      }),
    );
    expect(put.ETag).toBe(`"${createHash('md5').update('bonjour').digest('hex')}"`);
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'a/b.pdf' }));
    expect(await got.Body?.transformToString()).toBe('bonjour');
    expect({
      type: got.ContentType,
      cache: got.CacheControl,
      disposition: got.ContentDisposition,
      language: got.ContentLanguage,
      encoding: got.ContentEncoding,
      metadata: got.Metadata,
      storage: got.StorageClass,
      tags: got.TagCount,
      length: got.ContentLength,
      version: got.VersionId,
    }).toEqual({
      type: 'application/pdf',
      cache: 'max-age=60',
      disposition: 'inline',
      language: 'fr',
      encoding: 'identity',
      metadata: { author: 'me', 'two-words': 'x y' },
      storage: 'ONEZONE_IA',
      tags: 2,
      length: 7,
      version: undefined,
    });
  });

  test('a stream of several chunks is stored as it was, without framing', async () => {
    const bytes = randomBytes(12_583_035);
    const Body = Readable.from([bytes.subarray(0, 1_000_003), bytes.subarray(1_000_003)]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: bytes.length }));
    expect((await read(client, 'stream')).equals(bytes)).toBe(true);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'stream' }));
    expect([head.ContentLength, head.ContentEncoding]).toEqual([bytes.length, undefined]);
  });

  test('an empty object is an object', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'dossier/', Body: Buffer.alloc(0) }));
    expect(await read(client, 'dossier/')).toEqual(Buffer.alloc(0));
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'dossier/' }))).ContentLength).toBe(0);
  });

  test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)('checksum %s', async algorithm => {
    const Key = `sum-${algorithm}`;
    const put = await client.send(
      new PutObjectCommand({ Bucket, Key, Body: '123456789', ChecksumAlgorithm: algorithm }),
    );
    const head = await client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    const name = `Checksum${algorithm}` as const;
    const expected = {
      CRC32: 'y/Q5Jg==',
      CRC32C: '4waSgw==',
      SHA1: '98O8HYCOBHMq32eZZczDTKeuNEE=',
      SHA256: 'FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=',
    }[algorithm];
    expect([put[name], head[name], head.ChecksumType]).toEqual([expected, expected, 'FULL_OBJECT']);
  });

  test('ranges', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }));
    const ranged = async (Range: string) => (await read(client, 'digits', { Range })).toString();
    expect([await ranged('bytes=2-4'), await ranged('bytes=7-'), await ranged('bytes=-3')]).toEqual([
      '234',
      '789',
      '789',
    ]);
    expect([await ranged('bytes=8-99'), await ranged('bytes=-99'), await ranged('bytes=0-1,3-4')]).toEqual([
      '89',
      '0123456789',
      '0123456789',
    ]);
    const part = await client.send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=2-4' }));
    expect([part.$metadata.httpStatusCode, part.ContentRange, part.ContentLength]).toEqual([
      206,
      'bytes 2-4/10',
      3,
    ]);
    expect(await refusal(read(client, 'digits', { Range: 'bytes=10-' }))).toBe('InvalidRange 416');
    expect(await refusal(read(client, 'dossier/', { Range: 'bytes=0-' }))).toBe('InvalidRange 416');
  });

  test('conditions of a read', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'cond', Body: 'x' }));
    const past = new Date(0);
    const future = new Date(Date.now() + 3_600_000);
    const outcome = (more: object) => refusal(read(client, 'cond', more));
    expect(await outcome({ IfMatch: ETag })).toBe('resolved');
    expect(await outcome({ IfMatch: '"other"' })).toBe('PreconditionFailed 412');
    expect(await outcome({ IfNoneMatch: '"other"' })).toBe('resolved');
    expect(await outcome({ IfNoneMatch: ETag })).toMatch(/ 304$/);
    expect(await outcome({ IfModifiedSince: past })).toBe('resolved');
    expect(await outcome({ IfModifiedSince: future })).toMatch(/ 304$/);
    expect(await outcome({ IfUnmodifiedSince: past })).toBe('PreconditionFailed 412');
    expect(await outcome({ IfUnmodifiedSince: future })).toBe('resolved');
  });

  test('conditions of a write', async () => {
    const put = (more: object) =>
      refusal(client.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', ...more })));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'once' }));
    expect(await put({ IfMatch: '"x"' })).toBe('NoSuchKey 404');
    expect(await put({ IfNoneMatch: '*' })).toBe('resolved');
    expect(await put({ IfNoneMatch: '*' })).toBe('PreconditionFailed 412');
    expect(await put({ IfMatch: '"x"' })).toBe('PreconditionFailed 412');
    const race = await Promise.all(
      Array.from({ length: 8 }, () =>
        refusal(client.send(new PutObjectCommand({ Bucket, Key: 'race', Body: 'x', IfNoneMatch: '*' }))),
      ),
    );
    expect(race.filter(one => one === 'resolved').length).toBe(1);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'race' }));
  });

  test('a reply can be given other headers', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'x', Body: 'x', ContentType: 'text/plain' }));
    const got = await client.send(
      new GetObjectCommand({
        Bucket,
        Key: 'x',
        ResponseContentType: 'application/pdf',
        ResponseContentDisposition: 'attachment; filename="é.pdf"'.normalize('NFD').replace('\u0301', ''),
      }),
    );
    expect([got.ContentType, got.ContentDisposition]).toEqual([
      'application/pdf',
      'attachment; filename="e.pdf"',
    ]);
  });

  test('attributes', async () => {
    await client.send(
      new PutObjectCommand({ Bucket, Key: 'attr', Body: '123456789', ChecksumAlgorithm: 'CRC32' }),
    );
    const got = await client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'attr',
        ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass', 'Checksum'],
      }),
    );
    expect([got.ETag, got.ObjectSize, got.StorageClass, got.Checksum]).toEqual([
      createHash('md5').update('123456789').digest('hex'),
      9,
      'STANDARD',
      { ChecksumCRC32: 'y/Q5Jg==', ChecksumType: 'FULL_OBJECT' },
    ]);
  });

  test('what does not exist', async () => {
    expect(await refusal(read(client, 'absent'))).toBe('NoSuchKey 404');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'absent' })))).toBe('NotFound 404');
    expect(await refusal(client.send(new GetObjectCommand({ Bucket: 'nope', Key: 'x' })))).toBe(
      'NoSuchBucket 404',
    );
    expect(await refusal(client.send(new PutObjectCommand({ Bucket: 'nope', Key: 'x', Body: 'x' })))).toBe(
      'NoSuchBucket 404',
    );
    expect(await refusal(client.send(new DeleteObjectCommand({ Bucket, Key: 'absent' })))).toBe('resolved');
  });

  test('limits of what is written', async () => {
    const put = (more: object) =>
      refusal(client.send(new PutObjectCommand({ Bucket, Key: 'limits', Body: 'x', ...more })));
    expect(await put({ Key: 'é'.repeat(512) })).toBe('resolved');
    expect(await put({ Key: `${'é'.repeat(512)}a` })).toBe('KeyTooLongError 400');
    expect(await put({ Metadata: { long: 'x'.repeat(2045) } })).toBe('MetadataTooLarge 400');
    expect(await put({ StorageClass: 'DEEP_ARCHIVE' })).toBe('InvalidStorageClass 400');
    expect(await put({ ACL: 'public-read-write' })).toBe('InvalidArgument 400');
    expect(await put({ Tagging: Array.from({ length: 11 }, (_, i) => `${i}=x`).join('&') })).toBe(
      'InvalidTag 400',
    );
    expect(await put({ ServerSideEncryption: 'AES256' })).toBe('NotImplemented 501');
    expect(await put({ IfNoneMatch: '"x"' })).toBe('NotImplemented 501');
    expect(await refusal(read(client, 'limits'))).toBe('NoSuchKey 404');
  });

  test('many objects are deleted at once', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `many/ ${index} <&>"'\u00e9\r\n`);
    await Promise.all(keys.map(Key => client.send(new PutObjectCommand({ Bucket, Key, Body: Key }))));
    const Objects = keys.map(Key => ({ Key }));
    const half = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(0, 10) } }),
    );
    expect(half.Deleted?.map(({ Key }) => Key)).toEqual(keys.slice(0, 10));
    const quiet = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(10), Quiet: true } }),
    );
    expect([quiet.Deleted, quiet.Errors]).toEqual([undefined, undefined]);
    expect((await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'many/' }))).KeyCount).toBe(0);
    const tooMany = Array.from({ length: 1001 }, (_, index) => ({ Key: `${index}` }));
    expect(
      await refusal(client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: tooMany } }))),
    ).toBe('MalformedXML 400');
  });
});
