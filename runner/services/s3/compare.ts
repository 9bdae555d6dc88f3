/*
 * What a bucket gives back, compared with what it should: by key, size and SHA-256 of the bytes.
 * Can never happen: a comparison that trusts an ETag or a date; an object kept whole in memory.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { concurrency, errorCode, type Side } from './client.ts';
import { listAll, listSizes } from './listing.ts';
import { forEachBounded } from './pool.ts';
import { progress } from './progress.ts';

/**
 * What a comparison came to: `missing` and `different` keys of the source, `extra` keys of the bucket. `manifest` is the
 * SHA-256 of what `sha256sum` would print of the source's objects, in the order of their keys' UTF-8 bytes.
 */
export interface Compared {
  readonly same: number;
  readonly bytes: number;
  readonly missing: readonly string[];
  readonly different: readonly string[];
  readonly extra: readonly string[];
  readonly manifest: string;
}

/** The bytes of an object, as told by either side. */
export interface Digest {
  readonly size: number;
  readonly sha256: string;
}

/** Collects, object by object, how a bucket compares with its source. */
export class Comparison {
  readonly #missing: string[] = [];
  readonly #different: string[] = [];
  readonly #lines: { readonly key: Buffer; readonly line: string }[] = [];
  readonly #extra: Set<string>;
  #same = 0;
  #bytes = 0;

  /** `keys` are those of the bucket; what the source does not have is left over. */
  constructor(keys: Iterable<string>) {
    this.#extra = new Set(keys);
  }

  /** True when the bucket lists this key. */
  lists(key: string): boolean {
    return this.#extra.has(key);
  }

  /** Takes an object of the source, and what the bucket gives for it: nothing when it is not there. */
  take(key: string, expected: Digest, found: Digest | undefined): void {
    this.#extra.delete(key);
    this.#bytes += expected.size;
    this.#lines.push({ key: Buffer.from(key), line: `${expected.sha256}  ${key}\n` });
    if (found === undefined) this.#missing.push(key);
    else if (found.size !== expected.size || found.sha256 !== expected.sha256) this.#different.push(key);
    else this.#same++;
  }

  /** What it came to. */
  result(): Compared {
    const hash = createHash('sha256');
    this.#lines.sort((a, b) => Buffer.compare(a.key, b.key));
    for (const { line } of this.#lines) hash.update(line);
    return {
      same: this.#same,
      bytes: this.#bytes,
      missing: this.#missing.sort(),
      different: this.#different.sort(),
      extra: [...this.#extra].sort(),
      manifest: hash.digest('hex'),
    };
  }
}

/** Compares every object of one bucket with another bucket, both read whole. */
export async function compareSides(from: Side, to: Side): Promise<Compared> {
  const objects = await from.ask(listAll(from.client, from.resource.bucket));
  const sizes = await to.ask(listSizes(to.client, to.resource.bucket));
  const comparison = new Comparison(sizes.keys());
  const advance = progress(objects.length);
  await forEachBounded(objects, concurrency, async ({ key }) => {
    const [expected, found] = await Promise.all([
      from.ask(readBack(from.client, from.resource.bucket, key)),
      comparison.lists(key) ? to.ask(readBack(to.client, to.resource.bucket, key)) : undefined,
    ]);
    // An object that went away since the listing is no longer of the source.
    if (expected !== undefined) comparison.take(key, expected, found);
    advance();
  });
  return comparison.result();
}

/** The digest of what the bucket gives back for a key, and its size; nothing when the object is not there. */
export async function readBack(client: S3Client, bucket: string, key: string): Promise<Digest | undefined> {
  const body = await bodyOf(client, bucket, key);
  return body === undefined ? undefined : digestOf(body);
}

/** The size and the digest of a body, which is read to its end. */
export async function digestOf(body: AsyncIterable<Buffer>): Promise<Digest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

async function bodyOf(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<AsyncIterable<Buffer> | undefined> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return isReadable(Body) ? Body : undefined;
  } catch (error) {
    if (['NoSuchKey', 'NotFound', '404'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** True for the body of an answer, which can be read piece by piece in Node. */
export function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
