/*
 * Finds needles that were broken over several lines, as base64 is at 64 or 76 columns and a dump of bytes at 16. A break is
 * a line feed with an optional carriage return before it and up to 16 blanks after it. Each search begins at a line feed
 * that could be a needle's first break, so that text without such a line feed costs one search for the next line feed.
 */
import { firstPartial, type Match, type Needle, type Starts, startTable } from './blocks.ts';

/** A fixed set of needles, found only where at least one break stands inside them. */
export interface BrokenMatcher {
  /** Matches that begin before `limit`, by start. */
  find(data: Buffer, limit: number): Match[];
  /** As `Matcher.firstPartial`, when `known` is the first offset of another partial. */
  firstPartial(data: Buffer, known: number): number;
}

/** A needle and how many of its bytes stand before its first break. */
interface Split {
  readonly needle: Needle;
  readonly before: number;
}

interface Tables {
  /** By the hash of the three bytes before the first break and the one after it. */
  readonly splits: ReadonlyMap<number, readonly Split[]>;
  readonly flags: Uint8Array;
  readonly starts: Starts;
  readonly longest: number;
}

/** Fewest bytes before the first break: fewer would hold back the end of most lines until the next one comes. */
const FEWEST = 3;
const [LF, CR, BLANK, TAB] = [0x0a, 0x0d, 0x20, 0x09];

/** Most blanks that are taken for indentation. */
const INDENTATION = 16;

/** Prepares the tables; all needles are longer than three bytes. */
export function createBrokenMatcher(needles: readonly Needle[]): BrokenMatcher {
  const tables = tablesOf(needles);
  return {
    find: (data, limit) => (needles.length === 0 ? [] : findAcross(tables, data, limit)),
    firstPartial: (data, known) => (needles.length === 0 ? known : partialAcross(tables, data, known)),
  };
}

function tablesOf(needles: readonly Needle[]): Tables {
  const splits = new Map<number, Split[]>();
  const flags = new Uint8Array(CONTEXTS);
  for (const needle of needles) {
    for (let before = FEWEST; before < needle.bytes.length; before++) {
      const context = contextOf(needle.bytes, before, needle.bytes[before]);
      flags[context] = 1;
      put(splits, context, { needle, before });
    }
  }
  const longest = Math.max(0, ...needles.map(({ bytes }) => bytes.length));
  return { splits, flags, starts: startTable(needles), longest };
}

/** Values of `contextOf`. */
const CONTEXTS = 1 << 20;

/** Hashes the three bytes before `end` and the `next` one (Fibonacci hashing). */
function contextOf(data: Buffer, end: number, next = 0): number {
  const word =
    ((data[end - 3] ?? 0) << 24) | ((data[end - 2] ?? 0) << 16) | ((data[end - 1] ?? 0) << 8) | next;
  return Math.imul(word, 0x9e3779b1) >>> 12;
}

function put(map: Map<number, Split[]>, key: number, split: Split): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [split]);
  else known.push(split);
}

/** Where the break with this line feed begins. */
function breakStart(data: Buffer, feed: number): number {
  return feed > 0 && data[feed - 1] === CR ? feed - 1 : feed;
}

/** Where it ends, its blanks included. */
function breakEnd(data: Buffer, feed: number): number {
  let end = feed + 1;
  while (end - feed <= INDENTATION && (data[end] === BLANK || data[end] === TAB)) end++;
  return end;
}

/** Bytes after which the search for a line feed leaves short lines to a loop: a call costs more than they do. */
const SHORT_LINE = 48;

/** The next line feed at which a needle may be broken; the length of the data when there is none. */
function nextFeed(data: Buffer, from: number, flags: Uint8Array): number {
  for (let feed = from; feed < data.length; feed++) {
    const near = Math.min(feed + SHORT_LINE, data.length);
    while (feed < near && data[feed] !== LF) feed++;
    if (feed === near) feed = data.indexOf(LF, feed);
    if (feed < 0) break;
    const start = breakStart(data, feed);
    const end = breakEnd(data, feed);
    if (start < FEWEST || end >= data.length) continue;
    if (flags[contextOf(data, start, data[end])] === 1) return feed;
    if (end > feed + 1 && flags[contextOf(data, start, BLANK)] === 1) return feed;
  }
  return data.length;
}

function findAcross(tables: Tables, data: Buffer, limit: number): Match[] {
  const found: Match[] = [];
  const last = Math.min(data.length, limit + tables.longest + 1);
  for (
    let feed = nextFeed(data, 0, tables.flags);
    feed < last;
    feed = nextFeed(data, feed + 1, tables.flags)
  ) {
    for (const { needle, start } of candidatesAt(tables, data, feed)) {
      const end = start < limit ? endOf(data, start, needle.bytes) : undefined;
      if (end !== undefined && end <= data.length) found.push({ start, end, name: needle.name });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Needles that the bytes around a break allow; a blank of the needle may be the last of the indentation. */
function candidatesAt({ splits }: Tables, data: Buffer, feed: number) {
  const before = breakStart(data, feed);
  const nexts = new Set([data[breakEnd(data, feed)] ?? 0, BLANK]);
  const found = [...nexts].flatMap(next => splits.get(contextOf(data, before, next)) ?? []);
  return found.flatMap(split =>
    split.before <= before ? [{ needle: split.needle, start: before - split.before }] : [],
  );
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
    if (data[at] !== needle[index]) return undefined;
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
  return next === BLANK && end > feed + 1 && end < data.length ? end - 1 : end;
}

function partialAcross(tables: Tables, data: Buffer, known: number): number {
  const from = Math.max(0, data.length - spanOf(tables.longest));
  let first = known;
  for (
    let feed = nextFeed(data, from, tables.flags);
    feed < data.length;
    feed = nextFeed(data, feed + 1, tables.flags)
  ) {
    for (const { needle, start } of candidatesAt(tables, data, feed)) {
      if (start < first && (endOf(data, start, needle.bytes) ?? 0) > data.length) first = start;
    }
  }
  return partialBefore(tables, data, lastBreak(data), first);
}

/** Where a break begins that may go on beyond the data; their end when there is none. */
function lastBreak(data: Buffer): number {
  if (data.at(-1) === CR) return data.length - 1;
  const feed = data.lastIndexOf(LF);
  if (feed < 0) return data.length;
  return breakEnd(data, feed) >= data.length ? breakStart(data, feed) : data.length;
}

/** The first offset, below `first`, from which the data up to `end` are a proper beginning of a needle. */
function partialBefore({ starts, longest }: Tables, data: Buffer, end: number, first: number): number {
  if (end === data.length) return first;
  const before = data.subarray(0, end);
  const partial = firstPartial(before, longest, starts);
  return partial <= end - FEWEST ? Math.min(first, partial) : first;
}
