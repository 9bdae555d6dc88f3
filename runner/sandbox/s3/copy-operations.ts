import { bucketOf, type Call, headerAmong, type Reply, versionHeader } from './call.ts';
import { commitObject } from './commit.ts';
import { checkReadConditions } from './conditions.ts';
import { type ChecksumAlgorithm, startDigest } from './digest.ts';
import { S3Error } from './error.ts';
import { checkReadable } from './glacier.ts';
import { type Content, type ObjectSettings, type StoredObject, selectObject } from './model.ts';
import { type Part, readPartNumber } from './multipart.ts';
import { decodePart } from './names.ts';
import { largestBody } from './object-operations.ts';
import { readSettings } from './object-settings.ts';
import { type ByteRange, readRange } from './range.ts';
import { header, parameter } from './request.ts';
import { leaf, xmlDocument } from './xml.ts';

interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly object: StoredObject;
}

/** CopyObject: bytes by hard link, metadata and tags copied or replaced as the directives say. */
export async function copyObject(call: Call): Promise<Reply> {
  const bucket = bucketOf(call);
  const source = readSource(call);
  const settings = copiedSettings(call, source);
  if (source.object.size > largestBody) throw new S3Error('InvalidRequest');
  const content = await copyContent(call, source.object);
  const object = await commitObject(call, content, settings);
  const headers = {
    ...versionHeader(bucket, object.versionId),
    ...versionOfSource(call, source),
  };
  return { status: 200, headers, xml: xmlDocument('CopyObjectResult', resultElements(object)) };
}

/** UploadPartCopy: a part from an object or from a range of it. */
export async function uploadPartCopy(call: Call): Promise<Reply> {
  const { store, request } = call;
  const upload = store.uploads.find(request.bucket, request.key, parameter(request, 'uploadId') ?? '');
  const number = readPartNumber(parameter(request, 'partNumber'), store.settings.largestPartNumber);
  const source = readSource(call);
  const range = readSourceRange(header(request, 'x-amz-copy-source-range'), source.object.size);
  const bytes = store.bodies.read(source.object.pieces, range.start, range.end);
  const part = { number, ...(await writePart(call, bytes, upload.algorithm)) };
  await store.uploads.savePart(upload, part);
  const xml = xmlDocument('CopyPartResult', resultElements(part));
  return { status: 200, headers: versionOfSource(call, source), xml };
}

async function writePart(
  { store, now }: Call,
  source: AsyncIterable<Buffer>,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Omit<Part, 'number'>> {
  const md5 = startDigest('md5');
  const sum = algorithm && { algorithm, digest: startDigest(algorithm) };
  const { piece } = await store.bodies.write(async sink => {
    for await (const bytes of source) {
      md5.update(bytes);
      sum?.digest.update(bytes);
      await sink(bytes);
    }
  });
  const etag = md5.digest().toString('hex');
  const checksum = sum && { algorithm: sum.algorithm, value: sum.digest.digest().toString('base64') };
  const part = { pieces: [piece], size: piece.size, etag, lastModified: now.toISOString() };
  return { ...part, ...(checksum && { checksum }) };
}

function resultElements({ lastModified, etag, checksum }: Omit<Part, 'number'>): string[] {
  const sum = checksum && leaf(`Checksum${checksum.algorithm.toUpperCase()}`, checksum.value);
  return [leaf('LastModified', lastModified), leaf('ETag', `"${etag}"`), ...(sum ? [sum] : [])];
}

// `x-amz-copy-source` is `[/]bucket/key[?versionId=…]`, percent-encoded by the client.
function readSource(call: Call): CopySource {
  const text = header(call.request, 'x-amz-copy-source') ?? '';
  const match = /^\/?([^/]+)\/([^?]+)(?:\?versionId=([^&]+))?$/s.exec(text);
  if (match === null)
    throw new S3Error('InvalidArgument', { message: 'Copy Source must mention the source bucket and key' });
  const [, bucket = '', encodedKey = '', versionId] = match;
  const key = decodePart(encodedKey);
  const object = selectObject(call.store.versions(decodePart(bucket), key), key, versionId);
  checkReadConditions(call.request, object, 'x-amz-copy-source-');
  checkReadable(object, call.now.getTime());
  return { bucket, key, object };
}

function versionOfSource({ store }: Call, { bucket, object }: CopySource): Record<string, string> {
  const { 'x-amz-version-id': versionId } = versionHeader(store.bucket(bucket), object.versionId);
  return versionId === undefined ? {} : { 'x-amz-copy-source-version-id': versionId };
}

function copiedSettings(call: Call, source: CopySource): ObjectSettings {
  const { request } = call;
  const given = readSettings(request);
  const directive = headerAmong(request, 'x-amz-metadata-directive', ['COPY', 'REPLACE']);
  const tagging = headerAmong(request, 'x-amz-tagging-directive', ['COPY', 'REPLACE']);
  const self = source.bucket === request.bucket && source.key === request.key;
  const changed = directive === 'REPLACE' || header(request, 'x-amz-storage-class') !== undefined;
  const versioned = parameterOfSource(request.incoming.headers['x-amz-copy-source']);
  if (self && !changed && !versioned) {
    throw new S3Error('InvalidRequest', {
      message:
        'This copy request is illegal because it is trying to copy an object to itself without changing it.',
    });
  }
  const { headers, metadata } = directive === 'REPLACE' ? given : source.object;
  return { ...given, headers, metadata, tags: tagging === 'REPLACE' ? given.tags : source.object.tags };
}

function parameterOfSource(text: string | string[] | undefined): boolean {
  return [text ?? ''].flat().join().includes('?versionId=');
}

// S3 gives a copy the ETag of a single body, even when the source was made of parts.
async function copyContent(call: Call, object: StoredObject): Promise<Content> {
  const { bodies } = call.store;
  const { checksum, size } = object;
  const whole = checksum?.type === 'FULL_OBJECT' ? { checksum } : {};
  const etag = object.etag.includes('-') ? await md5Of(call, object) : object.etag;
  return { pieces: await bodies.duplicate(object.pieces), size, etag, ...whole };
}

async function md5Of({ store }: Call, { pieces, size }: StoredObject): Promise<string> {
  const md5 = startDigest('md5');
  for await (const bytes of store.bodies.read(pieces, 0, size)) md5.update(bytes);
  return md5.digest().toString('hex');
}

function readSourceRange(text: string | undefined, size: number): ByteRange {
  if (text === undefined) return { start: 0, end: size };
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const range = match && readRange(text, size);
  if (!range || Number(match?.[2]) >= size) {
    throw new S3Error('InvalidArgument', { message: 'The x-amz-copy-source-range value is not valid' });
  }
  return range;
}
