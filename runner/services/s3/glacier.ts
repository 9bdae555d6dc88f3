/*
 * Objects of an archive class, whose bytes are given back only once a temporary copy was asked for and is made.
 * In: a client and a bucket. Out: how many objects are archived, being restored or readable; requests for copies.
 * Can never happen: a change of an object; a wait for what nobody asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, RestoreObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Fault } from '../../fault.ts';
import { concurrency, errorCode } from './client.ts';
import { type Listed, listAll } from './listing.ts';
import { forEachBounded } from './pool.ts';
import { progress } from './progress.ts';

/**
 * What a bucket of archives holds. `newest` is the latest `LastModified` (ISO): when the last object was copied there, which
 * is **not** the instant of which the bucket is an image, since a copy takes time and what did not change is not copied again;
 * data loss is judged from the beginning of the last successful copy, which only the workflow that makes it knows.
 * `readableUntil` is when the first temporary copy goes away (ISO), when the service says so.
 */
export interface ArchiveState {
  readonly objects: number;
  readonly bytes: number;
  readonly archived: number;
  readonly restoring: number;
  readonly readable: number;
  readonly newest?: string;
  readonly readableUntil?: string;
}

/** What a request for copies came to: `requested` by it, `underWay` and `readable` already before it. */
export interface RestoreRequested {
  readonly objects: number;
  readonly requested: number;
  readonly underWay: number;
  readonly readable: number;
}

interface Readiness {
  readonly state: 'archived' | 'restoring' | 'readable';
  readonly until?: string;
}

const readable: Readiness = { state: 'readable' };

/** Classes whose bytes are away (S3 API reference, "StorageClass"); Scaleway has the first only. */
const archiveClasses = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** What the bucket holds now; one request for each archived object. */
export async function archiveState(client: S3Client, bucket: string): Promise<ArchiveState> {
  const objects = await listAll(client, bucket);
  const states = new Map<string, Readiness>();
  await look(client, bucket, objects.filter(isArchive), states);
  return summary(objects, states);
}

/** Asks for a copy of `days` days of each object that is archived and not yet asked for. */
export async function requestCopies(
  client: S3Client,
  bucket: string,
  days: number,
): Promise<RestoreRequested> {
  const objects = await listAll(client, bucket);
  const tally = { objects: objects.length, requested: 0, underWay: 0, readable: 0 };
  const advance = progress(objects.length);
  await forEachBounded(objects, concurrency, async object => {
    const { state } = isArchive(object) ? await readinessOf(client, bucket, object.key) : readable;
    if (state === 'readable') tally.readable++;
    else if (state === 'restoring') tally.underWay++;
    else tally[await requestCopy(client, bucket, object.key, days)]++;
    advance();
  });
  return tally;
}

async function requestCopy(
  client: S3Client,
  bucket: string,
  key: string,
  days: number,
): Promise<'requested' | 'underWay'> {
  const command = new RestoreObjectCommand({ Bucket: bucket, Key: key, RestoreRequest: { Days: days } });
  try {
    await client.send(command);
    return 'requested';
  } catch (error) {
    if (errorCode(error) === 'RestoreAlreadyInProgress') return 'underWay';
    throw error;
  }
}

/**
 * Looks every `every` ms until all is readable, for `within` ms at most, and shows how far it is. Faults: `glacier-not-ready`,
 * and `glacier-not-requested` at once when nothing is under way for what is left.
 */
export async function untilReadable(
  client: S3Client,
  bucket: string,
  { within, every }: { readonly within: number; readonly every: number },
): Promise<ArchiveState> {
  const objects = await listAll(client, bucket);
  const states = new Map<string, Readiness>();
  const deadline = performance.now() + within;
  for (let pending = objects.filter(isArchive); ; ) {
    await look(client, bucket, pending, states);
    pending = pending.filter(({ key }) => states.get(key)?.state !== 'readable');
    console.log(`${objects.length - pending.length}/${objects.length}`);
    if (pending.length === 0) return summary(objects, states);
    const params = { bucket, left: pending.length, objects: objects.length };
    const underWay = pending.some(({ key }) => states.get(key)?.state === 'restoring');
    if (!underWay) throw new Fault('glacier-not-requested', params);
    const left = deadline - performance.now();
    if (left <= 0) throw new Fault('glacier-not-ready', params);
    await sleep(Math.min(every, left));
  }
}

function isArchive({ storageClass }: Listed): boolean {
  return archiveClasses.has(storageClass);
}

async function look(
  client: S3Client,
  bucket: string,
  objects: readonly Listed[],
  states: Map<string, Readiness>,
): Promise<void> {
  await forEachBounded(objects, concurrency, async ({ key }) => {
    states.set(key, await readinessOf(client, bucket, key));
  });
}

/** Read from `x-amz-restore` (HeadObject, S3 API reference): `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`. */
async function readinessOf(client: S3Client, bucket: string, key: string): Promise<Readiness> {
  const { Restore } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
  if (Restore === undefined) return { state: 'archived' };
  if (!Restore.includes('ongoing-request="false"')) return { state: 'restoring' };
  const until = new Date(/expiry-date="([^"]*)"/.exec(Restore)?.[1] ?? '');
  return Number.isNaN(until.getTime()) ? readable : { state: 'readable', until: until.toISOString() };
}

function summary(objects: readonly Listed[], states: ReadonlyMap<string, Readiness>): ArchiveState {
  const count = (state: Readiness['state']) => [...states.values()].filter(one => one.state === state).length;
  const [archived, restoring] = [count('archived'), count('restoring')];
  const newest = objects
    .flatMap(({ modified }) => modified ?? [])
    .sort()
    .at(-1);
  const [readableUntil] = [...states.values()].flatMap(({ until }) => until ?? []).sort();
  return {
    objects: objects.length,
    bytes: objects.reduce((sum, { size }) => sum + size, 0),
    archived,
    restoring,
    readable: objects.length - archived - restoring,
    ...(newest === undefined ? {} : { newest }),
    ...(readableUntil === undefined ? {} : { readableUntil }),
  };
}
