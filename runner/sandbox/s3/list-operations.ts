import { ownerElement } from './bucket-operations.ts';
import { bucketOf, type Call, type Reply } from './call.ts';
import { S3Error } from './error.ts';
import { type ListingPage, listPage } from './listing.ts';
import { latestObject, type StoredObject, type Version } from './model.ts';
import { compareKeys, encodeKey } from './names.ts';
import { parameter } from './request.ts';
import { branch, leaf, xmlDocument } from './xml.ts';

/** Entries of a page, common prefixes included (Amazon S3 and Scaleway). */
const largestPage = 1000;

/** ListObjects (version 1): pages by `marker`. */
export function listObjects(call: Call): Reply {
  const asked = readQuery(call, 'max-keys');
  const marker = parameter(call.request, 'marker') ?? '';
  const page = listPage(currentObjects(call), { ...asked, after: marker });
  // The next marker is given with a delimiter only; else the last key serves (ListObjects, API reference).
  const next =
    page.next !== undefined && asked.delimiter !== '' ? [leaf('NextMarker', asked.encode(page.next))] : [];
  const head = [...headElements(call, asked, page), leaf('Marker', asked.encode(marker)), ...next];
  return answer('ListBucketResult', head, contents(page, asked, true));
}

/** ListObjectsV2: pages by an opaque continuation token. */
export function listObjectsV2(call: Call): Reply {
  const asked = readQuery(call, 'max-keys');
  const token = parameter(call.request, 'continuation-token');
  const startAfter = parameter(call.request, 'start-after');
  const after = token === undefined ? (startAfter ?? '') : readToken(token);
  const page = listPage(currentObjects(call), { ...asked, after });
  const head = [
    ...headElements(call, asked, page),
    leaf('KeyCount', page.entries.length + page.prefixes.length),
    ...(token === undefined ? [] : [leaf('ContinuationToken', token)]),
    ...(startAfter === undefined ? [] : [leaf('StartAfter', asked.encode(startAfter))]),
    ...(page.next === undefined ? [] : [leaf('NextContinuationToken', writeToken(page.next))]),
  ];
  return answer(
    'ListBucketResult',
    head,
    contents(page, asked, parameter(call.request, 'fetch-owner') === 'true'),
  );
}

/** ListObjectVersions: all versions and markers, newest first under each key. */
export function listObjectVersions(call: Call): Reply {
  const asked = readQuery(call, 'max-keys');
  const keyMarker = parameter(call.request, 'key-marker') ?? '';
  const idMarker = parameter(call.request, 'version-id-marker') ?? '';
  if (idMarker !== '' && keyMarker === '') throw new S3Error('InvalidArgument');
  const { entries, after } = versionsAfter(call, keyMarker, idMarker);
  const page = listPage(entries, { ...asked, after });
  const last = page.entries.at(-1);
  const head = [
    ...headElements(call, asked, page),
    leaf('KeyMarker', asked.encode(keyMarker)),
    leaf('VersionIdMarker', idMarker),
    ...(page.next === undefined ? [] : [leaf('NextKeyMarker', asked.encode(page.next))]),
    ...(page.next === undefined || last?.key !== page.next
      ? []
      : [leaf('NextVersionIdMarker', last.version.versionId)]),
  ];
  return answer('ListVersionsResult', head, [
    ...page.entries.map(entry => versionElement(entry, asked)),
    ...prefixElements(page, asked),
  ]);
}

/** What every listing of keys is asked. `encode` applies `encoding-type=url` when it was asked for. */
export interface ListQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly limit: number;
  readonly limitName: string;
  readonly encoded: boolean;
  encode(text: string): string;
}

/** Reads the parameters that the listings share; throws `NoSuchBucket` or `InvalidArgument`. */
export function readQuery(call: Call, limitName: 'max-keys' | 'max-uploads'): ListQuery {
  bucketOf(call);
  const { request } = call;
  const encoding = parameter(request, 'encoding-type');
  if (encoding !== undefined && encoding !== 'url') throw invalid('encoding-type', encoding);
  return {
    prefix: parameter(request, 'prefix') ?? '',
    delimiter: parameter(request, 'delimiter') ?? '',
    limit: readLimit(parameter(request, limitName), limitName),
    limitName,
    encoded: encoding === 'url',
    encode: text => (encoding === 'url' ? encodeKey(text) : text),
  };
}

