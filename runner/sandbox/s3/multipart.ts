import { createHash } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, startDigest } from './digest.ts';
import { S3Error } from './error.ts';
import type { Content, ObjectSettings, Piece } from './model.ts';

/** One uploaded part; `etag` is its MD5 in hexadecimal, without quotes. */
export interface Part {
  readonly number: number;
  readonly pieces: readonly Piece[];
  readonly size: number;
  readonly etag: string;
  readonly lastModified: string;
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
}

/** An upload under way. `algorithm` and `checksumType` are what the client announced for its checksums. */
export interface Upload {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiated: string;
  readonly settings: ObjectSettings;
  readonly algorithm?: ChecksumAlgorithm;
  readonly checksumType: Checksum['type'];
  /** By number; the store alone changes it. */
  readonly parts: Map<number, Part>;
}

/** A part as the client lists it to complete the upload. */
export interface ListedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksum?: string;
}

/** Reads a part number; throws `InvalidArgument` outside 1…`largest`. */
export function readPartNumber(text: string | undefined, largest: number): number {
  const number = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  if (number >= 1 && number <= largest) return number;
  throw new S3Error('InvalidArgument', {
    message: `Part number must be an integer between 1 and ${largest}, inclusive`,
    details: { ArgumentName: 'partNumber', ArgumentValue: text ?? '' },
  });
}

/** Picks the listed parts; throws `InvalidPartOrder`, `InvalidPart` or `EntityTooSmall` (all but the last). */
export function selectParts(upload: Upload, listed: readonly ListedPart[], smallest: number): Part[] {
  if (listed.some((part, index) => index > 0 && part.number <= (listed[index - 1]?.number ?? 0))) {
    throw new S3Error('InvalidPartOrder', { details: { UploadId: upload.id } });
  }
  const parts = listed.map(one => selectPart(upload, one));
  const small = parts.slice(0, -1).find(part => part.size < smallest);
  if (small === undefined) return parts;
  throw new S3Error('EntityTooSmall', {
    details: {
      PartNumber: String(small.number),
      ProposedSize: String(small.size),
      MinSizeAllowed: String(smallest),
      ETag: small.etag,
    },
  });
}

function selectPart(upload: Upload, { number, etag, checksum }: ListedPart): Part {
  const part = upload.parts.get(number);
  const agrees = part?.etag === etag && (checksum === undefined || checksum === part.checksum?.value);
  if (part !== undefined && agrees) return part;
  throw new S3Error('InvalidPart', {
    details: { UploadId: upload.id, PartNumber: String(number), ETag: etag },
  });
}

/** The object that parts make together; its ETag is the MD5 of their MD5s, then `-` and their number. */
export function joinParts(upload: Upload, parts: readonly Part[]): Content {
  const md5 = createHash('md5').update(Buffer.concat(parts.map(part => Buffer.from(part.etag, 'hex'))));
  const checksum = upload.checksumType === 'COMPOSITE' ? compositeChecksum(upload, parts) : undefined;
  return {
    pieces: parts.flatMap(part => part.pieces),
    size: parts.reduce((sum, part) => sum + part.size, 0),
    etag: `${md5.digest('hex')}-${parts.length}`,
    ...(checksum && { checksum }),
  };
}

function compositeChecksum({ algorithm }: Upload, parts: readonly Part[]): Checksum | undefined {
  const values = parts.map(part => part.checksum).filter(checksum => checksum?.algorithm === algorithm);
  if (algorithm === undefined || values.length !== parts.length) return undefined;
  const digest = startDigest(algorithm);
  for (const checksum of values) digest.update(Buffer.from(checksum?.value ?? '', 'base64'));
  return { algorithm, value: `${digest.digest().toString('base64')}-${parts.length}`, type: 'COMPOSITE' };
}
