/*
 * A bucket for cells: make it, fill it from a stream of objects, prove it object by object. In: `resources.<name>` of kind
 * `s3`. Out: JSON, and progress on stdout. Can never happen: a public object, an object sent without its length, more than
 * 1,000 parts, a write into a bucket that holds what this run did not put there, a comparison that trusts an ETag.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { recordDataLoaded } from './record.ts';
import type { S3Resource } from './resources.ts';
import { type BucketState, bucketState, guardBucket, makeBucket } from './s3/bucket.ts';
import { concurrency, withS3 } from './s3/client.ts';
import { readBack } from './s3/compare.ts';
import { listSizes } from './s3/listing.ts';
import { forEachBounded } from './s3/pool.ts';
import { type Spooled, spool } from './s3/spool.ts';
import { isThere, send } from './s3/upload.ts';

/** An object to put in a bucket; `body` is read once, before the next object is asked for. */
export interface SourceObject {
  readonly key: string;
  readonly size: number;
  readonly body: AsyncIterable<Buffer>;
}

/** What an upload came to; `skipped` objects were already there. */
export interface Uploaded {
  readonly sent: number;
  readonly skipped: number;
  readonly bytes: number;
}

/** What a comparison came to: `missing` and `different` keys of the source, `extra` keys of the bucket. */
export interface Compared {
  readonly same: number;
  readonly bytes: number;
  readonly missing: readonly string[];
  readonly different: readonly string[];
  readonly extra: readonly string[];
}

/**
 * Creates the bucket, private and versioned, and marks it as this run's; does nothing new to this run's own bucket.
 * Faults: `protected-name`, `bucket-not-empty`, `s3-denied`, `s3-refused`, `s3-unreachable`.
 */
export function createBucket(resource: S3Resource): Promise<BucketState> {
  return withS3(resource, 'step-may-have-run', async client => {
    await guardBucket(client, resource);
    await makeBucket(client, resource);
    return bucketState(client, resource.bucket);
  });
}

/** What the service says of the bucket: versioned, private, empty. Faults as for `createBucket`. */
export function describeBucket(resource: S3Resource): Promise<BucketState> {
  return withS3(resource, 'nothing-changed', client => bucketState(client, resource.bucket));
}

/** True when a stranger, without a key, is refused the list and an object of the bucket. */
export async function refusesStrangers(resource: S3Resource, key: string): Promise<boolean> {
  const base = `${resource.endpoint.replace(/\/$/, '')}/${resource.bucket}`;
  const path = key.split('/').map(encodeURIComponent).join('/');
  const answers = await Promise.all([fetch(base), fetch(`${base}/${path}`)]);
  await Promise.all(answers.map(answer => answer.body?.cancel()));
  return answers.every(answer => answer.status === 403);
}

/** Keys of the bucket with their sizes in bytes. */
export function listObjects(resource: S3Resource): Promise<Map<string, number>> {
  return withS3(resource, 'nothing-changed', client => listSizes(client, resource.bucket));
}

/**
 * Puts every object of a stream in the bucket, 16 at a time; what is already there with the same size and digest is skipped,
 * so that an interrupted upload can be done again. Records what was loaded. Faults as for `createBucket`.
 */
export function uploadAll(
  resource: S3Resource,
  objects: AsyncIterable<SourceObject>,
  options: { readonly total?: number; readonly personal?: boolean } = {},
): Promise<Uploaded> {
  return withS3(resource, 'step-may-have-run', async client => {
    await guardBucket(client, resource);
    const sizes = await listSizes(client, resource.bucket);
    const tally = { sent: 0, skipped: 0, bytes: 0 };
    const advance = progress(options.total);
    await withSpool(objects, object => uploadOne({ client, resource, sizes, tally }, object).then(advance));
    recordDataLoaded(resource.name, `${tally.sent + tally.skipped} objets`, options.personal ?? true);
    return tally;
  });
}

interface Uploading {
  readonly client: S3Client;
  readonly resource: S3Resource;
  readonly sizes: ReadonlyMap<string, number>;
  readonly tally: { sent: number; skipped: number; bytes: number };
}

async function uploadOne({ client, resource, sizes, tally }: Uploading, object: Spooled): Promise<void> {
  const skip = sizes.get(object.key) === object.size && (await isThere(client, resource, object));
  if (!skip) await send(client, resource, object);
  tally[skip ? 'skipped' : 'sent']++;
  tally.bytes += object.size;
}

/** Spools each object in order, then hands it over, 16 at a time; the private folder is removed at the end. */
async function withSpool(
  objects: AsyncIterable<SourceObject>,
  task: (object: Spooled) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-objects-'));
  try {
    await forEachBounded(spoolEach(objects, folder), concurrency, object =>
      task(object).finally(object.release),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* spoolEach(objects: AsyncIterable<SourceObject>, folder: string): AsyncGenerator<Spooled> {
  let number = 0;
  for await (const object of objects) yield await spool(object, folder, number++);
}

/** One line each twentieth of the total, or each thousand objects when it is not known. */
function progress(total: number | undefined): () => void {
  const step = total === undefined ? 1000 : Math.max(1, Math.ceil(total / 20));
  let done = 0;
  return () => {
    done++;
    if (done % step === 0 || done === total)
      console.log(total === undefined ? `${done}` : `${done}/${total}`);
  };
}

/**
 * Compares every object of a source with the bucket by key, size and SHA-256, the digest of the bucket's side being that of
 * the bytes that it gives back. Neither side is kept in memory. Faults as for `createBucket`.
 */
export function compareAll(resource: S3Resource, objects: AsyncIterable<SourceObject>): Promise<Compared> {
  return withS3(resource, 'nothing-changed', async client => {
    const sizes = await listSizes(client, resource.bucket);
    const result = { same: 0, bytes: 0, missing: [] as string[], different: [] as string[] };
    await forEachBounded(digestEach(objects), concurrency, async ({ key, size, sha256 }) => {
      const found = sizes.has(key) ? await readBack(client, resource.bucket, key) : undefined;
      sizes.delete(key);
      if (found === undefined) result.missing.push(key);
      else if (found.size !== size || found.sha256 !== sha256) result.different.push(key);
      else result.same++;
      result.bytes += size;
    });
    return {
      ...result,
      missing: result.missing.sort(),
      different: result.different.sort(),
      extra: [...sizes.keys()],
    };
  });
}

async function* digestEach(objects: AsyncIterable<SourceObject>) {
  for await (const { key, size, body } of objects) {
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk);
    yield { key, size, sha256: hash.digest('hex') };
  }
}
