/*
 * The figures of a run: recovery time, its share of machine and human time, data loss, counts. In: a journal that was read,
 * and the objectives of the front matter. Out: numbers that the journal holds or that follow from two of its instants;
 * what it does not hold is `undefined`, with the reason, and never estimated.
 */
import type { FrontMatter } from '../model/runbook.ts';
import { type EntryOf, factsOf, type RecordStatus, type RunRecord } from './record.ts';
import { type Span, type SpanKind, spansOf, timeWithin } from './spans.ts';

/** A stretch of time with what it was spent on; milliseconds. */
export interface Measure {
  readonly from: string;
  readonly to: string;
  readonly total: number;
  readonly by: Readonly<Record<SpanKind, number>>;
}

/** A measure against its objective. `not-measured` when the measure is missing, `no-objective` when the other is. */
export type Judgement = 'met' | 'missed' | 'not-measured' | 'no-objective';

/** Data loss of one resource, from the backup's own instant to T0. */
export interface DataLoss {
  readonly resource: string;
  readonly label: string;
  /** Minutes. */
  readonly objective?: number;
  readonly takenAt?: string;
  readonly backup?: string;
  /** Milliseconds; negative when the backup says that it is younger than T0. */
  readonly loss?: number;
  readonly judgement: Judgement;
}

/** Everything that a procès-verbal counts. */
export interface Figures {
  readonly t0: string;
  readonly opened: string;
  readonly closed?: string;
  /** From the opening to the close, or to the last entry. */
  readonly whole: Measure;
  /** From T0 to the stop of the clock. */
  readonly recovery?: Measure;
  /** From the start of the clock to its stop. */
  readonly clock?: Measure;
  /** Minutes. */
  readonly dmia?: number;
  readonly recoveryJudgement: Judgement;
  readonly dataLoss: readonly DataLoss[];
  readonly counts: Readonly<Record<RecordStatus, number>>;
  readonly attempts: number;
  readonly retries: number;
  readonly doubts: number;
  /** Times the run went on in another process: its durations then follow the wall clock of the machine. */
  readonly restarts: number;
  /** Times the wall clock went back between two entries. */
  readonly backwards: number;
  readonly spans: readonly Span[];
}

type Objectives = Pick<FrontMatter, 'dmia' | 'resources'>;

/** Computes the figures of a run; `stepIds` are the instances of its plan, for the count of what was never reached. */
export function figuresOf(record: RunRecord, objectives: Objectives, stepIds: readonly string[]): Figures {
  const { t0, at: opened } = record.opened;
  const { spans, backwards } = spansOf(record.entries, Date.parse(t0));
  const measure = (from: string, to: string) => measureOf(spans, from, to);
  const start = markOf(record, 'start')[0];
  const stop = markOf(record, 'stop').at(-1);
  const recovery = stop === undefined ? undefined : measure(t0, stop.at);
  const clock = start === undefined || stop === undefined ? undefined : measure(start.at, stop.at);
  return {
    t0,
    opened,
    ...(record.closed === undefined ? {} : { closed: record.closed.at }),
    whole: measure(opened, (record.closed ?? record.last).at),
    ...(recovery === undefined ? {} : { recovery }),
    ...(clock === undefined ? {} : { clock }),
    ...(objectives.dmia === undefined ? {} : { dmia: objectives.dmia }),
    recoveryJudgement: judge(record.opened.dry ? undefined : recovery?.total, objectives.dmia),
    dataLoss: dataLossOf(record, objectives),
    counts: countsOf(record, stepIds),
    ...effortOf(record),
    restarts: record.resumptions.length,
    backwards,
    spans,
  };
}

function markOf(record: RunRecord, mark: 'start' | 'stop'): readonly EntryOf<'clock-marked'>[] {
  return record.marks.filter(entry => entry.mark === mark);
}

function measureOf(spans: readonly Span[], from: string, to: string): Measure {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  return { from, to, total: last - first, by: timeWithin(spans, first, last) };
}

/** Compares milliseconds with an objective in minutes. */
function judge(measured: number | undefined, minutes: number | undefined): Judgement {
  if (measured === undefined) return 'not-measured';
  if (minutes === undefined) return 'no-objective';
  return measured <= minutes * 60_000 ? 'met' : 'missed';
}

function dataLossOf(record: RunRecord, objectives: Objectives): DataLoss[] {
  const used = new Map<string, { readonly id: string; readonly takenAt: string }>();
  for (const { fact } of factsOf(record)) if (fact.kind === 'backup-used') used.set(fact.resource, fact);
  const names = new Set([...objectives.resources.keys(), ...used.keys()]);
  return [...names].flatMap(name => {
    const resource = objectives.resources.get(name);
    const backup = used.get(name);
    if (resource?.pdma === undefined && backup === undefined) return [];
    const loss = lossOf(record.opened.t0, backup?.takenAt);
    return [
      {
        resource: name,
        label: resource?.label ?? name,
        ...(resource?.pdma === undefined ? {} : { objective: resource.pdma }),
        ...(backup === undefined ? {} : { takenAt: backup.takenAt, backup: backup.id }),
        ...(loss === undefined ? {} : { loss }),
        judgement: judge(loss, resource?.pdma),
      },
    ];
  });
}

/** From the backup's instant to T0; a text that is no instant gives no number. */
function lossOf(t0: string, takenAt: string | undefined): number | undefined {
  const loss = takenAt === undefined ? Number.NaN : Date.parse(t0) - Date.parse(takenAt);
  return Number.isNaN(loss) ? undefined : loss;
}

function countsOf(record: RunRecord, stepIds: readonly string[]): Record<RecordStatus, number> {
  const counts: Record<RecordStatus, number> = {
    passed: 0,
    confirmed: 0,
    'done-by-hand': 0,
    failed: 0,
    doubtful: 0,
    skipped: 0,
    running: 0,
    presented: 0,
    'not-reached': 0,
  };
  for (const id of new Set([...stepIds, ...record.steps.keys()])) {
    counts[record.steps.get(id)?.status ?? 'not-reached'] += 1;
  }
  return counts;
}

function effortOf(record: RunRecord): { attempts: number; retries: number; doubts: number } {
  let [attempts, retries, doubts] = [0, 0, 0];
  for (const step of record.steps.values()) {
    attempts += step.attempts.length;
    retries += Math.max(0, step.attempts.length - 1);
    doubts += step.attempts.filter(attempt => attempt.doubted !== undefined).length;
  }
  return { attempts, retries, doubts };
}
