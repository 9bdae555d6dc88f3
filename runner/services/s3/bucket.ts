import {
  CreateBucketCommand,
  GetBucketAclCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketAclCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Fault } from '../../fault.ts';
import { refuseProtected } from '../guard/protected.ts';
import type { S3Resource } from '../resources.ts';
import { errorCode } from './client.ts';

/** The tag of a bucket, and the metadata of an object, that name the run which made it. */
export const markerName = 'reprise-run';

const absent = new Set(['NoSuchBucket', 'NotFound', '404']);
/** Some S3 services have no bucket tags; the objects' own metadata then tells whose they are. */
const untagged = new Set([
  'NoSuchTagSet',
  'NotImplemented',
  'MethodNotAllowed',
  'InvalidArgument',
  '405',
  '501',
]);

/** What the service says of a bucket. `private` is true when its ACL grants nothing to the public. */
export interface BucketState {
  readonly name: string;
  readonly versioned: boolean;
  readonly private: boolean;
  readonly empty: boolean;
}

/** True when the bucket exists and this key may see it. */
export async function bucketExists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (absent.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

/** Makes the bucket private and versioned; safe to repeat. A bucket made by someone else meanwhile is a service error. */
export async function makeBucket(client: S3Client, resource: S3Resource): Promise<void> {
  const { bucket, run } = resource;
  if (!(await bucketExists(client, bucket))) {
    await client.send(new CreateBucketCommand({ Bucket: bucket, ACL: 'private' }));
  }
  await client.send(new PutBucketAclCommand({ Bucket: bucket, ACL: 'private' }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  await tag(client, bucket, run);
}

async function tag(client: S3Client, bucket: string, run: string): Promise<void> {
  const Tagging = { TagSet: [{ Key: markerName, Value: run }] };
  try {
    await client.send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging }));
  } catch (error) {
    if (!untagged.has(errorCode(error) ?? '')) throw error;
  }
}

/**
 * Refuses to write into a protected bucket (drills), or into one that holds anything that this run did not put there.
 * Faults: `protected-name`, `bucket-not-empty`.
 */
export async function guardBucket(client: S3Client, resource: S3Resource): Promise<void> {
  const { bucket, run } = resource;
  refuseProtected(resource, [bucket, new URL(resource.endpoint).hostname]);
  if (!(await bucketExists(client, bucket))) return;
  const first = await firstVersion(client, bucket);
  if (first === undefined || (await markerOf(client, bucket, first)) === run) return;
  throw new Fault('bucket-not-empty', { resource: resource.name, bucket, run });
}

/** One version of an object, or a delete marker. */
export interface Version {
  readonly key: string;
  readonly id?: string;
}

/** The first version of the bucket, delete markers included: a versioned bucket that lists nothing may still hold all. */
export async function firstVersion(client: S3Client, bucket: string): Promise<Version | undefined> {
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: 1 }));
  const [version] = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
  if (version === undefined) return undefined;
  const key = version.Key ?? '';
  return version.VersionId === undefined ? { key } : { key, id: version.VersionId };
}

/** Whose the bucket is: the run in its tag, else in the metadata of the given version. */
export async function markerOf(
  client: S3Client,
  bucket: string,
  version: Version,
): Promise<string | undefined> {
  try {
    const { TagSet } = await client.send(new GetBucketTaggingCommand({ Bucket: bucket }));
    const marker = TagSet?.find(({ Key }) => Key === markerName)?.Value;
    if (marker !== undefined) return marker;
  } catch (error) {
    if (!untagged.has(errorCode(error) ?? '')) throw error;
  }
  return metadataMarker(client, bucket, version);
}

async function metadataMarker(
  client: S3Client,
  bucket: string,
  version: Version,
): Promise<string | undefined> {
  const { key, id } = version;
  try {
    const versioned = id === undefined ? {} : { VersionId: id };
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ...versioned }));
    return head.Metadata?.[markerName];
  } catch (error) {
    if (['NotFound', 'MethodNotAllowed', 'NoSuchKey', '404', '405'].includes(errorCode(error) ?? ''))
      return undefined;
    throw error;
  }
}

/** What the service reports of the bucket, for a check. */
export async function bucketState(client: S3Client, bucket: string): Promise<BucketState> {
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  const { Grants } = await client.send(new GetBucketAclCommand({ Bucket: bucket }));
  const open = (Grants ?? []).some(({ Grantee }) => Grantee?.URI !== undefined);
  const empty = (await firstVersion(client, bucket)) === undefined;
  return { name: bucket, versioned: Status === 'Enabled', private: !open, empty };
}
