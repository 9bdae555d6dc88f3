import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import type { FaultName } from '../../../runner/sandbox/faults.ts';
import { storageFault } from '../../../runner/sandbox/s3/faults.ts';
import { startS3 } from '../../../runner/sandbox/s3/start.ts';

const credentials = { accessKeyId: 'SCWAAAAAAAAAAAAAAAAA', secretAccessKey: 'secret' };

/** Servers on one folder, one after the other, each with its own faults; the client gives up at the first refusal. */
async function scene() {
  const folder = await mkdtemp(join(tmpdir(), 'faults-storage-'));
  const ends: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const end of ends) await end();
    await rm(folder, { recursive: true, force: true });
  });
  return async (...names: readonly FaultName[]) => {
    const { url, close } = await startS3({
      directory: join(folder, 's3'),
      portFile: join(folder, 'port.json'),
      credentials: [credentials],
      fault: store => storageFault(store, new Set(names)),
    });
    const settings = { endpoint: url, region: 'fr-par', credentials, forcePathStyle: true };
    const s3 = new S3Client({ ...settings, maxAttempts: 1 });
    ends.push(close, async () => s3.destroy());
    return { s3, url, close, patient: new S3Client({ ...settings, maxAttempts: 4 }) };
  };
}

const bucket = { Bucket: 'apilos-exercice' };
const object = { ...bucket, Key: 'a' };

test('s3-denied refuses every write and reads on, until it is lifted', async () => {
  const start = await scene();
  const whole = await start();
  await whole.s3.send(new CreateBucketCommand(bucket));
  await whole.s3.send(new PutObjectCommand({ ...object, Body: Buffer.from('avant') }));
  await whole.close();
  const { s3, close, url } = await start('s3-denied');
  const put = (client: S3Client) =>
    client.send(new PutObjectCommand({ ...object, Body: Buffer.from('après') }));
  await expect(put(s3)).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  const read = await s3.send(new GetObjectCommand(object));
  expect(await read.Body?.transformToString()).toBe('avant');
  await close();
  const again = await start();
  await put(again.s3);
  expect([whole.url, url]).toEqual([again.url, again.url]);
});

test('s3-slow-down answers 503 now and then, and a client that tries again gets through', async () => {
  const { s3, patient } = await (await scene())('s3-slow-down');
  const codes: unknown[] = [];
  for (let n = 0; n < 14; n++) {
    const answered = s3.send(new ListBucketsCommand()).then(
      () => 'ok',
      (error: unknown) => (error instanceof Error ? error.name : ''),
    );
    codes.push(await answered);
  }
  expect(codes.filter(code => code === 'SlowDown')).toHaveLength(2);
  await patient.send(new CreateBucketCommand(bucket));
  for (let n = 0; n < 14; n++)
    await patient.send(new PutObjectCommand({ ...object, Key: `${n}`, Body: Buffer.from('x') }));
  patient.destroy();
});

test('bucket-taken gives the name to somebody else, and leaves a bucket that is ours', async () => {
  const start = await scene();
  const whole = await start();
  await whole.s3.send(new CreateBucketCommand(bucket));
  await whole.close();
  const { s3 } = await start('bucket-taken');
  const other = { Bucket: 'apilos-exercice-2' };
  await expect(s3.send(new CreateBucketCommand(other))).rejects.toMatchObject({
    name: 'BucketAlreadyExists',
  });
  const head = s3.send(new HeadBucketCommand(other));
  await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  await s3.send(new HeadBucketCommand(bucket));
  await s3.send(new CreateBucketCommand({ Bucket: 'un-autre-nom' }));
});

test('a server whose port is taken moves to another one', async () => {
  const start = await scene();
  const first = await start();
  const second = await start();
  expect(second.url).not.toBe(first.url);
  await second.s3.send(new ListBucketsCommand());
});
