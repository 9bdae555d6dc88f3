/*
 * Finds needles with colours inside them, which the record drops: what it would join is sought as it will be joined. In: bytes,
 * and a matcher. Out: what the matcher finds in them and in the same bytes without colours, at the places of the former. Can
 * never happen: a run of colours that the record drops and that keeps a needle from being found.
 */
import { COLOURS, LONGEST_COLOURS } from '../report/neutralise.ts';
import type { Match } from './blocks.ts';
import type { Finding, Matcher } from './matcher.ts';

/** Colours, of which the last may be cut short by the end of the data. */
const RUN = new RegExp(`${COLOURS.source}(?:\\u001b(?:\\[[0-9;:]*)?$)?|\\u001b(?:\\[[0-9;:]*)?$`, 'g');
const ESCAPE = 0x1b;

/** Colours from `start` to `end` of all bytes, left out at `cut` of what is kept. */
interface Run {
  readonly start: number;
  readonly end: number;
  readonly cut: number;
}

/** Bytes without their runs of colours, in order. */
interface Bare {
  readonly data: Buffer;
  readonly runs: readonly Run[];
}

/** The same matcher, for which colours inside a needle do not count. */
export function colourBlind(matcher: Matcher): Matcher {
  return {
    scan(data) {
      const found = matcher.scan(data);
      return data.includes(ESCAPE) ? withBare(found, data, matcher) : found;
    },
  };
}

function withBare({ matches, partial }: Finding, data: Buffer, matcher: Matcher): Finding {
  const bare = bareOf(data);
  if (bare.runs.length === 0) return { matches, partial };
  const found = matcher.scan(bare.data);
  const placed = found.matches.map(
    ({ start, end, name }): Match => ({ start: placeOf(bare, start), end: placeOf(bare, end - 1) + 1, name }),
  );
  const waits = found.partial < bare.data.length ? placeOf(bare, found.partial) : data.length;
  return {
    matches: [...matches, ...placed].sort((a, b) => a.start - b.start || b.end - a.end),
    partial: Math.min(waits, wholeRun(bare, partial)),
  };
}

function bareOf(data: Buffer): Bare {
  const kept: Buffer[] = [];
  const runs: Run[] = [];
  let from = 0;
  let gone = 0;
  for (const {
    0: { length },
    index,
  } of data.toString('latin1').matchAll(RUN)) {
    if (length > LONGEST_COLOURS) continue;
    kept.push(data.subarray(from, index));
    from = index + length;
    runs.push({ start: index, end: from, cut: index - gone });
    gone += length;
  }
  return { data: Buffer.concat([...kept, data.subarray(from)]), runs };
}

/** Where a byte that was kept stands among all, found by halves. */
function placeOf({ runs }: Bare, at: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.cut ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const last = runs[low - 1];
  return last === undefined ? at : at + last.end - last.cut;
}

/** A run is not cut in two: its last letter would count as text once its beginning is gone. */
function wholeRun({ runs }: Bare, at: number): number {
  return runs.findLast(({ start, end }) => start < at && at < end)?.start ?? at;
}
