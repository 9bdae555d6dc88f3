import { S3Error } from './error.ts';

/** Limit of a key in UTF-8 bytes (Amazon S3 user guide, "Naming objects"). */
const longestKey = 1024;

/** Throws `InvalidBucketName` unless the name obeys S3's rules for general purpose buckets (3–63, a–z 0–9 . -). */
export function checkBucketName(name: string): void {
  const shaped = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  if (!shaped || address || /\.\.|\.-|-\./.test(name) || name.startsWith('xn--')) {
    throw new S3Error('InvalidBucketName', { details: { BucketName: name } });
  }
}

/** Throws `KeyTooLongError` above 1024 UTF-8 bytes. Any other text is a key. */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > longestKey) throw new S3Error('KeyTooLongError');
}

/** Percent-encodes all but RFC 3986's unreserved characters, as SigV4 asks. */
export function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, character => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}

/** Percent-encodes a key and keeps its slashes. */
export function encodeKey(key: string): string {
  return encodeStrictly(key).replaceAll('%2F', '/');
}

/** Percent-decodes a URL part; throws `InvalidURI` when it is not valid UTF-8. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}

/** Orders keys by their UTF-8 bytes, as S3 lists them; JavaScript's own order differs beyond U+FFFF. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

// Surrogates stand for the highest code points, so they must sort after U+E000–U+FFFF.
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
