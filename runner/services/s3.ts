/*
 * A bucket for cells: make it, fill it from a stream of objects or from another bucket, prove it object by object, have its
 * archives brought back, erase it. In: `resources.<name>` of kind `s3`. Out: JSON, and progress on stdout.
 * Can never happen: a public object, an object sent without its length, more than 1,000 parts, a write into a bucket that is
 * only read or that holds what this run did not put there, an erasure of what another made, a comparison that trusts an ETag.
 */

import { refuseReadOnly } from './guard/read-only.ts';
import { recordDataErased, recordDataLoaded } from './record.ts';
import type { S3Resource } from './resources.ts';
import { sendAll, type Uploaded } from './s3/batch.ts';
import { type BucketState, bucketExists, bucketState, guardBucket, makeBucket } from './s3/bucket.ts';
import { concurrency, withS3, withTwo } from './s3/client.ts';
import { type Compared, Comparison, compareSides, digestOf, readBack } from './s3/compare.ts';
import { type Copied, copyAll } from './s3/copy.ts';
import { type Erased, eraseAll, mayErase, removeBucket } from './s3/erase.ts';
import { objectsUnderFolder } from './s3/folder.ts';
import {
  type ArchiveState,
  archiveState,
  type RestoreRequested,
  requestCopies,
  untilReadable,
} from './s3/glacier.ts';
import { listSizes } from './s3/listing.ts';
import { forEachBounded } from './s3/pool.ts';
import type { Source } from './s3/spool.ts';
import { wordsOf } from './s3/words.ts';

/** An object to put in a bucket; `body` is read once, before the next object is asked for. */
export type SourceObject = Source;

/**
 * Creates the bucket, private and versioned, and marks it as this run's; does nothing new to this run's own bucket.
 * Faults: `resource-read-only`, `protected-name`, `bucket-not-empty`, `s3-denied`, `s3-refused`, `s3-unreachable`.
 */
export function createBucket(resource: S3Resource): Promise<BucketState> {
  return withS3(resource, 'step-may-have-run', async client => {
    refuseReadOnly(resource);
    await guardBucket(client, resource);
    await makeBucket(client, resource);
    return bucketState(client, resource.bucket);
  });
}

/** Whether there is such a bucket that this key may see. Faults as for `createBucket`. */
export function hasBucket(resource: S3Resource): Promise<boolean> {
  return withS3(resource, 'nothing-changed', client => bucketExists(client, resource.bucket));
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
 * The files of a folder and of those below it as objects, to upload or to compare: an unpacked backup, for instance. A link
 * or a special file is refused. Faults: `folder-unreadable`, `folder-unsafe`.
 */
export function objectsIn(folder: string): AsyncIterable<SourceObject> {
  return objectsUnderFolder(folder);
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
    refuseReadOnly(resource);
    await guardBucket(client, resource);
    const tally = await sendAll(client, resource, objects, options.total);
    recordDataLoaded(
      resource.name,
      wordsOf(resource).objects(tally.sent + tally.skipped),
      options.personal ?? true,
    );
    return tally;
  });
}

/**
 * Compares every object of a source with the bucket by key, size and SHA-256, the digest of the bucket's side being that of
 * the bytes that it gives back. Neither side is kept in memory. Faults as for `describeBucket`.
 */
export function compareAll(resource: S3Resource, objects: AsyncIterable<SourceObject>): Promise<Compared> {
  return withS3(resource, 'nothing-changed', async client => {
    const comparison = new Comparison((await listSizes(client, resource.bucket)).keys());
    await forEachBounded(digestEach(objects), concurrency, async ({ key, ...expected }) => {
      const found = comparison.lists(key) ? await readBack(client, resource.bucket, key) : undefined;
      comparison.take(key, expected, found);
    });
    return comparison.result();
  });
}

async function* digestEach(objects: AsyncIterable<SourceObject>) {
  for await (const { key, body } of objects) yield { key, ...(await digestOf(body)) };
}

/**
 * Copies every object of a bucket into another, 16 at a time: by the service itself when one key has both, else through here.
 * Type and metadata are kept, the copies are private and of class STANDARD; what is already there and the same is skipped,
 * so that an interrupted copy can be done again. The source is never written. Records what was loaded on the destination.
 * Faults as for `createBucket`, and `object-archived` when a source object must first be brought back (`requestRestore`).
 */
export function copyBucket(
  source: S3Resource,
  destination: S3Resource,
  options: { readonly personal?: boolean } = {},
): Promise<Copied> {
  return withTwo(source, destination, 'step-may-have-run', async (from, to) => {
    refuseReadOnly(destination);
    await to.ask(guardBucket(to.client, destination));
    const tally = await copyAll(from, to);
    recordDataLoaded(
      destination.name,
      wordsOf(destination).objects(tally.copied + tally.skipped),
      options.personal ?? true,
    );
    return tally;
  });
}

/**
 * Compares two buckets by key, size and SHA-256 of the bytes that both give back. Its `manifest` and `bytes` identify the
 * source for `recordBackupUsed`. Faults as for `describeBucket`, and `object-archived`.
 */
export function compareBuckets(source: S3Resource, destination: S3Resource): Promise<Compared> {
  return withTwo(source, destination, 'nothing-changed', compareSides);
}

/** How much a bucket of archives holds, and how much of it can be read. Faults as for `describeBucket`. */
export function glacierState(resource: S3Resource): Promise<ArchiveState> {
  return withS3(resource, 'nothing-changed', client => archiveState(client, resource.bucket));
}

/**
 * Asks for a temporary copy, kept for `days` days, of each archived object for which none was asked yet. No object is changed,
 * so a protected bucket or one that is only read may be asked. Faults as for `describeBucket`.
 */
export function requestRestore(
  resource: S3Resource,
  { days }: { readonly days: number },
): Promise<RestoreRequested> {
  return withS3(resource, 'step-may-have-run', client => requestCopies(client, resource.bucket, days));
}

/**
 * Waits until every object can be read: looks every `every` ms, for `within` ms at most (at Scaleway a copy begins after
 * minutes to 24 hours). Faults: `glacier-not-ready`, `glacier-not-requested`, and those of `describeBucket`.
 */
export function awaitRestored(
  resource: S3Resource,
  { within, every }: { readonly within: number; readonly every: number },
): Promise<ArchiveState> {
  const limits = { within: Math.min(within, resource.patience ?? within), every };
  return withS3(resource, 'nothing-changed', client => untilReadable(client, resource.bucket, limits));
}

/**
 * Erases every version, delete marker and unfinished upload of a bucket that bears this run's marker; nothing when there is
 * no such bucket. Records what was erased. Faults: `resource-read-only`, `protected-name`, `bucket-not-ours`, those of S3.
 */
export function emptyBucket(resource: S3Resource): Promise<Erased> {
  return withS3(resource, 'step-may-have-run', async client => {
    if (!(await mayErase(client, resource))) return { versions: 0, uploads: 0 };
    const erased = await eraseAll(client, resource);
    if (erased.versions + erased.uploads > 0) {
      recordDataErased(resource.name, wordsOf(resource).versions(erased.versions));
    }
    return erased;
  });
}

/** Removes an empty bucket that bears this run's marker; false when there is none. Faults as for `emptyBucket`. */
export function deleteBucket(resource: S3Resource): Promise<boolean> {
  return withS3(resource, 'step-may-have-run', async client => {
    if (!(await mayErase(client, resource))) return false;
    const removed = await removeBucket(client, resource.bucket);
    if (removed) recordDataErased(resource.name, wordsOf(resource).bucket(resource.bucket));
    return removed;
  });
}
