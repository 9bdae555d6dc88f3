/*
 * What is added to a run after its seal. In: a sealed bundle whose lock is held, events, who adds them and signs. Out: an
 * addendum with a statement and a seal of its own. It is made aside and put in place at once, so that a crash leaves none
 * half made. What can never happen: a sealed file that changes; an addendum to a bundle that is not what was signed.
 */
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { addendaIn, addendumBundle, groundAfter, groundOf } from './addenda.ts';
import { type Bundle, listBundle, readDocument, removeRemains, writeDocument } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { errorCode, syncDirectory, writeDurably } from './effects/durable.ts';
import { createJournal } from './effects/journal-file.ts';
import { maskedJournal } from './effects/masked-record.ts';
import type { Masker } from './effects/masker.ts';
import type { Signer } from './effects/signer.ts';
import { Fault } from './fault.ts';
import type { Entry, Event, Person, Voice } from './journal/event.ts';
import { describeSigner } from './open-run.ts';
import { buildAddendum, type Ground, readAddendum } from './seal/addendum.ts';
import { addendumFolder, LAYOUT, MOST_ADDENDA, PENDING, sealPath } from './seal/layout.ts';
import { writeStatement } from './seal/statement.ts';
import { stages as ownStages, type RunRecord, type Stages } from './stages.ts';

/** Who adds something, in what words, and who signs it. `runner` is the version of this programme. */
export interface Addition {
  readonly person: Person;
  readonly voice: Voice;
  readonly signer: Signer;
  readonly runner: string;
  readonly record: RunRecord;
  /** Knows the secrets that must not be written. */
  readonly masker: Masker;
  /** Puts what is to be added beside the addendum's journal, and says it. */
  readonly events: (place: Bundle) => Promise<readonly Event[]>;
}

/** An addendum as it was sealed. */
export interface Added {
  readonly number: number;
  readonly entries: readonly Entry[];
}

/**
 * Adds to a sealed run and seals the addition. Faults: `not-sealed`, `addendum-unsound` for one whose earlier addenda cannot be
 * gone on from, `addenda-full`, `bundle-write-failed`, those of the journal, of the evidence and of the signer.
 */
export async function addToSealed(
  bundle: Bundle,
  addition: Addition,
  stages: Stages = ownStages,
): Promise<Added> {
  const ground = nextGround(bundle);
  const place = addendumBundle(bundle, PENDING);
  refuseTeardown(bundle, place);
  clear(place);
  try {
    make(place);
    const entries = await record(place, ground, addition);
    await sealAddendum(place, entries, { addition, stages });
    putInPlace(bundle, place, ground.number);
    return { number: ground.number, entries: entries.entries };
  } catch (error) {
    clear(place);
    throw error;
  }
}

/** A teardown that was begun is finished first: its journal says what happened. */
function refuseTeardown({ run }: Bundle, place: Bundle): void {
  if (isTeardown(place)) throw new Fault('addendum-pending', { run });
}

function isTeardown(place: Bundle): boolean {
  const journal = readDocument(place, LAYOUT.journal)?.toString() ?? '';
  return journal.includes('"type":"teardown-asked"');
}

/** What the next addendum of a bundle stands on. Faults: `not-sealed`, `addendum-unsound`, `addenda-full`. */
export function nextGround(bundle: Bundle): Ground {
  let ground = groundOf(bundle);
  if (ground === undefined) throw new Fault('not-sealed', { run: bundle.run });
  for (const number of addendaIn(listBundle(bundle))) {
    const bytes = readDocument(bundle, `${addendumFolder(number)}/${LAYOUT.statement}`) ?? Buffer.alloc(0);
    const statement = readAddendum(bytes);
    if (number !== ground.number || statement === undefined)
      throw new Fault('addendum-unsound', { number: ground.number });
    ground = groundAfter(ground, statement, bytes);
  }
  if (ground.number > MOST_ADDENDA) throw new Fault('addenda-full', { most: MOST_ADDENDA });
  return ground;
}

interface Recorded {
  readonly entries: readonly Entry[];
  readonly head: string;
}

async function record(place: Bundle, ground: Ground, addition: Addition): Promise<Recorded> {
  const events = await addition.events(place);
  const { person: by, voice, signer, runner } = addition;
  const { run, number, sealed, previous } = ground;
  const path = join(place.directory, LAYOUT.journal);
  const journal = createJournal(path, systemClock(), undefined, ground.start);
  const opened: Event = {
    type: 'addendum-opened',
    run,
    number,
    sealed,
    ...(previous === undefined ? {} : { previous }),
    by,
    voice,
    runner,
    signer: describeSigner(signer),
  };
  try {
    const entries = maskedJournal(journal, addition.masker).append(
      [opened, ...events, { type: 'addendum-closed', by }],
      true,
    );
    return { entries, head: journal.head };
  } finally {
    journal.close();
  }
}

/** Renders, states and signs what `place` holds. */
export async function sealAddendum(
  place: Bundle,
  { entries, head }: Recorded,
  { addition, stages }: { readonly addition: Pick<Addition, 'signer' | 'record'>; readonly stages: Stages },
): Promise<void> {
  removeRemains(place);
  writeDocument(place, LAYOUT.addendum, stages.renderAddendum(addition.record, entries));
  const { digests } = listBundle(place);
  const statement = writeStatement(buildAddendum({ entries, head, digests, renderer: stages.renderer }));
  const { signer } = addition;
  writeDocument(place, sealPath(signer.principal), await signer.sign(Buffer.from(statement)));
  writeDocument(place, LAYOUT.statement, statement);
}

/** Makes the folder of an addendum that is being made. */
export function make({ directory }: Bundle): void {
  attempt(directory, () => mkdirSync(directory, { recursive: true, mode: 0o700 }));
}

/** What a crash left of an addendum was never said to be done. */
export function clear({ directory }: Bundle): void {
  attempt(directory, () => rmSync(directory, { recursive: true, force: true }));
}

/** Puts an addendum in place, sealed, at once. */
export function putInPlace(bundle: Bundle, place: Bundle, number: number): void {
  const path = join(bundle.directory, addendumFolder(number));
  attempt(path, () => {
    renameSync(place.directory, path);
    syncDirectory(join(bundle.directory, LAYOUT.addenda));
    syncDirectory(bundle.directory);
  });
}

/**
 * Writes a document beside what was sealed. Until it is whole it lies where additions are made, so that a crash leaves an
 * addition unfinished, and no file that nobody signed. Throws the Fault `bundle-write-failed`.
 */
export function writeBeside(bundle: Bundle, name: string, content: string): void {
  const place = addendumBundle(bundle, PENDING);
  if (!isTeardown(place)) clear(place);
  make(place);
  attempt(name, () => {
    writeDurably(join(bundle.directory, name), content, place.directory);
    for (const folder of [PENDING, LAYOUT.addenda]) removeEmpty(join(bundle.directory, folder));
  });
}

function removeEmpty(directory: string): void {
  if (readdirSync(directory).length === 0) rmdirSync(directory);
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new Fault('bundle-write-failed', { path, error: errorCode(error) }, 'recorded');
  }
}
