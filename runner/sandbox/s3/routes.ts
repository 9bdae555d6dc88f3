import * as buckets from './bucket-operations.ts';
import type { Operation } from './call.ts';
import * as copies from './copy-operations.ts';
import * as deletions from './delete-operations.ts';
import { S3Error } from './error.ts';
import * as lists from './list-operations.ts';
import * as multipart from './multipart-operations.ts';
import * as objects from './object-operations.ts';
import * as properties from './object-properties.ts';
import { header, headersWith, parameter, type S3Request } from './request.ts';

/** An operation under its name in the S3 API. `streams` is true when it receives its body itself. */
export interface Route {
  readonly name: string;
  readonly operation: Operation;
  readonly streams: boolean;
}

const listing = ['prefix', 'delimiter', 'encoding-type', 'max-keys'];
const responses = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const reading = ['versionId', ...responses.map(name => `response-${name}`)];

/** Method, level, sub-resources → name, operation, and the further parameters that it understands. */
const table: readonly (readonly [string, string, Operation, readonly string[]])[] = [
  ['GET service', 'ListBuckets', buckets.listBuckets, []],
  ['PUT bucket', 'CreateBucket', buckets.createBucket, []],
  ['HEAD bucket', 'HeadBucket', buckets.headBucket, []],
  ['DELETE bucket', 'DeleteBucket', buckets.deleteBucket, []],
  ['GET bucket location', 'GetBucketLocation', buckets.getBucketLocation, []],
  ['GET bucket versioning', 'GetBucketVersioning', buckets.getBucketVersioning, []],
  ['PUT bucket versioning', 'PutBucketVersioning', buckets.putBucketVersioning, []],
  ['GET bucket acl', 'GetBucketAcl', buckets.getBucketAcl, []],
  ['PUT bucket acl', 'PutBucketAcl', buckets.putBucketAcl, []],
  ['GET bucket tagging', 'GetBucketTagging', buckets.getBucketTagging, []],
  ['PUT bucket tagging', 'PutBucketTagging', buckets.putBucketTagging, []],
  ['DELETE bucket tagging', 'DeleteBucketTagging', buckets.deleteBucketTagging, []],
  ['GET bucket', 'ListObjects', lists.listObjects, [...listing, 'marker']],
  [
    'GET bucket list-type',
    'ListObjectsV2',
    lists.listObjectsV2,
    [...listing, 'continuation-token', 'start-after', 'fetch-owner'],
  ],
  [
    'GET bucket versions',
    'ListObjectVersions',
    lists.listObjectVersions,
    [...listing, 'key-marker', 'version-id-marker'],
  ],
  [
    'GET bucket uploads',
    'ListMultipartUploads',
    multipart.listMultipartUploads,
    ['prefix', 'delimiter', 'encoding-type', 'max-uploads', 'key-marker', 'upload-id-marker'],
  ],
  ['POST bucket delete', 'DeleteObjects', deletions.deleteObjects, []],
  ['PUT object', 'PutObject', objects.putObject, []],
  ['GET object', 'GetObject', objects.getObject, reading],
  ['HEAD object', 'HeadObject', objects.headObject, reading],
  ['DELETE object', 'DeleteObject', deletions.deleteObject, ['versionId']],
  ['COPY object', 'CopyObject', copies.copyObject, []],
  ['GET object acl', 'GetObjectAcl', properties.getObjectAcl, ['versionId']],
  ['PUT object acl', 'PutObjectAcl', properties.putObjectAcl, ['versionId']],
  ['GET object tagging', 'GetObjectTagging', properties.getObjectTagging, ['versionId']],
  ['PUT object tagging', 'PutObjectTagging', properties.putObjectTagging, ['versionId']],
  ['DELETE object tagging', 'DeleteObjectTagging', properties.deleteObjectTagging, ['versionId']],
  ['GET object attributes', 'GetObjectAttributes', objects.getObjectAttributes, ['versionId']],
  ['POST object restore', 'RestoreObject', objects.restoreObject, ['versionId']],
  ['POST object uploads', 'CreateMultipartUpload', multipart.createMultipartUpload, []],
  ['PUT object partNumber uploadId', 'UploadPart', multipart.uploadPart, []],
  ['COPY object partNumber uploadId', 'UploadPartCopy', copies.uploadPartCopy, []],
  ['POST object uploadId', 'CompleteMultipartUpload', multipart.completeMultipartUpload, []],
  ['DELETE object uploadId', 'AbortMultipartUpload', multipart.abortMultipartUpload, []],
  ['GET object uploadId', 'ListParts', multipart.listParts, ['max-parts', 'part-number-marker']],
];

const routes = new Map(
  table.map(([path, name, operation, parameters]) => {
    const streams = name === 'PutObject' || name === 'UploadPart';
    return [path, { route: { name, operation, streams }, parameters: new Set(parameters) }] as const;
  }),
);

const ordinary = new Set(table.flatMap(([, , , parameters]) => parameters));

/** Headers that would change what an operation does, and that nothing here obeys. */
const unsupported = [
  'x-amz-server-side-encryption',
  'x-amz-copy-source-server-side-encryption',
  'x-amz-object-lock-',
  'x-amz-grant-',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
  'x-amz-expected-bucket-owner',
  'x-amz-source-expected-bucket-owner',
  'x-amz-if-match-',
  'x-amz-mfa',
  'x-amz-mp-object-size',
];

function isUnsupported(name: string): boolean {
  return unsupported.some(prefix => name.startsWith(prefix));
}

/** Tells which operation a request asks for; throws `NotImplemented` rather than doing a part of what it asks. */
export function findRoute(request: S3Request): Route {
  const names = request.query.map(([name]) => name).filter(name => !/^(x-amz-.*|x-id)$/i.test(name));
  const subresources = names.filter(name => !ordinary.has(name)).sort();
  const found = routes.get([methodOf(request), levelOf(request), ...subresources].join(' '));
  const understood = names.every(name => subresources.includes(name) || found?.parameters.has(name));
  const refused = Object.keys(headersWith(request, 'x-amz-')).some(isUnsupported);
  const conditional = request.method === 'DELETE' && header(request, 'if-match') !== undefined;
  const otherList = (parameter(request, 'list-type') ?? '2') !== '2';
  if (found === undefined || !understood || refused || conditional || otherList)
    throw new S3Error('NotImplemented');
  return found.route;
}

function levelOf({ bucket, key }: S3Request): string {
  if (bucket === '') return 'service';
  return key === '' ? 'bucket' : 'object';
}

// A copy is a PUT with a source; it deserves a name of its own in the table.
function methodOf(request: S3Request): string {
  return request.method === 'PUT' && header(request, 'x-amz-copy-source') !== undefined
    ? 'COPY'
    : request.method;
}
