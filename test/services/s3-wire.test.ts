import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { S3Resource } from '../../runner/services/resources.ts';
import {
  compareAll,
  compareBuckets,
  copyBucket,
  createBucket,
  deleteBucket,
  emptyBucket,
  listObjects,
  type SourceObject,
  uploadAll,
} from '../../runner/services/s3.ts';
import { credential, region, startServer, type TestServer } from '../sandbox/s3/server.ts';
import { collectFacts } from './backups.ts';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

let server: TestServer;
let seen: Seen[];
let most: Map<string, number>;

beforeEach(async () => {
  seen = [];
  most = new Map();
  server = await startServer({ around: watching });
});

afterEach(() => server.stop());

const bucketIn = (url: string) => url.split(/[/?]/)[1] ?? '';

/** Notes each request and how many of its bucket are under way; each is held for a while, so that others can join it. */
function watching(listener: RequestListener): RequestListener {
  const under = new Map<string, number>();
  const add = (bucket: string, one: number) => {
    const count = (under.get(bucket) ?? 0) + one;
    under.set(bucket, count);
    most.set(bucket, Math.max(most.get(bucket) ?? 0, count));
  };
  return (incoming, response) => {
    const { method = '', url = '', headers } = incoming;
    seen.push({ method, url, headers });
    add(bucketIn(url), 1);
    // Before the last bytes leave: once a client has them, its next request may come at once.
    response.once('prefinish', () => add(bucketIn(url), -1));
    setTimeout(() => listener(incoming, response), 20);
  };
}

function bucketNamed(bucket: string, accessKeyId = credential.accessKeyId): S3Resource {
  const place = { endpoint: server.url(), region, bucket, ...credential, accessKeyId };
  return { kind: 's3', name: bucket, run: 'run-1', mode: 'drill', protected: [], ...place };
}

async function* objects(count: number, size: number): AsyncGenerator<SourceObject> {
  for (let number = 0; number < count; number++) {
    const body = (async function* () {
      yield Buffer.alloc(size, number);
    })();
    yield { key: `media/${number}.pdf`, size, body };
  }
}

function printed(): string[] {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => void vi.restoreAllMocks());
  return lines;
}

/** The headers that a service without Amazon's checksums stores as content, or refuses. */
function checksumsOf({ headers }: Seen): string[] {
  const names = Object.keys(headers).filter(name =>
    /^x-amz-(checksum|sdk-checksum|trailer|decoded)/.test(name),
  );
  const framed = [headers['content-encoding'], headers['x-amz-content-sha256']].join(' ');
  return /aws-chunked|STREAMING/.test(framed) ? [...names, framed] : names;
}

test('objects are neither framed nor sent with a checksum; only what the protocol requires has one', async () => {
  printed();
  const [bucket, copy] = [bucketNamed('exercice'), bucketNamed('copie')];
  await createBucket(bucket);
  await createBucket(copy);
  await uploadAll(bucket, objects(2, 10));
  await uploadAll(bucket, objects(1, 2 * 1024 ** 2));
  await uploadAll(bucket, objects(1, 65 * 1024 ** 2));
  await copyBucket(bucket, copy);
  await compareAll(bucket, objects(2, 10));
  await emptyBucket(copy);
  const [puts, gets] = ['PUT', 'GET'].map(method => seen.filter(one => one.method === method).length);
  expect([puts, gets]).toEqual([expect.toSatisfy(count => count > 12), expect.toSatisfy(count => count > 8)]);
  const marked = seen.filter(one => checksumsOf(one).length > 0);
  // What the service's own model requires (S3 API reference, `httpChecksumRequired`).
  const settings = (name: string) => ['acl', 'versioning', 'tagging'].map(one => `PUT /${name}/?${one}=`);
  expect(marked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    ...settings('exercice'),
    ...settings('copie'),
    'POST /copie/?delete=',
  ]);
});

test('sixteen requests are under way in a bucket, and never more', async () => {
  printed();
  const [bucket, copy] = [bucketNamed('exercice'), bucketNamed('copie')];
  await createBucket(bucket);
  await createBucket(copy);
  const peaks: (number | undefined)[] = [];
  const peak = async (bucketName: string, work: Promise<unknown>) => {
    most.clear();
    await work;
    peaks.push(most.get(bucketName));
  };
  await peak('exercice', uploadAll(bucket, objects(40, 10)));
  await peak('exercice', uploadAll(bucket, objects(40, 10)));
  await peak('copie', copyBucket(bucket, copy));
  await peak('exercice', compareAll(bucket, objects(40, 10)));
  await peak('exercice', compareBuckets(bucket, copy));
  // A server that answers fast may never see them all at once in one go of the five.
  const reached = peaks.map(each => each ?? 0);
  expect([Math.max(...reached), reached.length, Math.min(...reached) > 8]).toEqual([16, 5, true]);
});

test('what is recorded of a bucket is in the language of the runbook', async () => {
  printed();
  const facts = collectFacts();
  const [bucket, copy] = [bucketNamed('exercise'), bucketNamed('copy')].map(one => {
    return { ...one, lang: 'en' } as const;
  });
  if (bucket === undefined || copy === undefined) throw new Error('no buckets');
  await createBucket(bucket);
  await createBucket(copy);
  await uploadAll(bucket, objects(3, 10));
  await copyBucket(bucket, copy);
  await emptyBucket(bucket);
  await deleteBucket(bucket);
  expect(facts.map(fact => ('what' in fact ? fact.what : fact.kind))).toEqual([
    '3 objects',
    '3 objects',
    '3 versions of objects',
    'bucket “exercise”',
  ]);
});

test('progress is shown each twentieth of what is known, to the last', async () => {
  const [bucket, copy] = [bucketNamed('exercice'), bucketNamed('copie')];
  const lines = printed();
  await createBucket(bucket);
  await createBucket(copy);
  const twentieths = Array.from({ length: 20 }, (_, index) => `${(index + 1) * 2}/40`);
  await uploadAll(bucket, objects(40, 10), { total: 40 });
  expect(lines.splice(0)).toEqual(twentieths);
  await copyBucket(bucket, copy);
  expect(lines.splice(0)).toEqual(twentieths);
  await compareBuckets(bucket, copy);
  expect(lines.splice(0)).toEqual(twentieths);
  await uploadAll(bucket, objects(3, 10), { total: 3 });
  expect(lines.splice(0)).toEqual(['1/3', '2/3', '3/3']);
  await emptyBucket(copy);
  expect(lines.splice(0)).toEqual(['40']);
  expect((await listObjects(bucket)).size).toBe(40);
});
