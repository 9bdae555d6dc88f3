/*
 * Finds many needles in bytes at once, in one pass that reads an aligned word of four bytes at a time. Of each needle,
 * seven bytes are its anchor: wherever they stand, they cover one aligned word, which the anchor's four words tell; only
 * there, and at line feeds that may break a needle, are bytes compared.
 * In: bytes. Out: every place where a needle stands, and the first one where it may stand once more bytes come. Can never
 * happen: a needle that is missed because of where it stands or which bytes surround it.
 */
import { endianness } from 'node:os';
import { type Beginnings, beginningsOf, firstPartial, type Match, type Needle, sameBytes } from './blocks.ts';
import { type Breaks, createBreaks, FEWEST, findAtFeed, lastBreak } from './broken-matcher.ts';
import { createIndex, eachOwner, GOLDEN, type Put, type WordIndex } from './matcher-index.ts';

/** `matches` are sorted by start, longest first, and may overlap; `partial` is the data's length when nothing may grow. */
export interface Finding {
  readonly matches: Match[];
  readonly partial: number;
}

/** A fixed set of needles. */
export interface Matcher {
  /** All matches, and the first offset from which the rest of the data is a proper beginning of some needle. */
  scan(data: Buffer): Finding;
}

interface Tables {
  readonly needles: readonly Needle[];
  readonly anchors: WordIndex;
  readonly breaks: Breaks;
  readonly beginnings: Beginnings;
  readonly breakable: Beginnings;
}

/** One pass over data; `trailing` is where a break begins that may go on beyond them. */
interface Scan {
  readonly data: Buffer;
  readonly tables: Tables;
  readonly trailing: number;
  readonly matches: Match[];
  partial: number;
}

const WORD = 4;
const ANCHOR = 2 * WORD - 1;

/** The anchor lies in these first bytes of a needle, so that a beginning that is longer holds it. */
const NEAR = 32;

/** Prepares the tables for these needles. */
export function createMatcher(needles: readonly Needle[]): Matcher {
  const tables: Tables = {
    needles,
    anchors: createIndex(needles, anchorsOf(needles)),
    breaks: createBreaks(needles),
    beginnings: beginningsOf(needles),
    breakable: beginningsOf(needles.filter(({ breakable }) => breakable)),
  };
  return {
    scan(data) {
      const scan: Scan = { data, tables, trailing: lastBreak(data), matches: [], partial: data.length };
      scanBytes(scan);
      scanEnd(scan);
      if (scan.matches.length > 1) scan.matches.sort((a, b) => a.start - b.start || b.end - a.end);
      return scan;
    },
  };
}

/** The anchor is where the needle has the words that the fewest needles have. */
function anchorsOf(needles: readonly Needle[]): (put: Put) => void {
  const counts = new Uint32Array(1 << 16);
  const slot = (bytes: Buffer, at: number): number => Math.imul(wordAt(bytes, at), GOLDEN) >>> 16;
  for (const { bytes } of needles) {
    for (let at = 0; at + WORD <= Math.min(bytes.length, NEAR); at++) {
      counts[slot(bytes, at)] = (counts[slot(bytes, at)] ?? 0) + 1;
    }
  }
  const cost = (bytes: Buffer, anchor: number): number => {
    let sum = 0;
    for (let at = anchor; at < anchor + WORD; at++) sum += counts[slot(bytes, at)] ?? 0;
    return sum;
  };
  const anchors = needles.map(({ bytes }) => cheapest(bytes, cost));
  return put => {
    for (const [owner, { bytes }] of needles.entries()) {
      const anchor = anchors[owner] ?? 0;
      for (let at = anchor; at < anchor + WORD; at++) put(wordAt(bytes, at), owner, at);
    }
  };
}

function cheapest(bytes: Buffer, cost: (bytes: Buffer, anchor: number) => number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let anchor = 0; anchor + ANCHOR <= Math.min(bytes.length, NEAR); anchor++) {
    const sum = cost(bytes, anchor);
    if (sum < least) [best, least] = [anchor, sum];
  }
  return best;
}

const LITTLE = endianness() === 'LE';

/** Four bytes as an `Int32Array` would give them. */
function wordAt(bytes: Buffer, at: number): number {
  return LITTLE ? bytes.readInt32LE(at) : bytes.readInt32BE(at);
}

