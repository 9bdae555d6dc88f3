import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Resource } from '../resources.ts';
import { concurrency } from './client.ts';
import { listSizes } from './listing.ts';
import { forEachBounded } from './pool.ts';
import { progress } from './progress.ts';
import { type Source, type Spooled, spool } from './spool.ts';
import { isThere, send } from './upload.ts';

/** What an upload came to; `skipped` objects were already there. */
export interface Uploaded {
  readonly sent: number;
  readonly skipped: number;
  readonly bytes: number;
}

/** Sends every object of a stream that the bucket does not have yet, 16 at a time; `total` is for the progress only. */
export async function sendAll(
  client: S3Client,
  resource: S3Resource,
  objects: AsyncIterable<Source>,
  total?: number,
): Promise<Uploaded> {
  const sizes = await listSizes(client, resource.bucket);
  const tally = { sent: 0, skipped: 0, bytes: 0 };
  const advance = progress(total);
  await withSpool(objects, async object => {
    // Only what the bucket lists is asked about: into an empty bucket, one request an object.
    const skip = sizes.get(object.key) === object.size && (await isThere(client, resource, object));
    if (!skip) await send(client, resource, object);
    tally[skip ? 'skipped' : 'sent']++;
    tally.bytes += object.size;
    advance();
  });
  return tally;
}

/** Spools each object in order, then hands it over, 16 at a time; the private folder is removed at the end. */
async function withSpool(
  objects: AsyncIterable<Source>,
  task: (object: Spooled) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-objects-'));
  try {
    await forEachBounded(spoolEach(objects, folder), concurrency, object =>
      task(object).finally(object.release),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* spoolEach(objects: AsyncIterable<Source>, folder: string): AsyncGenerator<Spooled> {
  let number = 0;
  for await (const object of objects) yield await spool(object, folder, number++);
}
