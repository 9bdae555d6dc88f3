import { createHash, randomUUID } from 'node:crypto';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { createClient } from '@redis/client';
import pg from 'pg';
import { insideAddress } from '../../postgres/inside.ts';
import { socketFrom } from '../../sockets.ts';
import type { Storage } from './settings.ts';

/** One line of the home page: what a store gave, or why it gave nothing. */
export interface Part {
  readonly name: 'base' | 'fichiers' | 'redis';
  readonly ok: boolean;
  readonly text: string;
}

const patience = 5_000;

/** A client of the platform's private network, where the application is. */
export function databaseClient(url: string): pg.Client {
  return new pg.Client({
    connectionString: withoutTls(url),
    connectionTimeoutMillis: patience,
    stream: () => socketFrom(insideAddress),
  });
}

/** A row of the restored database, without anybody's name. */
export function readDatabase(url: string): Promise<Part> {
  return attempt('base', async () => {
    const client = databaseClient(url);
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ numero: string | null; statut: string; total: string }>(
        `select numero, statut, (select count(*) from conventions_convention) as total
           from conventions_convention order by id desc limit 1`,
      );
      const [row] = rows;
      if (row === undefined) throw new Error('aucune convention');
      return `${row.total} conventions ; la dernière : ${row.numero ?? 'sans numéro'} (${row.statut})`;
    } finally {
      await client.end().catch(() => undefined);
    }
  });
}

/** An object of the restored bucket, read to its end. */
export async function readBucket(storage: Storage | undefined): Promise<Part> {
  if (storage === undefined)
    return { name: 'fichiers', ok: true, text: 'stockage local (AWS_ACCESS_KEY_ID absente)' };
  const { endpoint, region, bucket: Bucket, accessKeyId, secretAccessKey } = storage;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 });
  return attempt('fichiers', async () => {
    const { Contents: [object] = [] } = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1 }));
    if (object?.Key === undefined) throw new Error(`bucket ${Bucket} vide`);
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: object.Key }));
    const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
    const digest = createHash('sha256').update(bytes).digest('hex');
    return `${object.Key}, ${bytes.length} octets, sha256 ${digest}`;
  }).finally(() => client.destroy());
}

/** A value written in Redis and read back. */
export function tryRedis(url: string | undefined): Promise<Part> {
  return attempt('redis', async () => {
    if (url === undefined) throw new Error('REDIS_URL absente');
    const client = createClient({ url, socket: { connectTimeout: patience, reconnectStrategy: false } });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const key = `accueil:${randomUUID()}`;
      await client.set(key, key, { expiration: { type: 'EX', value: 30 } });
      if ((await client.get(key)) !== key) throw new Error('valeur perdue');
      return 'aller-retour réussi';
    } finally {
      if (client.isOpen) client.destroy();
    }
  });
}

/** A platform's own error names hosts and roles, never a password. */
async function attempt(name: Part['name'], read: () => Promise<string>): Promise<Part> {
  try {
    return { name, ok: true, text: await read() };
  } catch (error) {
    return { name, ok: false, text: error instanceof Error ? error.message || error.name : String(error) };
  }
}

/** `pg` takes `sslmode=prefer`, which the platform writes, for a verified TLS; the sandbox's network has none. */
function withoutTls(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.delete('sslmode');
  return parsed.href;
}
