import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { knowDigest } from './digests.ts';

/** An object to upload: its whole body in memory when small, else in a private file. Release it after use. */
export interface Spooled {
  readonly key: string;
  readonly size: number;
  readonly sha256: string;
  readonly body: { readonly buffer: Buffer } | { readonly file: string };
  release(): Promise<void>;
}

/** An object to send; `body` is read once, before the next object is asked for. */
export interface Source {
  readonly key: string;
  readonly size: number;
  readonly body: AsyncIterable<Buffer>;
}

/** Up to this size an object stays in memory: 16 at a time make 16 MiB. */
export const inMemory = 1024 * 1024;

/**
 * Reads one object of a stream to its end, so that the next may be read while this one is sent, its digest is known before
 * its headers are sent, and a request can be repeated. Throws when the body is not `size` bytes long.
 */
export async function spool(source: Source, folder: string, number: number): Promise<Spooled> {
  return source.size <= inMemory ? spoolInMemory(source) : spoolToFile(source, join(folder, `${number}`));
}

async function spoolInMemory({ key, size, body }: Source): Promise<Spooled> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const [first] = chunks;
  // What came in one piece need not be copied.
  const buffer = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
  assertSize(key, size, buffer.length);
  const sha256 = createHash('sha256').update(buffer).digest('hex');
  knowDigest(buffer, sha256);
  return { key, size, sha256, body: { buffer }, release: () => Promise.resolve() };
}

async function spoolToFile({ key, size, body }: Source, path: string): Promise<Spooled> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  let written = 0;
  try {
    for await (const chunk of body) {
      hash.update(chunk);
      written += chunk.length;
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  assertSize(key, size, written);
  return {
    key,
    size,
    sha256: hash.digest('hex'),
    body: { file: path },
    release: () => rm(path, { force: true }),
  };
}

function assertSize(key: string, expected: number, found: number): void {
  if (expected !== found)
    throw new Error(`object ${JSON.stringify(key)}: ${found} bytes instead of ${expected}`);
}
