/** What the matchers of needles share: blocks of three bytes, and needles by the block with which they begin. */

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

/** Bytes of a block. */
export const BLOCK = 3;
/** Values of `blockAt`: eighteen bits keep apart the three-letter blocks of ordinary text. */
export const BLOCKS = 1 << 18;

/** Hashes the three bytes that end at `last`. */
export function blockAt(bytes: Uint8Array, last: number): number {
  return ((bytes[last - 2] ?? 0) << 10) ^ ((bytes[last - 1] ?? 0) << 5) ^ (bytes[last] ?? 0);
}

/** Needles by any number. */
export function group(needles: readonly Needle[], key: (needle: Needle) => number): Map<number, Needle[]> {
  const groups = new Map<number, Needle[]>();
  for (const needle of needles) {
    const of = key(needle);
    groups.set(of, [...(groups.get(of) ?? []), needle]);
  }
  return groups;
}

/** Needles by their first block; `flags` tells in one look that no needle begins so. */
export interface Starts {
  readonly needles: readonly Needle[];
  readonly flags: Uint8Array;
  readonly byBlock: ReadonlyMap<number, readonly Needle[]>;
}

/** Sorts needles by their first block. */
export function startTable(needles: readonly Needle[]): Starts {
  const byBlock = group(needles, needle => blockAt(needle.bytes, BLOCK - 1));
  const flags = new Uint8Array(BLOCKS);
  for (const block of byBlock.keys()) flags[block] = 1;
  return { needles, flags, byBlock };
}

/** See `firstPartial`; for one needle, without tables. */
export function partialStart(data: Buffer, needle: Buffer): number {
  for (let start = Math.max(0, data.length - needle.length + 1); start < data.length; start++) {
    if (data[start] === needle[0] && isPrefix(data, start, needle)) return start;
  }
  return data.length;
}

/** The first offset from which the rest of the data is a proper beginning of some needle; else the length. */
export function firstPartial(data: Buffer, longest: number, { needles, flags, byBlock }: Starts): number {
  let start = Math.max(0, data.length - longest + 1);
  for (; start + BLOCK <= data.length; start++) {
    const block = blockAt(data, start + BLOCK - 1);
    if (flags[block] === 0) continue;
    if ((byBlock.get(block) ?? []).some(({ bytes }) => isPrefix(data, start, bytes))) return start;
  }
  for (; start < data.length; start++) {
    if (needles.some(({ bytes }) => isPrefix(data, start, bytes))) return start;
  }
  return start;
}

/** Whether the data from `start` on are the beginning of a needle, and not all of it. */
function isPrefix(data: Buffer, start: number, needle: Buffer): boolean {
  const rest = data.length - start;
  if (needle.length <= rest || data[start] !== needle[0]) return false;
  return data.compare(needle, 0, rest, start, data.length) === 0;
}
