import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { errorCode } from './client.ts';

/** The digest of what the bucket gives back for a key, and its size; nothing when the object is not there. */
export async function readBack(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<{ readonly size: number; readonly sha256: string } | undefined> {
  const body = await bodyOf(client, bucket, key);
  if (body === undefined) return undefined;
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

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
