// The state of the object store and its rules, without disk, clock or network.
// In: the versions of one key and a change. Out: the versions after it (newest first) or an `S3Error`.
// Never: two versions with the id `null`, or a lost version while versioning is `Enabled`.
import type { Checksum } from './digest.ts';
import { S3Error } from './error.ts';

/** `Unversioned` until PutBucketVersioning is first called, as in S3. */
export type Versioning = 'Unversioned' | 'Enabled' | 'Suspended';

/** The canned ACLs that this server knows; the last is accepted and grants nothing to the public. */
export const cannedAcls = [
  'private',
  'public-read',
  'authenticated-read',
  'bucket-owner-full-control',
] as const;

/** The name of one of them. */
export type CannedAcl = (typeof cannedAcls)[number];

/** A bucket and its settings; `created` is an ISO 8601 date. */
export interface Bucket {
  readonly name: string;
  readonly created: string;
  readonly versioning: Versioning;
  readonly acl: CannedAcl;
  /** Absent until tags are first put, as in S3. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A file of the store's `bodies` folder; an object made of n parts has n of them. Immutable once written. */
export interface Piece {
  readonly file: string;
  readonly size: number;
}

/** Scaleway's storage classes (Object Storage documentation, "Storage classes"). */
export const storageClasses = ['STANDARD', 'ONEZONE_IA', 'GLACIER'] as const;

/** The name of one of them. */
export type StorageClass = (typeof storageClasses)[number];

/** What the writer of an object says of it, apart from its bytes. `headers` are answered as they were sent. */
export interface ObjectSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass: StorageClass;
  readonly acl: CannedAcl;
  readonly tags: Readonly<Record<string, string>>;
}

/** A temporary copy of an archived object, readable from `ready` (ms since the epoch) until `expires`. */
export interface Restoration {
  readonly ready: number;
  readonly expires: number;
}

/** The bytes of an object and what was computed from them. */
export interface Content {
  readonly pieces: readonly Piece[];
  readonly size: number;
  readonly etag: string;
  readonly checksum?: Checksum;
}

interface VersionIdentity {
  readonly versionId: string;
  readonly sequence: number;
  readonly lastModified: string;
}

/** One version that has bytes. */
export interface StoredObject extends VersionIdentity, Content, ObjectSettings {
  readonly kind: 'object';
  readonly restoration?: Restoration;
}

/** One version that hides those below it. */
export interface DeleteMarker extends VersionIdentity {
  readonly kind: 'delete-marker';
}

/** What one version of a key is. */
export type Version = StoredObject | DeleteMarker;

/** All versions of one key, newest first. */
export type Versions = readonly Version[];

/** The identity that a new version gets: S3 calls `null` whatever is written while versioning is not enabled. */
export function versionIdFor(versioning: Versioning, fresh: string): string {
  return versioning === 'Enabled' ? fresh : 'null';
}

/** Adds a version on top; a `null` one replaces the `null` one that may exist. */
export function withVersion(versions: Versions, added: Version): Versions {
  const kept =
    added.versionId === 'null' ? versions.filter(({ versionId }) => versionId !== 'null') : versions;
  return [added, ...kept];
}

/** Removes one version for good; an unknown id changes nothing, as in S3. */
export function withoutVersion(versions: Versions, versionId: string): Versions {
  return versions.filter(version => version.versionId !== versionId);
}

/** Puts `changed` in the place of the version of the same id. */
export function withChangedVersion(versions: Versions, changed: StoredObject): Versions {
  return versions.map(version => (version.versionId === changed.versionId ? changed : version));
}

/**
 * The object that a reader sees: the latest version, or that of `versionId`.
 *
 * Throws `NoSuchKey`, `NoSuchVersion`, or `MethodNotAllowed` when a delete marker is asked for by its id.
 */
export function selectObject(versions: Versions, key: string, versionId?: string): StoredObject {
  const latest = versions[0];
  const version = versionId === undefined ? latest : versions.find(one => one.versionId === versionId);
  if (version?.kind === 'object') return version;
  if (version === undefined && versionId !== undefined) {
    throw new S3Error('NoSuchVersion', { details: { Key: key, VersionId: versionId } });
  }
  if (version === undefined) throw new S3Error('NoSuchKey', { details: { Key: key } });
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === undefined) throw new S3Error('NoSuchKey', { details: { Key: key }, headers });
  throw new S3Error('MethodNotAllowed', { headers: { ...headers, allow: 'DELETE' } });
}

/** The object that a plain GET gives, or undefined when there is none or it is deleted. */
export function latestObject(versions: Versions | undefined): StoredObject | undefined {
  const latest = versions?.[0];
  return latest?.kind === 'object' ? latest : undefined;
}
