import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createResources } from '../../runner/effects/resources/resources.ts';
import { withClient } from '../../runner/services/postgres/connection.ts';
import { guardDatabase } from '../../runner/services/postgres/guard.ts';
import type { DirectoryResource, S3Resource } from '../../runner/services/resources.ts';
import { credential, region, startServer } from '../sandbox/s3/server.ts';
import { startDatabaseServer } from './database.ts';

describe('a database', () => {
  let server: Awaited<ReturnType<typeof startDatabaseServer>>;
  beforeAll(async () => {
    server = await startDatabaseServer();
  });
  afterAll(() => server.close());

  test('says its own name, whether it is empty, and whose marker it bears', async () => {
    const base = await server.fresh('neuve');
    const resources = createResources({ base });
    const empty = await resources.inspect('base');
    expect(empty).toEqual({
      resource: 'base',
      kind: 'postgres',
      name: 'neuve',
      facts: {
        system: expect.stringMatching(/^\d{15,}$/),
        oid: expect.any(Number),
        version: '15.18',
        user: 'postgres',
        recovery: false,
        relations: 0,
        bytes: expect.any(Number),
        sessions: 0,
      },
      empty: true,
    });
    expect(await resources.claim('base', 'run-1', false)).toBe(true);
    await server.query(
      base.url,
      'create extension pg_trgm; create table t (n int); create view v as select 1',
    );
    const filled = await resources.inspect('base');
    expect([filled.empty, filled.marker, filled.facts.relations]).toEqual([false, 'run-1', 2]);
    expect([
      await resources.claim('base', 'run-1', false),
      await resources.claim('base', 'run-2', false),
    ]).toEqual([true, false]);
    expect((await resources.inspect('base')).marker).toBe('run-1');
  });

  test('with only extensions is empty; with only large objects is not', async () => {
    const base = await server.fresh('objets');
    const resources = createResources({ base });
    await server.query(base.url, 'create extension pg_trgm; create extension hstore');
    expect((await resources.inspect('base')).empty).toBe(true);
    await server.query(base.url, 'select lo_create(0)');
    expect((await resources.inspect('base')).empty).toBe(false);
  });

  test('that reports a protected name is refused in a drill, whatever the address says', async () => {
    const base = await server.fresh('la_prod_bis');
    await expect(createResources({ base }).inspect('base')).rejects.toMatchObject({ code: 'protected-name' });
    expect((await createResources({ base: { ...base, mode: 'real' } }).inspect('base')).name).toBe(
      'la_prod_bis',
    );
  });

  test.each([
    ['its address', 'a_soi', '127.0.0.*'],
    ['another case and a final dot', 'b_soi', 'B_SOI.'],
    ['the role that acts there', 'c_soi', 'post*'],
  ])('that goes by a protected name, by %s, is refused in a drill', async (_what, name, rule) => {
    const base = { ...(await server.fresh(name)), protected: [rule] };
    await expect(createResources({ base }).inspect('base')).rejects.toMatchObject({ code: 'protected-name' });
  });

  test('that has tables of its own under the names of the system’s does not pass for empty', async () => {
    const base = await server.fresh('trompeuse');
    await server.query(
      base.url,
      `create schema faux;
       create table faux.pg_class (oid oid, relkind "char", relnamespace oid);
       create table clients (n int);
       alter database trompeuse set search_path to faux, pg_catalog, public`,
    );
    expect(await createResources({ base }).inspect('base')).toMatchObject({
      name: 'trompeuse',
      empty: false,
    });
    await expect(withClient(base, client => guardDatabase(base, client))).rejects.toMatchObject({
      code: 'database-not-empty',
      params: { tables: 2 },
    });
  });

  test.each([
    'postgres://u:p@autre,127.0.0.1/base',
    'postgres://u:p@127.0.0.1/base?host=autre',
    'postgres://u:p@127.0.0.1/base?hostaddr=127.0.0.2',
    'postgres://u:p@127.0.0.1/base?service=autre',
    'postgres://u:p@127.0.0.1/base?dbname=autre',
    'service=autre',
    'socket:/var/run/postgresql?db=base',
  ])('whose address says more than one thing is refused: %s', async url => {
    const base = { kind: 'postgres', name: 'base', run: 'run-1', mode: 'drill', protected: [], url } as const;
    const failed = await createResources({ base })
      .inspect('base')
      .catch(error => error);
    expect(failed.code).toMatch(/^dsn-(invalid|override)$/);
  });

  test('that does not answer is a fault without a password', async () => {
    const base = await server.fresh('loin');
    const url = base.url.replace(/:\d+\//, ':1/');
    const failed = await createResources({ base: { ...base, url } })
      .inspect('base')
      .catch(error => error);
    expect([failed.code, JSON.stringify(failed.params).includes(new URL(url).password)]).toEqual([
      'database-unreachable',
      false,
    ]);
  });
});

describe('a bucket', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    server = await startServer({
      fault: (operation, bucket) =>
        bucket === 'sans-etiquette' && operation.includes('BucketTagging')
          ? { status: 501, code: 'NotImplemented' }
          : undefined,
    });
  });
  afterAll(() => server.stop());
  const resource = (bucket: string): S3Resource => ({
    kind: 's3',
    name: 'fichiers',
    run: 'run-1',
    mode: 'drill',
    protected: ['*-prod'],
    endpoint: server.url(),
    region,
    bucket,
    ...credential,
  });

  test('says whether it is there, empty, and whose it is', async () => {
    const resources = createResources({ fichiers: resource('seau') });
    const absent = await resources.inspect('fichiers');
    expect([
      absent.name,
      absent.facts.exists,
      absent.empty,
      await resources.claim('fichiers', 'run-1', false),
    ]).toEqual(['seau', false, true, false]);
    const client = server.client();
    await client.send(new CreateBucketCommand({ Bucket: 'seau' }));
    expect(await resources.claim('fichiers', 'run-1', false)).toBe(true);
    expect(await resources.inspect('fichiers')).toEqual({
      resource: 'fichiers',
      kind: 's3',
      name: 'seau',
      facts: expect.objectContaining({ exists: true, region: 'fr-par', versioning: 'Disabled', versions: 0 }),
      empty: true,
      marker: 'run-1',
    });
  });

  test('bears the marker on its objects where there are no tags', async () => {
    const resources = createResources({ fichiers: resource('sans-etiquette') });
    const client = server.client();
    await client.send(new CreateBucketCommand({ Bucket: 'sans-etiquette' }));
    expect(await resources.claim('fichiers', 'run-1', false)).toBe(false);
    const Metadata = { 'reprise-run': 'run-1' };
    await client.send(new PutObjectCommand({ Bucket: 'sans-etiquette', Key: 'a', Body: 'x', Metadata }));
    expect(await resources.inspect('fichiers')).toMatchObject({ empty: false, marker: 'run-1' });
  });

  test('that lists nothing, but holds versions or an upload under way, is not empty', async () => {
    const client = server.client();
    const Bucket = 'sous-marqueurs';
    await client.send(new CreateBucketCommand({ Bucket }));
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const inspect = (bucket: string) => createResources({ fichiers: resource(bucket) }).inspect('fichiers');
    expect(await inspect(Bucket)).toMatchObject({ empty: false, facts: { versions: 2 } });
    await client.send(new CreateBucketCommand({ Bucket: 'en-cours' }));
    await client.send(new CreateMultipartUploadCommand({ Bucket: 'en-cours', Key: 'a' }));
    expect(await inspect('en-cours')).toMatchObject({ empty: false, facts: { versions: 0, uploads: 1 } });
  });

  test('of a protected name is refused in a drill, and so is one at a protected address', async () => {
    const at = { ...resource('un-seau'), protected: ['127.*'] };
    await expect(createResources({ fichiers: at }).inspect('fichiers')).rejects.toMatchObject({
      code: 'protected-name',
    });
    const resources = createResources({ fichiers: resource('apilos-prod') });
    await expect(resources.inspect('fichiers')).rejects.toMatchObject({ code: 'protected-name' });
  });
});

