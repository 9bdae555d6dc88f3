/*
 * What a terminal shows while it asks. In: entries as they are journaled, from any branch of a parallel section. Out: each
 * shown once, in order; those that come while a question stands are shown after its answer, so that it is not pushed away.
 */
import type { Entry } from '../journal/event.ts';

/** Entries that are held back at most: beyond it the oldest outputs are left to the journal. */
const MOST_HELD = 500;

/** A screen that can be held still. */
export interface Screen {
  readonly told: (entry: Entry) => void;
  hold(): void;
  release(): void;
}

/** Shows through `show`; `missed` says how many outputs were only journaled. */
export function createScreen(show: (entry: Entry) => void, missed: (count: number) => void): Screen {
  let held: Entry[] | undefined;
  let dropped = 0;
  const keep = (kept: Entry[], entry: Entry): void => {
    kept.push(entry);
    if (kept.length <= MOST_HELD) return;
    const oldest = kept.findIndex(one => one.type === 'output-written');
    if (oldest === -1) return;
    kept.splice(oldest, 1);
    dropped += 1;
  };
  return {
    told: entry => (held === undefined ? show(entry) : keep(held, entry)),
    hold: () => {
      held ??= [];
    },
    release: () => {
      const entries = held ?? [];
      held = undefined;
      if (dropped > 0) missed(dropped);
      dropped = 0;
      for (const entry of entries) show(entry);
    },
  };
}