const LF = 0x0a;

/** Looks at every aligned word; the bytes before the first and after the last one hold no anchor, but maybe a feed. */
function scanBytes(scan: Scan): void {
  const { data } = scan;
  const head = Math.min(data.length, -data.byteOffset & (WORD - 1));
  const count = (data.length - head) >> 2;
  feedsIn(scan, 0, head);
  if (count > 0) scanWords(scan, new Int32Array(data.buffer, data.byteOffset + head, count), head);
  feedsIn(scan, head + count * WORD, data.length - head - count * WORD);
}

function scanWords(scan: Scan, view: Int32Array, head: number): void {
  const { bits, shift } = scan.tables.anchors;
  const { pairs } = scan.tables.breaks;
  // Constants of a function are folded into its code, those of a bundled module are looked up each time.
  const golden = 0x9e3779b1 | 0;
  const feeds = 0x0a0a0a0a;
  const ones = 0x01010101;
  const highs = 0x80808080 | 0;
  let last = head < 2 ? 0 : ((scan.data[head - 1] ?? 0) << 24) | ((scan.data[head - 2] ?? 0) << 16);
  for (let index = 0; index < view.length; index++) {
    const word = view[index] ?? 0;
    const bit = Math.imul(word, golden) >>> shift;
    if ((((bits[bit >>> 5] ?? 0) >>> bit) & 1) === 1) atAnchor(scan, word, head + index * WORD);
    // The high bit of each byte that is a feed (Mycroft's test for zero bytes).
    const other = word ^ feeds;
    const marks = (other - ones) & ~other & highs;
    if (marks !== 0 && mayBreak(pairs, marks, last, word)) feedsIn(scan, head + index * WORD, WORD);
    last = word;
  }
}

/** Whether two bytes that may precede a break stand before a marked byte; `last` is the word before this one. */
function mayBreak(pairs: Uint8Array, marks: number, last: number, word: number): boolean {
  if (!LITTLE) return true;
  const across = (last >>> 16) | (word << 16);
  return (
    ((marks & 0x80) !== 0 && pairs[across & 0xffff] === 1) ||
    ((marks & 0x8000) !== 0 && pairs[(across >>> 8) & 0xffff] === 1) ||
    ((marks & 0x800000) !== 0 && pairs[word & 0xffff] === 1) ||
    (marks < 0 && pairs[(word >>> 8) & 0xffff] === 1)
  );
}

/** Looks at `count` bytes from `from` on; no break begins before `FEWEST` bytes. */
function feedsIn(scan: Scan, from: number, count: number): void {
  const { data, tables } = scan;
  for (let feed = Math.max(from, FEWEST); feed < from + count; feed++) {
    if (data[feed] === LF) findAtFeed(tables.breaks, data, feed, scan);
  }
}

function atAnchor(scan: Scan, word: number, at: number): void {
  eachOwner(scan.tables.anchors, { data: scan.data, word, at }, (owner, start) => {
    const needle = scan.tables.needles[owner];
    if (needle !== undefined) tryAt(scan, needle, start);
  });
}

/** Compares; a needle that the data's end or the break before it cuts short may still come. */
function tryAt(scan: Scan, { bytes, name, breakable }: Needle, start: number): void {
  const { data, trailing } = scan;
  const end = start + bytes.length;
  if (end <= data.length && sameBytes(data, start, end, bytes)) scan.matches.push({ start, end, name });
  else if (start < scan.partial) {
    const cut = breakable ? trailing : data.length;
    if (cut < end && cut >= start + FEWEST && sameBytes(data, start, cut, bytes)) scan.partial = start;
    else if (end > data.length && sameBytes(data, start, data.length, bytes)) scan.partial = start;
  }
}

/** Looks for beginnings that are too short to hold an anchor. */
function scanEnd(scan: Scan): void {
  const { data, tables, trailing } = scan;
  scan.partial = Math.min(scan.partial, firstPartial(data, data.length, NEAR - 1, tables.beginnings));
  if (trailing === data.length) return;
  const partial = firstPartial(data, trailing, NEAR - 1, tables.breakable);
  if (partial <= trailing - FEWEST) scan.partial = Math.min(scan.partial, partial);
}
