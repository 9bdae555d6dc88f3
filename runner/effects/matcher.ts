/*
 * Finds many needles in bytes at once: Wu and Manber's algorithm ("A fast algorithm for multi-pattern searching", 1994)
 * with blocks of two bytes, so that most bytes are never looked at.
 */

/** A needle and the name it is known by. All needles are at least two bytes long. */
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
  const window = sorted.at(-1)?.bytes.length ?? 2;
  const shifts = shiftTable(sorted, window);
  const byFirst = group(sorted, needle => needle.bytes[0] ?? 0);
  const byBlock = group(sorted, needle => blockAt(needle.bytes, window - 1));
  return {
    find: (data, limit) => find({ data, limit, window, shifts, byBlock }),
    firstPartial: data => firstPartial(data, longest, byFirst),
  };
}

function blockAt(bytes: Uint8Array, last: number): number {
  return ((bytes[last - 1] ?? 0) << 8) | (bytes[last] ?? 0);
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
  const shifts = new Uint8Array(65536).fill(Math.min(window - 1, 255));
  for (const { bytes } of needles) {
    for (let last = 1; last < window; last++) {
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
    const block = ((data[last - 1] ?? 0) << 8) | (data[last] ?? 0);
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
    if (end <= data.length && data.compare(bytes, 0, bytes.length, start, end) === 0) {
      return { start, end, name };
    }
  }
  return undefined;
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
