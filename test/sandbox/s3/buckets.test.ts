import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketTaggingCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetBucketAclCommand,
  GetBucketLocationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketAclCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refusal, startServer, type TestServer } from './server.ts';

let server: TestServer;
let client: S3Client;
let now: Date;

beforeEach(async () => {
  now = new Date();
  server = await startServer({ now: () => now, restoreDelay: 600_000 });
  client = server.client();
});

afterEach(() => server.stop());

const create = (Bucket: string, more = {}) => client.send(new CreateBucketCommand({ Bucket, ...more }));
const put = (Bucket: string, Key: string, Body = 'x', more = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const text = async (Bucket: string, Key: string, more = {}) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString();

describe('buckets', () => {
  test('are made, listed, found and removed', async () => {
    await create('beta', { CreateBucketConfiguration: { LocationConstraint: 'fr-par' } });
    await create('alpha');
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['alpha', 'beta']);
    const location = await client.send(new GetBucketLocationCommand({ Bucket: 'beta' }));
    expect(location.LocationConstraint).toBe('fr-par');
    const head = await client.send(new HeadBucketCommand({ Bucket: 'beta' }));
    expect(head.BucketRegion).toBe('fr-par');
    await client.send(new DeleteBucketCommand({ Bucket: 'beta' }));
    expect(await refusal(client.send(new HeadBucketCommand({ Bucket: 'beta' })))).toBe('NotFound 404');
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket: 'beta' })))).toBe('NoSuchBucket 404');
  });

  test('are refused with the right codes', async () => {
    await create('alpha');
    expect(await refusal(create('alpha'))).toBe('BucketAlreadyOwnedByYou 409');
    const elsewhere = { CreateBucketConfiguration: { LocationConstraint: 'nl-ams' } };
    expect(await refusal(create('gamma', elsewhere))).toBe('IllegalLocationConstraintException 400');
    expect(await refusal(create('gamma', { ObjectLockEnabledForBucket: true }))).toBe('NotImplemented 501');
    for (const name of ['Ab1', 'ab', 'a_b', '-ab', 'a..b', '1.2.3.4', 'xn--abc', 'a'.repeat(64)]) {
      expect([name, await refusal(create(name))]).toEqual([name, 'InvalidBucketName 400']);
    }
    await put('alpha', 'x');
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket: 'alpha' })))).toBe(
      'BucketNotEmpty 409',
    );
  });

  test('bear tags that outlive a restart, until they are taken away', async () => {
    await create('alpha');
    const get = () => client.send(new GetBucketTaggingCommand({ Bucket: 'alpha' }));
    expect(await refusal(get())).toBe('NoSuchTagSet 404');
    const TagSet = [{ Key: 'é <&', Value: ' a=b ' }];
    await client.send(new PutBucketTaggingCommand({ Bucket: 'alpha', Tagging: { TagSet } }));
    await server.restart();
    client = server.client();
    expect((await get()).TagSet).toEqual(TagSet);
    await client.send(new DeleteBucketTaggingCommand({ Bucket: 'alpha' }));
    expect(await refusal(get())).toBe('NoSuchTagSet 404');
  });

  test('hold no trace of an earlier bucket of the same name', async () => {
    await create('alpha', { ACL: 'public-read' });
    await client.send(
      new PutBucketVersioningCommand({ Bucket: 'alpha', VersioningConfiguration: { Status: 'Enabled' } }),
    );
    await client.send(new DeleteBucketCommand({ Bucket: 'alpha' }));
    await create('alpha');
    const versioning = await client.send(new GetBucketVersioningCommand({ Bucket: 'alpha' }));
    const acl = await client.send(new GetBucketAclCommand({ Bucket: 'alpha' }));
    expect([versioning.Status, acl.Grants?.length]).toEqual([undefined, 1]);
  });
});

