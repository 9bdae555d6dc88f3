import { GENESIS, linkEntry } from '../journal/chain.ts';
import type { Entry } from '../journal/event.ts';
import type { Clock, JournalWriter } from '../ports.ts';

/** A journal that is kept in memory, for a dry run, which writes nothing anywhere. */
export interface MemoryJournal extends JournalWriter {
  readonly entries: readonly Entry[];
}

/** Makes an empty journal in memory. */
export function memoryJournal(clock: Clock): MemoryJournal {
  const entries: Entry[] = [];
  let prev = GENESIS;
  return {
    entries,
    get head() {
      return prev;
    },
    append(events) {
      const linked = events.map((event, index) => {
        const { entry, digest } = linkEntry({ seq: entries.length + index, prev, at: clock.now() }, event);
        prev = digest;
        return entry;
      });
      entries.push(...linked);
      return linked;
    },
  };
}
