import { randomUUID } from 'node:crypto';
import { constants, createReadStream, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Piece } from './model.ts';
import type { Sink } from './payload.ts';

/** Writes JSON so that a reader, or a restart, sees the old text or the new one and never a part of it. */
export function writeJson(file: string, value: unknown): void {
  // Synchronous because four turns through the thread pool cost more than these small writes.
  const draft = `${file}.tmp`;
  writeFileSync(draft, JSON.stringify(value));
  renameSync(draft, file);
}

/** Reads all `*.json` of a folder (made when missing) and removes the drafts of an interrupted write. */
export async function readJsonFolder<Entry>(folder: string): Promise<Entry[]> {
  await mkdir(folder, { recursive: true });
  const values: Entry[] = [];
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (name.endsWith('.tmp')) await rm(file);
    else if (name.endsWith('.json')) values.push(JSON.parse(readFileSync(file, 'utf8')));
  }
  return values;
}

/** The folder of immutable body files, named by random ids and never by keys. */
export class Bodies {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes the files that no object and no part refers to: what an interrupted upload left. */
  async sweep(referenced: ReadonlySet<string>): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const names = await readdir(this.#folder);
    await Promise.all(names.filter(name => !referenced.has(name)).map(name => this.#remove(name)));
  }

  /** Gives `receive` a sink into a new file; the file is kept only if `receive` succeeds. */
  async write<Result>(
    receive: (sink: Sink) => Promise<Result>,
  ): Promise<{ readonly piece: Piece; readonly result: Result }> {
    const file = randomUUID();
    const handle = await open(this.#path(file), 'wx');
    let size = 0;
    try {
      const result = await receive(async bytes => {
        await handle.writeFile(bytes);
        size += bytes.length;
      });
      await handle.close();
      return { piece: { file, size }, result };
    } catch (error) {
      await handle.close();
      await this.#remove(file);
      throw error;
    }
  }

  /** Gives pieces of their own with the same bytes; immutable files can share their blocks. */
  async duplicate(pieces: readonly Piece[]): Promise<Piece[]> {
    const copies: Piece[] = [];
    for (const piece of pieces) {
      const file = randomUUID();
      // Not every file system has hard links.
      await link(this.#path(piece.file), this.#path(file)).catch(() => {
        return copyFile(this.#path(piece.file), this.#path(file), constants.COPYFILE_FICLONE);
      });
      copies.push({ file, size: piece.size });
    }
    return copies;
  }

  /** Reads the bytes from `start` to `end` (exclusive) of pieces that follow one another. */
  async *read(pieces: readonly Piece[], start: number, end: number): AsyncGenerator<Buffer> {
    let offset = 0;
    for (const piece of pieces) {
      const from = Math.max(start - offset, 0);
      const until = Math.min(end - offset, piece.size);
      if (from < until) yield* createReadStream(this.#path(piece.file), { start: from, end: until - 1 });
      offset += piece.size;
    }
  }

  async remove(pieces: readonly Piece[]): Promise<void> {
    await Promise.all(pieces.map(({ file }) => this.#remove(file)));
  }

  #path(file: string): string {
    return join(this.#folder, file);
  }

  async #remove(file: string): Promise<void> {
    await rm(this.#path(file), { force: true });
  }
}
