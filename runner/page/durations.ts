/*
 * How long steps and chapters took in past drills. In: runs that were read back, and the runbook of today. Out: durations by
 * step and by chapter, target by target. Nothing is estimated: a step that has changed since, that failed, that was skipped
 * or that a script answered has no duration.
 */
import type { Mode, Runbook, Section, Step } from '../model/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import { digestStep } from '../plan/step-digest.ts';
import { figuresOf } from '../report/figures.ts';
import type { RecordStatus, RunRecord, StepRecord } from '../report/record.ts';
import { timesOf } from '../transcript/account.ts';

/** A drill that is closed and sealed: its plan, and what its journal says. */
export interface Drill {
  readonly plan: Plan;
  readonly record: RunRecord;
}

/** What is told of one drill. `recovery` is milliseconds from T0 to the end of the measure. */
export interface DrillSummary {
  readonly run: string;
  readonly at: string;
  readonly target: string;
  readonly mode: Mode;
  readonly outcome: 'passed' | 'passed-with-reservations' | 'failed' | 'abandoned';
  readonly recovery?: number;
}

/** Durations on one target, milliseconds, the earliest first. */
export interface Sample {
  readonly target: string;
  readonly times: readonly number[];
}

/** All that past drills say. */
export interface Durations {
  readonly drills: readonly DrillSummary[];
  readonly steps: ReadonlyMap<string, readonly Sample[]>;
  /** By the slug of a chapter: a section of the first level that the document uses. */
  readonly chapters: ReadonlyMap<string, readonly Sample[]>;
  /** Steps that drills performed only in an earlier version. */
  readonly changed: ReadonlySet<string>;
}

/** The middle one; of an even number, the lower of the two in the middle, which was really measured. */
export function medianOf(times: readonly number[]): number {
  const sorted = [...times].sort((left, right) => left - right);
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  if (median === undefined) throw new Error('no median of nothing');
  return median;
}

/** Durations from drills, in any order. */
export function durationsOf(runbook: Runbook, drills: readonly Drill[]): Durations {
  const ordered = [...drills].sort((left, right) =>
    left.record.opened.at < right.record.opened.at
      ? -1
      : left.record.opened.at > right.record.opened.at
        ? 1
        : 0,
  );
  const steps = new Samples();
  const chapters = new Samples();
  const stale = new Set<string>();
  for (const drill of ordered) {
    addSteps(runbook, drill, steps, stale);
    for (const chapter of chaptersOf(runbook)) addChapter(chapter, drill, chapters);
  }
  const known = steps.all();
  return {
    drills: ordered.map(summaryOf),
    steps: known,
    chapters: chapters.all(),
    changed: new Set([...stale].filter(id => !known.has(id))),
  };
}

class Samples {
  readonly #times = new Map<string, Map<string, number[]>>();

  add(key: string, target: string, time: number): void {
    const targets = this.#times.get(key) ?? new Map<string, number[]>();
    targets.set(target, [...(targets.get(target) ?? []), time]);
    this.#times.set(key, targets);
  }

  all(): Map<string, readonly Sample[]> {
    return new Map(
      [...this.#times].map(([key, targets]) => [
        key,
        [...targets].map(([target, times]) => ({ target, times })),
      ]),
    );
  }
}

function targetOf({ plan }: Drill): string {
  return plan.target.label;
}

function addSteps(runbook: Runbook, drill: Drill, steps: Samples, stale: Set<string>): void {
  const { plan, record } = drill;
  for (const { id, step } of [...plan.instances, ...plan.probes, ...plan.undos]) {
    const today = runbook.steps.get(step.id);
    const performed = record.steps.get(id);
    const time = performed === undefined ? undefined : timeOf(step, performed);
    if (today === undefined || time === undefined) continue;
    if (digestStep(today, {}) === digestStep(step, {})) steps.add(step.id, targetOf(drill), time);
    else stale.add(step.id);
  }
}

/** Machine time of a step's last attempt, or the time that a person took; nothing for what no one really did. */
function timeOf(step: Step, record: StepRecord): number | undefined {
  if (step.kind !== 'manual') {
    const finished = record.attempts.at(-1)?.finished;
    return record.status === 'passed' && finished?.outcome === 'passed' ? finished.duration : undefined;
  }
  const { presented, confirmed } = record;
  if (presented === undefined || confirmed?.voice !== 'typed') return undefined;
  return Math.max(0, Date.parse(confirmed.at) - Date.parse(presented.at));
}

/** The sections by which a document is divided: those of the first level, below one that stands alone as its title. */
export function chaptersOf(runbook: Runbook): readonly Section[] {
  const below = sectionsIn(runbook.root);
  const [only] = below;
  return below.length === 1 && only?.depth === 1 ? sectionsIn(only) : below;
}

function sectionsIn({ items }: Section): readonly Section[] {
  return items.flatMap(item => (item.kind === 'section' ? [item.section] : []));
}

const accomplished: ReadonlySet<RecordStatus> = new Set(['passed', 'confirmed', 'done-by-hand']);

/** A chapter that is today as it was in a drill, every step of it done there: from its first intent to its last outcome. */
function addChapter(chapter: Section, drill: Drill, chapters: Samples): void {
  const then = chaptersOf(drill.plan.runbook).find(({ slug }) => slug === chapter.slug);
  if (then === undefined || digestsIn(then).join() !== digestsIn(chapter).join()) return;
  const wanted = drill.plan.instances.filter(({ path, skip }) => path.includes(chapter.slug) && !skip);
  const done = wanted.flatMap(({ id }) => {
    const record = drill.record.steps.get(id);
    const times = record !== undefined && accomplished.has(record.status) ? timesOf(record) : undefined;
    return times?.end === undefined ? [] : [{ start: Date.parse(times.start), end: Date.parse(times.end) }];
  });
  if (wanted.length === 0 || done.length < wanted.length) return;
  const from = Math.min(...done.map(({ start }) => start));
  const to = Math.max(...done.map(({ end }) => end));
  chapters.add(chapter.slug, targetOf(drill), Math.max(0, to - from));
}

function digestsIn({ items }: Section): string[] {
  return items.flatMap(item => {
    if (item.kind === 'section') return digestsIn(item.section);
    return item.kind === 'step' && item.step.kind !== 'undo' && item.step.kind !== 'probe'
      ? [digestStep(item.step, {})]
      : [];
  });
}

function summaryOf(drill: Drill): DrillSummary {
  const { plan, record } = drill;
  const { recovery } = figuresOf(record, plan.runbook.front, []);
  const { run, at, mode } = record.opened;
  return {
    run,
    at,
    target: targetOf(drill),
    mode,
    outcome: record.closed?.outcome ?? 'abandoned',
    ...(recovery === undefined ? {} : { recovery: recovery.total }),
  };
}
