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
import type { Part, Upload } from './multipart.ts';
import { compareKeys } from './names.ts';

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

export class S3Store {
  readonly settings: Required<S3StoreSettings>;
  readonly bodies: Bodies;
  readonly #directory: string;
  readonly #shelves = new Map<string, Shelf>();
  readonly #uploads = new Map<string, Upload>();
  readonly #lock = new KeyedLock();
  #sequence = 0;

  constructor(directory: string, settings: S3StoreSettings) {
    this.#directory = directory;
    this.bodies = new Bodies(join(directory, 'bodies'));
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
    const stored = this.#storedFiles();
    const uploads = await readJsonFolder<Omit<Upload, 'parts'>>(join(this.#directory, 'uploads'));
    for (const upload of uploads) await this.#loadUpload(upload, stored);
    const parts = [...this.#uploads.values()].flatMap(upload => [...upload.parts.values()]);
    for (const { file } of parts.flatMap(part => part.pieces)) stored.add(file);
    await this.bodies.sweep(stored);
  }

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

  /** Makes a bucket, or replaces the settings of an existing one. */
  async saveBucket(bucket: Bucket): Promise<void> {
    await this.#lock.run(bucket.name, async () => {
      await mkdir(this.#objectsFolder(bucket.name), { recursive: true });
      writeJson(this.#bucketFile(bucket.name), bucket);
      const shelf = this.#shelves.get(bucket.name);
      if (shelf === undefined)
        this.#shelves.set(bucket.name, { bucket, records: new Map(), sorted: undefined });
      else shelf.bucket = bucket;
    });
  }

  /** Throws `BucketNotEmpty` while a version, a delete marker or an upload is left. */
  async removeBucket(name: string): Promise<void> {
    await this.#lock.run(name, async () => {
      const { records } = this.#shelf(name);
      if (records.size > 0 || this.uploads(name).length > 0) throw new S3Error('BucketNotEmpty');
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

  uploads(bucket: string): Upload[] {
    return [...this.#uploads.values()].filter(upload => upload.bucket === bucket);
  }

  /** Throws `NoSuchUpload` also when the id is that of another bucket or key. */
  upload(bucket: string, key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.bucket === bucket && upload.key === key) return upload;
    throw new S3Error('NoSuchUpload', { details: { UploadId: id } });
  }

  async addUpload(upload: Upload): Promise<void> {
    await mkdir(this.#partsFolder(upload.id), { recursive: true });
    writeJson(this.#uploadFile(upload.id), { ...upload, parts: undefined });
    this.#uploads.set(upload.id, upload);
  }

  /** Adds a part, or replaces that of the same number; throws away its bytes when the upload is gone. */
  async savePart(upload: Upload, part: Part): Promise<void> {
    const save = async ({ id, parts }: Upload) => {
      writeJson(join(this.#partsFolder(id), `${part.number}.json`), part);
      const replaced = parts.get(part.number);
      parts.set(part.number, part);
      if (replaced !== undefined) await this.bodies.remove(replaced.pieces);
    };
    await this.withUpload(upload, save).catch(async error => {
      await this.bodies.remove(part.pieces);
      throw error;
    });
  }

  /** Runs `task` on the upload's present state while nothing else can change it. */
  async withUpload<Result>(upload: Upload, task: (current: Upload) => Promise<Result>): Promise<Result> {
    return await this.#lock.run(`upload ${upload.id}`, () => {
      return task(this.upload(upload.bucket, upload.key, upload.id));
    });
  }

  /** Forgets an upload and the bodies of its parts, except those in `kept`. Call it inside `withUpload`. */
  async removeUpload(upload: Upload, kept: readonly Piece[]): Promise<void> {
    this.#uploads.delete(upload.id);
    await rm(this.#uploadFile(upload.id), { force: true });
    await rm(this.#partsFolder(upload.id), { recursive: true, force: true });
    const files = new Set(kept.map(piece => piece.file));
    const pieces = [...upload.parts.values()].flatMap(part => part.pieces);
    await this.bodies.remove(pieces.filter(piece => !files.has(piece.file)));
  }

  async #loadBucket(bucket: Bucket): Promise<void> {
    const records = await readJsonFolder<KeyRecord>(this.#objectsFolder(bucket.name));
    const byKey = new Map(records.map(record => [record.key, record]));
    this.#shelves.set(bucket.name, { bucket, records: byKey, sorted: undefined });
    for (const { versions } of records) {
      for (const { sequence } of versions) this.#sequence = Math.max(this.#sequence, sequence);
    }
  }

  // An upload whose parts an object already holds was completed just before the server stopped.
  async #loadUpload(stored: Omit<Upload, 'parts'>, files: ReadonlySet<string>): Promise<void> {
    const parts = await readJsonFolder<Part>(this.#partsFolder(stored.id));
    const upload = { ...stored, parts: new Map(parts.map(part => [part.number, part])) };
    const kept = parts.flatMap(part => part.pieces).filter(({ file }) => files.has(file));
    if (kept.length > 0) await this.removeUpload(upload, kept);
    else this.#uploads.set(upload.id, upload);
  }

  #storedFiles(): Set<string> {
    const records = [...this.#shelves.values()].flatMap(shelf => [...shelf.records.values()]);
    return new Set(records.flatMap(({ versions }) => piecesOf(versions)).map(({ file }) => file));
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

  #uploadFile(id: string): string {
    return join(this.#directory, 'uploads', `${id}.json`);
  }

  #partsFolder(id: string): string {
    return join(this.#directory, 'parts', id);
  }
}

function piecesOf(versions: readonly Version[]): Piece[] {
  return versions.flatMap(version => (version.kind === 'object' ? version.pieces : []));
}
