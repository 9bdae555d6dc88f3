/*
 * A journal's entries in, the first one that no run can have written out. Each entry is held against the state that those
 * before it lead to and the actions that this state offers: a chain and a seal say who wrote, this says whether what was
 * written can have happened. Whatever the engine records passes; after an illegal entry nothing more is looked at, since the
 * state that it leads to means nothing.
 */
import { canonicalJson } from '../journal/canonical.ts';
import type { Entry, EventOf } from '../journal/event.ts';
import { RecordedOutput } from '../journal/recorded-output.ts';
import { digestSources } from '../journal/sources.ts';
import type { Plan } from '../plan/plan.ts';
import { apply, emptySession } from './apply.ts';
import { offered, same } from './offered.ts';
import type { Session } from './session.ts';
import { type SpeakerProblem, wrongWithSpeaker } from './speakers.ts';
import { wrongWithStep } from './step-legality.ts';

/** What can be wrong with an entry. */
export type IllegalityCode =
  | 'out-of-place'
  | 'no-such-step'
  | 'no-intent'
  | 'not-offered'
  | 'not-confirmed'
  | 'not-approved'
  | 'code-differs'
  | 'opening-differs'
  | 'close-differs'
  | 'output-differs'
  | 'nothing-to-correct'
  | SpeakerProblem;

/** An entry that cannot follow those before it: its 1-based line, its type, and the step that it names, or nothing. */
export interface Illegality {
  readonly code: IllegalityCode;
  readonly line: number;
  readonly type: Entry['type'];
  readonly step: string;
}

/** The first entry that no run of `plan` can have written after those before it; nothing when it can have written all. */
export function firstIllegality(plan: Plan, entries: readonly Entry[]): Illegality | undefined {
  let session = emptySession(plan);
  let before: Entry | undefined;
  const output = new RecordedOutput();
  for (const entry of entries) {
    const code = wrongWith(session, entry, before) ?? wrongBesides(session, entry, { before, output });
    if (code !== undefined) return { code, line: entry.seq + 1, type: entry.type, step: stepOf(entry) ?? '' };
    session = apply(session, entry);
    if (!isAside(entry)) before = entry;
  }
  return undefined;
}

/** The first of the entries `added` after the seal of a run that cannot follow; earlier addenda stand in `entries`. */
export function firstIllegalityAdded(
  plan: Plan,
  entries: readonly Entry[],
  added: readonly Entry[],
): Illegality | undefined {
  let session = entries.reduce(apply, emptySession(plan));
  let before: Entry | undefined;
  const output = new RecordedOutput();
  for (const entry of added) {
    const code = isPlacedAdded(session, entry, before)
      ? (wrongWithRest(session, entry) ?? wrongBesides(session, entry, { before, output }))
      : 'out-of-place';
    if (code !== undefined) return { code, line: entry.seq + 1, type: entry.type, step: stepOf(entry) ?? '' };
    session = apply(session, entry);
    if (!isAside(entry)) before = entry;
  }
  return undefined;
}

/** What is wrong with an entry that the state of the run calls for: who speaks, what it corrects, what it sums up. */
function wrongBesides(
  session: Session,
  entry: Entry,
  { before, output }: { readonly before: Entry | undefined; readonly output: RecordedOutput },
): IllegalityCode | undefined {
  // What is added to a sealed run is looked at with the addendum, which says by name whose it is.
  if (session.inAddendum && isAside(entry)) return undefined;
  if (entry.type === 'note-added' && entry.corrects !== undefined && entry.corrects >= entry.seq)
    return 'nothing-to-correct';
  return wrongWithSpeaker(session, entry, before) ?? (output.takes(entry) ? undefined : 'output-differs');
}

/** An addendum holds what people add, or the teardown of a drill, in which what is offered is gone through as in a run. */
function isPlacedAdded(session: Session, entry: Entry, before: Entry | undefined): boolean {
  if (entry.type === 'addendum-opened') return before === undefined;
  if (before === undefined || !session.inAddendum) return false;
  if (isAside(entry)) return true;
  if (entry.type === 'addendum-closed')
    return session.status === 'closed' || offered(session, 'close-run').length > 0;
  if (entry.type === 'teardown-asked')
    return session.mode !== 'real' && entry.scope === 'now' && before.type === 'addendum-opened';
  if (session.status === 'closed') return false;
  if (entry.type === 'journal-recovered' || entry.type === 'run-resumed') return true;
  if (before.type === 'journal-recovered' || session.status !== 'open') return false;
  return entry.type === 'run-paused' || stepOf(entry) !== undefined;
}

/** Lines (from 1) whose time lies before that of the line above: the machine's clock was set back, or somebody wrote it so. */
export function clockSetBack(entries: readonly Entry[]): readonly number[] {
  return entries.flatMap((entry, index) => {
    const before = entries[index - 1];
    return before !== undefined && Date.parse(entry.at) < Date.parse(before.at) ? [entry.seq + 1] : [];
  });
}

function stepOf(entry: Entry): string | undefined {
  return 'step' in entry ? entry.step : undefined;
}

function wrongWith(session: Session, entry: Entry, before: Entry | undefined): IllegalityCode | undefined {
  if (!isPlaced(session, entry, before)) return 'out-of-place';
  switch (entry.type) {
    case 'run-opened':
      return isOpening(session, entry) ? undefined : 'opening-differs';
    case 'input-probed':
      return isProbe(session.plan, entry) ? undefined : 'no-such-step';
    case 'clock-marked':
      return offered(session, 'mark-clock').some(action => same(action, entry, ['mark', 'id']))
        ? undefined
        : 'not-offered';
    case 'section-entered':
      return isSection(session, entry) ? undefined : 'not-offered';
    case 'run-closed':
      return wrongWithClose(session, entry);
    default:
      return wrongWithRest(session, entry);
  }
}

