import { Transform, type TransformCallback } from 'node:stream';
import { Fault } from '../../fault.ts';

/** What an archive may come to once unpacked. `ratio` is unpacked bytes per packed byte; `entries` counts members. */
export interface Limits {
  readonly bytes: number;
  readonly ratio: number;
  readonly entries: number;
}

/** Far above what APiLos stores (some GB); deflate itself cannot exceed 1,032 to 1 (RFC 1951, zlib's technical notes). */
export const defaultLimits: Limits = { bytes: 512 * 1024 ** 3, ratio: 200, entries: 20_000_000 };

/** Below this size a ratio says nothing: small files of zeros are not bombs. */
const ratioApplies = 64 * 1024 * 1024;

/** A transform that passes bytes on and throws the fault `archive-too-big` when the limits are exceeded. */
export function capBytes(name: string, packed: number, limits: Limits): Transform {
  let unpacked = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
      unpacked += chunk.length;
      const ratio = unpacked / Math.max(packed, 1);
      if (unpacked > limits.bytes || (unpacked > ratioApplies && ratio > limits.ratio)) {
        done(new Fault('archive-too-big', { archive: name, bytes: unpacked, packed }));
      } else done(null, chunk);
    },
  });
}
