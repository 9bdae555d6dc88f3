/** What the matchers of needles share: needles, their first bytes, and how an end of data that may go on is recognised. */

/** A needle and the name it is known by, at least eight bytes long; one that is breakable may hold line breaks. */
export interface Needle {
  readonly bytes: Buffer;
  readonly name: string;
  readonly breakable: boolean;
}

/** A needle found in data; `end` is exclusive. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** The first offset from which the data are a proper beginning of this needle; else their length. */
export function partialStart(data: Buffer, needle: Buffer): number {
  for (let start = Math.max(0, data.length - needle.length + 1); start < data.length; start++) {
    if (data[start] === needle[0] && isPrefix(data, start, data.length, needle)) return start;
  }
  return data.length;
}

/** Whether the data from `start` to `end` are the beginning of a needle, and not all of it. */
function isPrefix(data: Buffer, start: number, end: number, needle: Buffer): boolean {
  return end - start < needle.length && sameBytes(data, start, end, needle);
}

/** Most differences show in the first bytes, and a call costs more than a look at these. */
const LOOK = 12;

/** Whether the data from `start` to `end`, both within them, are the needle's first bytes. */
export function sameBytes(data: Buffer, start: number, end: number, needle: Buffer): boolean {
  const near = Math.min(end - start, LOOK);
  for (let index = 0; index < near; index++) if (data[start + index] !== needle[index]) return false;
  return near < LOOK || data.compare(needle, LOOK, end - start, start + LOOK, end) === 0;
}

/** Needles by their first three bytes, and which one or two bytes begin one. */
export interface Beginnings {
  readonly one: Uint8Array;
  readonly two: Uint8Array;
  readonly three: ReadonlyMap<number, readonly Needle[]>;
}

/** Sorts needles by how they begin. */
export function beginningsOf(needles: readonly Needle[]): Beginnings {
  const [one, two] = [new Uint8Array(1 << 8), new Uint8Array(1 << 16)];
  const three = new Map<number, Needle[]>();
  for (const needle of needles) {
    const [first = 0, second = 0, third = 0] = needle.bytes;
    one[first] = 1;
    two[(first << 8) | second] = 1;
    const key = (first << 16) | (second << 8) | third;
    const known = three.get(key);
    if (known === undefined) three.set(key, [needle]);
    else known.push(needle);
  }
  return { one, two, three };
}

/** The first of at most `most` last offsets before `end` from which the data up to it begin some needle; else `end`. */
export function firstPartial(data: Buffer, end: number, most: number, beginnings: Beginnings): number {
  for (let start = Math.max(0, end - most); start < end; start++) {
    if (begins(data, start, end, beginnings)) return start;
  }
  return end;
}

function begins(data: Buffer, start: number, end: number, { one, two, three }: Beginnings): boolean {
  const first = data[start] ?? 0;
  if (one[first] === 0 || start + 1 === end) return one[first] === 1;
  const pair = (first << 8) | (data[start + 1] ?? 0);
  if (two[pair] === 0 || start + 2 === end) return two[pair] === 1;
  const needles = three.get((pair << 8) | (data[start + 2] ?? 0)) ?? [];
  return needles.some(({ bytes }) => isPrefix(data, start, end, bytes));
}
