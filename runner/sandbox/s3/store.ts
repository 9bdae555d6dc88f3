// The object store on disk: an index in memory, one JSON file per key, one file per body.
// In: changes to buckets, keys and uploads. Out: their state, the same after a restart on the same directory.
// Never: a key used as a path (file names are digests and random ids); a change seen before it is on disk.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Bodies, readJsonFolder, writeJson } from './disk.ts';
import { S3Error } from './error.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { Bucket, Piece, Version, Versions } from './model.ts';
import { compareKeys } from './names.ts';
import { UploadStore } from './upload-store.ts';

/** Rules that differ between providers; the defaults are those of Scaleway Object Storage. */
export interface S3StoreSettings {
  /** How long the restoration of an archived object takes, in ms of the listener's clock (default: a minute). */
  readonly restoreDelay?: number;
  /** Parts that one upload may have (default 1000, Scaleway's limit; AWS has 10 000). */
  readonly largestPartNumber?: number;
  /** Smallest size in bytes of a part that is not the last (default 5 MiB). */
  readonly smallestPart?: number;
}

/** One key and its versions, as they are on disk. */
export interface KeyRecord {
  readonly key: string;
  readonly versions: Versions;
}

interface Shelf {
  bucket: Bucket;
  readonly records: Map<string, KeyRecord>;
  sorted: readonly KeyRecord[] | undefined;
}

/** Opens the store of `directory`, made when missing, and removes what an interrupted upload left. */
export async function openS3Store(directory: string, settings: S3StoreSettings = {}): Promise<S3Store> {
  const store = new S3Store(directory, settings);
  await store.load();
  return store;
}

/** The state of one server. Make it with `openS3Store`. */
export class S3Store {
  readonly settings: Required<S3StoreSettings>;
  readonly bodies: Bodies;
  readonly uploads: UploadStore;
  readonly #directory: string;
  readonly #shelves = new Map<string, Shelf>();
  readonly #lock = new KeyedLock();
  #sequence = 0;

  constructor(directory: string, settings: S3StoreSettings) {
    this.#directory = directory;
    this.bodies = new Bodies(join(directory, 'bodies'));
    this.uploads = new UploadStore(directory, this.bodies);
    this.settings = {
      restoreDelay: 60_000,
      largestPartNumber: 1000,
      smallestPart: 5 * 1024 * 1024,
      ...settings,
    };
  }

