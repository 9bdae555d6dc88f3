import { S3Error } from './error.ts';
import type { Bucket, StoredObject } from './model.ts';
import { header, parameter, type S3Request } from './request.ts';
import type { Identity } from './signature.ts';
import type { S3Store } from './store.ts';

/** One authenticated request, with all that an operation may use. `text` is its XML body, when it has one. */
export interface Call {
  readonly store: S3Store;
  readonly request: S3Request;
  readonly identity: Identity;
  readonly text: string;
  readonly now: Date;
  readonly region: string;
}

/** What is answered: an XML document, or bytes of a known length, or nothing. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly xml?: string;
  readonly bytes?: AsyncIterable<Buffer>;
}

/** One operation of the S3 API. It throws an `S3Error` to refuse. */
export type Operation = (call: Call) => Promise<Reply> | Reply;

/** The bucket that the call names; throws `NoSuchBucket`. */
export function bucketOf({ store, request }: Call): Bucket {
  return store.bucket(request.bucket);
}

/** The `versionId` parameter; throws `InvalidArgument` when it is empty, as S3 does. */
export function versionIdOf({ request }: Call): string | undefined {
  const versionId = parameter(request, 'versionId');
  if (versionId === '') {
    throw new S3Error('InvalidArgument', { message: 'Version id cannot be the empty string' });
  }
  return versionId;
}

/** The header that names a version, given only where versioning was ever set on the bucket. */
export function versionHeader(bucket: Bucket, versionId: string): Record<string, string> {
  return bucket.versioning === 'Unversioned' ? {} : { 'x-amz-version-id': versionId };
}

/** The header that gives an object's checksum, named after its algorithm. */
export function checksumHeader({ checksum }: Pick<StoredObject, 'checksum'>): Record<string, string> {
  if (checksum === undefined) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** A header whose value must be one of `allowed`; undefined when absent. */
export function headerAmong<Value extends string>(
  request: S3Request,
  name: string,
  allowed: readonly Value[],
): Value | undefined {
  const text = header(request, name);
  const value = allowed.find(one => one === text);
  if (text !== undefined && value === undefined) {
    throw new S3Error('InvalidArgument', { details: { ArgumentName: name, ArgumentValue: text } });
  }
  return value;
}
