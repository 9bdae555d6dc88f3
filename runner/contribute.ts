/*
 * Somebody adds to a run that no process carries on: a note, or a file. In: the run's folder, who adds what. Out: an entry
 * of the journal while the run is not closed, an addendum once it is sealed. What can never happen: a second writer, since
 * the run's lock is held; a secret at hand that is written; an addition to a bundle that was tampered with.
 */
import { join } from 'node:path';
import { addToSealed, nextGround } from './addendum.ts';
import { type Bundle, openBundle, readDocument } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { evidenceStore } from './effects/evidence.ts';
import { openJournal } from './effects/journal-file.ts';
import { lockRun } from './effects/lock.ts';
import { maskedJournal } from './effects/masked-record.ts';
import type { Masker } from './effects/masker.ts';
import { checkSpace, reserveIn } from './effects/reserve.ts';
import { secretsAtHand } from './effects/secrets-at-hand.ts';
import type { Signer } from './effects/signer.ts';
import { Fault } from './fault.ts';
import type { Entry, Event, Person } from './journal/event.ts';
import type { Plan } from './plan/plan.ts';
import { type BundledRun, illegalJournal, readBundle } from './replay.ts';
import { LAYOUT } from './seal/layout.ts';
import { firstIllegality } from './session/legality.ts';
import { verifyBundle } from './verify.ts';

/** Characters of the longest note. */
export const LONGEST_NOTE = 10_000;

/** What somebody adds: a text, which may correct an earlier entry, or the path of a file; either about a step or not. */
export type Gift =
  | { readonly text: string; readonly corrects?: number; readonly step?: string }
  | { readonly path: string; readonly step?: string };

/** An addition and whoever makes it. The signer is only asked for when the run is sealed. */
export interface Contribution {
  readonly path: string;
  readonly gift: Gift;
  readonly runner: string;
  readonly person: (plan: Plan) => Promise<Person>;
  readonly signer: (plan: Plan, person: Person) => Promise<Signer>;
}

/** What was added: the entry, and the addendum that it stands in when the run was sealed. */
export interface Contributed {
  readonly bundle: Bundle;
  readonly run: BundledRun;
  readonly entry: Entry;
  readonly addendum?: number;
  /** Declared secrets that were not at hand, so that they could not be masked. */
  readonly unknown: readonly string[];
}

/**
 * Adds to a run. Faults: `run-locked` while a process carries it on, `not-sealed` for one that is closed and lacks its seal,
 * `bundle-tampered`, `unknown-step`, `nothing-to-correct`, `note-unfit`, those of the evidence, the journal and the signer.
 */
export async function contribute(contribution: Contribution): Promise<Contributed> {
  const bundle = openBundle(contribution.path);
  const run = readBundle(bundle);
  refuseUnfit(contribution.gift, run.session.plan);
  const person = await contribution.person(run.session.plan);
  const lock = await lockRun(bundle.directory);
  try {
    const isSealed = readDocument(bundle, LAYOUT.statement) !== undefined;
    const giving: Giving = { bundle, person, contribution, ...secretsAtHand(run.session.plan, process.env) };
    return isSealed ? await giveToSealed(giving) : await giveToPaused(giving);
  } finally {
    lock.release();
  }
}

interface Giving {
  readonly bundle: Bundle;
  readonly person: Person;
  readonly contribution: Contribution;
  readonly masker: Masker;
  readonly unknown: readonly string[];
}

/** Refuses what cannot be added to a run of `plan`, whatever its state. */
export function refuseUnfit(gift: Gift, plan: Plan): void {
  const { step } = gift;
  if (step !== undefined && !plan.instances.some(({ id }) => id === step))
    throw new Fault('unknown-step', { step });
  if (!('text' in gift)) return;
  const length = gift.text.trim().length;
  if (length === 0 || length > LONGEST_NOTE) throw new Fault('note-unfit', { most: LONGEST_NOTE });
}

/** The event of a gift; a file is copied to `place` first. `count` is how many entries there are. */
export async function eventOf(
  { gift, by, count }: { readonly gift: Gift; readonly by: Person; readonly count: number },
  place: Bundle,
  masker: Masker,
): Promise<Event> {
  const about = gift.step === undefined ? {} : { step: gift.step };
  if ('path' in gift)
    return {
      type: 'evidence-attached',
      ...about,
      ...(await evidenceStore(place, masker).keep(gift.path)),
      by,
    };
  const { text, corrects } = gift;
  if (corrects !== undefined && corrects >= count)
    throw new Fault('nothing-to-correct', { seq: corrects, last: count - 1 });
  return { type: 'note-added', ...about, text, by, ...(corrects === undefined ? {} : { corrects }) };
}

async function giveToPaused({
  bundle,
  person: by,
  contribution,
  masker,
  unknown,
}: Giving): Promise<Contributed> {
  const run = readBundle(bundle);
  const { plan, status } = run.session;
  if (status === 'closed') throw new Fault('not-sealed', { run: run.session.run });
  const illegality = firstIllegality(plan, run.entries);
  if (illegality !== undefined) throw illegalJournal(illegality);
  checkSpace(bundle.directory);
  const event = await eventOf({ gift: contribution.gift, by, count: run.entries.length }, bundle, masker);
  const path = join(bundle.directory, LAYOUT.journal);
  const { writer } = openJournal(path, systemClock(), reserveIn(bundle.directory));
  try {
    return { bundle, run, entry: only(maskedJournal(writer, masker).append([event], true)), unknown };
  } finally {
    writer.close();
  }
}

async function giveToSealed({ bundle, person, contribution, masker, unknown }: Giving): Promise<Contributed> {
  const { gift, runner } = contribution;
  const run = readBundle(bundle);
  await refuseTampered(bundle, runner);
  const { count } = nextGround(bundle).start;
  const signer = await contribution.signer(run.session.plan, person);
  const { number, entries } = await addToSealed(bundle, {
    person,
    voice: 'typed',
    signer,
    runner,
    record: run,
    masker,
    // The addendum's own opening comes first.
    events: async place => [await eventOf({ gift, by: person, count: count + 1 }, place, masker)],
  });
  return { bundle, run, entry: only(entries.slice(1, -1)), addendum: number, unknown };
}

/** Refuses to add or to sign where what was sealed is no longer what it was. Throws the fault `bundle-tampered`. */
export async function refuseTampered(bundle: Bundle, runner: string): Promise<void> {
  const { verdict } = await verifyBundle(bundle.directory, { runner });
  if (verdict === 'tampered') throw new Fault('bundle-tampered', { run: bundle.run });
}

function only(entries: readonly Entry[]): Entry {
  const [entry] = entries;
  if (entry === undefined) throw new Error('nothing was appended');
  return entry;
}
