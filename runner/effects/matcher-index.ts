/**
 * Which needles have a given word of four bytes, and where: a filter of bits that says no in one look, then lists in one
 * flat array, since many secrets have hundreds of thousands of such places, and a look at each needle would cost more.
 */
import type { Needle } from './blocks.ts';

/** Registers a word of needle number `owner`: `offset` tells where in the needle it was found. */
export type Put = (word: number, owner: number, offset: number) => void;

/** A fixed set of words. The entries of bucket `b` are those from `heads[b]` to `heads[b + 1]`. */
export interface WordIndex {
  /** One bit for each value of a word's hash, which is `Math.imul(word, GOLDEN) >>> shift`. */
  readonly bits: Int32Array;
  readonly shift: number;
  /** The same shift for buckets. */
  readonly bucketShift: number;
  readonly heads: Uint32Array;
  /** Four numbers each: the word, the owner, the offset, and the first two bytes of the owner. */
  readonly entries: Int32Array;
}

const ENTRY = 4;

/** 2^32 divided by the golden ratio: spreads neighbouring words (Knuth, "The Art of Computer Programming", 6.4). */
export const GOLDEN = 0x9e3779b1 | 0;

/** Bits of a filter for each word, so that it is wrong about one word in some dozens at most. */
const SPARSE = 6;
const [FEWEST_BITS, MOST_BITS] = [15, 24];

/** Makes the index from a function that names every word; it is called three times and must name the same ones. */
export function createIndex(needles: readonly Needle[], visit: (put: Put) => void): WordIndex {
  const firsts = Int32Array.from(needles, ({ bytes }) => beginning(bytes, 0));
  let count = 0;
  visit(() => {
    count += 1;
  });
  const size = Math.min(MOST_BITS, Math.max(FEWEST_BITS, 32 - Math.clz32(count) + SPARSE));
  const index = {
    bits: new Int32Array(1 << (size - 5)),
    shift: 32 - size,
    bucketShift: 32 - size + SPARSE,
    heads: new Uint32Array((1 << (size - SPARSE)) + 1),
    entries: new Int32Array(count * ENTRY),
  };
  visit(word => measure(index, word));
  accumulate(index.heads);
  visit((word, owner, offset) => {
    const at = place(index, word) * ENTRY;
    index.entries[at] = word;
    index.entries[at + 1] = owner;
    index.entries[at + 2] = offset;
    index.entries[at + 3] = firsts[owner] ?? 0;
  });
  return index;
}

function measure({ heads, bucketShift }: WordIndex, word: number): void {
  const bucket = Math.imul(word, GOLDEN) >>> bucketShift;
  heads[bucket] = (heads[bucket] ?? 0) + 1;
}

/** Turns the buckets' sizes into their ends; entering each entry before its bucket's end makes them beginnings. */
function accumulate(heads: Uint32Array): void {
  let sum = 0;
  for (let bucket = 0; bucket < heads.length; bucket++) {
    sum += heads[bucket] ?? 0;
    heads[bucket] = sum;
  }
}

/** The two bytes at `at`. */
function beginning(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Marks the word in the filter, and gives the place of a new entry for it. */
function place(index: WordIndex, word: number): number {
  const hash = Math.imul(word, GOLDEN);
  const bit = hash >>> index.shift;
  index.bits[bit >>> 5] = (index.bits[bit >>> 5] ?? 0) | (1 << bit);
  const bucket = hash >>> index.bucketShift;
  const at = (index.heads[bucket] ?? 0) - 1;
  index.heads[bucket] = at;
  return at;
}

/** Whether the index may hold the word; wrong for a word in some dozens that it does not hold. */
export function mayHold({ bits, shift }: WordIndex, word: number): boolean {
  const bit = Math.imul(word, GOLDEN) >>> shift;
  return (((bits[bit >>> 5] ?? 0) >>> bit) & 1) === 1;
}

/** A word, and where in data it was found. */
export interface Sighting {
  readonly data: Buffer;
  readonly word: number;
  readonly at: number;
}

/** Calls `visit` for every needle that may begin at `start`, as this word and the first two bytes allow. */
export function eachOwner(
  { heads, bucketShift, entries }: WordIndex,
  { data, word, at }: Sighting,
  visit: (owner: number, start: number) => void,
): void {
  const bucket = Math.imul(word, GOLDEN) >>> bucketShift;
  const end = (heads[bucket + 1] ?? 0) * ENTRY;
  for (let entry = (heads[bucket] ?? 0) * ENTRY; entry < end; entry += ENTRY) {
    if (entries[entry] !== word) continue;
    const start = at - (entries[entry + 2] ?? 0);
    if (start < 0 || beginning(data, start) !== entries[entry + 3]) continue;
    visit(entries[entry + 1] ?? 0, start);
  }
}
