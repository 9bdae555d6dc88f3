import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { S3Resource } from '../../runner/services/resources.ts';
import { partSizeOf } from '../../runner/services/s3/multipart.ts';
import {
  compareAll,
  createBucket,
  describeBucket,
  listObjects,
  refusesStrangers,
  type SourceObject,
  uploadAll,
} from '../../runner/services/s3.ts';
import { credential, region, startServer, type TestServer } from '../sandbox/s3/server.ts';
import { collectFacts, faultOf, temporaryFolder } from './backups.ts';

let server: TestServer;
let operations: string[];
let failing: (operation: string) => number | undefined;

beforeEach(async () => {
  operations = [];
  failing = () => undefined;
  server = await startServer({
    fault: operation => {
      operations.push(operation);
      const status = failing(operation);
      return status === undefined
        ? undefined
        : { status, code: status === 403 ? 'AccessDenied' : 'SlowDown' };
    },
  });
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
});

function bucketNamed(bucket: string, run = 'run-1'): S3Resource {
  const place = { endpoint: server.url(), region, bucket, ...credential };
  return {
    kind: 's3',
    name: 'fichiers',
    run,
    mode: 'drill',
    protected: ['apilos-prod', 'apilos-glacier'],
    ...place,
  };
}

const contents: Readonly<Record<string, string | Buffer>> = {
  'conventions/é à ü/plan RdC + étage.pdf': 'pdf',
  'conventions/x//y.docx': 'docx',
  'exports/vide.xlsx': '',
  'media/moyen.png': Buffer.alloc(3 * 1024 * 1024, 'm'),
  'media/sans-extension': 'rien',
};

async function* objectsOf(source: Readonly<Record<string, string | Buffer>>): AsyncGenerator<SourceObject> {
  for (const [key, content] of Object.entries(source)) {
    const bytes = Buffer.from(content);
    const body = (async function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
    })();
    yield { key, size: bytes.length, body };
  }
}

test('a bucket is made private and versioned, and once more without harm', async () => {
  const bucket = bucketNamed('exercice');
  const state = { name: 'exercice', versioned: true, private: true, empty: true };
  expect(await createBucket(bucket)).toEqual(state);
  expect(await createBucket(bucket)).toEqual(state);
  const { Status } = await server.client().send(new GetBucketVersioningCommand({ Bucket: 'exercice' }));
  expect(Status).toBe('Enabled');
});

test('every object goes up private, typed and with its digest, and compares equal', async () => {
  const bucket = bucketNamed('exercice');
  const facts = collectFacts();
  const scratch = await temporaryFolder();
  vi.stubEnv('TMPDIR', scratch);
  await createBucket(bucket);
  const total = Object.values(contents).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  expect(await uploadAll(bucket, objectsOf(contents))).toEqual({ sent: 5, skipped: 0, bytes: total });
  const place = { Bucket: 'exercice', Key: 'conventions/é à ü/plan RdC + étage.pdf' };
  expect(await server.client().send(new HeadObjectCommand(place))).toMatchObject({
    ContentType: 'application/pdf',
    ContentLength: 3,
    Metadata: { sha256: createHash('sha256').update('pdf').digest('hex'), 'reprise-run': 'run-1' },
  });
  const { Grants } = await server.client().send(new GetObjectAclCommand(place));
  expect(Grants?.map(grant => grant.Grantee?.URI)).toEqual([undefined]);
  expect(await refusesStrangers(bucket, place.Key)).toBe(true);
  const manifest = expect.stringMatching(/^[0-9a-f]{64}$/);
  const equal = { same: 5, bytes: total, missing: [], different: [], extra: [], manifest };
  expect(await compareAll(bucket, objectsOf(contents))).toEqual(equal);
  expect(facts).toEqual([{ kind: 'data-loaded', resource: 'fichiers', what: '5 objets', personal: true }]);
  expect(await readdir(scratch)).toEqual([]);
});

test('an upload that is done again sends only what is not there or not the same', async () => {
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  await uploadAll(bucket, objectsOf(contents));
  operations.length = 0;
  const changed = { ...contents, 'exports/vide.xlsx': 'plus vide', 'media/sans-extension': 'RIEN' };
  expect(await uploadAll(bucket, objectsOf(changed))).toMatchObject({ sent: 2, skipped: 3 });
  expect(operations.filter(operation => operation === 'PutObject')).toHaveLength(2);
});

