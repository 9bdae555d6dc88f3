/*
 * The chain of the journal. In: an event and its place, or the bytes of a whole journal. Out: the line to write, or the
 * entries with the digest of the last line. Each line is canonical JSON and holds the sha256 of the bytes of the line before,
 * so a change, a gap or a swap shows; cutting whole lines off the end, or writing everything anew, shows only against a
 * digest kept elsewhere (the signed statement). Reading never throws, and never returns an entry that follows a bad line.
 */
import { isUtf8 } from 'node:buffer';
import { hash } from 'node:crypto';
import { canonicalJson, isCanonical } from './canonical.ts';
import type { Entry, Event } from './event.ts';
import { hasKnownType, isEntry } from './shape.ts';

/** `prev` of the first line. */
export const GENESIS = '0'.repeat(64);

/** Bytes of the longest line that is written or read; outputs are cut into chunks far below it. */
export const MAX_LINE = 16 * 1024 * 1024;

/** Where an entry stands: its number, the digest of the line before it, and the time of writing. */
export interface Link {
  readonly seq: number;
  readonly prev: string;
  readonly at: string;
}

/** A line ready to be written; `digest` is the next line's `prev`. */
export interface LinkedEntry {
  readonly entry: Entry;
  readonly line: string;
  readonly digest: string;
}

/** What can be wrong with a journal. `torn-tail` is only ever the last line, as a crash leaves it; the others are changes. */
export type JournalProblemCode =
  | 'torn-tail'
  | 'line-too-long'
  | 'not-utf8'
  | 'bad-json'
  | 'not-canonical'
  | 'unknown-event'
  | 'bad-shape'
  | 'bad-sequence'
  | 'bad-chain';

/** The first thing that is wrong: 1-based `line`, and the byte at which it begins. */
export interface JournalProblem {
  readonly code: JournalProblemCode;
  readonly line: number;
  readonly offset: number;
}

/** A journal as far as it is good: `head` is the digest of the last good line, `GENESIS` when there is none. */
export interface JournalReading {
  readonly entries: readonly Entry[];
  readonly head: string;
  readonly count: number;
  readonly problem?: JournalProblem;
}

/** Where a journal begins, when it goes on from another: the digest of that one's last line, and how many lines came before. */
export interface Start {
  readonly head: string;
  readonly count: number;
}

const first: Start = { head: GENESIS, count: 0 };

/** Makes the line of an event. Throws a TypeError when a reader would refuse it: it would take all that follows with it. */
export function linkEntry(link: Link, event: Event): LinkedEntry {
  const entry: Entry = { ...event, seq: link.seq, prev: link.prev, at: link.at };
  if (!isEntry(entry)) throw new TypeError(`\`${event.type}\` is not as readers of a journal expect it`);
  const line = `${canonicalJson(entry)}\n`;
  return { entry, line, digest: hash('sha256', line) };
}

/** Reads a journal from its first byte to its last, or to the first line that is bad. Linear in its size. `count` counts from `start`. */
export function readJournal(bytes: Buffer, start: Start = first): JournalReading {
  const entries: Entry[] = [];
  let { head } = start;
  let offset = 0;
  while (offset < bytes.length) {
    const feed = bytes.indexOf(0x0a, offset);
    const end = feed === -1 ? bytes.length : feed + 1;
    const raw = bytes.subarray(offset, end);
    const count = start.count + entries.length;
    const read = readLine(raw, count, head);
    if (typeof read === 'string') {
      const torn = end === bytes.length && (feed === -1 || tornCodes.has(read));
      const code = torn ? 'torn-tail' : read;
      return { entries, head, count, problem: { code, line: entries.length + 1, offset } };
    }
    entries.push(read);
    head = hash('sha256', raw);
    offset = end;
  }
  return { entries, head, count: start.count + entries.length };
}

/** What half-written bytes can look like; a whole line with a wrong link was not left by a crash. */
const tornCodes: ReadonlySet<JournalProblemCode> = new Set(['not-utf8', 'bad-json']);

function readLine(raw: Buffer, seq: number, prev: string): Entry | JournalProblemCode {
  if (raw.length > MAX_LINE) return 'line-too-long';
  if (raw.at(-1) !== 0x0a) return 'bad-json';
  const line = raw.toString('utf8', 0, raw.length - 1);
  // Bytes that are not UTF-8 decode to U+FFFD, so only a line that holds one needs the second look.
  if (line.includes('\uFFFD') && !isUtf8(raw)) return 'not-utf8';
  const value = parseJson(line);
  if (value === undefined) return 'bad-json';
  if (!isCanonical(value, line)) return 'not-canonical';
  if (!isEntry(value)) return hasKnownType(value) ? 'bad-shape' : 'unknown-event';
  if (value.seq !== seq) return 'bad-sequence';
  return value.prev === prev ? value : 'bad-chain';
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