test('a directory says its real path, and whether it is empty', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reprise-directory-')));
  const dossier: DirectoryResource = {
    kind: 'directory',
    name: 'dossier',
    run: 'run-1',
    mode: 'drill',
    protected: [],
    path: `${folder}/./cible`,
  };
  const resources = createResources({ dossier });
  expect((await resources.inspect('dossier')).facts).toEqual({ exists: false });
  mkdirSync(join(folder, 'cible'));
  expect(await resources.claim('dossier', 'run-1', false)).toBe(true);
  const empty = await resources.inspect('dossier');
  writeFileSync(join(folder, 'cible', 'a'), '');
  const filled = await resources.inspect('dossier');
  expect([empty.name, empty.empty, empty.marker, filled.empty, filled.facts.entries]).toEqual([
    join(folder, 'cible'),
    true,
    'run-1',
    false,
    1,
  ]);
  rmSync(folder, { recursive: true });
});

test('what is not empty bears the marker only once its name was typed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-claim-'));
  try {
    writeFileSync(join(folder, 'quelque-chose'), '');
    const dossier: DirectoryResource = {
      kind: 'directory',
      name: 'dossier',
      run: 'run-1',
      mode: 'drill',
      protected: [],
      path: folder,
    };
    const resources = createResources({ dossier });
    expect(await resources.claim('dossier', 'run-1', false)).toBe(false);
    expect(await resources.claim('dossier', 'run-1', true)).toBe(true);
    expect((await resources.inspect('dossier')).marker).toBe('run-1');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
