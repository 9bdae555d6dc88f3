import { compareKeys } from './names.ts';

/** What a listing asks: `after` is exclusive; `limit` counts keys and common prefixes together. */
export interface ListingQuery {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
  readonly limit: number;
}

/** One page. `next` is what to give as `after` for the following page, and undefined on the last. */
export interface ListingPage<Entry> {
  readonly entries: readonly Entry[];
  readonly prefixes: readonly string[];
  readonly next: string | undefined;
}

interface Keyed {
  readonly key: string;
}

/** Gives one page of `sorted` (by `compareKeys`), with keys that share a prefix up to the delimiter rolled up. */
export function listPage<Entry extends Keyed>(
  sorted: readonly Entry[],
  query: ListingQuery,
): ListingPage<Entry> {
  const entries: Entry[] = [];
  const prefixes: string[] = [];
  let last = '';
  for (let index = firstIndex(sorted, query); index < sorted.length; index++) {
    const entry = sorted[index];
    if (entry === undefined || !entry.key.startsWith(query.prefix)) break;
    const prefix = commonPrefix(entry.key, query);
    // A page that ended on a common prefix is continued behind all the keys that it stands for.
    if (prefix !== undefined && (prefix === query.after || prefix === prefixes.at(-1))) continue;
    if (entries.length + prefixes.length >= query.limit) {
      return { entries, prefixes, next: query.limit === 0 ? undefined : last };
    }
    if (prefix === undefined) entries.push(entry);
    else prefixes.push(prefix);
    last = prefix ?? entry.key;
  }
  return { entries, prefixes, next: undefined };
}

function commonPrefix(key: string, { prefix, delimiter }: ListingQuery): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

function firstIndex(sorted: readonly Keyed[], { prefix, after }: ListingQuery): number {
  const fromPrefix = lowerBound(sorted, key => compareKeys(key, prefix) >= 0);
  return after === ''
    ? fromPrefix
    : Math.max(
        fromPrefix,
        lowerBound(sorted, key => compareKeys(key, after) > 0),
      );
}

function lowerBound(sorted: readonly Keyed[], reached: (key: string) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = sorted[middle];
    if (entry === undefined || reached(entry.key)) high = middle;
    else low = middle + 1;
  }
  return low;
}
