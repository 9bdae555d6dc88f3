import { paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';

/** An object as a bucket lists it; `etag` without its quotes, `modified` as an ISO instant. */
export interface Listed {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
  readonly modified?: string;
}

/** The objects of a bucket in the order of their keys, page by page. */
export async function* listPages(client: S3Client, bucket: string): AsyncGenerator<Listed[]> {
  for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
    yield (page.Contents ?? []).flatMap(({ Key, Size, ETag, StorageClass, LastModified }) =>
      Key === undefined
        ? []
        : {
            key: Key,
            size: Size ?? 0,
            etag: unquoted(ETag),
            storageClass: StorageClass ?? 'STANDARD',
            ...(LastModified && { modified: LastModified.toISOString() }),
          },
    );
  }
}

/** Every object of a bucket. */
export async function listAll(client: S3Client, bucket: string): Promise<Listed[]> {
  const all: Listed[][] = [];
  for await (const page of listPages(client, bucket)) all.push(page);
  return all.flat();
}

/** Sizes in bytes of the objects of a bucket, by key. */
export async function listSizes(client: S3Client, bucket: string): Promise<Map<string, number>> {
  return new Map((await listAll(client, bucket)).map(({ key, size }) => [key, size]));
}

/** An ETag without the quotes that HTTP puts around it (RFC 9110, section 8.8.3). */
export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}
