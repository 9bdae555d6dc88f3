import {
  bucketOf,
  type Call,
  checksumHeader,
  headerAmong,
  type Reply,
  versionHeader,
  versionIdOf,
} from './call.ts';
import { commitObject } from './commit.ts';
import { checkReadConditions } from './conditions.ts';
import { S3Error } from './error.ts';
import { checkReadable, requestRestoration, restoreHeader } from './glacier.ts';
import { type StoredObject, selectObject, withChangedVersion } from './model.ts';
import { readSettings } from './object-settings.ts';
import { declaredLength, receivePayload } from './payload.ts';
import { readRange } from './range.ts';
import { header, headerText, parameter } from './request.ts';
import { branch, childText, leaf, parseXml, xmlDocument } from './xml.ts';

/** Largest body of one request: 5 GiB (Amazon S3 user guide, "Uploading objects"; the same at Scaleway). */
export const largestBody = 5 * 1024 ** 3;

/** PutObject; the object is seen only when its whole body was received and verified. */
export async function putObject(call: Call): Promise<Reply> {
  const { store, request, identity } = call;
  const bucket = bucketOf(call);
  const settings = readSettings(request);
  if (declaredLength(request) > largestBody) throw new S3Error('EntityTooLarge');
  const { piece, result } = await store.bodies.write(sink => receivePayload(request, identity, sink));
  const content = {
    pieces: [piece],
    size: piece.size,
    etag: result.md5.toString('hex'),
    ...(result.checksum && { checksum: { ...result.checksum, type: 'FULL_OBJECT' as const } }),
  };
  const object = await commitObject(call, content, settings);
  const headers = { ...versionHeader(bucket, object.versionId), ...checksumHeader(object) };
  return { status: 200, headers: { etag: `"${object.etag}"`, ...headers } };
}

/** GetObject; throws `InvalidObjectState` for an archived object that is not restored. */
export function getObject(call: Call): Reply {
  const object = readObject(call);
  checkReadable(object, call.now.getTime());
  return answerObject(call, object);
}

/** HeadObject: what GetObject would say, without the bytes. */
export function headObject(call: Call): Reply {
  return answerObject(call, readObject(call));
}

/** GetObjectAttributes: those that were asked for, without the list of parts. */
export function getObjectAttributes(call: Call): Reply {
  const object = readObject(call);
  const asked = (header(call.request, 'x-amz-object-attributes') ?? '').split(',').map(name => name.trim());
  const elements = attributeElements(object);
  if (asked.some(name => elements[name] === undefined)) throw new S3Error('InvalidArgument');
  const xml = xmlDocument(
    'GetObjectAttributesResponse',
    asked.map(name => elements[name] ?? ''),
  );
  return { status: 200, headers: identityHeaders(call, object), xml };
}

function attributeElements({ etag, size, storageClass, checksum }: StoredObject): Record<string, string> {
  const sum = checksum && [
    leaf(`Checksum${checksum.algorithm.toUpperCase()}`, checksum.value),
    leaf('ChecksumType', checksum.type),
  ];
  const [, partCount] = etag.split('-');
  return {
    ETag: leaf('ETag', etag),
    ObjectSize: leaf('ObjectSize', size),
    StorageClass: leaf('StorageClass', storageClass),
    Checksum: sum ? branch('Checksum', sum) : '',
    ObjectParts: partCount === undefined ? '' : branch('ObjectParts', [leaf('TotalPartsCount', partCount)]),
  };
}

/** RestoreObject: 202 when a restoration begins, 200 when its expiry is moved. */
export async function restoreObject(call: Call): Promise<Reply> {
  const { store, request, now } = call;
  const body = parseXml(call.text, 'RestoreRequest');
  if (['Type', 'SelectParameters', 'OutputLocation'].some(name => name in body))
    throw new S3Error('NotImplemented');
  const days = childText(body, 'Days') ?? '';
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new S3Error('MalformedXML');
  let renewed = false;
  await store.changeVersions(request.bucket, request.key, versions => {
    const object = selectObject(versions, request.key, versionIdOf(call));
    const asked = { now: now.getTime(), days: Number(days), delay: store.settings.restoreDelay };
    const outcome = requestRestoration(object, asked);
    renewed = outcome.renewed;
    return withChangedVersion(versions, { ...object, restoration: outcome.restoration });
  });
  return { status: renewed ? 200 : 202 };
}

/** The object that the call names, if the conditional headers let it be read. */
function readObject(call: Call): StoredObject {
  const { store, request } = call;
  const versionId = versionIdOf(call);
  const object = selectObject(store.versions(request.bucket, request.key), request.key, versionId);
  checkReadConditions(request, object);
  return object;
}

function answerObject(call: Call, object: StoredObject): Reply {
  const range = readRange(header(call.request, 'range'), object.size);
  const start = range?.start ?? 0;
  const end = range?.end ?? object.size;
  const headers = {
    ...object.headers,
    ...object.metadata,
    ...identityHeaders(call, object),
    ...storageHeaders(call, object),
    // A checksum is that of the whole object, so a client must not hold it against a part.
    ...(range === undefined && wantsChecksum(call) ? checksumHeader(object) : {}),
    ...(range && { 'content-range': `bytes ${start}-${end - 1}/${object.size}` }),
    ...overridingHeaders(call),
    etag: `"${object.etag}"`,
    'accept-ranges': 'bytes',
    'content-length': String(end - start),
  };
  const bytes = call.store.bodies.read(object.pieces, start, end);
  return { status: range === undefined ? 200 : 206, headers, bytes };
}

function identityHeaders(call: Call, object: StoredObject): Record<string, string> {
  return {
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...versionHeader(bucketOf(call), object.versionId),
  };
}

function storageHeaders(call: Call, object: StoredObject): Record<string, string> {
  const restore = restoreHeader(object, call.now.getTime());
  const tagCount = Object.keys(object.tags).length;
  return {
    ...(object.storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': object.storageClass }),
    ...(restore === undefined ? {} : { 'x-amz-restore': restore }),
    ...(tagCount === 0 ? {} : { 'x-amz-tagging-count': String(tagCount) }),
  };
}

function wantsChecksum({ request }: Call): boolean {
  return headerAmong(request, 'x-amz-checksum-mode', ['ENABLED']) === 'ENABLED';
}

const overridable = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

// An anonymous reader must not choose what a stranger's browser is told.
function overridingHeaders({ request, identity }: Call): Record<string, string> {
  const entries = overridable.flatMap(name => {
    const value = parameter(request, `response-${name}`);
    return value === undefined ? [] : [[name, headerText(value)] as const];
  });
  if (entries.length > 0 && identity.kind === 'anonymous') {
    throw new S3Error('InvalidRequest', {
      message: 'Request specific response headers cannot be used for anonymous GET requests.',
    });
  }
  return Object.fromEntries(entries);
}
