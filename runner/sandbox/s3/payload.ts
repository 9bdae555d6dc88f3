// The body of a request: unframed, counted, digested and compared with everything that the client said of it.
// In: a request and who signed it. Out: its bytes to a sink, then a receipt.
// Never: a receipt for bytes that differ from a signed hash, a Content-MD5, a checksum or a length.
import { createHash } from 'node:crypto';
import { decodeChunks } from './chunked.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumLength,
  type RunningDigest,
  startDigest,
} from './digest.ts';
import { S3Error } from './error.ts';
import { header, parameter, type S3Request } from './request.ts';
import type { Identity } from './signature.ts';

/** Largest XML body; 1000 keys of 1024 bytes, each escaped at its worst, are below it. */
const largestText = 8 * 1024 * 1024;

/** What was received. `md5` is the base of the ETag; `checksum` is the one that the client sent, if any. */
export interface Receipt {
  readonly size: number;
  readonly md5: Buffer;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** Where received bytes go; the next ones wait for its promise. */
export type Sink = (bytes: Buffer) => Promise<void> | void;

/** Receives a body into `sink`. On any error the caller must throw away what the sink got. */
export async function receivePayload(request: S3Request, identity: Identity, sink: Sink): Promise<Receipt> {
  const payload = identity.kind === 'signed' ? identity.payload : 'UNSIGNED-PAYLOAD';
  const chunked = framingOf(payload);
  const claimed = claimedChecksum(request);
  const md5 = startDigest('md5');
  const sha256 = /^[0-9a-f]{64}$/.test(payload) ? createHash('sha256') : undefined;
  const checksum = claimed && startDigest(claimed.algorithm);
  const digests = [md5, sha256, checksum].filter(digest => digest !== undefined);
  // The socket must survive an error, so that the client receives the answer.
  const source = request.incoming.iterator({ destroyOnReturn: false });
  const signing = identity.kind === 'signed' && chunked?.signed ? identity.signing : undefined;
  const bytes = chunked ? decodeChunks(source, { signing, trailer: chunked.trailer }) : plain(source);
  const { size, trailers } = await pump(bytes, digests, sink).finally(() => source.return?.());
  checkLength(request, size, chunked !== undefined);
  if (sha256 !== undefined && sha256.digest('hex') !== payload)
    throw new S3Error('XAmzContentSHA256Mismatch');
  const sum = md5.digest();
  checkMd5(request, sum);
  if (claimed === undefined || checksum === undefined) return { size, md5: sum, checksum: undefined };
  const value = checkChecksum(claimed, checksum.digest(), trailers);
  return { size, md5: sum, checksum: { algorithm: claimed.algorithm, value } };
}

/** Receives a small body as text (an XML document, or nothing); throws `EntityTooLarge` above 8 MiB. */
export async function receiveText(request: S3Request, identity: Identity): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  await receivePayload(request, identity, bytes => {
    size += bytes.length;
    if (size > largestText) throw new S3Error('EntityTooLarge');
    parts.push(bytes);
  });
  return Buffer.concat(parts).toString('utf8');
}

/** The length of the content to come; throws `MissingContentLength` when the client says none, as S3 does. */
export function declaredLength(request: S3Request): number {
  const text = header(request, 'x-amz-decoded-content-length') ?? header(request, 'content-length');
  if (text === undefined) throw new S3Error('MissingContentLength');
  if (!/^\d{1,15}$/.test(text)) throw new S3Error('InvalidArgument', { message: 'Invalid content length' });
  return Number(text);
}

/** Whether the client sent something by which the server can check the body, as DeleteObjects demands. */
export function hasIntegrityHeader(request: S3Request): boolean {
  return header(request, 'content-md5') !== undefined || claimedChecksum(request) !== undefined;
}

function framingOf(payload: string): { signed: boolean; trailer: boolean } | undefined {
  switch (payload) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { signed: false, trailer: true };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { signed: true, trailer: false };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { signed: true, trailer: true };
    default:
      if (payload === 'UNSIGNED-PAYLOAD' || /^[0-9a-f]{64}$/.test(payload)) return undefined;
      if (payload.startsWith('STREAMING-')) throw new S3Error('NotImplemented');
      throw new S3Error('InvalidArgument', { message: 'x-amz-content-sha256 is not a valid value' });
  }
}

async function* plain(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, ReadonlyMap<string, string>> {
  yield* source;
  return new Map();
}

async function pump(
  source: AsyncGenerator<Buffer, ReadonlyMap<string, string>>,
  digests: readonly RunningDigest[],
  sink: Sink,
): Promise<{ size: number; trailers: ReadonlyMap<string, string> }> {
  let size = 0;
  for (;;) {
    const step = await source.next();
    if (step.done === true) return { size, trailers: step.value };
    size += step.value.length;
    for (const digest of digests) digest.update(step.value);
    await sink(step.value);
  }
}

interface ClaimedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Undefined when the value comes in a trailer. */
  readonly value: string | undefined;
}

function claimedChecksum(request: S3Request): ClaimedChecksum | undefined {
  // CompleteMultipartUpload gives the checksum of the object there, and not that of its own body.
  if (request.method === 'POST' && parameter(request, 'uploadId') !== undefined) return undefined;
  const trailer = header(request, 'x-amz-trailer')?.trim().toLowerCase();
  const claims = checksumAlgorithms.flatMap((algorithm): ClaimedChecksum[] => {
    const name = `x-amz-checksum-${algorithm}`;
    const value = header(request, name);
    return value !== undefined || trailer === name ? [{ algorithm, value }] : [];
  });
  if (claims.length > 1) {
    throw new S3Error('InvalidRequest', { message: 'Expecting a single x-amz-checksum- header' });
  }
  return claims[0];
}

function checkLength(request: S3Request, size: number, chunked: boolean): void {
  const declared = header(request, chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (declared !== undefined && Number(declared) !== size) throw new S3Error('IncompleteBody');
}

function checkMd5(request: S3Request, md5: Buffer): void {
  const claimed = header(request, 'content-md5');
  if (claimed === undefined) return;
  if (Buffer.from(claimed, 'base64').length !== 16) throw new S3Error('InvalidDigest');
  if (claimed !== md5.toString('base64')) throw new S3Error('BadDigest');
}

function checkChecksum(
  claimed: ClaimedChecksum,
  computed: Buffer,
  trailers: ReadonlyMap<string, string>,
): string {
  const name = `x-amz-checksum-${claimed.algorithm}`;
  const expected = claimed.value ?? trailers.get(name);
  if (expected === undefined) throw new S3Error('MalformedTrailerError');
  if (Buffer.from(expected, 'base64').length !== checksumLength[claimed.algorithm]) {
    throw new S3Error('InvalidRequest', { message: `Value for ${name} header is invalid.` });
  }
  const value = computed.toString('base64');
  if (expected !== value) {
    const message = `The ${claimed.algorithm.toUpperCase()} you specified did not match the calculated checksum.`;
    throw new S3Error('BadDigest', { message });
  }
  return value;
}
