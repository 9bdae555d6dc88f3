import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { startPostgres } from '../../../runner/sandbox/postgres/postgres.ts';
import { startRedis } from '../../../runner/sandbox/redis/redis.ts';
import type { StartOptions } from '../../../runner/sandbox/web/application.ts';
import { sql } from '../../services/source-database.ts';
import { credential, region, startServer } from '../s3/server.ts';

export const sha = 'a'.repeat(40);

/** Real PostgreSQL, S3 and Redis, as a restoration leaves them, and the variables of an application that uses them. */
export async function startStores() {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-web-'));
  const postgres = await startPostgres({ directory: join(folder, 'postgres') });
  const redis = await startRedis({ directory: join(folder, 'redis'), password: 'r&dis' });
  const s3 = await startServer();
  await sql(
    postgres.url,
    'create table conventions_convention (id integer primary key, numero text, statut text not null)',
    "insert into conventions_convention values (1, 'A-1', 'signée'), (2, '59/<b>2', 'résiliée')",
  );
  const client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket: 'apilos-exercice' }));
  const object = { Bucket: 'apilos-exercice', Key: 'conventions/é.pdf', Body: 'contenu' };
  await client.send(new PutObjectCommand(object));
  const inside = new URL(postgres.url);
  inside.host = 'base.prive:30000';
  const database = `${inside.href}?sslmode=prefer`;
  const environment = {
    SECRET_KEY: 'secret',
    ENVIRONMENT: 'siap-exercice',
    DATABASE_URL: database,
    DB_READONLY: database,
    REDIS_URL: `redis://apilos:${encodeURIComponent('r&dis')}@redis.prive:31000`,
    ALLOWED_HOSTS: 'siap.exercice.test,.osc-fr1.scalingo.io',
    CERBERE_AUTH: 'https://cerbere.exercice.test/cas',
    AWS_ACCESS_KEY_ID: credential.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credential.secretAccessKey,
    AWS_STORAGE_BUCKET_NAME: 'apilos-exercice',
    AWS_S3_ENDPOINT_URL: s3.url(),
    AWS_S3_REGION_NAME: region,
  };
  const targets = new Map([
    ['base.prive:30000', postgres.port],
    ['redis.prive:31000', redis.port],
  ]);
  const lines: string[] = [];
  const options = (changes: Readonly<Record<string, string | undefined>> = {}): StartOptions => ({
    app: 'apilos-exercice',
    sha,
    environment: Object.fromEntries(
      Object.entries({ ...environment, ...changes }).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    resolveTarget: (host, port) => targets.get(`${host}:${port}`),
    log: line => lines.push(line),
  });
  const close = async () => {
    await Promise.all([postgres.close(), redis.close(), s3.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  return { postgres, options, lines, close };
}
