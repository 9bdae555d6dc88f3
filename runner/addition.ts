/*
 * What somebody adds to a run, and the event that it becomes. In: a text or a path, and who adds it. Out: one event; a file is
 * in the bundle then, known by its digest. What can never happen: a correction of an entry that is not there yet.
 */
import type { Bundle } from './effects/bundle.ts';
import { evidenceStore } from './effects/evidence.ts';
import type { Masker } from './effects/masker.ts';
import { Fault } from './fault.ts';
import type { Event, Person } from './journal/event.ts';
import type { Plan } from './plan/plan.ts';

/** Characters of the longest note. */
export const LONGEST_NOTE = 10_000;

/** What somebody adds: a text, which may correct an earlier entry, or the path of a file; either about a step or not. */
export type Addition =
  | { readonly text: string; readonly corrects?: number; readonly step?: string }
  | { readonly path: string; readonly step?: string };

/** Refuses what cannot be added to a run of `plan`, whatever its state. */
export function refuseUnfit(addition: Addition, plan: Plan): void {
  const { step } = addition;
  if (step !== undefined && !plan.instances.some(({ id }) => id === step))
    throw new Fault('unknown-step', { step });
  if (!('text' in addition)) return;
  const length = addition.text.trim().length;
  if (length === 0 || length > LONGEST_NOTE) throw new Fault('note-unfit', { most: LONGEST_NOTE });
}

/** The event of an addition; a file is copied to `place` first. `count` is how many entries there are. */
export async function eventOf(
  { addition, by, count }: { readonly addition: Addition; readonly by: Person; readonly count: number },
  place: Bundle,
  masker: Masker,
): Promise<Event> {
  const about = addition.step === undefined ? {} : { step: addition.step };
  if ('path' in addition)
    return {
      type: 'evidence-attached',
      ...about,
      ...(await evidenceStore(place, masker).keep(addition.path)),
      by,
    };
  const { text, corrects } = addition;
  if (corrects !== undefined && corrects >= count)
    throw new Fault('nothing-to-correct', { seq: corrects, last: count - 1 });
  return { type: 'note-added', ...about, text, by, ...(corrects === undefined ? {} : { corrects }) };
}