  /** Reads the whole index; call it once, before anything else. */
  async load(): Promise<void> {
    const buckets = await readJsonFolder<Bucket>(join(this.#directory, 'buckets'));
    for (const bucket of buckets) await this.#loadBucket(bucket);
    const uploaded = await this.uploads.load();
    await this.bodies.sweep(new Set([...this.#storedFiles(), ...uploaded]));
  }

  /** All buckets, by name. */
  buckets(): Bucket[] {
    return [...this.#shelves.values()]
      .map(({ bucket }) => bucket)
      .sort((a, b) => compareKeys(a.name, b.name));
  }

  hasBucket(name: string): boolean {
    return this.#shelves.has(name);
  }

  /** Throws `NoSuchBucket`. */
  bucket(name: string): Bucket {
    return this.#shelf(name).bucket;
  }

  /** Makes a bucket; throws `BucketAlreadyOwnedByYou`. */
  async addBucket(bucket: Bucket): Promise<void> {
    const { name } = bucket;
    await this.#lock.run(name, async () => {
      if (this.hasBucket(name))
        throw new S3Error('BucketAlreadyOwnedByYou', { details: { BucketName: name } });
      await mkdir(this.#objectsFolder(name), { recursive: true });
      writeJson(this.#bucketFile(name), bucket);
      this.#shelves.set(name, { bucket, records: new Map(), sorted: undefined });
    });
  }

  /** Changes the settings of a bucket; throws `NoSuchBucket`. */
  async changeBucket(
    name: string,
    changed: Partial<Pick<Bucket, 'acl' | 'versioning' | 'tags'>>,
  ): Promise<void> {
    await this.#lock.run(name, async () => {
      const shelf = this.#shelf(name);
      const bucket = { ...shelf.bucket, ...changed };
      writeJson(this.#bucketFile(name), bucket);
      shelf.bucket = bucket;
    });
  }

  /** Throws `BucketNotEmpty` while a version, a delete marker or an upload is left. */
  async removeBucket(name: string): Promise<void> {
    await this.#lock.run(name, async () => {
      const { records } = this.#shelf(name);
      if (records.size > 0 || this.uploads.of(name).length > 0) throw new S3Error('BucketNotEmpty');
      this.#shelves.delete(name);
      await rm(this.#bucketFile(name));
      await rm(this.#objectsFolder(name), { recursive: true, force: true });
    });
  }

  /** All versions of a key, newest first; none when there was never one. */
  versions(bucket: string, key: string): Versions {
    return this.#shelf(bucket).records.get(key)?.versions ?? [];
  }

  /** The records of a bucket in the order of S3's listings. */
  sortedRecords(bucket: string): readonly KeyRecord[] {
    const shelf = this.#shelf(bucket);
    shelf.sorted ??= [...shelf.records.values()].sort((a, b) => compareKeys(a.key, b.key));
    return shelf.sorted;
  }

  /** Changes the versions of one key; changes of the same key wait for each other. `change` may throw. */
  async changeVersions(bucket: string, key: string, change: (versions: Versions) => Versions): Promise<void> {
    await this.#lock.run(`${bucket}/${key}`, async () => {
      const before = this.versions(bucket, key);
      const after = change(before);
      if (after === before) return;
      const file = join(
        this.#objectsFolder(bucket),
        `${createHash('sha256').update(key).digest('hex')}.json`,
      );
      if (after.length === 0) await rm(file, { force: true });
      else writeJson(file, { key, versions: after });
      this.#shelve(bucket, { key, versions: after });
      const kept = new Set(piecesOf(after).map(piece => piece.file));
      await this.bodies.remove(piecesOf(before).filter(piece => !kept.has(piece.file)));
    });
  }

  /** A sequence number and a version id that sort after all those given before, restarts included. */
  nextVersion(): { readonly sequence: number; readonly fresh: string } {
    this.#sequence += 1;
    const fresh = this.#sequence.toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
    return { sequence: this.#sequence, fresh };
  }

  async #loadBucket(bucket: Bucket): Promise<void> {
    const records = await readJsonFolder<KeyRecord>(this.#objectsFolder(bucket.name));
    const byKey = new Map(records.map(record => [record.key, record]));
    this.#shelves.set(bucket.name, { bucket, records: byKey, sorted: undefined });
    for (const { versions } of records) {
      for (const { sequence } of versions) this.#sequence = Math.max(this.#sequence, sequence);
    }
  }

  #storedFiles(): string[] {
    const records = [...this.#shelves.values()].flatMap(shelf => [...shelf.records.values()]);
    return records.flatMap(({ versions }) => piecesOf(versions)).map(({ file }) => file);
  }

  #shelve(bucket: string, record: KeyRecord): void {
    const shelf = this.#shelf(bucket);
    if (record.versions.length === 0) shelf.records.delete(record.key);
    else shelf.records.set(record.key, record);
    shelf.sorted = undefined;
  }

  #shelf(name: string): Shelf {
    const shelf = this.#shelves.get(name);
    if (shelf === undefined) throw new S3Error('NoSuchBucket', { details: { BucketName: name } });
    return shelf;
  }

  #bucketFile(name: string): string {
    return join(this.#directory, 'buckets', `${name}.json`);
  }

  #objectsFolder(name: string): string {
    return join(this.#directory, 'objects', name);
  }
}

function piecesOf(versions: readonly Version[]): Piece[] {
  return versions.flatMap(version => (version.kind === 'object' ? version.pieces : []));
}
