import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';

const MiB = 1024 * 1024;

/** Scaleway takes 1,000 parts at most, where Amazon takes 10,000 (Object Storage documentation, "Multipart uploads"). */
const mostParts = 1000;

/** The size of the parts of an object, in bytes: `least`, or what makes at most 1,000 of them, rounded up to a MiB. */
export function partSizeOf(size: number, least = 16 * MiB): number {
  return Math.max(least, Math.ceil(size / mostParts / MiB) * MiB);
}

/** An upload that was begun, as each of its parts must name it. */
export interface Upload {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
}

/** One part: its number from 1, and the bytes `start` to `end`, `end` excluded. */
export interface Range {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Makes an object of `size` bytes from parts, one after the other; `part` sends one and gives its ETag. When one fails, what
 * was sent is taken back.
 */
export async function inParts(
  client: S3Client,
  settings: CreateMultipartUploadCommandInput,
  { size, partSize }: { readonly size: number; readonly partSize: number },
  part: (upload: Upload, range: Range) => Promise<string | undefined>,
): Promise<void> {
  const { Bucket, Key } = settings;
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(settings));
  const upload = { Bucket, Key, UploadId };
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let start = 0, number = 1; start < size; start += partSize, number++) {
      const range = { number, start, end: Math.min(start + partSize, size) };
      Parts.push({ PartNumber: number, ETag: await part(upload, range) });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