test('what is missing, altered or in excess is named', async () => {
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  await uploadAll(bucket, objectsOf({ 'a.pdf': 'un', 'b.pdf': 'deux', 'z.pdf': 'trop' }));
  const expected = { 'a.pdf': 'un', 'b.pdf': 'DEUX', 'c.pdf': 'trois' };
  expect(await compareAll(bucket, objectsOf(expected))).toEqual({
    same: 1,
    bytes: 11,
    missing: ['c.pdf'],
    different: ['b.pdf'],
    extra: ['z.pdf'],
    manifest: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test('an object above 64 MiB goes up in parts, from a file, and reads back the same', async () => {
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  const large = { 'grand.zip': Buffer.alloc(65 * 1024 * 1024, 'abcdefg') };
  await uploadAll(bucket, objectsOf(large));
  expect(operations.filter(operation => operation === 'UploadPart')).toHaveLength(5);
  expect(await compareAll(bucket, objectsOf(large))).toMatchObject({ same: 1, different: [] });
});

test.each([
  [65 * 1024 ** 2, 16 * 1024 ** 2],
  [16_000 * 1024 ** 2, 16 * 1024 ** 2],
  [16_000 * 1024 ** 2 + 1, 17 * 1024 ** 2],
  [5 * 1024 ** 4, 5243 * 1024 ** 2],
])('%i bytes make at most 1,000 parts', (size, part) => {
  expect(partSizeOf(size)).toBe(part);
  expect(Math.ceil(size / part)).toBeLessThanOrEqual(1000);
});

test('a bucket that holds what another run or nobody put there is refused, even under delete markers', async () => {
  await createBucket(bucketNamed('autre', 'run-0'));
  await uploadAll(bucketNamed('autre', 'run-0'), objectsOf({ 'a.pdf': 'un' }));
  expect(await faultOf(createBucket(bucketNamed('autre')))).toBe('bucket-not-empty');
  expect(await faultOf(uploadAll(bucketNamed('autre'), objectsOf({ 'b.pdf': 'x' })))).toBe(
    'bucket-not-empty',
  );
  await server.client().send(new DeleteObjectCommand({ Bucket: 'autre', Key: 'a.pdf' }));
  expect(await faultOf(createBucket(bucketNamed('autre')))).toBe('bucket-not-empty');
  await server.client().send(new CreateBucketCommand({ Bucket: 'inconnu' }));
  await server.client().send(new PutObjectCommand({ Bucket: 'inconnu', Key: 'a', Body: 'b' }));
  expect(await faultOf(uploadAll(bucketNamed('inconnu'), objectsOf({})))).toBe('bucket-not-empty');
  expect([...(await listObjects(bucketNamed('inconnu'))).keys()]).toEqual(['a']);
});

test('a drill refuses the production buckets before it asks anything of them', async () => {
  expect(await faultOf(createBucket(bucketNamed('apilos-prod')))).toBe('protected-name');
  expect(await faultOf(uploadAll(bucketNamed('apilos-glacier'), objectsOf(contents)))).toBe('protected-name');
  expect(operations).toEqual([]);
});

test('what the service refuses is a fault with its code, and nothing is left under way', async () => {
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  failing = operation => (operation === 'PutObject' ? 403 : undefined);
  const fault: unknown = await uploadAll(bucket, objectsOf(contents)).catch((error: unknown) => error);
  expect(fault).toMatchObject({ code: 's3-denied', params: { bucket: 'exercice', code: 'AccessDenied' } });
  expect(await faultOf(describeBucket(bucketNamed('absent')))).toBe('s3-refused');
  const nowhere = { ...bucketNamed('exercice'), endpoint: 'http://127.0.0.1:1' };
  expect(await faultOf(describeBucket(nowhere))).toBe('s3-unreachable');
});

test('a service that stumbles is asked again, with a body that is whole, and it is told', async () => {
  const facts = collectFacts();
  const bucket = bucketNamed('exercice');
  await createBucket(bucket);
  let stumbles = 3;
  failing = operation => (operation === 'PutObject' && stumbles-- > 0 ? 503 : undefined);
  expect(await uploadAll(bucket, objectsOf(contents))).toMatchObject({ sent: 5 });
  expect(await compareAll(bucket, objectsOf(contents))).toMatchObject({ same: 5, different: [] });
  const retried = { kind: 'requests-retried', resource: 'fichiers', refusal: '5xx', requests: 3 };
  expect(facts.filter(({ kind }) => kind === 'requests-retried')).toEqual([
    { ...retried, waited: expect.any(Number) },
  ]);
});
