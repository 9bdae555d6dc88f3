/*
 * Records what a step prints. In: raw bytes of its two streams. Out: masked, well-formed UTF-8 text, in chunks for the
 * journal while the step's budget lasts, then to a file of the bundle that holds the whole output.
 * Can never happen: an unmasked byte in the journal or on disk; half a character in a chunk; memory that grows with the
 * output. Writing to the file blocks, which is what slows down a step that prints faster than the disk takes.
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OutputSummary } from '../journal/event.ts';
import { syncDirectory, writeFully } from './durable.ts';
import type { Masker, MaskStream } from './masker.ts';
import { characterBoundary, countLines, wellFormed } from './utf8.ts';

/** The two streams of a step. */
export type Stream = 'stdout' | 'stderr';

/** `limit` is bytes of masked output that may go inline; `file` is relative to the bundle's `directory`. */
export interface RecorderOptions {
  readonly masker: Masker;
  readonly limit: number;
  readonly directory: string;
  readonly file: string;
  readonly output: (stream: Stream, text: string) => void;
}

/** Records one step's output. */
export interface Recorder {
  write(stream: Stream, chunk: Buffer): void;
  /** Ends both streams and gives the sum, once the file is on disk; nothing may be written afterwards. */
  finish(): OutputSummary;
}

const CHUNK_BYTES = 4096;
const CHUNK_DELAY = 50;

/** Makes a recorder; the file is created only when the output does not fit inline. */
export function createRecorder(options: RecorderOptions): Recorder {
  const kept = createKeeper(options);
  const streams = { stdout: createDecoder(options.masker), stderr: createDecoder(options.masker) };
  return {
    write(stream, chunk) {
      for (const part of streams[stream].write(chunk)) kept.accept(stream, part);
    },
    finish() {
      for (const stream of ['stdout', 'stderr'] as const) {
        for (const part of streams[stream].end()) kept.accept(stream, part);
      }
      return kept.finish();
    },
  };
}

/** Masks, then keeps characters whole: an incomplete one waits for its next bytes. */
function createDecoder(masker: Masker): MaskStream {
  const masked = masker.stream();
  let rest = Buffer.alloc(0);
  const whole = (part: Buffer): Buffer => {
    const data = rest.length === 0 ? part : Buffer.concat([rest, part]);
    const cut = characterBoundary(data);
    rest = Buffer.from(data.subarray(cut));
    return wellFormed(data.subarray(0, cut));
  };
  return {
    write: chunk => masked.write(chunk).map(whole),
    end: () => [...masked.end().map(whole), wellFormed(rest)],
  };
}

interface Keeper {
  accept(stream: Stream, bytes: Buffer): void;
  finish(): OutputSummary;
}

function createKeeper(options: RecorderOptions): Keeper {
  const hash = createHash('sha256');
  const inline = createInline(options.output);
  let bytes = 0;
  let lines = 0;
  let lastByte = 0x0a;
  let spill: number | undefined;
  const accept = (stream: Stream, part: Buffer): void => {
    if (part.length === 0) return;
    hash.update(part);
    lines += countLines(part);
    lastByte = part[part.length - 1] ?? 0x0a;
    if (spill === undefined && bytes + part.length > options.limit) {
      spill = openSpill(join(options.directory, options.file));
      writeFully(spill, inline.text());
      const room = part.subarray(0, options.limit - bytes);
      inline.add(stream, room.subarray(0, characterBoundary(room)));
      inline.close();
    }
    bytes += part.length;
    if (spill === undefined) inline.add(stream, part);
    else writeFully(spill, part);
  };
  const finish = (): OutputSummary => {
    inline.close();
    const sum = { bytes, lines: lastByte === 0x0a ? lines : lines + 1, sha256: hash.digest('hex') };
    if (spill === undefined) return sum;
    // The journal is about to vouch for these bytes.
    fsyncSync(spill);
    closeSync(spill);
    return { ...sum, file: options.file };
  };
  return { accept, finish };
}

function openSpill(path: string): number {
  const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  syncDirectory(dirname(path));
  return file;
}

interface Inline {
  add(stream: Stream, bytes: Buffer): void;
  text(): Buffer;
  close(): void;
}

/** Gathers small writes, so that a step that prints byte by byte does not fill the journal. */
function createInline(output: RecorderOptions['output']): Inline {
  const all: Buffer[] = [];
  let pending: Buffer[] = [];
  let size = 0;
  let current: Stream = 'stdout';
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (size === 0) return;
    const text = Buffer.concat(pending).toString();
    pending = [];
    size = 0;
    output(current, text);
  };
  const add = (stream: Stream, bytes: Buffer): void => {
    if (stream !== current) flush();
    current = stream;
    const copy = Buffer.from(bytes);
    all.push(copy);
    pending.push(copy);
    size += copy.length;
    if (size >= CHUNK_BYTES) flush();
    else timer ??= setTimeout(flush, CHUNK_DELAY);
  };
  return { add, text: () => Buffer.concat(all), close: flush };
}
