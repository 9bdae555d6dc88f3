import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bodies, readJsonFolder, writeJson } from './disk.ts';
import { S3Error } from './error.ts';
import { KeyedLock } from './keyed-lock.ts';
import type { Part, Upload } from './multipart.ts';

/** The multipart uploads under way, on disk: one JSON file per upload and one per part. */
export class UploadStore {
  readonly #directory: string;
  readonly #bodies: Bodies;
  readonly #uploads = new Map<string, Upload>();
  readonly #lock = new KeyedLock();

  constructor(directory: string, bodies: Bodies) {
    this.#directory = directory;
    this.#bodies = bodies;
  }

  /** Reads all uploads of the directory; gives the body files that their parts hold. */
  async load(): Promise<string[]> {
    for (const stored of await readJsonFolder<Omit<Upload, 'parts'>>(join(this.#directory, 'uploads'))) {
      const parts = await readJsonFolder<Part>(this.#partsFolder(stored.id));
      this.#uploads.set(stored.id, { ...stored, parts: new Map(parts.map(part => [part.number, part])) });
    }
    const parts = [...this.#uploads.values()].flatMap(upload => [...upload.parts.values()]);
    return parts.flatMap(part => part.pieces).map(({ file }) => file);
  }

  /** The uploads to a bucket, in no order. */
  of(bucket: string): Upload[] {
    return [...this.#uploads.values()].filter(upload => upload.bucket === bucket);
  }

  /** Throws `NoSuchUpload`, also when the id is that of another bucket or key. */
  find(bucket: string, key: string, id: string): Upload {
    const upload = this.#uploads.get(id);
    if (upload?.bucket === bucket && upload.key === key) return upload;
    throw new S3Error('NoSuchUpload', { details: { UploadId: id } });
  }

  /** Begins an upload. */
  async add(upload: Upload): Promise<void> {
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
      if (replaced !== undefined) await this.#bodies.remove(replaced.pieces);
    };
    await this.hold(upload, save).catch(async error => {
      await this.#bodies.remove(part.pieces);
      throw error;
    });
  }

  /** Runs `task` on the upload's present state while nothing else can change it; throws `NoSuchUpload`. */
  async hold<Result>(upload: Upload, task: (current: Upload) => Promise<Result>): Promise<Result> {
    return await this.#lock.run(upload.id, () => task(this.find(upload.bucket, upload.key, upload.id)));
  }

  /** Forgets an upload and its parts' bytes. Call it inside `hold`. */
  async remove(upload: Upload): Promise<void> {
    this.#uploads.delete(upload.id);
    await rm(this.#uploadFile(upload.id), { force: true });
    await rm(this.#partsFolder(upload.id), { recursive: true, force: true });
    await this.#bodies.remove([...upload.parts.values()].flatMap(part => part.pieces));
  }

  #uploadFile(id: string): string {
    return join(this.#directory, 'uploads', `${id}.json`);
  }

  #partsFolder(id: string): string {
    return join(this.#directory, 'parts', id);
  }
}
