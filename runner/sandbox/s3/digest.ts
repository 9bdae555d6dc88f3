import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** The checksums of S3 ("Checking object integrity" of the user guide); each goes as `x-amz-checksum-<name>`. */
export const checksumAlgorithms = ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256'] as const;

/** The name of one of them. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum of a stored object: of its bytes, or (`COMPOSITE`) of the checksums of its parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** A digest that is fed piece by piece, so that a body is never held whole. */
export interface RunningDigest {
  update(bytes: Buffer): unknown;
  digest(): Buffer;
}

/** Starts a digest; `digest()` gives the big-endian bytes that S3 writes in base64. */
export function startDigest(algorithm: ChecksumAlgorithm | 'md5'): RunningDigest {
  if (algorithm === 'crc32') return running32((bytes, value) => crc32(bytes, value));
  if (algorithm === 'crc32c') return running32(crc32c);
  if (algorithm === 'crc64nvme') return runningCrc64();
  return createHash(algorithm);
}

/** Reads `crc32`, `CRC32`… as an algorithm; undefined when S3 has none of that name. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find(algorithm => algorithm === name.toLowerCase());
}

/** How many bytes a checksum has, to tell an ill-formed one from a wrong one. */
export const checksumLength: Readonly<Record<ChecksumAlgorithm, number>> = {
  crc32: 4,
  crc32c: 4,
  crc64nvme: 8,
  sha1: 20,
  sha256: 32,
};

function running32(step: (bytes: Buffer, value: number) => number): RunningDigest {
  let value = 0;
  return {
    update: bytes => {
      value = step(bytes, value);
    },
    digest: () => {
      const result = Buffer.alloc(4);
      result.writeUInt32BE(value >>> 0);
      return result;
    },
  };
}

// Castagnoli's polynomial, reflected (RFC 3720, appendix B.4).
const castagnoli = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

function crc32c(bytes: Buffer, start: number): number {
  let value = ~start;
  for (const byte of bytes) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0);
  return ~value >>> 0;
}

// The polynomial of NVM Express 1.4 (base specification, 64b CRC), reflected; kept as two 32-bit halves for speed.
const nvmeHigh = new Uint32Array(256);
const nvmeLow = new Uint32Array(256);
for (let index = 0; index < 256; index++) {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
  nvmeHigh[index] = Number(value >> 32n);
  nvmeLow[index] = Number(value & 0xffffffffn);
}

function runningCrc64(): RunningDigest {
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: bytes => {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ (nvmeLow[index] ?? 0);
        high = (high >>> 8) ^ (nvmeHigh[index] ?? 0);
      }
    },
    digest: () => {
      const result = Buffer.alloc(8);
      result.writeUInt32BE(~high >>> 0);
      result.writeUInt32BE(~low >>> 0, 4);
      return result;
    },
  };
}