function wrongWithRest(session: Session, entry: Entry): IllegalityCode | undefined {
  const step = stepOf(entry);
  if (step === undefined) return undefined;
  const state = session.steps.find(step);
  return state === undefined ? 'no-such-step' : wrongWithStep(session, entry, state);
}

/** What a process writes before it goes on with a run. */
const betweenProcesses: readonly Entry['type'][] = [
  'journal-recovered',
  'change-accepted',
  'run-handed-over',
  'run-resumed',
];

/** Whether an entry of this type can follow at all: opening, processes and close. */
function isPlaced(session: Session, entry: Entry, before: Entry | undefined): boolean {
  if (before === undefined || entry.type === 'run-opened')
    return before === undefined && entry.type === 'run-opened';
  if (session.status === 'closed' || isOfAddendum(entry)) return false;
  if (entry.type === 'run-handed-over') return isHandover(session, entry);
  if (before.type === 'run-handed-over') return isTakenOver(entry, before);
  if (isAside(entry) || betweenProcesses.includes(entry.type)) return true;
  if (before.type === 'journal-recovered' || before.type === 'change-accepted') return false;
  if (entry.type === 'time-stamped' || entry.type === 'time-stamp-failed')
    return isStampPlaced(session, entry, before);
  if (entry.type === 'input-probed') return isOpeningPart(before);
  if (entry.type === 'teardown-asked') return isTeardownPlaced(session, entry, before);
  return session.status === 'open' || isUnderWay(session, entry);
}

/** What people add beside the run, at any time while it is not closed; nothing follows from it. */
function isAside({ type }: Entry): boolean {
  return type === 'note-added' || type === 'evidence-attached';
}

/** An addendum has a journal of its own. */
function isOfAddendum({ type }: Entry): boolean {
  return type === 'addendum-opened' || type === 'addendum-closed';
}

/** The run goes from the last operator to another holder of a role. */
function isHandover({ operator, plan }: Session, { from, to }: EventOf<'run-handed-over'>): boolean {
  const holders = [...plan.runbook.front.roles.values()].flatMap(role => role.holders);
  return (
    canonicalJson(from) === canonicalJson(operator ?? null) && from.id !== to.id && holders.includes(to.id)
  );
}

/** A crash may come between the handover and the resumption; the handover is then written again. */
function isTakenOver(entry: Entry, { to }: EventOf<'run-handed-over'>): boolean {
  if (entry.type === 'run-resumed') return canonicalJson(entry.operator) === canonicalJson(to);
  return entry.type === 'journal-recovered' || entry.type === 'change-accepted';
}

/** The first stamp is of the opening alone, the last one of all that was done; each is of the very line before it. */
function isStampPlaced(
  session: Session,
  entry: EventOf<'time-stamped' | 'time-stamp-failed'> & Pick<Entry, 'prev'>,
  before: Entry,
): boolean {
  if (entry.type === 'time-stamped' && entry.head !== entry.prev) return false;
  if (entry.mark === 'start') return before.type === 'run-opened';
  return session.status === 'open' && offered(session, 'close-run').length > 0;
}

function isTeardownPlaced(session: Session, entry: EventOf<'teardown-asked'>, before: Entry): boolean {
  if (session.mode === 'real') return false;
  if (entry.scope === 'now') return before.type === 'run-resumed';
  return isOpeningPart(before);
}

/** What the process that opens a run writes before anything of it is performed. */
function isOpeningPart(before: Entry): boolean {
  const isStamp = before.type === 'time-stamped' || before.type === 'time-stamp-failed';
  return (
    before.type === 'run-opened' || before.type === 'input-probed' || (isStamp && before.mark === 'start')
  );
}

/** While one branch pauses the run, what the others had begun still comes to its end. */
function isUnderWay(session: Session, entry: Entry): boolean {
  if (entry.type === 'run-paused') return session.branches.size > 0;
  const step = stepOf(entry);
  return step !== undefined && session.branches.has(step);
}

function isOpening({ plan }: Session, entry: EventOf<'run-opened'>): boolean {
  const { front } = plan.runbook;
  return (
    entry.digest === digestSources(entry.files, entry.runner) &&
    entry.mode === plan.target.mode &&
    entry.embedded === plan.target.embedded &&
    canonicalJson(entry.inputs) === canonicalJson(plan.inputs) &&
    entry.title === front.title &&
    entry.lang === front.lang
  );
}

/** A probe may have stood in a section for an item that its own answer took away, so the step is looked for, not its instance. */
function isProbe({ runbook }: Plan, entry: EventOf<'input-probed'>): boolean {
  const step = runbook.steps.get(entry.step.replace(/\[.*$/u, ''));
  return step?.kind === 'probe' && step.fills === entry.input;
}

function isSection(session: Session, entry: EventOf<'section-entered'>): boolean {
  const members = ['slug', 'title', 'depth', 'item'];
  return offered(session, 'enter-section').some(action => same(action, entry, members));
}

function wrongWithClose(session: Session, entry: EventOf<'run-closed'>): IllegalityCode | undefined {
  const [close] = offered(session, 'close-run');
  if (close === undefined) return 'not-offered';
  const isBy = canonicalJson(entry.by) === canonicalJson(session.operator ?? null);
  return isBy && entry.outcome === close.outcome ? undefined : 'close-differs';
}
