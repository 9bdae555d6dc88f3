/*
 * What others add while a run goes on. In: visits at the run's door. Out: entries of its journal, written by the run process
 * itself between its own; and who joins it, once its terminal is gone. What can never happen: a second writer; an entry by somebody who holds no role; a secret of the
 * run that is written.
 */

import { type Addition, eventOf, refuseUnfit } from './addition.ts';
import type { Bundle } from './effects/bundle.ts';
import { type Door, openDoor, type Visit } from './effects/door.ts';
import { maskedJournal } from './effects/masked-record.ts';
import type { Masker } from './effects/masker.ts';
import type { Relay } from './effects/operator/relay.ts';
import { holderOf } from './effects/people.ts';
import { type SharedJournal, shareJournal } from './effects/shared-journal.ts';
import { Fault } from './fault.ts';
import type { Plan } from './plan/plan.ts';
import type { JournalWriter } from './ports.ts';

/** A run to which others may add. `count` is how many entries its journal has. */
export interface Host {
  readonly bundle: Bundle;
  readonly plan: Plan;
  readonly masker: Masker;
  readonly journal: JournalWriter;
  readonly count: number;
  /** By which who joins answers the run's questions; absent where no terminal can be lost. */
  readonly relay?: Relay | undefined;
}

/** The journal that the run goes on with, and its door. */
export interface Reception {
  readonly journal: JournalWriter;
  readonly door: Door;
}

/** Lets others in: the run must append by the journal that is returned, and close the door before it gives up its lock. */
export async function receiveAdditions(host: Host): Promise<Reception> {
  const shared = shareJournal(maskedJournal(host.journal, host.masker), host.count);
  const { relay } = host;
  const door = await openDoor(host.bundle.directory, {
    receive: visit => admit(host, shared, visit),
    ...(relay === undefined ? {} : { stay: (call, line) => relay.stay(call, line) }),
  });
  if (door.isOpen) relay?.open();
  return { journal: shared.journal, door };
}

async function admit({ bundle, plan, masker }: Host, shared: SharedJournal, visit: Visit): Promise<object> {
  const by = holderOf(plan.runbook.front, visit.as);
  const addition = additionOf(visit);
  refuseUnfit(addition, plan);
  const event = await eventOf({ addition, by, count: shared.count() }, bundle, masker);
  return { entry: shared.visit(event) };
}

function additionOf({ text, path, corrects, step }: Visit): Addition {
  const about = step === undefined ? {} : { step };
  if (path !== undefined) return { path, ...about };
  if (text === undefined) throw new Fault('visit-unfit', {});
  return { text, ...about, ...(corrects === undefined ? {} : { corrects }) };
}
