import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  ListObjectsCommand,
  type ListObjectsCommandOutput,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ListingPage, listPage } from '../../../runner/sandbox/s3/listing.ts';
import { compareKeys } from '../../../runner/sandbox/s3/names.ts';
import { refusal, startServer, type TestServer } from './server.ts';

const Bucket = 'liste';
let server: TestServer;
let client: S3Client;
const keys = Array.from({ length: 1207 }, (_, index) => `d${index % 7}/é ${String(index).padStart(5, '0')}`);
const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

beforeAll(async () => {
  server = await startServer();
  client = server.client();
  await client.send(new CreateBucketCommand({ Bucket }));
  for (let start = 0; start < keys.length; start += 16) {
    await Promise.all(
      keys.slice(start, start + 16).map(Key => client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))),
    );
  }
});

afterAll(() => server.stop());

describe('a bucket of more than a page', () => {
  test('ListObjectsV2 gives every key once, in order', async () => {
    const pages: string[][] = [];
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }));
      pages.push((page.Contents ?? []).map(({ Key }) => Key ?? ''));
      expect([page.KeyCount, page.MaxKeys]).toEqual([pages.at(-1)?.length, 1000]);
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(pages.map(page => page.length)).toEqual([1000, 207]);
    expect(pages.flat()).toEqual(sorted);
  });

  test('ListObjects gives every key once, in order', async () => {
    const listed: string[] = [];
    let truncated: boolean | undefined = true;
    while (truncated) {
      const page: ListObjectsCommandOutput = await client.send(
        new ListObjectsCommand({ Bucket, Marker: listed.at(-1), MaxKeys: 500 }),
      );
      listed.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
      truncated = page.IsTruncated;
    }
    expect(listed).toEqual(sorted);
  });

  test('common prefixes are paged like keys', async () => {
    const prefixes: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page: ListObjectsCommandOutput = await client.send(
        new ListObjectsCommand({ Bucket, Delimiter: '/', MaxKeys: 2, Marker }),
      );
      prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    expect(prefixes).toEqual(['d0/', 'd1/', 'd2/', 'd3/', 'd4/', 'd5/', 'd6/']);
  });

  test('prefix, start and encoding', async () => {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket,
        Prefix: 'd3/',
        StartAfter: 'd3/é 00010',
        MaxKeys: 1,
        EncodingType: 'url',
      }),
    );
    expect([page.Contents?.[0]?.Key, page.Prefix, page.EncodingType, page.IsTruncated]).toEqual([
      'd3/%C3%A9%2000017',
      'd3/',
      'url',
      true,
    ]);
    const none = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
    expect([none.KeyCount, none.IsTruncated]).toEqual([0, false]);
    const wrong = client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: 'forged!' }));
    expect(await refusal(wrong)).toBe('InvalidArgument 400');
    expect(await refusal(client.send(new ListObjectsV2Command({ Bucket, MaxKeys: -1 })))).toBe(
      'InvalidArgument 400',
    );
  });
});

test('versions are paged, also while the pages already read are deleted', async () => {
  const name = 'versions';
  await client.send(new CreateBucketCommand({ Bucket: name }));
  await client.send(
    new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }),
  );
  for (let index = 0; index < 12; index++) {
    await client.send(new PutObjectCommand({ Bucket: name, Key: `k${index % 3}`, Body: `${index}` }));
  }
  const listAll = async (deleting: boolean) => {
    const seen: string[] = [];
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    do {
      const page: ListObjectVersionsCommandOutput = await client.send(
        new ListObjectVersionsCommand({ Bucket: name, MaxKeys: 5, KeyMarker, VersionIdMarker }),
      );
      const Objects = (page.Versions ?? []).map(({ Key, VersionId }) => ({ Key, VersionId }));
      seen.push(...Objects.map(({ Key, VersionId }) => `${Key} ${VersionId}`));
      if (deleting) await client.send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects } }));
      KeyMarker = page.NextKeyMarker;
      VersionIdMarker = page.NextVersionIdMarker;
    } while (KeyMarker !== undefined);
    return seen;
  };
  const all = await listAll(false);
  expect(new Set(all).size).toBe(12);
  expect(all.map(one => one.slice(0, 2)).join()).toBe('k0,k0,k0,k0,k1,k1,k1,k1,k2,k2,k2,k2');
  expect(await listAll(true)).toEqual(all);
  expect(await listAll(false)).toEqual([]);
});

test('property: pages put end to end are the whole listing', () => {
  const key = fc.string({
    unit: fc.constantFrom('a', 'b', '/', '\uffee', '\u{1f600}'),
    minLength: 1,
    maxLength: 6,
  });
  const query = fc.record({ prefix: fc.constantFrom('', 'a', 'a/'), delimiter: fc.constantFrom('', '/') });
  fc.assert(
    fc.property(fc.uniqueArray(key), query, fc.integer({ min: 1, max: 4 }), (names, asked, limit) => {
      const entries = [...names].sort(compareKeys).map(name => ({ key: name }));
      expect(entries.map(entry => entry.key)).toEqual(
        [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
      );
      const whole = listPage(entries, { ...asked, after: '', limit: 1000 });
      const pages: ListingPage<{ key: string }>[] = [];
      let after: string | undefined = '';
      while (after !== undefined) {
        const page: ListingPage<{ key: string }> = listPage(entries, { ...asked, after, limit });
        pages.push(page);
        after = page.next;
      }
      expect(pages.flatMap(page => page.entries)).toEqual(whole.entries);
      expect(pages.flatMap(page => page.prefixes)).toEqual(whole.prefixes);
      const under = (name: string) => whole.prefixes.some(prefix => name.startsWith(prefix));
      const expected = names.filter(name => name.startsWith(asked.prefix) && !under(name));
      expect(whole.entries.map(entry => entry.key).sort()).toEqual(expected.sort());
    }),
  );
});