describe('versioning', () => {
  const setVersioning = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket: 'v', VersioningConfiguration: { Status } }));
  const Bucket = 'vvv';
  const versioning = (Status: 'Enabled' | 'Suspended') =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));

  beforeEach(() => create(Bucket));

  test('keeps each version, in order, and hides what a marker deletes', async () => {
    expect(await refusal(setVersioning('Enabled'))).toBe('NoSuchBucket 404');
    await put(Bucket, 'k', 'before');
    await versioning('Enabled');
    const status = await client.send(new GetBucketVersioningCommand({ Bucket }));
    expect(status.Status).toBe('Enabled');
    const one = await put(Bucket, 'k', 'one');
    const two = await put(Bucket, 'k', 'two');
    const gone = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(gone.DeleteMarker).toBe(true);
    expect(await refusal(text(Bucket, 'k'))).toBe('NoSuchKey 404');
    expect(await text(Bucket, 'k', { VersionId: one.VersionId })).toBe('one');
    expect(await text(Bucket, 'k', { VersionId: 'null' })).toBe('before');
    expect(await refusal(text(Bucket, 'k', { VersionId: 'unknown' }))).toBe('NoSuchVersion 404');
    expect(await refusal(text(Bucket, 'k', { VersionId: gone.VersionId }))).toBe('MethodNotAllowed 405');
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [two.VersionId, false],
      [one.VersionId, false],
      ['null', false],
    ]);
    expect(listed.DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [gone.VersionId, true],
    ]);
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: gone.VersionId }));
    expect(await text(Bucket, 'k')).toBe('two');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: two.VersionId }));
    expect(await text(Bucket, 'k')).toBe('one');
  });

  test('suspended, it replaces the null version only', async () => {
    await versioning('Enabled');
    const kept = await put(Bucket, 'k', 'kept');
    await versioning('Suspended');
    await put(Bucket, 'k', 'null 1');
    const second = await put(Bucket, 'k', 'null 2');
    expect(second.VersionId).toBe('null');
    const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect([marker.VersionId, marker.DeleteMarker]).toEqual(['null', true]);
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
    expect(listed.Versions?.map(({ VersionId }) => VersionId)).toEqual([kept.VersionId]);
    expect(listed.DeleteMarkers?.map(({ VersionId }) => VersionId)).toEqual(['null']);
  });

  test('DeleteObjects adds and removes markers, and the emptied bucket can go', async () => {
    await versioning('Enabled');
    await put(Bucket, 'k', 'one');
    const Objects = [{ Key: 'k' }];
    const marked = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(marked.Deleted?.[0]?.DeleteMarker).toBe(true);
    const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
    const all = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])];
    expect(all.length).toBe(2);
    const Delete = { Objects: all.map(({ Key, VersionId }) => ({ Key, VersionId })) };
    const deleted = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(deleted.Deleted?.map(one => one.DeleteMarker)).toEqual([undefined, true]);
    expect(await refusal(client.send(new DeleteBucketCommand({ Bucket })))).toBe('resolved');
  });
});

