/**
 * Which needles have a given word of four bytes, and where: a filter of bits that says no in one look, then lists in three
 * flat arrays, since many secrets have hundreds of thousands of such places.
 */

/** Registers a word: `owner` is the needle's number, `offset` the place of the word in it. */
export type Put = (word: number, owner: number, offset: number) => void;

/** A fixed set of words. The entries of bucket `b` are those from `heads[b]` to `heads[b + 1]`. */
export interface WordIndex {
  /** One bit for each value of a word's hash, which is `Math.imul(word, GOLDEN) >>> shift`. */
  readonly bits: Int32Array;
  readonly shift: number;
  readonly heads: Uint32Array;
  readonly words: Int32Array;
  readonly owners: Uint32Array;
  readonly offsets: Uint32Array;
}

/** 2^32 divided by the golden ratio: spreads neighbouring words (Knuth, "The Art of Computer Programming", 6.4). */
export const GOLDEN = 0x9e3779b1 | 0;

const FEWEST_BITS = 15;
const MOST_BITS = 24;
const BUCKETS = 1 << FEWEST_BITS;

/** Makes the index from a function that names every word; it is called twice and must name the same ones. */
export function createIndex(visit: (put: Put) => void): WordIndex {
  const heads = new Uint32Array(BUCKETS + 1);
  let count = 0;
  visit(word => {
    const bucket = bucketOf(word);
    heads[bucket] = (heads[bucket] ?? 0) + 1;
    count += 1;
  });
  accumulate(heads);
  const size = Math.min(MOST_BITS, Math.max(FEWEST_BITS, 38 - Math.clz32(count)));
  const index = {
    bits: new Int32Array(1 << (size - 5)),
    shift: 32 - size,
    heads,
    words: new Int32Array(count),
    owners: new Uint32Array(count),
    offsets: new Uint32Array(count),
  };
  visit((word, owner, offset) => enter(index, word, owner, offset));
  return index;
}

function bucketOf(word: number): number {
  return Math.imul(word, GOLDEN) >>> (32 - FEWEST_BITS);
}

/** Turns the buckets' sizes into their ends; entering each entry before its bucket's end makes them beginnings. */
function accumulate(heads: Uint32Array): void {
  let sum = 0;
  for (let bucket = 0; bucket < heads.length; bucket++) {
    sum += heads[bucket] ?? 0;
    heads[bucket] = sum;
  }
}

function enter(index: WordIndex, word: number, owner: number, offset: number): void {
  const bit = Math.imul(word, GOLDEN) >>> index.shift;
  index.bits[bit >>> 5] = (index.bits[bit >>> 5] ?? 0) | (1 << bit);
  const bucket = bucketOf(word);
  const at = (index.heads[bucket] ?? 0) - 1;
  index.heads[bucket] = at;
  index.words[at] = word;
  index.owners[at] = owner;
  index.offsets[at] = offset;
}

/** Whether the index may hold the word; wrong for a word in some dozens that it does not hold. */
export function mayHold({ bits, shift }: WordIndex, word: number): boolean {
  const bit = Math.imul(word, GOLDEN) >>> shift;
  return (((bits[bit >>> 5] ?? 0) >>> bit) & 1) === 1;
}

/** Calls `visit` for every place that was entered for this word. */
export function eachPlace(
  index: WordIndex,
  word: number,
  visit: (owner: number, offset: number) => void,
): void {
  const bucket = bucketOf(word);
  const end = index.heads[bucket + 1] ?? 0;
  for (let at = index.heads[bucket] ?? 0; at < end; at++) {
    if (index.words[at] === word) visit(index.owners[at] ?? 0, index.offsets[at] ?? 0);
  }
}
