import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { Fault } from '../../fault.ts';
import { capBytes, defaultLimits, type Limits } from './limits.ts';

/** A packed stream and what is known of it. */
export interface PackedTar {
  readonly name: string;
  /** Packed size in bytes, to tell a bomb. */
  readonly bytes: number;
  readonly stream: Readable;
}

/** A regular member of a tar. `body` must be read, or is skipped when the next member is asked for. */
export interface Member {
  readonly path: string;
  readonly size: number;
  readonly modified: Date;
  readonly body: AsyncIterable<Buffer>;
}

type Entry = ReturnType<typeof extract> extends AsyncIterable<infer Item> ? Item : never;

/**
 * The regular members of a tar.gz, in order, a few chunks in memory at a time. The whole stream is read, so that gzip's
 * check sum is verified. Faults: `archive-unsafe` (link, device, `..`), `archive-too-big`, `archive-corrupt`.
 */
export async function* membersOf(packed: PackedTar, limits: Limits = defaultLimits): AsyncGenerator<Member> {
  const tar = extract();
  const flow = pipeline(packed.stream, createGunzip(), capBytes(packed.name, packed.bytes, limits), tar);
  flow.catch(() => undefined);
  let count = 0;
  try {
    for await (const entry of tar) {
      if (++count > limits.entries)
        throw new Fault('archive-too-big', { archive: packed.name, entries: count });
      if (isRegular(packed.name, entry)) yield memberOf(packed.name, entry);
      entry.resume();
    }
    await flow;
  } catch (error) {
    throw asCorrupt(packed.name, error);
  } finally {
    packed.stream.destroy();
  }
}

function memberOf(archive: string, entry: Entry): Member {
  const { name, size, mtime } = entry.header;
  return { path: name, size: size ?? 0, modified: mtime ?? new Date(0), body: bodyOf(archive, entry) };
}

async function* bodyOf(archive: string, entry: Entry): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of entry) if (Buffer.isBuffer(chunk)) yield chunk;
  } catch (error) {
    throw asCorrupt(archive, error);
  }
}

/** Members that hold no file. */
const bare = new Set(['directory', 'pax-header', 'pax-global-header']);

function isRegular(archive: string, entry: Entry): boolean {
  const { name, type } = entry.header;
  const kind: string = type ?? 'file';
  if (bare.has(kind)) return false;
  if (kind !== 'file' && kind !== 'contiguous-file') {
    throw new Fault('archive-unsafe', { archive, member: name, why: kind });
  }
  if (name.split('/').includes('..') || name.includes('\0')) {
    throw new Fault('archive-unsafe', { archive, member: name, why: 'path' });
  }
  return true;
}

function asCorrupt(archive: string, error: unknown): unknown {
  if (error instanceof Fault) return error;
  if (!(error instanceof Error)) return error;
  return new Fault('archive-corrupt', { archive, message: error.message });
}