describe('access', () => {
  const Bucket = 'acces';
  const anonymous = async (path: string, method = 'GET') => {
    const response = await fetch(`${server.url()}/${path}`, { method });
    const body = await response.text();
    return `${response.status} ${/<Code>(.*)<\/Code>/.exec(body)?.[1] ?? body}`;
  };

  test('a stranger reads public objects, lists public buckets and does nothing else', async () => {
    await create(Bucket);
    await put(Bucket, 'closed', 'secret');
    await put(Bucket, 'open', 'public', { ACL: 'public-read' });
    expect(await anonymous(`${Bucket}/open`)).toBe('200 public');
    expect(await anonymous(`${Bucket}/open?response-content-type=text/html`)).toBe('400 InvalidRequest');
    for (const path of [Bucket, '', `${Bucket}/closed`, `${Bucket}/absent`, `${Bucket}/open?acl`, 'nope/x']) {
      expect([path, await anonymous(path)]).toEqual([path, '403 AccessDenied']);
    }
    for (const method of ['PUT', 'DELETE', 'POST']) {
      expect([method, await anonymous(`${Bucket}/open`, method)]).toEqual([method, '403 AccessDenied']);
    }
    await client.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
    expect(await anonymous(Bucket)).toMatch(/^200 .*<Key>closed</s);
    expect(await anonymous(`${Bucket}/closed`)).toBe('403 AccessDenied');
    await client.send(new PutObjectAclCommand({ Bucket, Key: 'open', ACL: 'private' }));
    expect(await anonymous(`${Bucket}/open`)).toBe('403 AccessDenied');
  });

  test('ACLs are read and written, as names and as documents', async () => {
    await create(Bucket);
    await put(Bucket, 'k');
    const grants = async () => {
      const { Grants } = await client.send(new GetObjectAclCommand({ Bucket, Key: 'k' }));
      return Grants?.map(({ Grantee, Permission }) => `${Grantee?.URI ?? Grantee?.ID} ${Permission}`);
    };
    expect(await grants()).toEqual(['sandbox FULL_CONTROL']);
    const URI = 'http://acs.amazonaws.com/groups/global/AllUsers';
    const Owner = { ID: 'sandbox' };
    const setGrants = (Permission: 'READ' | 'WRITE') =>
      client.send(
        new PutObjectAclCommand({
          Bucket,
          Key: 'k',
          AccessControlPolicy: { Owner, Grants: [{ Grantee: { Type: 'Group', URI }, Permission }] },
        }),
      );
    await setGrants('READ');
    expect(await grants()).toEqual(['sandbox FULL_CONTROL', `${URI} READ`]);
    expect(await refusal(setGrants('WRITE'))).toBe('NotImplemented 501');
    await client.send(
      new PutObjectAclCommand({ Bucket, Key: 'k', AccessControlPolicy: { Owner, Grants: [] } }),
    );
    expect(await grants()).toEqual(['sandbox FULL_CONTROL']);
  });

  test('tags', async () => {
    await create(Bucket);
    await put(Bucket, 'k');
    const TagSet = [{ Key: 'é <&', Value: ' a=b ' }];
    await client.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } }));
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet).toEqual(TagSet);
    const twice = { TagSet: [...TagSet, ...TagSet] };
    const refused = client.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: twice }));
    expect(await refusal(refused)).toBe('InvalidTag 400');
    await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
    expect((await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet).toEqual([]);
  });
});

describe('the GLACIER class', () => {
  const Bucket = 'froid';
  const Key = 'archive';
  const restore = (Days = 2) =>
    client.send(new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days } }));
  const restoreState = async () => (await client.send(new HeadObjectCommand({ Bucket, Key }))).Restore;

  test('is readable only after a restoration, while it lasts', async () => {
    await create(Bucket);
    await put(Bucket, Key, 'cold', { StorageClass: 'GLACIER' });
    expect(await refusal(text(Bucket, Key))).toBe('InvalidObjectState 403');
    expect(await restoreState()).toBe(undefined);
    expect((await restore()).$metadata.httpStatusCode).toBe(202);
    expect(await restoreState()).toBe('ongoing-request="true"');
    expect(await refusal(restore())).toBe('RestoreAlreadyInProgress 409');
    expect(await refusal(text(Bucket, Key))).toBe('InvalidObjectState 403');
    const asked = now.getTime();
    now = new Date(asked + 600_000);
    const day = 86_400_000;
    const expiry = new Date(Math.ceil((asked + 600_000 + 2 * day) / day) * day);
    const late = server.client({ systemClockOffset: 600_000 });
    const head = await late.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head.Restore).toBe(`ongoing-request="false", expiry-date="${expiry.toUTCString()}"`);
    const got = await late.send(new GetObjectCommand({ Bucket, Key }));
    expect([await got.Body?.transformToString(), got.StorageClass]).toEqual(['cold', 'GLACIER']);
    const again = new RestoreObjectCommand({ Bucket, Key, RestoreRequest: { Days: 5 } });
    expect((await late.send(again)).$metadata.httpStatusCode).toBe(200);
    now = new Date(asked + 8 * day);
    const later = server.client({ systemClockOffset: 8 * day });
    const expired = later.send(new GetObjectCommand({ Bucket, Key }));
    expect(await refusal(expired)).toBe('InvalidObjectState 403');
  });

  test('refuses to restore what is not archived', async () => {
    await create(Bucket);
    await put(Bucket, Key, 'warm');
    expect(await refusal(restore())).toBe('InvalidObjectState 403');
    expect(await refusal(restore(0))).toBe('MalformedXML 400');
  });
});
