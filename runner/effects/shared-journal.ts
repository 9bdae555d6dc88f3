/*
 * One journal, one writer, and visitors. In: what the run appends, and what visitors add between its own appends. Out: the
 * entries in the order in which they were written; those of visitors come back with the run's next ones, so that whoever folds
 * them misses none. What can never happen: anything after the close of the run.
 */
import { Fault } from '../fault.ts';
import type { Entry, Event } from '../journal/event.ts';
import type { JournalWriter } from '../ports.ts';

/** A journal that a run and its visitors share. */
export interface SharedJournal {
  readonly journal: JournalWriter;
  /** How many entries the journal has. */
  count(): number;
  /** Appends a visitor's event, on disk before it returns. Fault: `run-is-closing` once the run is closed. */
  visit(event: Event): Entry;
}

/** Shares a journal that has `count` entries. */
export function shareJournal(inner: JournalWriter, start: number): SharedJournal {
  let count = start;
  let isClosed = false;
  const waiting: Entry[] = [];
  const append = (events: readonly Event[], durable: boolean): readonly Entry[] => {
    const entries = inner.append(events, durable);
    count += entries.length;
    if (events.some(event => event.type === 'run-closed')) isClosed = true;
    return entries;
  };
  return {
    journal: {
      append: (events, durable) => {
        const entries = append(events, durable);
        return [...waiting.splice(0), ...entries];
      },
      get head() {
        return inner.head;
      },
      get isLow() {
        return inner.isLow === true;
      },
    },
    count: () => count,
    visit: event => {
      if (isClosed) throw new Fault('run-is-closing', {}, 'recorded');
      const [entry] = append([event], true);
      if (entry === undefined) throw new Error('nothing was appended');
      waiting.push(entry);
      return entry;
    },
  };
}
