import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Resource } from '../resources.ts';
import { markerName } from './bucket.ts';
import { contentTypeOf } from './content-type.ts';
import { inParts, partSizeOf } from './multipart.ts';
import type { Spooled } from './spool.ts';

const MiB = 1024 * 1024;

/** Above this size an object goes up in parts. */
export const multipartFrom = 64 * MiB;

/** The metadata that says what an object should be, and which run put it there. */
function settingsOf(resource: S3Resource, object: Spooled) {
  return {
    Bucket: resource.bucket,
    Key: object.key,
    ACL: 'private',
    ContentType: contentTypeOf(object.key),
    Metadata: { sha256: object.sha256, [markerName]: resource.run },
  } as const;
}

/** True when the bucket already holds the object, of the same size and declared digest: a resumed upload skips it. */
export async function isThere(client: S3Client, resource: S3Resource, object: Spooled): Promise<boolean> {
  const head = await client.send(new HeadObjectCommand({ Bucket: resource.bucket, Key: object.key }));
  return head.ContentLength === object.size && head.Metadata?.sha256 === object.sha256;
}

/** Sends an object, always with its length, private, with the content type of its extension. */
export async function send(client: S3Client, resource: S3Resource, object: Spooled): Promise<void> {
  const settings = settingsOf(resource, object);
  if ('buffer' in object.body) {
    await client.send(
      new PutObjectCommand({ ...settings, Body: object.body.buffer, ContentLength: object.size }),
    );
  } else if (object.size <= multipartFrom) {
    const { file } = object.body;
    await retrying(() => {
      const Body = createReadStream(file);
      return client.send(new PutObjectCommand({ ...settings, Body, ContentLength: object.size }));
    });
  } else {
    await sendInParts(client, settings, object.body.file, object.size);
  }
}

/** The SDK cannot repeat a streamed body, since it is spent; a new stream can be made. Refusals (4xx) are not repeated. */
export async function retrying<T>(put: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await put();
    } catch (error) {
      const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
      if (attempt === 3 || (status >= 400 && status < 500)) throw error;
      await sleep(attempt * 500);
    }
  }
}

async function sendInParts(
  client: S3Client,
  settings: ReturnType<typeof settingsOf>,
  path: string,
  size: number,
): Promise<void> {
  const file = await open(path);
  try {
    await inParts(client, settings, { size, partSize: partSizeOf(size) }, async (upload, range) => {
      const Body = Buffer.alloc(range.end - range.start);
      await file.read(Body, 0, Body.length, range.start);
      const part = { ...upload, PartNumber: range.number, Body, ContentLength: Body.length };
      return (await client.send(new UploadPartCommand(part))).ETag;
    });
  } finally {
    await file.close();
  }
}
