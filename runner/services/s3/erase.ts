/*
 * A bucket emptied and removed. In: a client and a resource. Out: how much was erased.
 * Can never happen: a bucket that does not bear this run's marker losing anything; a version, a delete marker or an unfinished
 * upload that stays behind unsaid.
 */
import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectIdentifier,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Fault } from '../../fault.ts';
import { refuseProtected } from '../guard/protected.ts';
import { refuseReadOnly } from '../guard/read-only.ts';
import type { S3Resource } from '../resources.ts';
import { bucketExists, markerName, markerOf } from './bucket.ts';
import { concurrency, errorCode } from './client.ts';
import { forEachBounded } from './pool.ts';

/** What was erased: versions of objects, delete markers included, and uploads that were never finished. */
export interface Erased {
  readonly versions: number;
  readonly uploads: number;
}

/**
 * Refuses a bucket that this run may not erase; false when there is no such bucket. Faults: `resource-read-only`,
 * `protected-name`, `bucket-not-ours`.
 */
export async function mayErase(client: S3Client, resource: S3Resource): Promise<boolean> {
  const { name, bucket, endpoint, run } = resource;
  refuseReadOnly(resource);
  refuseProtected(resource, [bucket, new URL(endpoint).hostname]);
  if (!(await bucketExists(client, bucket))) return false;
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
  // Where buckets have no tags, a version tells whose they are; a delete marker has no metadata.
  const [first] = listed.Versions ?? [];
  const version = { key: first?.Key ?? markerName, ...(first?.VersionId && { id: first.VersionId }) };
  if ((await markerOf(client, bucket, version)) === run) return true;
  throw new Fault('bucket-not-ours', { resource: name, bucket, run });
}

/** Erases every version, delete marker and unfinished upload, `page` at a time; shows how many after each page. */
export async function eraseAll(
  client: S3Client,
  { bucket, endpoint }: S3Resource,
  page = 1000,
): Promise<Erased> {
  let versions = 0;
  for (;;) {
    // What was listed is gone the next time: each page is the first.
    const asked = new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: page });
    const Objects = identifiers(await client.send(asked));
    if (Objects.length === 0) return { versions, uploads: await abortAll(client, bucket) };
    const command = new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } });
    const [error] = (await client.send(command)).Errors ?? [];
    if (error !== undefined) {
      const params = { bucket, endpoint, code: error.Code ?? '', message: error.Message ?? '' };
      throw new Fault('s3-refused', params, 'step-may-have-run');
    }
    versions += Objects.length;
    console.log(`${versions}`);
  }
}

function identifiers({ Versions, DeleteMarkers }: ListObjectVersionsCommandOutput): ObjectIdentifier[] {
  return [...(Versions ?? []), ...(DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({ Key, VersionId }));
}

async function abortAll(client: S3Client, bucket: string): Promise<number> {
  let aborted = 0;
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    if (Uploads.length === 0) return aborted;
    await forEachBounded(Uploads, concurrency, async ({ Key, UploadId }) => {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    });
    aborted += Uploads.length;
  }
}

/** Removes an empty bucket; false when it went away meanwhile. */
export async function removeBucket(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new DeleteBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (errorCode(error) === 'NoSuchBucket') return false;
    throw error;
  }
}
