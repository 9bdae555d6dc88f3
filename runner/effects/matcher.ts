/*
 * Finds many needles in bytes at once: Wu and Manber's algorithm ("A fast algorithm for multi-pattern searching", 1994)
 * with hashed blocks of three bytes, so that most bytes are never looked at.
 */
import {
  BLOCK,
  BLOCKS,
  blockAt,
  firstPartial,
  group,
  type Match,
  type Needle,
  startTable,
} from './blocks.ts';
import { createBrokenMatcher } from './broken-matcher.ts';

/** A fixed set of needles. */
export interface Matcher {
  /** Matches that begin before `limit`, by start; they may overlap. */
  find(data: Buffer, limit: number): Match[];
  /** The first offset from which the rest of the data is a proper prefix of some needle; else the length. */
  firstPartial(data: Buffer): number;
}

/**
 * Prepares the tables for these needles. Those that are breakable, which must be needles, too, are also found with line
 * breaks inside them (see `broken-matcher.ts`).
 */
export function createMatcher(needles: readonly Needle[], breakable: readonly Needle[] = []): Matcher {
  const sorted = [...needles].sort((a, b) => b.bytes.length - a.bytes.length);
  const longest = sorted[0]?.bytes.length ?? 0;
  const window = sorted.at(-1)?.bytes.length ?? BLOCK;
  const shifts = shiftTable(sorted, window);
  const starts = startTable(sorted);
  const byBlock = group(sorted, needle => blockAt(needle.bytes, window - 1));
  const broken = createBrokenMatcher(breakable);
  return {
    find(data, limit) {
      const whole = find({ data, limit, window, shifts, byBlock });
      const across = broken.find(data, limit);
      return across.length === 0 ? whole : [...whole, ...across].sort((a, b) => a.start - b.start);
    },
    firstPartial(data) {
      const first = firstPartial(data, longest, starts);
      return broken.firstPartial(data, first);
    },
  };
}

/** For each block: how far the window may move when its last block is this one. */
function shiftTable(needles: readonly Needle[], window: number): Uint8Array {
  const shifts = new Uint8Array(BLOCKS).fill(Math.min(window - BLOCK + 1, 255));
  for (const { bytes } of needles) {
    for (let last = BLOCK - 1; last < window; last++) {
      const block = blockAt(bytes, last);
      shifts[block] = Math.min(shifts[block] ?? 0, window - 1 - last);
    }
  }
  return shifts;
}

interface Search {
  readonly data: Buffer;
  readonly limit: number;
  readonly window: number;
  readonly shifts: Uint8Array;
  readonly byBlock: ReadonlyMap<number, readonly Needle[]>;
}

function find({ data, limit, window, shifts, byBlock }: Search): Match[] {
  const found: Match[] = [];
  const end = Math.min(data.length, limit + window - 1);
  let last = window - 1;
  while (last < end) {
    const block = ((data[last - 2] ?? 0) << 10) ^ ((data[last - 1] ?? 0) << 5) ^ (data[last] ?? 0);
    const shift = shifts[block] ?? 1;
    if (shift === 0) {
      const match = longestAt(data, last - window + 1, byBlock.get(block) ?? []);
      if (match !== undefined) found.push(match);
      last += 1;
    } else {
      last += shift;
    }
  }
  return found;
}

/** `candidates` are sorted by length, longest first. */
function longestAt(data: Buffer, start: number, candidates: readonly Needle[]): Match | undefined {
  for (const { bytes, name } of candidates) {
    const end = start + bytes.length;
    // Most candidates differ at once, and a call costs more than a look.
    if (data[start] !== bytes[0] || data[start + 1] !== bytes[1]) continue;
    if (end <= data.length && data.compare(bytes, 0, bytes.length, start, end) === 0) {
      return { start, end, name };
    }
  }
  return undefined;
}
