import { randomUUID } from 'node:crypto';
import { ownerElement } from './bucket-operations.ts';
import { bucketOf, type Call, headerAmong, type Reply, versionHeader } from './call.ts';
import { commitObject } from './commit.ts';
import { type Checksum, checksumAlgorithm, checksumAlgorithms, startDigest } from './digest.ts';
import { S3Error } from './error.ts';
import { type ListQuery, prefixElements, readLimit, readQuery } from './list-operations.ts';
import { type ListingPage, listPage } from './listing.ts';
import type { Content } from './model.ts';
import {
  joinParts,
  type ListedPart,
  type Part,
  readPartNumber,
  selectParts,
  type Upload,
} from './multipart.ts';
import { compareKeys } from './names.ts';
import { largestBody } from './object-operations.ts';
import { readSettings } from './object-settings.ts';
import { declaredLength, receivePayload } from './payload.ts';
import { header, parameter } from './request.ts';
import { branch, childElements, childText, type Element, leaf, parseXml, xmlDocument } from './xml.ts';

/** CreateMultipartUpload. */
export async function createMultipartUpload(call: Call): Promise<Reply> {
  const { store, request, now } = call;
  bucketOf(call);
  const named = header(request, 'x-amz-checksum-algorithm');
  const algorithm = named === undefined ? undefined : checksumAlgorithm(named);
  if (named !== undefined && algorithm === undefined) throw new S3Error('InvalidRequest');
  const asked = headerAmong(request, 'x-amz-checksum-type', ['COMPOSITE', 'FULL_OBJECT']);
  const upload: Upload = {
    id: randomUUID(),
    bucket: request.bucket,
    key: request.key,
    initiated: now.toISOString(),
    settings: readSettings(request),
    ...(algorithm && { algorithm }),
    // CRC64NVME is never a checksum of checksums (Amazon S3 user guide, "Checking object integrity").
    checksumType: asked ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE'),
    parts: new Map(),
  };
  await store.uploads.add(upload);
  const headers: Record<string, string> = algorithm
    ? { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': upload.checksumType }
    : {};
  const children = [...uploadElements(upload), leaf('UploadId', upload.id)];
  return { status: 200, headers, xml: xmlDocument('InitiateMultipartUploadResult', children) };
}

/** UploadPart; a part of the same number is replaced. */
export async function uploadPart(call: Call): Promise<Reply> {
  const { store, request, identity, now } = call;
  const upload = namedUpload(call);
  const number = readPartNumber(parameter(request, 'partNumber'), store.settings.largestPartNumber);
  if (declaredLength(request) > largestBody) throw new S3Error('EntityTooLarge');
  const { piece, result } = await store.bodies.write(sink => receivePayload(request, identity, sink));
  const etag = result.md5.toString('hex');
  const sum = result.checksum;
  const part = { number, pieces: [piece], size: piece.size, etag, lastModified: now.toISOString() };
  await store.uploads.savePart(upload, { ...part, ...(sum && { checksum: sum }) });
  const checksum: Record<string, string> = sum ? { [`x-amz-checksum-${sum.algorithm}`]: sum.value } : {};
  return { status: 200, headers: { etag: `"${etag}"`, ...checksum } };
}

/** CompleteMultipartUpload; throws `InvalidPart`, `InvalidPartOrder` or `EntityTooSmall` and keeps the upload then. */
export async function completeMultipartUpload(call: Call): Promise<Reply> {
  const { store, region, request } = call;
  const listed = readListedParts(call);
  const object = await store.uploads.hold(namedUpload(call), async upload => {
    const parts = selectParts(upload, listed, store.settings.smallestPart);
    const content = await withWholeChecksum(call, upload, joinParts(upload, parts));
    // The object holds links of its own, so that a refused commit leaves the parts as they were.
    const pieces = await store.bodies.duplicate(content.pieces);
    const committed = await commitObject(call, { ...content, pieces }, upload.settings);
    await store.uploads.remove(upload);
    return committed;
  });
  const sum = object.checksum;
  const children = [
    leaf('Location', `/${request.bucket}/${request.key}`),
    leaf('Bucket', request.bucket),
    leaf('Key', request.key),
    leaf('ETag', `"${object.etag}"`),
    ...(sum
      ? [leaf(`Checksum${sum.algorithm.toUpperCase()}`, sum.value), leaf('ChecksumType', sum.type)]
      : []),
  ];
  const headers = { ...versionHeader(bucketOf(call), object.versionId), 'x-amz-bucket-region': region };
  return { status: 200, headers, xml: xmlDocument('CompleteMultipartUploadResult', children) };
}

/** AbortMultipartUpload. */
export async function abortMultipartUpload(call: Call): Promise<Reply> {
  const { store } = call;
  await store.uploads.hold(namedUpload(call), upload => store.uploads.remove(upload));
  return { status: 204 };
}

/** ListParts, by number. */
export function listParts(call: Call): Reply {
  const upload = namedUpload(call);
  const limit = readLimit(parameter(call.request, 'max-parts'), 'max-parts');
  const marker = readLimit(parameter(call.request, 'part-number-marker') ?? '0', 'part-number-marker');
  const left = [...upload.parts.values()]
    .filter(part => part.number > marker)
    .sort((a, b) => a.number - b.number);
  const page = left.slice(0, limit);
  const truncated = left.length > page.length && limit > 0;
  const children = [
    ...uploadElements(upload),
    leaf('UploadId', upload.id),
    ownerElement('Initiator'),
    ownerElement(),
    leaf('StorageClass', upload.settings.storageClass),
    leaf('PartNumberMarker', marker),
    ...(truncated ? [leaf('NextPartNumberMarker', page.at(-1)?.number ?? 0)] : []),
    leaf('MaxParts', limit),
    leaf('IsTruncated', truncated),
    ...page.map(partElement),
  ];
  return { status: 200, xml: xmlDocument('ListPartsResult', children) };
}

/** ListMultipartUploads, by key. */
export function listMultipartUploads(call: Call): Reply {
  const { store, request } = call;
  const asked = readQuery(call, 'max-uploads');
  const key = parameter(request, 'key-marker') ?? '';
  const id = parameter(request, 'upload-id-marker') ?? '';
  const sorted = store.uploads.of(request.bucket).sort(compareUploads);
  const entries = id === '' ? sorted : sorted.filter(upload => compareUploads(upload, { key, id }) > 0);
  const page = listPage(entries, { ...asked, after: id === '' ? key : '' });
  const children = [
    leaf('Bucket', request.bucket),
    leaf('KeyMarker', asked.encode(key)),
    leaf('UploadIdMarker', id),
    ...nextUploadElements(page, asked),
    leaf('Prefix', asked.encode(asked.prefix)),
    ...(asked.delimiter === '' ? [] : [leaf('Delimiter', asked.encode(asked.delimiter))]),
    leaf('MaxUploads', asked.limit),
    ...(asked.encoded ? [leaf('EncodingType', 'url')] : []),
    ...page.entries.map(upload => uploadElement(upload, asked.encode)),
    ...prefixElements(page, asked),
  ];
  return { status: 200, xml: xmlDocument('ListMultipartUploadsResult', children) };
}

function nextUploadElements({ entries, next }: ListingPage<Upload>, { encode }: ListQuery): string[] {
  if (next === undefined) return [leaf('IsTruncated', false)];
  const last = entries.at(-1);
  const id = last?.key === next ? [leaf('NextUploadIdMarker', last.id)] : [];
  return [leaf('IsTruncated', true), leaf('NextKeyMarker', encode(next)), ...id];
}

function namedUpload({ store, request }: Call): Upload {
  store.bucket(request.bucket);
  return store.uploads.find(request.bucket, request.key, parameter(request, 'uploadId') ?? '');
}

function compareUploads(left: Pick<Upload, 'key' | 'id'>, right: Pick<Upload, 'key' | 'id'>): number {
  return compareKeys(left.key, right.key) || compareKeys(left.id, right.id);
}

function readListedParts({ store, text }: Call): ListedPart[] {
  const listed = childElements(parseXml(text, 'CompleteMultipartUpload'), 'Part').map(part => {
    return readListedPart(part, store.settings.largestPartNumber);
  });
  if (listed.length === 0) throw new S3Error('MalformedXML');
  return listed;
}

function readListedPart(element: Element, largest: number): ListedPart {
  const number = readPartNumber(childText(element, 'PartNumber'), largest);
  const etag = childText(element, 'ETag')?.replace(/^"(.*)"$/, '$1');
  if (etag === undefined) throw new S3Error('MalformedXML');
  const names = checksumAlgorithms.map(algorithm => `Checksum${algorithm.toUpperCase()}`);
  const checksum = names.map(name => childText(element, name)).find(value => value !== undefined);
  return { number, etag, ...(checksum !== undefined && { checksum }) };
}

// A checksum of the whole cannot be had from those of the parts without reading the bytes again.
async function withWholeChecksum(
  { store, request }: Call,
  upload: Upload,
  content: Content,
): Promise<Content> {
  const { algorithm, checksumType } = upload;
  if (algorithm === undefined || checksumType !== 'FULL_OBJECT') return content;
  const digest = startDigest(algorithm);
  for await (const bytes of store.bodies.read(content.pieces, 0, content.size)) digest.update(bytes);
  const checksum: Checksum = { algorithm, value: digest.digest().toString('base64'), type: 'FULL_OBJECT' };
  const expected = header(request, `x-amz-checksum-${algorithm}`);
  if (expected !== undefined && expected !== checksum.value) throw new S3Error('BadDigest');
  return { ...content, checksum };
}

function uploadElements({ bucket, key }: Upload): string[] {
  return [leaf('Bucket', bucket), leaf('Key', key)];
}

function uploadElement(upload: Upload, encode: (text: string) => string): string {
  return branch('Upload', [
    leaf('Key', encode(upload.key)),
    leaf('UploadId', upload.id),
    ownerElement('Initiator'),
    ownerElement(),
    leaf('StorageClass', upload.settings.storageClass),
    leaf('Initiated', upload.initiated),
  ]);
}

function partElement({ number, lastModified, etag, size, checksum }: Part): string {
  return branch('Part', [
    leaf('PartNumber', number),
    leaf('LastModified', lastModified),
    leaf('ETag', `"${etag}"`),
    leaf('Size', size),
    ...(checksum ? [leaf(`Checksum${checksum.algorithm.toUpperCase()}`, checksum.value)] : []),
  ]);
}