/** Reads a page size: 1000 by default and at most; throws `InvalidArgument` for what is not a number. */
export function readLimit(text: string | undefined, name: string): number {
  if (text === undefined) return largestPage;
  if (!/^\d{1,9}$/.test(text)) throw invalid(name, text);
  return Math.min(Number(text), largestPage);
}

/** The common prefixes of a page. */
export function prefixElements(page: ListingPage<unknown>, { encode }: ListQuery): string[] {
  return page.prefixes.map(prefix => branch('CommonPrefixes', [leaf('Prefix', encode(prefix))]));
}

function invalid(name: string, value: string): S3Error {
  return new S3Error('InvalidArgument', { details: { ArgumentName: name, ArgumentValue: value } });
}

function answer(root: string, head: readonly string[], entries: readonly string[]): Reply {
  return { status: 200, xml: xmlDocument(root, [...head, ...entries]) };
}

function headElements(call: Call, asked: ListQuery, page: ListingPage<unknown>): string[] {
  return [
    leaf('Name', call.request.bucket),
    leaf('Prefix', asked.encode(asked.prefix)),
    ...(asked.delimiter === '' ? [] : [leaf('Delimiter', asked.encode(asked.delimiter))]),
    leaf('MaxKeys', asked.limit),
    ...(asked.encoded ? [leaf('EncodingType', 'url')] : []),
    leaf('IsTruncated', page.next !== undefined),
  ];
}

interface CurrentObject {
  readonly key: string;
  readonly object: StoredObject;
}

function currentObjects({ store, request }: Call): CurrentObject[] {
  return store.sortedRecords(request.bucket).flatMap(({ key, versions }) => {
    const object = latestObject(versions);
    return object === undefined ? [] : [{ key, object }];
  });
}

function contents(page: ListingPage<CurrentObject>, asked: ListQuery, withOwner: boolean): string[] {
  const entries = page.entries.map(({ key, object }) => {
    return branch('Contents', [
      leaf('Key', asked.encode(key)),
      ...objectElements(object),
      withOwner ? ownerElement() : '',
    ]);
  });
  return [...entries, ...prefixElements(page, asked)];
}

function objectElements({ lastModified, etag, size, storageClass, checksum }: StoredObject): string[] {
  const sum = checksum && [
    leaf('ChecksumAlgorithm', checksum.algorithm.toUpperCase()),
    leaf('ChecksumType', checksum.type),
  ];
  return [
    leaf('LastModified', lastModified),
    leaf('ETag', `"${etag}"`),
    ...(sum ?? []),
    leaf('Size', size),
    leaf('StorageClass', storageClass),
  ];
}

// An opaque token: clients must not build one.
function writeToken(after: string): string {
  return Buffer.from(after).toString('base64url');
}

function readToken(token: string): string {
  const after = Buffer.from(token, 'base64url').toString();
  if (after === '' || writeToken(after) !== token) {
    throw new S3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' });
  }
  return after;
}

interface KeyVersion {
  readonly key: string;
  readonly version: Version;
  readonly latest: boolean;
}

function versionsAfter(
  { store, request }: Call,
  keyMarker: string,
  idMarker: string,
): { entries: KeyVersion[]; after: string } {
  const records = store.sortedRecords(request.bucket).filter(({ key }) => compareKeys(key, keyMarker) >= 0);
  const entries = records.flatMap(({ key, versions }) => {
    const left = key === keyMarker && idMarker !== '' ? olderThan(versions, idMarker) : versions;
    return left.map(version => ({ key, version, latest: version === versions[0] }));
  });
  return { entries, after: idMarker === '' ? keyMarker : '' };
}

// The marker's version may have been deleted since: ids sort by age, so the older ones are still known.
function olderThan(versions: readonly Version[], idMarker: string): readonly Version[] {
  const index = versions.findIndex(({ versionId }) => versionId === idMarker);
  if (index >= 0) return versions.slice(index + 1);
  const sequence = Number.parseInt(idMarker.slice(0, 12), 16);
  return Number.isNaN(sequence) ? versions : versions.filter(version => version.sequence < sequence);
}

function versionElement({ key, version, latest }: KeyVersion, { encode }: ListQuery): string {
  const identity = [leaf('Key', encode(key)), leaf('VersionId', version.versionId), leaf('IsLatest', latest)];
  if (version.kind === 'object') {
    return branch('Version', [...identity, ...objectElements(version), ownerElement()]);
  }
  return branch('DeleteMarker', [...identity, leaf('LastModified', version.lastModified), ownerElement()]);
}
