/*
 * What the three forms of a transcript are made from: the runbook, its plan for this run, the journal read for people, and
 * the figures. Made once, from source and entries alone.
 */
import type { Lang } from '../diagnostic.ts';
import { Fault } from '../fault.ts';
import type { Entry } from '../journal/event.ts';
import { readRunbook } from '../model/build.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import type { Instance, Plan } from '../plan/plan.ts';
import { planRunbook } from '../plan/plan-runbook.ts';
import { type Figures, figuresOf } from '../report/figures.ts';
import type { Locale } from '../report/phrase.ts';
import { type Attempt, type RunRecord, recordRun, type StepRecord } from '../report/record.ts';
import { wordsOf } from '../report/words.ts';
import type { Words } from '../report/words-fr.ts';

/** How many entries of the journal the page tells; the journal itself stands in the bundle. */
const TOLD_ENTRIES = 10_000;

/** How many attempts of one step its record tells; the journal has them all. */
const TOLD_ATTEMPTS = 20;

/** A run next to its plan, ready to be told. */
export interface Account {
  readonly runbook: Runbook;
  readonly plan: Plan;
  readonly record: RunRecord;
  readonly figures: Figures;
  readonly lang: Lang;
  readonly locale: Locale;
  readonly words: Words;
  /** The instances of each step, in the order of the plan. */
  readonly instances: ReadonlyMap<string, readonly Instance[]>;
}

/** What a transcript is made from. `file` is the runbook's name, for messages. */
export interface TranscriptInput {
  readonly source: string;
  readonly file: string;
  readonly entries: readonly Entry[];
}

/** Puts a run next to its plan. Throws the fault `transcript-source-invalid` when the source is no valid runbook. */
export function accountOf({ source, file, entries }: TranscriptInput): Account {
  const record = recordRun(entries);
  const { runbook, diagnostics } = readRunbook(source, file);
  if (runbook === undefined) {
    throw new Fault('transcript-source-invalid', { file, count: diagnostics.length });
  }
  const { lang, target, inputs } = record.opened;
  const plan = planRunbook(runbook, { target, inputs });
  const ids = plan.instances.map(instance => instance.id);
  return {
    runbook,
    plan,
    record,
    figures: figuresOf(record, runbook.front, ids),
    lang,
    locale: { lang, timeZone: runbook.front.timeZone, roles: roleLabels(runbook) },
    words: wordsOf(lang),
    instances: instancesByStep(plan),
  };
}

function roleLabels({ front }: Runbook): ReadonlyMap<string, string> {
  return new Map([...front.roles.values()].map(role => [role.name, role.label]));
}

function instancesByStep(plan: Plan): Map<string, Instance[]> {
  const byStep = new Map<string, Instance[]>();
  for (const instance of [...plan.instances, ...plan.probes, ...plan.undos]) {
    const known = byStep.get(instance.step.id);
    if (known === undefined) byStep.set(instance.step.id, [instance]);
    else known.push(instance);
  }
  return byStep;
}

/** A step's instances with what the journal says of each; probes and undos that the run did not perform are left out. */
export function tellingsOf(
  account: Account,
  step: Step,
): readonly { readonly instance: Instance; readonly record: StepRecord | undefined }[] {
  const performed = step.kind !== 'probe' && step.kind !== 'undo';
  return (account.instances.get(step.id) ?? []).flatMap(instance => {
    const record = account.record.steps.get(instance.id);
    return performed || record !== undefined ? [{ instance, record }] : [];
  });
}

/** Records of steps that the runbook does not have any more, after a change that was accepted. */
export function unplannedOf(account: Account): readonly StepRecord[] {
  const known = new Set([...account.instances.values()].flat().map(instance => instance.id));
  return [...account.record.steps.values()].filter(step => !known.has(step.id));
}

/** Whether the page tells the entry `seq`: all of them, but of a very long journal only the first and the last ones. */
export function isTold({ record }: Account, seq: number): boolean {
  const { length } = record.entries;
  return length <= TOLD_ENTRIES || seq < TOLD_ENTRIES / 2 || seq >= length - TOLD_ENTRIES / 2;
}

/** The attempts of a step that its record tells; of very many, the first and the last ones. */
export function toldAttempts(step: StepRecord): {
  readonly first: Attempt[];
  readonly last: Attempt[];
  readonly untold: number;
} {
  const { attempts } = step;
  if (attempts.length <= TOLD_ATTEMPTS) return { first: attempts, last: [], untold: 0 };
  const half = TOLD_ATTEMPTS / 2;
  return {
    first: attempts.slice(0, half),
    last: attempts.slice(-half),
    untold: attempts.length - TOLD_ATTEMPTS,
  };
}

/** The first and last instant of a step, and its machine time when it was measured; milliseconds. */
export interface StepTimes {
  readonly start: string;
  readonly end?: string;
  readonly duration?: number;
}

/** When a step was performed: from its first intent, or from when it was put to a person, to its outcome. */
export function timesOf(step: StepRecord): StepTimes | undefined {
  const start = step.attempts[0]?.intended.at ?? step.presented?.at ?? step.items[0]?.at ?? step.probed?.at;
  const end = step.confirmed?.at ?? step.byHand?.at ?? lastOutcome(step);
  if (start === undefined) return end === undefined ? undefined : { start: end, end };
  return end === undefined
    ? { start }
    : { start, end, duration: Math.max(0, Date.parse(end) - Date.parse(start)) };
}

function lastOutcome(step: StepRecord): string | undefined {
  const attempt = step.attempts.at(-1);
  return attempt?.settled?.at ?? attempt?.finished?.at ?? attempt?.doubted?.at;
}
