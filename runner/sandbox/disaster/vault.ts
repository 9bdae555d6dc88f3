import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { S3Store } from '../s3/store.ts';
import type { StoredObject } from './objects.ts';

/** The bucket that APiLos's weekly workflow has copied its files to since 2023 (`s3_backup.yml`). */
export const vaultBucket = 'apilos-glacier';

const types: Readonly<Record<string, string>> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.zip': 'application/zip',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** More files than this open at once gains nothing. */
const together = 32;

/**
 * Fills the archived bucket as `aws s3 sync --storage-class GLACIER` leaves it: each object of the lost one under its true
 * key, private, its type guessed from its name, dated of the backup.
 */
export async function fillVault(
  store: S3Store,
  objects: readonly StoredObject[],
  takenAt: Date,
): Promise<void> {
  const created = '2023-06-27T01:27:00.000Z';
  await store.addBucket({ name: vaultBucket, created, versioning: 'Unversioned', acl: 'private' });
  for (let start = 0; start < objects.length; start += together) {
    const some = objects.slice(start, start + together);
    await Promise.all(some.map(object => archive(store, object, takenAt.toISOString())));
  }
}

async function archive(store: S3Store, { key, content }: StoredObject, lastModified: string): Promise<void> {
  const { piece } = await store.bodies.write(async sink => await sink(content));
  const type = types[extname(key).toLowerCase()] ?? 'binary/octet-stream';
  await store.changeVersions(vaultBucket, key, () => [
    {
      kind: 'object',
      versionId: 'null',
      sequence: store.nextVersion().sequence,
      lastModified,
      pieces: [piece],
      size: piece.size,
      etag: createHash('md5').update(content).digest('hex'),
      headers: { 'content-type': type },
      metadata: {},
      storageClass: 'GLACIER',
      acl: 'private',
      tags: {},
    },
  ]);
}
