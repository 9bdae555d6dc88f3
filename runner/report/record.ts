/*
 * A journal read for people: what happened to each step, in the order in which it happened. In: entries. Out: a RunRecord.
 * It is a single pass that keeps references to entries and invents nothing; what an entry does not say is absent here.
 */
import type { Entry, Fact } from '../journal/event.ts';

/** The entry of one event type. */
export type EntryOf<T extends Entry['type']> = Extract<Entry, { readonly type: T }>;

/** Where a step stands when the journal ends. */
export type RecordStatus =
  | 'not-reached'
  | 'presented'
  | 'running'
  | 'passed'
  | 'failed'
  | 'doubtful'
  | 'skipped'
  | 'confirmed'
  | 'done-by-hand';

/** One execution of a step, from its intent on. */
export interface Attempt {
  readonly number: number;
  readonly intended: EntryOf<'step-intended'>;
  started?: EntryOf<'step-started'>;
  finished?: EntryOf<'step-finished'>;
  doubted?: EntryOf<'step-doubted'>;
  settled?: EntryOf<'doubt-settled'>;
  readonly facts: Fact[];
  /** Chunks of recorded output, in order. */
  readonly output: string[];
}

/** All that the journal says of one step. */
export interface StepRecord {
  readonly id: string;
  status: RecordStatus;
  /** The first and the last entry that name the step. */
  readonly first: Entry;
  last: Entry;
  readonly attempts: Attempt[];
  readonly items: EntryOf<'item-confirmed'>[];
  readonly retries: EntryOf<'retry-asked'>[];
  readonly evidence: EntryOf<'evidence-attached'>[];
  readonly notes: EntryOf<'note-added'>[];
  /** What a second person answered, in order: approvals, and answers that were none. */
  readonly approvals: EntryOf<'step-approved' | 'approval-refused'>[];
  /** The last challenge. */
  asked?: EntryOf<'approval-asked'>;
  presented?: EntryOf<'manual-presented'>;
  confirmed?: EntryOf<'step-confirmed'>;
  skipped?: EntryOf<'step-skipped'>;
  byHand?: EntryOf<'step-done-by-hand'>;
  /** What a probe answered. */
  probed?: EntryOf<'input-probed'>;
}

/** All that a journal says. */
export interface RunRecord {
  readonly opened: EntryOf<'run-opened'>;
  readonly last: Entry;
  readonly steps: ReadonlyMap<string, StepRecord>;
  readonly entries: readonly Entry[];
  readonly closed?: EntryOf<'run-closed'>;
  readonly resumptions: readonly EntryOf<'run-resumed'>[];
  readonly handovers: readonly EntryOf<'run-handed-over'>[];
  readonly stamps: readonly EntryOf<'time-stamped' | 'time-stamp-failed'>[];
  readonly pauses: readonly EntryOf<'run-paused'>[];
  readonly marks: readonly EntryOf<'clock-marked'>[];
  readonly changes: readonly EntryOf<'change-accepted'>[];
  readonly recoveries: readonly EntryOf<'journal-recovered'>[];
  readonly notes: readonly EntryOf<'note-added'>[];
  readonly evidence: readonly EntryOf<'evidence-attached'>[];
  /** Notes that correct an entry, by the number of that entry. */
  readonly corrections: ReadonlyMap<number, readonly EntryOf<'note-added'>[]>;
}

function entriesOf<T extends Entry['type']>(entries: readonly Entry[], type: T): EntryOf<T>[] {
  return entries.filter((entry): entry is EntryOf<T> => entry.type === type);
}

function isStamp(entry: Entry): entry is EntryOf<'time-stamped' | 'time-stamp-failed'> {
  return entry.type === 'time-stamped' || entry.type === 'time-stamp-failed';
}

/** Reads a journal. Throws when it does not begin with `run-opened`, which the journal's reader has refused before. */
export function recordRun(entries: readonly Entry[]): RunRecord {
  const opened = entries[0];
  const last = entries.at(-1);
  if (opened?.type !== 'run-opened' || last === undefined)
    throw new Error('a journal begins with run-opened');
  const closed = entriesOf(entries, 'run-closed').at(-1);
  const notes = entriesOf(entries, 'note-added');
  return {
    opened,
    last,
    entries,
    steps: recordSteps(entries),
    ...(closed === undefined ? {} : { closed }),
    resumptions: entriesOf(entries, 'run-resumed'),
    handovers: entriesOf(entries, 'run-handed-over'),
    stamps: entries.filter(isStamp),
    pauses: entriesOf(entries, 'run-paused'),
    marks: entriesOf(entries, 'clock-marked'),
    changes: entriesOf(entries, 'change-accepted'),
    recoveries: entriesOf(entries, 'journal-recovered'),
    notes,
    evidence: entriesOf(entries, 'evidence-attached'),
    corrections: correctionsIn(notes),
  };
}

