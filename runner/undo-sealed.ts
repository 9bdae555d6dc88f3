/*
 * The teardown of a drill that is sealed. In: its bundle, whose lock is held, and who stands at the helm. Out: an addendum that
 * records how its cells were taken back. Its journal is on disk before each of them, in the addendum that is being made, so that
 * after a crash `reprise undo` goes on with it. What can never happen: a sealed file that changes; a real recovery undone.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { addendaIn, addendumBundle } from './addenda.ts';
import { clear, make, nextGround, putInPlace, sealAddendum } from './addendum.ts';
import { refuseTampered } from './contribute.ts';
import { type Bundle, listBundle, readDocument } from './effects/bundle.ts';
import { systemClock } from './effects/clock.ts';
import { createJournal, type JournalFile, openJournal } from './effects/journal-file.ts';
import { preparePlatform } from './effects/platform.ts';
import type { Signer } from './effects/signer.ts';
import { Fault } from './fault.ts';
import { readJournal } from './journal/chain.ts';
import type { Entry, Event } from './journal/event.ts';
import { carryOn, describeSigner, type OpenRun, type RunReport } from './open-run.ts';
import { addendumEnds, type Ground, startOf } from './seal/addendum.ts';
import { addendumFolder, LAYOUT, PENDING } from './seal/layout.ts';
import { signerOf } from './seal/statement.ts';
import { refuseOtherKey, runRecordOf } from './seal.ts';
import { apply } from './session/apply.ts';
import { next } from './session/next.ts';
import { replay } from './session/replay.ts';
import type { Session } from './session/session.ts';
import { stages } from './stages.ts';

/** A sealed drill to be taken back. `entries` are those of its sealed journal. */
export type Teardown = Pick<
  OpenRun,
  'plan' | 'helm' | 'bundle' | 'lock' | 'reserve' | 'opened' | 'copied'
> & {
  readonly entries: readonly Entry[];
  readonly runner: string;
};

/**
 * Takes a sealed drill back and seals the record of it. Faults: `undo-in-real`, `bundle-tampered`, `nothing-to-undo`, those of
 * the platform, the journal and the signer.
 */
export async function undoSealed(teardown: Teardown): Promise<RunReport> {
  const { plan, helm, bundle, lock, reserve, opened, copied, entries, runner } = teardown;
  const sealed = replay(plan, [...entries, ...addedTo(bundle)]);
  if (sealed.mode === 'real') throw new Fault('undo-in-real', { run: sealed.run });
  refuseDone(sealed);
  await refuseTampered(bundle, runner);
  const ground = nextGround(bundle);
  const ended = entriesIn(addendumBundle(bundle, PENDING)).entries;
  if (addendumEnds(ended) !== undefined) return await sealEnded(teardown, { ground, sealed, ended });
  const platform = await preparePlatform(plan, sealed.run, helm.preparation);
  try {
    const signer = await helm.signer(sealed.run, plan);
    const place = addendumBundle(bundle, PENDING);
    const { journal, known } = openPending(place, ground);
    const begins = known.length === 0 ? opening(teardown, ground, signer) : [resuming(teardown, signer)];
    const news = journal.append(begins, true);
    const session = [...known, ...news].reduce(apply, sealed);
    const seal = async (): Promise<void> => await sealPending(bundle, place, { ground, signer });
    const parts = {
      plan,
      helm,
      platform,
      lock,
      reserve,
      opened,
      copied,
      journal,
      signer,
      session,
      news,
      seal,
    };
    return { ...(await carryOn({ ...parts, bundle: place })), bundle };
  } finally {
    await platform.close();
  }
}

/** What earlier addenda hold. */
function addedTo(bundle: Bundle): readonly Entry[] {
  return addendaIn(listBundle(bundle)).flatMap(
    number => entriesIn(addendumBundle(bundle, addendumFolder(number))).entries,
  );
}

function entriesIn(place: Bundle) {
  const bytes = readDocument(place, LAYOUT.journal) ?? Buffer.alloc(0);
  return readJournal(bytes, startOf(bytes));
}

function refuseDone(sealed: Session): void {
  const [first] = next({ ...sealed, inAddendum: true, teardown: 'now', status: 'open' });
  if (first?.do === 'close-run') throw new Fault('nothing-to-undo', { run: sealed.run });
}

/** The journal of a teardown that a crash cut short, or a new one; a note that was never sealed is cleared away. */
function openPending(
  place: Bundle,
  { start }: Ground,
): { readonly journal: JournalFile; readonly known: readonly Entry[] } {
  const path = join(place.directory, LAYOUT.journal);
  if (entriesIn(place).entries.some(entry => entry.type === 'teardown-asked')) {
    const { writer, entries } = openJournal(path, systemClock(), undefined, start);
    return { journal: writer, known: entries };
  }
  clear(place);
  make(place);
  return { journal: createJournal(path, systemClock(), undefined, start), known: [] };
}

function opening({ helm, runner }: Teardown, ground: Ground, signer: Signer): readonly Event[] {
  const { person: by, voice } = helm;
  const { run, number, sealed, previous } = ground;
  const follows = previous === undefined ? {} : { previous };
  return [
    {
      type: 'addendum-opened',
      run,
      number,
      sealed,
      ...follows,
      by,
      voice,
      runner,
      signer: describeSigner(signer),
    },
    { type: 'teardown-asked', scope: 'now', by, voice },
  ];
}

function resuming({ helm, runner }: Teardown, signer: Signer): Event {
  const { person: operator, voice } = helm;
  return { type: 'run-resumed', operator, voice, host: hostname(), runner, signer: describeSigner(signer) };
}

/** A crash may have come between the end of a teardown and its seal: what is missing is then made from what lies on disk. */
async function sealEnded(
  { plan, helm, bundle, lock }: Teardown,
  {
    ground,
    sealed,
    ended,
  }: { readonly ground: Ground; readonly sealed: Session; readonly ended: readonly Entry[] },
): Promise<RunReport> {
  try {
    const signer = await helm.signer(sealed.run, plan);
    refuseOtherKey(signerOf(ended) ?? addendumEnds(ended)?.opened.signer, signer);
    await sealPending(bundle, addendumBundle(bundle, PENDING), { ground, signer });
    return { bundle, session: ended.reduce(apply, sealed), sealed: true };
  } finally {
    lock.release();
  }
}

async function sealPending(
  bundle: Bundle,
  place: Bundle,
  { ground, signer }: { readonly ground: Ground; readonly signer: Signer },
): Promise<void> {
  await sealAddendum(place, entriesIn(place), { addition: { signer, record: runRecordOf(bundle) }, stages });
  putInPlace(bundle, place, ground.number);
}
