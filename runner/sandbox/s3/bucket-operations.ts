import { aclDocument, readAcl } from './acl.ts';
import { bucketOf, type Call, headerAmong, type Reply } from './call.ts';
import { S3Error } from './error.ts';
import { cannedAcls } from './model.ts';
import { checkBucketName } from './names.ts';
import { header } from './request.ts';
import { readTagging, taggingDocument } from './tagging.ts';
import { branch, childText, leaf, parseXml, xmlDocument } from './xml.ts';

/** ListBuckets: all buckets, by name. */
export function listBuckets({ store }: Call): Reply {
  const buckets = store.buckets().map(({ name, created }) => {
    return branch('Bucket', [leaf('Name', name), leaf('CreationDate', created)]);
  });
  return {
    status: 200,
    xml: xmlDocument('ListAllMyBucketsResult', [ownerElement(), branch('Buckets', buckets)]),
  };
}

/** CreateBucket; throws `InvalidBucketName`, `IllegalLocationConstraintException` or `BucketAlreadyOwnedByYou`. */
export async function createBucket(call: Call): Promise<Reply> {
  const { store, request, region, now } = call;
  const name = request.bucket;
  checkBucketName(name);
  if (header(request, 'x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') {
    throw new S3Error('NotImplemented');
  }
  const body = call.text === '' ? {} : parseXml(call.text, 'CreateBucketConfiguration');
  const constraint = childText(body, 'LocationConstraint') ?? region;
  if (constraint !== region) throw new S3Error('IllegalLocationConstraintException');
  const acl = headerAmong(request, 'x-amz-acl', cannedAcls) ?? 'private';
  await store.addBucket({ name, created: now.toISOString(), versioning: 'Unversioned', acl });
  return { status: 200, headers: { location: `/${name}` } };
}

/** HeadBucket: whether a bucket exists, and its region. */
export function headBucket(call: Call): Reply {
  bucketOf(call);
  return { status: 200, headers: { 'x-amz-bucket-region': call.region } };
}

/** DeleteBucket; throws `BucketNotEmpty` while a version, a marker or an upload is left. */
export async function deleteBucket({ store, request }: Call): Promise<Reply> {
  await store.removeBucket(request.bucket);
  return { status: 204 };
}

/** GetBucketLocation: the region, as Scaleway answers it. */
export function getBucketLocation(call: Call): Reply {
  bucketOf(call);
  // S3 calls its first region by no name at all.
  const location = call.region === 'us-east-1' ? '' : call.region;
  return { status: 200, xml: xmlDocument('LocationConstraint', [location]) };
}

/** GetBucketVersioning: no status at all until versioning is first set. */
export function getBucketVersioning(call: Call): Reply {
  const { versioning } = bucketOf(call);
  const children = versioning === 'Unversioned' ? [] : [leaf('Status', versioning)];
  return { status: 200, xml: xmlDocument('VersioningConfiguration', children) };
}

/** PutBucketVersioning: `Enabled` or `Suspended`; throws `MalformedXML` for anything else. */
export async function putBucketVersioning(call: Call): Promise<Reply> {
  bucketOf(call);
  const configuration = parseXml(call.text, 'VersioningConfiguration');
  if (childText(configuration, 'MfaDelete') === 'Enabled') throw new S3Error('NotImplemented');
  const status = childText(configuration, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('MalformedXML');
  await call.store.changeBucket(call.request.bucket, { versioning: status });
  return { status: 200 };
}

/** GetBucketAcl. */
export function getBucketAcl(call: Call): Reply {
  return { status: 200, xml: aclDocument(bucketOf(call).acl) };
}

/** PutBucketAcl: opens or closes the list of keys, and not the objects. */
export async function putBucketAcl(call: Call): Promise<Reply> {
  bucketOf(call);
  await call.store.changeBucket(call.request.bucket, { acl: readAcl(call) });
  return { status: 200 };
}

/** GetBucketTagging; throws `NoSuchTagSet` for a bucket without tags. */
export function getBucketTagging(call: Call): Reply {
  const { tags } = bucketOf(call);
  if (tags === undefined) throw new S3Error('NoSuchTagSet');
  return { status: 200, xml: taggingDocument(tags) };
}

/** PutBucketTagging: replaces all tags; throws `InvalidTag` beyond the limits. */
export async function putBucketTagging(call: Call): Promise<Reply> {
  bucketOf(call);
  await call.store.changeBucket(call.request.bucket, { tags: readTagging(call.text) });
  return { status: 204 };
}

/** DeleteBucketTagging. */
export async function deleteBucketTagging(call: Call): Promise<Reply> {
  bucketOf(call);
  await call.store.changeBucket(call.request.bucket, { tags: undefined });
  return { status: 204 };
}

/** The one owner of everything here: a project, as at Scaleway, and not the holder of a key. */
export function ownerElement(name = 'Owner'): string {
  return branch(name, [leaf('ID', 'sandbox'), leaf('DisplayName', 'sandbox')]);
}
