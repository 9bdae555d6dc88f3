import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

/** Sizes in bytes of the objects of a bucket, by key. */
export async function listSizes(client: S3Client, bucket: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    for (const { Key, Size } of page.Contents ?? []) {
      if (Key !== undefined) sizes.set(Key, Size ?? 0);
    }
  }
  return sizes;
}
