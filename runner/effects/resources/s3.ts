/** The fingerprint of a bucket and the run's marker on it: a tag of the bucket, else the metadata of its objects. */
import {
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Fingerprint } from '../../journal/event.ts';
import { refuseProtected } from '../../services/guard/protected.ts';
import type { S3Resource } from '../../services/resources.ts';
import { bucketExists, firstVersion, markerName, markerOf } from '../../services/s3/bucket.ts';
import { withS3 } from '../../services/s3/client.ts';

/** Versions that are counted at most: enough to see how big the mistake would be. */
const COUNT_CAP = 1_000;

/** Asks the service. An absent bucket is empty. Faults: `protected-name`, `s3-denied`, `s3-refused`, `s3-unreachable`. */
export async function inspectBucket(resource: S3Resource): Promise<Fingerprint> {
  const endpoint = new URL(resource.endpoint).hostname;
  refuseProtected(resource, [resource.bucket, endpoint]);
  return withS3(resource, 'nothing-changed', async client => {
    const owner = await ownerOf(client);
    const base = { resource: resource.name, kind: 's3', name: resource.bucket };
    if (!(await bucketExists(client, resource.bucket))) {
      return { ...base, facts: { exists: false, endpoint, ...owner }, empty: true };
    }
    const { facts, empty } = await contentOf(client, resource.bucket);
    const marker = await markerOn(client, resource.bucket);
    return {
      ...base,
      facts: { exists: true, endpoint, ...owner, ...facts },
      empty,
      ...(marker === undefined ? {} : { marker }),
    };
  });
}

async function contentOf(client: S3Client, bucket: string) {
  const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket: bucket }));
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  const listed = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: COUNT_CAP }));
  const versions = (listed.Versions?.length ?? 0) + (listed.DeleteMarkers?.length ?? 0);
  const facts = {
    region: LocationConstraint ?? '',
    versioning: Status ?? 'Disabled',
    versions: listed.IsTruncated === true ? `${versions}+` : versions,
  };
  const uploads = await uploadsTo(client, bucket);
  if (uploads === 0) return { facts, empty: versions === 0 };
  return { facts: { ...facts, uploads }, empty: false };
}

/** Uploads in parts that are under way: somebody else is writing there. Not every key, or service, tells of them. */
async function uploadsTo(client: S3Client, bucket: string): Promise<number> {
  try {
    return (await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.length ?? 0;
  } catch {
    return 0;
  }
}

/** The account that the key belongs to; a key for one bucket may not be told. */
async function ownerOf(client: S3Client): Promise<{ readonly owner?: string }> {
  try {
    const { Owner } = await client.send(new ListBucketsCommand({}));
    const owner = Owner?.DisplayName ?? Owner?.ID;
    return owner === undefined ? {} : { owner };
  } catch {
    return {};
  }
}

/** The tag of an empty bucket is asked by a key that stands for no object. */
async function markerOn(client: S3Client, bucket: string): Promise<string | undefined> {
  const version = (await firstVersion(client, bucket)) ?? { key: markerName };
  try {
    return await markerOf(client, bucket, version);
  } catch {
    return undefined;
  }
}

/** Tags an existing, empty bucket; false where the service has no tags, or no bucket yet: its objects then bear the marker. */
export async function claimBucket(resource: S3Resource, run: string, named: boolean): Promise<boolean> {
  const found = await inspectBucket(resource);
  if (!found.empty && !named) return found.marker === run;
  if (found.facts.exists !== true) return false;
  return withS3(resource, 'nothing-changed', async client => {
    try {
      const Tagging = { TagSet: [{ Key: markerName, Value: run }] };
      await client.send(new PutBucketTaggingCommand({ Bucket: resource.bucket, Tagging }));
      return (await markerOn(client, resource.bucket)) === run;
    } catch {
      return false;
    }
  });
}
