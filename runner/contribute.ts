/*
 * Somebody adds to a run: a note, or a file. In: the run's folder, who adds what. Out: an entry of the journal while the run is
 * not closed, written by the process that carries it on if there is one, and an addendum once it is sealed. What can never happen: a second writer, since
 * the run's lock is held; a secret at hand that is written; an addition to a bundle that was tampered with.
 */
import { join, resolve } from 'node:path';
import { addToSealed, nextGround } from './addendum.ts';
import { type Addition, eventOf, refuseUnfit } from './addition.ts';
import { type Bundle, openBundle, readDocument } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { visitRun } from './effects/door.ts';
import { openJournal } from './effects/journal-file.ts';
import { type Lock, lockRun } from './effects/lock.ts';
import { maskedJournal } from './effects/masked-record.ts';
import type { Masker } from './effects/masker.ts';
import { unchangedRoot } from './effects/origin.ts';
import { checkSpace, reserveIn } from './effects/reserve.ts';
import { secretsAtHand } from './effects/secrets-at-hand.ts';
import type { Signer } from './effects/signer.ts';
import { Fault } from './fault.ts';
import type { Entry, Person } from './journal/event.ts';
import { isEntry } from './journal/shape.ts';
import type { Plan } from './plan/plan.ts';
import { type BundledRun, illegalJournal, readBundle } from './replay.ts';
import { LAYOUT } from './seal/layout.ts';
import { firstIllegality } from './session/legality.ts';
import { verifyBundle } from './verify.ts';

/** An addition and whoever makes it. The signer is only asked for when the run is sealed. */
export interface Contribution {
  readonly path: string;
  readonly addition: Addition;
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
  /** Secrets of the run that were not at hand, so that they could not be masked. */
  readonly unknown: readonly string[];
}

/**
 * Adds to a run. Faults: `run-locked` when the process that carries it on cannot be reached, `run-is-closing`, `not-sealed` for one that is closed and lacks its seal,
 * `bundle-tampered`, `unknown-step`, `nothing-to-correct`, `note-unfit`, those of the evidence, the journal and the signer.
 */
export async function contribute(contribution: Contribution): Promise<Contributed> {
  const bundle = openBundle(contribution.path);
  const run = readBundle(bundle);
  refuseUnfit(contribution.addition, run.session.plan);
  const person = await contribution.person(run.session.plan);
  const lock = await lockOrVisit(bundle, contribution.addition, person);
  if ('entry' in lock) return { bundle, run, entry: lock.entry, unknown: [] };
  try {
    const isSealed = readDocument(bundle, LAYOUT.statement) !== undefined;
    // A bundle that came from elsewhere, or whose runbook has changed, has nothing run by an addition.
    const commands = unchangedRoot(bundle, run.opened) !== undefined;
    const known = await secretsAtHand(run.session, { environment: process.env, commands });
    const giving: Giving = { bundle, person, contribution, ...known };
    return isSealed ? await giveToSealed(giving) : await giveToPaused(giving);
  } finally {
    lock.release();
  }
}

/** The lock of a run that no process carries on; else what that process wrote for us, or the fault `run-locked`. */
async function lockOrVisit(
  bundle: Bundle,
  addition: Addition,
  { id }: Person,
): Promise<Lock | { readonly entry: Entry }> {
  try {
    return await lockRun(bundle.directory);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'run-locked') throw error;
    const asked = 'path' in addition ? { ...addition, path: resolve(addition.path) } : addition;
    const answer = await visitRun(bundle.directory, { as: id, ...asked });
    if (typeof answer === 'object' && answer !== null && 'entry' in answer && isEntry(answer.entry))
      return { entry: answer.entry };
    throw error;
  }
}

interface Giving {
  readonly bundle: Bundle;
  readonly person: Person;
  readonly contribution: Contribution;
  readonly masker: Masker;
  readonly unknown: readonly string[];
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
  const event = await eventOf(
    { addition: contribution.addition, by, count: run.entries.length },
    bundle,
    masker,
  );
  const path = join(bundle.directory, LAYOUT.journal);
  const { writer } = openJournal(path, systemClock(), reserveIn(bundle.directory));
  try {
    return { bundle, run, entry: only(maskedJournal(writer, masker).append([event], true)), unknown };
  } finally {
    writer.close();
  }
}

async function giveToSealed({ bundle, person, contribution, masker, unknown }: Giving): Promise<Contributed> {
  const { addition, runner } = contribution;
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
    events: async place => [await eventOf({ addition, by: person, count: count + 1 }, place, masker)],
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
