import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { S3Resource } from '../../runner/services/resources.ts';
import { openClient } from '../../runner/services/s3/client.ts';
import { spool } from '../../runner/services/s3/spool.ts';
import { send } from '../../runner/services/s3/upload.ts';
import { compareAll, createBucket, objectsIn, uploadAll } from '../../runner/services/s3.ts';
import { credential, region, startServer, type TestServer } from '../sandbox/s3/server.ts';
import { collectFacts, faultOf, temporaryFolder } from './backups.ts';

let server: TestServer;
let bucket: S3Resource;

beforeEach(async () => {
  collectFacts();
  server = await startServer();
  const place = { endpoint: server.url(), region, bucket: 'exercice', ...credential };
  bucket = { kind: 's3', name: 'fichiers', run: 'run-1', mode: 'drill', protected: [], ...place };
  await createBucket(bucket);
});

afterEach(() => server.stop());

async function written(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function keysOf(folder: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of objectsIn(folder)) keys.push(key);
  return keys;
}

test('a folder goes into a bucket and compares equal, its large files as streams', async () => {
  const large = Buffer.alloc(3 * 1024 * 1024, 'g');
  const many = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [`lots/${index}.txt`, `${index}`]),
  );
  const folder = await written({ ...many, 'é/plan RdC + étage.pdf': 'pdf', 'grand.bin': large, vide: '' });
  expect(await uploadAll(bucket, objectsIn(folder))).toMatchObject({ sent: 43, skipped: 0 });
  expect(await compareAll(bucket, objectsIn(folder))).toMatchObject({ same: 43, missing: [], extra: [] });
  expect(await uploadAll(bucket, objectsIn(folder))).toMatchObject({ sent: 0, skipped: 43 });
});

test('the files come in the order of their paths', async () => {
  const folder = await written({ 'b/2': '', 'b/1': '', a: '', 'c/d/e': '' });
  expect(await keysOf(folder)).toEqual(['a', 'b/1', 'b/2', 'c/d/e']);
});

test('a link in the folder is refused, and so is a folder that is not there', async () => {
  const folder = await written({ 'a/secret': 'x' });
  expect(await faultOf(keysOf(join(folder, 'absent')))).toBe('folder-unreadable');
  await symlink('/etc/passwd', join(folder, 'a/lien'));
  expect(await faultOf(keysOf(folder))).toBe('folder-unsafe');
});

test('a body that is not the one whose digest was signed is refused by the server', async () => {
  const client = openClient(bucket);
  const source = { key: 'a.txt', size: 2, body: objectBody('un') };
  const object = await spool(source, '', 0);
  if (!('buffer' in object.body)) throw new Error('small objects stay in memory');
  object.body.buffer.write('XX');
  await expect(send(client, bucket, object)).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
  client.destroy();
});

async function* objectBody(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