function correctionsIn(notes: readonly EntryOf<'note-added'>[]): Map<number, EntryOf<'note-added'>[]> {
  const corrections = new Map<number, EntryOf<'note-added'>[]>();
  for (const note of notes) {
    if (note.corrects === undefined) continue;
    const known = corrections.get(note.corrects);
    if (known === undefined) corrections.set(note.corrects, [note]);
    else known.push(note);
  }
  return corrections;
}

function recordSteps(entries: readonly Entry[]): Map<string, StepRecord> {
  const steps = new Map<string, StepRecord>();
  for (const entry of entries) {
    if (!('step' in entry) || entry.step === undefined) continue;
    let step = steps.get(entry.step);
    if (step === undefined) {
      step = emptyStep(entry.step, entry);
      steps.set(entry.step, step);
    }
    step.last = entry;
    addToStep(step, entry);
  }
  return steps;
}

function emptyStep(id: string, first: Entry): StepRecord {
  return {
    id,
    status: 'not-reached',
    first,
    last: first,
    attempts: [],
    items: [],
    retries: [],
    evidence: [],
    notes: [],
    approvals: [],
  };
}

function addToStep(step: StepRecord, entry: Entry): void {
  switch (entry.type) {
    case 'step-intended':
      step.attempts.push({ number: entry.attempt, intended: entry, facts: [], output: [] });
      step.status = 'running';
      return;
    case 'step-started':
    case 'output-written':
    case 'fact-recorded':
    case 'step-finished':
    case 'step-doubted':
    case 'doubt-settled':
      addToAttempt(step, entry);
      return;
    case 'evidence-attached':
      step.evidence.push(entry);
      return;
    case 'note-added':
      step.notes.push(entry);
      return;
    case 'approval-asked':
      step.asked = entry;
      return;
    case 'step-approved':
    case 'approval-refused':
      step.approvals.push(entry);
      return;
    default:
      addAnswer(step, entry);
  }
}

function addAnswer(step: StepRecord, entry: Entry): void {
  switch (entry.type) {
    case 'manual-presented':
      step.presented = entry;
      step.status = 'presented';
      return;
    case 'item-confirmed':
      step.items.push(entry);
      return;
    case 'step-confirmed':
      step.confirmed = entry;
      step.status = 'confirmed';
      return;
    case 'step-done-by-hand':
      step.byHand = entry;
      step.status = 'done-by-hand';
      return;
    case 'step-skipped':
      step.skipped = entry;
      step.status = 'skipped';
      return;
    case 'input-probed':
      step.probed = entry;
      step.status = 'passed';
      return;
    case 'retry-asked':
      step.retries.push(entry);
      step.status = 'not-reached';
      return;
    default:
      return;
  }
}

function addToAttempt(step: StepRecord, entry: Entry): void {
  const attempt = step.attempts.at(-1);
  if (attempt === undefined) return;
  switch (entry.type) {
    case 'step-started':
      attempt.started = entry;
      return;
    case 'output-written':
      attempt.output.push(entry.text);
      return;
    case 'fact-recorded':
      attempt.facts.push(entry.fact);
      return;
    case 'step-finished':
      attempt.finished = entry;
      step.status = entry.outcome;
      return;
    case 'step-doubted':
      attempt.doubted = entry;
      step.status = 'doubtful';
      return;
    case 'doubt-settled':
      attempt.settled = entry;
      step.status = entry.as === 'done' ? 'passed' : 'not-reached';
      return;
    default:
      return;
  }
}

/** Whether an attempt is known to have done its work: it passed, or its doubt was settled as done. */
export function succeeded(attempt: Attempt): boolean {
  return attempt.finished?.outcome === 'passed' || attempt.settled?.as === 'done';
}

/** Every fact of attempts that did their work, with the step's id, in the order in which the steps began. */
export function factsOf(record: RunRecord): readonly { readonly step: string; readonly fact: Fact }[] {
  const facts: { step: string; fact: Fact }[] = [];
  for (const step of record.steps.values()) {
    for (const attempt of step.attempts) {
      if (succeeded(attempt)) for (const fact of attempt.facts) facts.push({ step: step.id, fact });
    }
  }
  return facts;
}
