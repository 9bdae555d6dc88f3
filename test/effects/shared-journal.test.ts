import { describe, expect, test } from 'vitest';
import { systemClock } from '../../runner/effects/clock.ts';
import { memoryJournal } from '../../runner/effects/memory-journal.ts';
import { shareJournal } from '../../runner/effects/shared-journal.ts';
import type { Event } from '../../runner/journal/event.ts';

const by = { id: 'noa' };
const note: Event = { type: 'note-added', text: 'vu', by };
const paused: Event = { type: 'run-paused', by, cause: 'asked' };
const closed: Event = { type: 'run-closed', outcome: 'passed', by };

describe('a journal with visitors', () => {
  test('gives the run their entries with its own next ones, in the order of writing', () => {
    const { journal, visit, count } = shareJournal(memoryJournal(systemClock()), 0);
    expect(visit(note).seq).toBe(0);
    expect(visit(note).seq).toBe(1);
    const entries = journal.append([paused], true);
    expect(entries.map(({ seq, type }) => `${seq} ${type}`)).toEqual([
      '0 note-added',
      '1 note-added',
      '2 run-paused',
    ]);
    expect(journal.append([paused], true).map(({ seq }) => seq)).toEqual([3]);
    expect(count()).toBe(4);
  });

  test('takes nothing once the run is closed', () => {
    const { journal, visit } = shareJournal(memoryJournal(systemClock()), 0);
    journal.append([closed], true);
    expect(() => visit(note)).toThrow(expect.objectContaining({ code: 'run-is-closing' }));
  });
});
