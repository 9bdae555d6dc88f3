/*
 * A model of power loss. In: the bytes of a journal, and after which of them a sync returned. A loss leaves the synced bytes
 * and any part of the rest: cut anywhere, with sectors that were never written (zeros), or with garbage. Each such state is
 * opened as a resume would open it.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJournal, openJournal } from '../../runner/effects/journal-file.ts';
import { Fault } from '../../runner/fault.ts';
import type { Event } from '../../runner/journal/event.ts';
import type { Clock } from '../../runner/ports.ts';
import { allSamples } from '../journal/samples.ts';
import { scratch } from './place.ts';

const SECTOR = 512;
const clock: Clock = {
  now: () => '2026-01-01T00:00:00.000Z',
  monotonic: () => 0,
  sleep: () => Promise.resolve(),
};

let folder: string;
let bytes: Buffer;
/** Lengths of the journal after each line, and those at which a sync returned. */
const ends: number[] = [0];
const syncs: number[] = [0];

beforeAll(() => {
  // In memory where that is possible: the syncs are the model's own, not the disk's.
  folder = mkdtempSync(join(scratch(), 'reprise-power-'));
  const path = join(folder, 'reference.jsonl');
  const journal = createJournal(path, clock);
  const long: Event = { type: 'note-added', text: 'é'.repeat(900), by: { id: 'camille' } };
  for (const [index, event] of [...allSamples.slice(0, 12), long, ...allSamples.slice(12, 24)].entries()) {
    const isDurable = index % 3 === 2;
    journal.append([event], isDurable);
    const { length } = readFileSync(path);
    ends.push(length);
    if (isDurable) syncs.push(length);
  }
  journal.close();
  bytes = readFileSync(path);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What opening a journal of these bytes keeps of it: the length of what was good, or the code of the refusal. */
function opened(
  state: Buffer,
): { readonly kept: number } | { readonly refused: string | number | undefined } {
  const place = mkdtempSync(join(folder, 'state-'));
  const path = join(place, 'journal.jsonl');
  writeFileSync(path, state);
  try {
    const { writer, entries, recovered } = openJournal(path, clock);
    writer.close();
    const kept = state.length - (recovered?.bytes ?? 0);
    const after = readFileSync(path);
    const isKept = after.subarray(0, kept).equals(state.subarray(0, kept));
    const note = recovered === undefined ? 0 : 1;
    const isCounted = ends[entries.length - note] === kept;
    const isSaved = recovered === undefined || readFileSync(recovered.file).equals(state.subarray(kept));
    if (!isKept || !isCounted || !isSaved) throw new Error(`badly recovered at ${kept}`);
    return { kept };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (!readFileSync(path).equals(state)) throw new Error('refused, and changed all the same');
    return { refused: error.params.problem };
  } finally {
    rmSync(place, { recursive: true });
  }
}

const lastEnd = (length: number): number => ends.findLast(end => end <= length) ?? 0;
/** The length of what is good in a state: the whole lines before its first byte that is another than was written. */
function goodOf(state: Buffer): number {
  const differs = state.findIndex((byte, index) => byte !== bytes[index]);
  return lastEnd(differs === -1 ? state.length : differs);
}
const lastSync = (length: number): number => syncs.findLast(sync => sync <= length) ?? 0;

test('every prefix is recovered up to its last whole line, and no synced line is lost', () => {
  const wrong: number[] = [];
  for (let length = 0; length <= bytes.length; length++) {
    const state = opened(bytes.subarray(0, length));
    if (!('kept' in state) || state.kept !== lastEnd(length) || state.kept < lastSync(length))
      wrong.push(length);
  }
  expect(wrong).toEqual([]);
  expect(bytes.length).toBeGreaterThan(4_096);
});

/** States after the last sync before `length`: some sectors of what followed are zeros. */
function* zeroed(length: number): Generator<Buffer> {
  const synced = lastSync(length);
  for (let from = Math.ceil(synced / SECTOR) * SECTOR; from < length; from += SECTOR) {
    const one = Buffer.from(bytes.subarray(0, length));
    yield one.fill(0, from, Math.min(from + SECTOR, length));
    yield Buffer.from(bytes.subarray(0, length)).fill(0, from);
  }
}

/** The same with bytes that were never ours. */
function* garbage(length: number): Generator<Buffer> {
  for (const junk of [
    '\u0000',
    '\n',
    '{}\n',
    '{"at":1}',
    'é',
    '\u0000'.repeat(SECTOR),
    `${'{"'.repeat(300)}\n`,
  ]) {
    yield Buffer.concat([bytes.subarray(0, length), Buffer.from(junk)]);
  }
}

describe('what a loss leaves is recovered or refused, and what was synced is kept', () => {
  test.each([
    ['zeroed sectors', zeroed],
    ['garbage at the end', garbage],
  ])('%s', (_, states) => {
    const counts = { kept: 0, refused: 0 };
    const wrong: (readonly [length: number, good: number])[] = [];
    for (let length = 1; length <= bytes.length; length += 7) {
      for (const state of states(length)) {
        const found = opened(state);
        const good = goodOf(state);
        // A bad line with others after it, or a whole one of JSON, cannot be told from a change; any other last line is a tear.
        const isFollowed = state.subarray(0, -1).includes('\n', good);
        const isChange = isFollowed || state.subarray(good).equals(Buffer.from('{}\n'));
        if ('refused' in found ? !isChange : isChange || found.kept !== good) wrong.push([length, good]);
        if ('refused' in found) counts.refused++;
        else counts.kept++;
        expect(good).toBeGreaterThanOrEqual(lastSync(length));
      }
    }
    expect(wrong).toEqual([]);
    expect(counts.kept).toBeGreaterThan(200);
    process.stdout.write(`power loss: ${counts.kept} recovered, ${counts.refused} refused\n`);
  });
});

test('a bad line followed by good ones is refused, whatever is wrong with it', () => {
  const wrong: string[] = [];
  for (let line = 0; line < ends.length - 3; line++) {
    const start = ends[line] ?? 0;
    const end = ends[line + 1] ?? 0;
    const flipped = Buffer.from(bytes);
    flipped[start + 10] = (flipped[start + 10] ?? 0) ^ 1;
    const states = {
      flipped,
      zeroed: Buffer.from(bytes).fill(0, start, end - 1),
      removed: Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]),
      cut: Buffer.concat([bytes.subarray(0, start + 5), bytes.subarray(end)]),
    };
    for (const [name, state] of Object.entries(states))
      if ('kept' in opened(state)) wrong.push(`${name} ${line}`);
  }
  expect(wrong).toEqual([]);
});

test('a journal that is not synced loses what was acknowledged: the model sees it', () => {
  const lost = ends
    .slice(1, -1)
    .filter(end => 'kept' in opened(bytes.subarray(0, end - 1)) && lastEnd(end - 1) < end);
  expect(lost.length).toBeGreaterThan(10);
});
