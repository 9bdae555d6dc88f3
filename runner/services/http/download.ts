import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Fault } from '../../fault.ts';
import { systemCode } from '../system-error.ts';

/** What was written: its size in bytes and its SHA-256, in hexadecimal. */
export interface Downloaded {
  readonly size: number;
  readonly sha256: string;
}

/** What the caller makes of what goes wrong, and of what came; `stall` is the silence after which a download is given up, ms. */
export interface Judging {
  /** The fault for a status that is not a success. */
  readonly refused: (status: number) => Fault;
  /** The fault for a download that was cut: the system's code, or the bytes that came of those announced. Never the address. */
  readonly cut: (reason: string) => Fault;
  /** Throws when what came is not what was wanted; the file is then not there. */
  readonly accept?: (downloaded: Downloaded) => void;
  readonly stall?: number;
}

const suffix = '.part';
const patience = 60_000;

/**
 * Streams an address to a file (0600), which is there whole or not at all. No key goes along: the address bears its own, is a
 * secret therefore, and object storages refuse two.
 */
export async function download(url: string, file: string, judging: Judging): Promise<Downloaded> {
  const partial = `${file}${suffix}`;
  try {
    const downloaded = await fetchTo(url, partial, judging);
    judging.accept?.(downloaded);
    await rename(partial, file);
    return downloaded;
  } catch (error) {
    if (error instanceof Fault || isFull(error)) throw error;
    throw judging.cut(codeOf(error));
  } finally {
    await rm(partial, { force: true });
  }
}

async function fetchTo(url: string, file: string, { refused, cut, stall }: Judging): Promise<Downloaded> {
  const watch = new StallWatch(stall ?? patience);
  try {
    const response = await fetch(url, { signal: watch.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw refused(response.status);
    }
    const announced = Number(response.headers.get('content-length') ?? Number.NaN);
    const downloaded = await write(chunksOf(response.body, watch), file);
    const { size } = downloaded;
    if (Number.isFinite(announced) && announced !== size) throw cut(`${size}/${announced}`);
    return downloaded;
  } finally {
    watch.end();
  }
}

async function write(source: AsyncIterable<Uint8Array>, file: string): Promise<Downloaded> {
  const hash = createHash('sha256');
  let size = 0;
  const measured = async function* () {
    for await (const chunk of source) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  await pipeline(measured(), createWriteStream(file, { mode: 0o600 }));
  return { size, sha256: hash.digest('hex') };
}

async function* chunksOf(body: ReadableStream<Uint8Array>, watch: StallWatch): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    watch.heard();
    yield value;
  }
}

/** Gives up on a server that neither sends nor closes: a body has no time limit of its own. */
class StallWatch {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(milliseconds: number) {
    this.#timer = setTimeout(() => this.#controller.abort(stalled()), milliseconds);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

function stalled(): Error {
  return Object.assign(new Error('the download stands still'), { code: 'ETIMEDOUT' });
}

/** A full disk is this machine's, and not the storage's. */
function isFull(error: unknown): boolean {
  return systemCode(error) === 'ENOSPC';
}

/** The system's code; some messages would show the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'network';
  return systemCode(error.cause) ?? systemCode(error) ?? 'network';
}
