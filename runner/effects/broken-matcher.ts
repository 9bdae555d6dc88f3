/*
 * Finds needles that were broken over several lines, as base64 is at 64 or 76 columns and a dump of bytes at 16. A break is
 * a line feed with an optional carriage return before it and up to 16 blanks after it. Each search begins at a line feed
 * that could be a needle's first break: the three bytes before it and the one after it tell.
 */
import type { Match, Needle } from './blocks.ts';
import { createIndex, eachOwner, mayHold, type Put, type Sighting, type WordIndex } from './matcher-index.ts';

/** What tells which line feeds may break which needles. */
export interface Breaks {
  readonly needles: readonly Needle[];
  /** 1 for each two bytes that may stand before a line feed that breaks a needle; the second one counts 256 times. */
  readonly pairs: Uint8Array;
  /** By the three bytes before a first break and the one after it; the offset is that of the latter. */
  readonly contexts: WordIndex;
}

/** Where what is found goes; `partial` is the first offset from which a needle may begin that goes on beyond the data. */
interface Found {
  readonly matches: Match[];
  partial: number;
}

/** Fewest bytes before the first break: fewer would hold back the end of most lines until the next one comes. */
export const FEWEST = 3;
const [LF, CR, BLANK, TAB] = [0x0a, 0x0d, 0x20, 0x09];

/** Most blanks that are taken for indentation. */
const INDENTATION = 16;

/** Prepares the tables for those of the needles that are breakable. */
export function createBreaks(needles: readonly Needle[]): Breaks {
  const pairs = new Uint8Array(1 << 16);
  const contexts = createIndex(needles, put => {
    for (const [owner, { bytes, breakable }] of needles.entries())
      if (breakable) enter(put, pairs, owner, bytes);
  });
  // A carriage return may stand before any line feed.
  if (contexts.entries.length > 0) for (let first = 0; first < 256; first++) pairs[(CR << 8) | first] = 1;
  return { needles, pairs, contexts };
}

function enter(put: Put, pairs: Uint8Array, owner: number, bytes: Buffer): void {
  for (let before = FEWEST; before < bytes.length; before++) {
    const word = contextOf(bytes, before, bytes[before]);
    pairs[(word & 0xff00) | ((word >>> 16) & 0xff)] = 1;
    put(word, owner, before);
  }
}

/** The three bytes before `end` and the `next` one. */
function contextOf(data: Buffer, end: number, next = 0): number {
  return ((data[end - 3] ?? 0) << 24) | ((data[end - 2] ?? 0) << 16) | ((data[end - 1] ?? 0) << 8) | next;
}

/** Where the break with this line feed begins. */
function breakStart(data: Buffer, feed: number): number {
  return feed > 0 && data[feed - 1] === CR ? feed - 1 : feed;
}

/** Where it ends, its blanks included. */
function breakEnd(data: Buffer, feed: number): number {
  let end = feed + 1;
  while (end < data.length && end - feed <= INDENTATION && isBlank(data[end])) end++;
  return end;
}

function isBlank(byte: number | undefined): boolean {
  return byte === BLANK || byte === TAB;
}

/** Where a break begins that may go on beyond the data; their end when there is none. */
export function lastBreak(data: Buffer): number {
  let last = data.length - 1;
  if (data[last] === CR) return last;
  const first = Math.max(0, last - INDENTATION);
  while (last > first && isBlank(data[last])) last--;
  return data[last] === LF ? breakStart(data, last) : data.length;
}

/**
 * Finds the needles whose first break is this line feed, at `FEWEST` or later, and which the bytes around it allow; a blank
 * of the needle may be the last of the indentation, or the line feed itself.
 */
export function findAtFeed(breaks: Breaks, data: Buffer, feed: number, found: Found): void {
  const { pairs, contexts } = breaks;
  const at = breakStart(data, feed);
  if (at < FEWEST || pairs[((data[at - 1] ?? 0) << 8) | (data[at - 2] ?? 0)] !== 1) return;
  const end = breakEnd(data, feed);
  if (end >= data.length) return;
  const word = contextOf(data, at, data[end]);
  if (mayHold(contexts, word)) findInContext(breaks, { data, word, at }, found);
  if (data[end] === BLANK) return;
  const blank = contextOf(data, at, BLANK);
  if (mayHold(contexts, blank)) findInContext(breaks, { data, word: blank, at }, found);
}

function findInContext({ needles, contexts }: Breaks, sighting: Sighting, found: Found): void {
  const { data } = sighting;
  eachOwner(contexts, sighting, (owner, start) => {
    const needle = needles[owner];
    const end = needle && endOf(data, start, needle.bytes);
    if (needle === undefined || end === undefined) return;
    if (end <= data.length) found.matches.push({ start, end, name: needle.name });
    else found.partial = Math.min(found.partial, start);
  });
}

/**
 * Where the needle that begins at `start` ends, breaks left out; beyond the data when they end before it does; nothing when
 * something else stands there, or more breaks than text.
 */
function endOf(data: Buffer, start: number, needle: Buffer): number | undefined {
  const limit = start + spanOf(needle.length);
  let at = start;
  for (let index = 0; index < needle.length; index++) {
    if (data[at] !== needle[index] && index >= FEWEST) at = afterBreak(data, at, needle[index]);
    if (at > limit) return undefined;
    if (at >= data.length) return data.length + 1;
    if (data[at] !== needle[index] && !(data[at] === LF && needle[index] === BLANK)) return undefined;
    at++;
  }
  return at;
}

/** Most bytes that a needle may cover with its breaks. */
function spanOf(length: number): number {
  return length * 2 + 4 * INDENTATION;
}

function afterBreak(data: Buffer, at: number, next: number | undefined): number {
  const feed = data[at] === CR ? at + 1 : at;
  if (feed < data.length && data[feed] !== LF) return at;
  const end = breakEnd(data, feed);
  return next === BLANK && end < data.length ? end - 1 : end;
}
