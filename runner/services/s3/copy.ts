/*
 * One bucket copied into another, object by object. In: both sides. Out: what was copied and what was already there.
 * Can never happen: a source that is written; a copy made of two versions of its source; a copy that is public, archived or
 * without its type and metadata; an object copied again that is there and the same.
 */
import {
  CopyObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { markerName } from './bucket.ts';
import { concurrency, type Side } from './client.ts';
import { isReadable } from './compare.ts';
import { type Listed, listAll, listSizes, unquoted } from './listing.ts';
import { inParts, partSizeOf, type Range } from './multipart.ts';
import { forEachBounded } from './pool.ts';
import { progress } from './progress.ts';
import { inMemory } from './spool.ts';
import { multipartFrom, retrying } from './upload.ts';

/** What a copy came to; `skipped` objects were already there. */
export interface Copied {
  readonly copied: number;
  readonly skipped: number;
  readonly bytes: number;
}

/** The metadata of a copy that says of which bytes it is one. */
const sourceName = 'reprise-source-etag';

const MiB = 1024 * 1024;

/** CopyObject takes no more (S3 API reference; Scaleway has the same limit). */
const largestCopy = 5 * 1024 * MiB;

/** A copy in parts within the service moves no bytes through here: its parts may be large. */
const copiedPart = 512 * MiB;

interface Copying {
  readonly from: Side;
  readonly to: Side;
  /** Whether the service copies by itself: both buckets are behind one address and one key. */
  readonly within: boolean;
  readonly sizes: ReadonlyMap<string, number>;
}

/** Copies what is not there yet, 16 objects at a time. */
export async function copyAll(from: Side, to: Side): Promise<Copied> {
  const objects = await from.ask(listAll(from.client, from.resource.bucket));
  const sizes = await to.ask(listSizes(to.client, to.resource.bucket));
  const copying = { from, to, within: isOneAccount(from, to), sizes };
  const tally = { copied: 0, skipped: 0, bytes: 0 };
  const advance = progress(objects.length);
  await forEachBounded(objects, concurrency, async object => {
    tally[await copyOne(copying, object)]++;
    tally.bytes += object.size;
    advance();
  });
  return tally;
}

function isOneAccount({ resource: a }: Side, { resource: b }: Side): boolean {
  return a.endpoint === b.endpoint && a.region === b.region && a.accessKeyId === b.accessKeyId;
}

async function copyOne(copying: Copying, { key }: Listed): Promise<'copied' | 'skipped'> {
  const { from, to, within } = copying;
  const place = { Bucket: from.resource.bucket, Key: key };
  const head = await from.ask(from.client.send(new HeadObjectCommand(place)));
  const source = { ...place, size: head.ContentLength ?? 0, etag: head.ETag };
  if (copying.sizes.get(key) === source.size && (await isCopied(to, source))) return 'skipped';
  const settings = settingsOf(to, key, head);
  await (within ? to.ask(copyWithin(to.client, settings, source)) : copyThrough(from, to, settings, source));
  return 'copied';
}

/** An object to copy, as it was when its properties were read. */
export interface Source {
  readonly Bucket: string;
  readonly Key: string;
  readonly size: number;
  readonly etag: string | undefined;
}

async function isCopied({ client, resource, ask }: Side, { Key, etag }: Source): Promise<boolean> {
  const head = await ask(client.send(new HeadObjectCommand({ Bucket: resource.bucket, Key })));
  return etag !== undefined && head.Metadata?.[sourceName] === unquoted(etag);
}

/** What is said of a copy besides its bytes. */
export type CopySettings = Pick<
  PutObjectCommandInput,
  | 'ACL'
  | 'Bucket'
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'Key'
  | 'Metadata'
  | 'StorageClass'
>;

function settingsOf({ resource }: Side, Key: string, head: HeadObjectCommandOutput): CopySettings {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Metadata } = head;
  const marks = { [markerName]: resource.run, [sourceName]: unquoted(head.ETag) };
  return {
    ...{ CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType },
    Bucket: resource.bucket,
    Key,
    ACL: 'private',
    StorageClass: 'STANDARD',
    Metadata: { ...Metadata, ...marks },
  };
}

/** Has the service copy an object by itself: at once up to `largest` bytes, else in parts. */
export async function copyWithin(
  client: S3Client,
  settings: CopySettings,
  source: Source,
  { largest, part }: { readonly largest: number; readonly part: number } = {
    largest: largestCopy,
    part: copiedPart,
  },
): Promise<void> {
  const place = { CopySource: encoded(source), CopySourceIfMatch: source.etag };
  if (source.size <= largest) {
    await client.send(new CopyObjectCommand({ ...settings, ...place, MetadataDirective: 'REPLACE' }));
    return;
  }
  const sizes = { size: source.size, partSize: partSizeOf(source.size, part) };
  await inParts(client, settings, sizes, async (upload, range) => {
    const CopySourceRange = rangeHeader(range);
    const command = { ...upload, ...place, PartNumber: range.number, CopySourceRange };
    return (await client.send(new UploadPartCopyCommand(command))).CopyPartResult?.ETag;
  });
}

/** The SDK sends `CopySource` as it is, and the protocol wants it percent-encoded. */
function encoded({ Bucket, Key }: Source): string {
  return `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`;
}

function rangeHeader({ start, end }: Range): string {
  return `bytes=${start}-${end - 1}`;
}

async function copyThrough(from: Side, to: Side, settings: CopySettings, source: Source): Promise<void> {
  if (source.size > multipartFrom) return copyPartsThrough(from, to, settings, source);
  await retrying(async () => {
    const Body = await bodyOf(from, source);
    const sent = source.size <= inMemory ? await whole(Body, source.size) : Body;
    const put = new PutObjectCommand({ ...settings, Body: sent, ContentLength: source.size });
    await to.ask(to.client.send(put));
  });
}

function copyPartsThrough(from: Side, to: Side, settings: CopySettings, source: Source): Promise<void> {
  const sizes = { size: source.size, partSize: partSizeOf(source.size) };
  const copied = inParts(to.client, settings, sizes, (upload, range) =>
    retrying(async () => {
      const Body = await bodyOf(from, source, rangeHeader(range));
      const part = { ...upload, PartNumber: range.number, Body, ContentLength: range.end - range.start };
      return (await to.client.send(new UploadPartCommand(part))).ETag;
    }),
  );
  return to.ask(copied);
}

async function bodyOf({ client, ask }: Side, { Bucket, Key, etag }: Source, range?: string) {
  const asked = { Bucket, Key, IfMatch: etag, ...(range === undefined ? {} : { Range: range }) };
  const { Body } = await ask(client.send(new GetObjectCommand(asked)));
  if (!isReadable(Body)) throw new Error('the service gave an object without a body');
  return Body;
}

async function whole(body: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length !== size) throw new Error(`the service gave ${bytes.length} bytes instead of ${size}`);
  return bytes;
}
