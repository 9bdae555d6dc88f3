import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checksumSettings, refusal, startServer, type TestServer } from './server.ts';

const Bucket = 'morceaux';
const part = 5 * 1024 * 1024;
const bytes = randomBytes(2 * part + 12_345);
let server: TestServer;

beforeAll(async () => {
  server = await startServer();
  await server.client().send(new CreateBucketCommand({ Bucket }));
});

afterAll(() => server.stop());

const md5 = (data: Buffer) => createHash('md5').update(data).digest('hex');

describe.each(checksumSettings)('multipart with %s', (_, config) => {
  let client: S3Client;
  beforeAll(() => {
    client = server.client(config);
  });

  async function read(Key: string, Range?: string): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }
  async function open(Key: string, more = {}): Promise<string> {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    return UploadId ?? '';
  }
  const send = (Key: string, UploadId: string, PartNumber: number, Body: Buffer | string) =>
    client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
  const complete = (
    Key: string,
    UploadId: string,
    Parts: { PartNumber: number; ETag: string | undefined }[],
  ) => client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));

  test('lib-storage uploads a stream', async () => {
    const Body = Readable.from([bytes.subarray(0, 7_000_000), bytes.subarray(7_000_000)]);
    const upload = new Upload({ client, params: { Bucket, Key: 'up', Body, ContentType: 'image/png' } });
    await upload.done();
    expect((await read('up')).equals(bytes)).toBe(true);
    const across = await read('up', `bytes=${part - 10}-${part + 9}`);
    expect(across.equals(bytes.subarray(part - 10, part + 10))).toBe(true);
    const sums = [0, 1, 2].map(index => md5(bytes.subarray(index * part, (index + 1) * part)));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'up' }));
    expect([head.ETag, head.ContentType]).toEqual([
      `"${md5(Buffer.from(sums.join(''), 'hex'))}-3"`,
      'image/png',
    ]);
  });

  test('parts are replaced, listed, put in order and checked', async () => {
    const Key = 'été/manual';
    const UploadId = await open(Key, { Metadata: { a: 'b' } });
    await send(Key, UploadId, 3, 'replaced');
    const three = await send(Key, UploadId, 3, 'end');
    const one = await send(Key, UploadId, 1, bytes.subarray(0, part));
    const listed = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 1 }));
    expect([listed.Parts?.map(p => [p.PartNumber, p.Size]), listed.IsTruncated]).toEqual([[[1, part]], true]);
    const PartNumberMarker = listed.NextPartNumberMarker;
    const rest = await client.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker }));
    expect([rest.Parts?.map(p => [p.PartNumber, p.Size]), rest.IsTruncated]).toEqual([[[3, 3]], false]);
    const first = { PartNumber: 1, ETag: one.ETag };
    const last = { PartNumber: 3, ETag: three.ETag };
    expect(await refusal(complete(Key, UploadId, [last, first]))).toBe('InvalidPartOrder 400');
    expect(await refusal(complete(Key, UploadId, [first, { ...last, PartNumber: 2 }]))).toBe(
      'InvalidPart 400',
    );
    expect(await refusal(complete(Key, UploadId, [first, { ...last, ETag: '"x"' }]))).toBe('InvalidPart 400');
    expect(await refusal(complete(Key, UploadId, []))).toBe('MalformedXML 400');
    await complete(Key, UploadId, [first, last]);
    expect((await read(Key)).equals(Buffer.concat([bytes.subarray(0, part), Buffer.from('end')]))).toBe(true);
    expect((await client.send(new HeadObjectCommand({ Bucket, Key }))).Metadata).toEqual({ a: 'b' });
    expect(await refusal(complete(Key, UploadId, [first, last]))).toBe('NoSuchUpload 404');
  });

  test('limits of parts', async () => {
    const UploadId = await open('limits');
    const one = await send('limits', UploadId, 1, bytes.subarray(0, part - 1));
    const two = await send('limits', UploadId, 1000, 'x');
    const parts = [
      { PartNumber: 1, ETag: one.ETag },
      { PartNumber: 1000, ETag: two.ETag },
    ];
    expect(await refusal(complete('limits', UploadId, parts))).toBe('EntityTooSmall 400');
    expect(await refusal(send('limits', UploadId, 1001, 'x'))).toBe('InvalidArgument 400');
    expect(await refusal(send('limits', UploadId, 0, 'x'))).toBe('InvalidArgument 400');
    expect(await refusal(send('limits', 'other', 1, 'x'))).toBe('NoSuchUpload 404');
    expect(await refusal(send('other', UploadId, 1, 'x'))).toBe('NoSuchUpload 404');
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key: 'limits', UploadId }));
    expect(await refusal(send('limits', UploadId, 1, 'x'))).toBe('NoSuchUpload 404');
  });

  test('uploads under way are listed by key', async () => {
    const ids = [await open('u/a'), await open('u/b'), await open('u/c/d')];
    const all = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'u/', Delimiter: '/' }));
    expect([all.Uploads?.map(({ Key, UploadId }) => [Key, UploadId]), all.CommonPrefixes]).toEqual([
      [
        ['u/a', ids[0]],
        ['u/b', ids[1]],
      ],
      [{ Prefix: 'u/c/' }],
    ]);
    const page = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'u/', MaxUploads: 1 }));
    const markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    const next = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'u/', ...markers }));
    expect(next.Uploads?.map(({ Key }) => Key)).toEqual(['u/b', 'u/c/d']);
    for (const [index, Key] of ['u/a', 'u/b', 'u/c/d'].entries()) {
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: ids[index] }));
    }
  });

  test('copies: whole, with other metadata, onto itself, and by parts', async () => {
    const Key = 'é+ /src';
    const CopySource = `${Bucket}/${encodeURIComponent('é+ ')}/src`;
    const Metadata = { kept: 'yes' };
    await client.send(new PutObjectCommand({ Bucket, Key, Body: bytes, Metadata, ContentType: 'a/b' }));
    const copied = await client.send(new CopyObjectCommand({ Bucket, Key: 'dst', CopySource }));
    expect(copied.CopyObjectResult?.ETag).toBe(`"${md5(bytes)}"`);
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'dst' }));
    expect([head.Metadata, head.ContentType]).toEqual([Metadata, 'a/b']);
    await client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'dst',
        CopySource,
        MetadataDirective: 'REPLACE',
        ContentType: 'c/d',
      }),
    );
    const replaced = await client.send(new HeadObjectCommand({ Bucket, Key: 'dst' }));
    expect([replaced.Metadata, replaced.ContentType]).toEqual([{}, 'c/d']);
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'overwritten' }));
    expect((await read('dst')).equals(bytes)).toBe(true);
    const copy = (more: object) =>
      refusal(
        client.send(new CopyObjectCommand({ Bucket, Key: 'dst', CopySource: `${Bucket}/dst`, ...more })),
      );
    expect(await copy({})).toBe('InvalidRequest 400');
    expect(await copy({ MetadataDirective: 'REPLACE' })).toBe('resolved');
    expect(await copy({ CopySource: `${Bucket}/absent` })).toBe('NoSuchKey 404');
    expect(await copy({ CopySource: 'nope/x' })).toBe('NoSuchBucket 404');
    expect(await copy({ CopySource: 'x' })).toBe('InvalidArgument 400');
    expect(await copy({ CopySource, CopySourceIfNoneMatch: '*' })).toBe('PreconditionFailed 412');
    expect((await read('dst')).equals(bytes)).toBe(true);

    const UploadId = await open('parts');
    const PartNumber = 1;
    const target = { Bucket, Key: 'parts', UploadId, PartNumber, CopySource: `${Bucket}/dst` };
    const ranged = { ...target, CopySourceRange: `bytes=1-${part}` };
    const one = await client.send(new UploadPartCopyCommand(ranged));
    const outside = { ...target, CopySourceRange: `bytes=0-${bytes.length}` };
    expect(await refusal(client.send(new UploadPartCopyCommand(outside)))).toBe('InvalidArgument 400');
    const two = await client.send(new UploadPartCopyCommand({ ...target, PartNumber: 2 }));
    await complete('parts', UploadId, [
      { PartNumber: 1, ETag: one.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: two.CopyPartResult?.ETag },
    ]);
    expect((await read('parts')).equals(Buffer.concat([bytes.subarray(1, part + 1), bytes]))).toBe(true);
    const joined = await client.send(
      new CopyObjectCommand({ Bucket, Key: 'j', CopySource: `${Bucket}/parts` }),
    );
    expect(joined.CopyObjectResult?.ETag).toBe(
      `"${md5(Buffer.concat([bytes.subarray(1, part + 1), bytes]))}"`,
    );
  });
});

test('a checksum of the whole object is computed and verified', async () => {
  const client = server.client();
  const asked = { Bucket, Key: 'full', ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(asked));
  const target = { Bucket, Key: 'full', UploadId };
  const { ETag, ChecksumCRC32 } = await client.send(
    new UploadPartCommand({ ...target, PartNumber: 1, Body: '123456789', ChecksumAlgorithm: 'CRC32' }),
  );
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumCRC32 }] };
  const wrong = new CompleteMultipartUploadCommand({ ...target, MultipartUpload, ChecksumCRC32: 'AAAAAA==' });
  expect(await refusal(client.send(wrong))).toBe('BadDigest 400');
  const done = await client.send(
    new CompleteMultipartUploadCommand({ ...target, MultipartUpload, ChecksumCRC32: 'y/Q5Jg==' }),
  );
  expect([done.ChecksumCRC32, done.ChecksumType]).toEqual(['y/Q5Jg==', 'FULL_OBJECT']);
});
