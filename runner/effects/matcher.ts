/*
 * Finds many needles in bytes at once: Wu and Manber's algorithm ("A fast algorithm for multi-pattern searching", 1994)
 * with hashed blocks of three bytes, so that most bytes are never looked at.
 */

/** A needle and the name it is known by. All needles are at least three bytes long. */
export interface Needle {
  readonly bytes: Buffer;
  readonly name: string;
}

/** The longest needle found at one start; `end` is exclusive. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** A fixed set of needles. */
export interface Matcher {
  /** Matches that begin before `limit`, by start; they may overlap. */
  find(data: Buffer, limit: number): Match[];
  /** The first offset from which the rest of the data is a proper prefix of some needle; else the length. */
  firstPartial(data: Buffer): number;
}

/** Prepares the tables for these needles. */
export function createMatcher(needles: readonly Needle[]): Matcher {
  const sorted = [...needles].sort((a, b) => b.bytes.length - a.bytes.length);
  const longest = sorted[0]?.bytes.length ?? 0;
  const window = sorted.at(-1)?.bytes.length ?? BLOCK;
  const shifts = shiftTable(sorted, window);
  const byFirst = group(sorted, needle => needle.bytes[0] ?? 0);
  const byBlock = group(sorted, needle => blockAt(needle.bytes, window - 1));
  return {
    find: (data, limit) => find({ data, limit, window, shifts, byBlock }),
    firstPartial: data => firstPartial(data, longest, byFirst),
  };
}

const BLOCK = 3;
/** Values of `blockAt`: eighteen bits keep apart the three-letter blocks of ordinary text. */
const BLOCKS = 1 << 18;

function blockAt(bytes: Uint8Array, last: number): number {
  return ((bytes[last - 2] ?? 0) << 10) ^ ((bytes[last - 1] ?? 0) << 5) ^ (bytes[last] ?? 0);
}

function group(needles: readonly Needle[], key: (needle: Needle) => number): Map<number, Needle[]> {
  const groups = new Map<number, Needle[]>();
  for (const needle of needles) {
    const of = key(needle);
    groups.set(of, [...(groups.get(of) ?? []), needle]);
  }
  return groups;
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

/** See `Matcher.firstPartial`; for one needle, without tables. */
export function partialStart(data: Buffer, needle: Buffer): number {
  return firstPartial(data, needle.length, new Map([[needle[0] ?? 0, [{ bytes: needle, name: '' }]]]));
}

function firstPartial(
  data: Buffer,
  longest: number,
  byFirst: ReadonlyMap<number, readonly Needle[]>,
): number {
  for (let start = Math.max(0, data.length - longest + 1); start < data.length; start++) {
    const rest = data.length - start;
    for (const { bytes } of byFirst.get(data[start] ?? 0) ?? []) {
      if (bytes.length > rest && data.compare(bytes, 0, rest, start, data.length) === 0) return start;
    }
  }
  return data.length;
}
