/** UTF-8 as bytes (RFC 3629): where characters end, what is not a character, how many lines there are. */
import { isUtf8 } from 'node:buffer';

/** The offset before which every character is complete; at most three bytes follow it. */
export function characterBoundary(bytes: Uint8Array): number {
  const end = bytes.length;
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return lengthFrom(byte) > back ? end - back : end;
  }
  return end;
}

function lengthFrom(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}

/** The same bytes when they are UTF-8; else each byte that belongs to no character is made visible as `\xNN`. */
export function wellFormed(bytes: Buffer): Buffer {
  if (isUtf8(bytes)) return bytes;
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = characterAt(bytes, at);
    if (length === 0) {
      parts.push(bytes.subarray(from, at), Buffer.from(`\\x${bytes.subarray(at, at + 1).toString('hex')}`));
      from = at + 1;
    }
    at += length || 1;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

function characterAt(bytes: Buffer, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc0) return 0;
  const length = lengthFrom(lead);
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** Number of line feeds; four bytes at a time, because this looks at every byte of a gigabyte. */
export function countLines(bytes: Buffer): number {
  const head = Math.min(bytes.length, (4 - (bytes.byteOffset & 3)) & 3);
  const words = (bytes.length - head) >> 2;
  const view = words > 0 ? new Int32Array(bytes.buffer, bytes.byteOffset + head, words) : new Int32Array(0);
  let count = countBytes(bytes, 0, head) + countBytes(bytes, head + words * 4, bytes.length);
  for (let from = 0; from < words; from += FULL)
    count += countWords(view, from, Math.min(words, from + FULL));
  return count;
}

/** Words after which a byte that counts one of their four bytes is full. */
const FULL = 255;

/** At most `FULL` words, counted in four bytes at once without a branch, which would be mispredicted at each line. */
function countWords(view: Int32Array, from: number, to: number): number {
  const low = 0x7f7f7f7f;
  let sums = 0;
  for (let index = from; index < to; index++) {
    const other = (view[index] ?? 0) ^ 0x0a0a0a0a;
    sums = (sums + (~(((other & low) + low) | other | low) >>> 7)) | 0;
  }
  return (sums & 0xff) + ((sums >>> 8) & 0xff) + ((sums >>> 16) & 0xff) + (sums >>> 24);
}

function countBytes(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (bytes[at] === 0x0a) count += 1;
  return count;
}
