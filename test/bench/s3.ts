/**
 * The two ends of the section `files`: `node s3.cjs serve FOLDER FILE` starts the sandbox's S3 server, writes its address in
 * FILE, which it removes when it ends: with its standard input or at a SIGTERM; `make|upload|remove URL BUCKET [FOLDER]` does one thing and ends. `remove` prints
 * how many objects and bytes the bucket held.
 */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { s3Listener } from '../../runner/sandbox/s3/listener.ts';
import { openS3Store } from '../../runner/sandbox/s3/store.ts';
import { listenHttp } from '../../runner/sandbox/sockets.ts';
import type { S3Resource } from '../../runner/services/resources.ts';
import {
  createBucket,
  deleteBucket,
  emptyBucket,
  listObjects,
  objectsIn,
  uploadAll,
} from '../../runner/services/s3.ts';

const region = 'fr-par';
const credential = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
};

async function serve(folder: string, file: string): Promise<void> {
  const store = await openS3Store(folder);
  const listener = s3Listener(store, { region, credentials: [credential], now: () => new Date() });
  const { url } = await listenHttp(listener);
  writeFileSync(`${file}.partial`, url);
  renameSync(`${file}.partial`, file);
  const stop = () => {
    rmSync(file, { force: true });
    process.exit(0);
  };
  process.stdin.resume().on('end', stop);
  process.on('SIGTERM', stop);
}

function resourceAt(endpoint: string, bucket: string): S3Resource {
  const run = { name: 'banc', run: 'banc', mode: 'drill', protected: [] } as const;
  return { kind: 's3', ...run, endpoint, region, bucket, ...credential };
}

async function remove(resource: S3Resource): Promise<void> {
  const sizes = [...(await listObjects(resource)).values()];
  const log = console.log;
  console.log = () => undefined;
  await emptyBucket(resource);
  await deleteBucket(resource);
  console.log = log;
  console.log(`${sizes.length} ${sizes.reduce((sum, size) => sum + size, 0)}`);
}

async function perform([what = '', first = '', second = '', third = '']: readonly string[]): Promise<void> {
  if (what === 'serve') await serve(first, second);
  else if (what === 'make') await createBucket(resourceAt(first, second));
  else if (what === 'upload') await uploadAll(resourceAt(first, second), objectsIn(third));
  else await remove(resourceAt(first, second));
}

void perform(process.argv.slice(2));
