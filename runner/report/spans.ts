/*
 * Where the time of a run went. The journal is cut into spans between successive entries, and each span is named by what
 * stood open during it: a step executing is machine time; a manual step or a question is human time; a pause or a stopped
 * process is neither. When several stand open at once, the machine's work counts first.
 */
import type { Entry } from '../journal/event.ts';

/** What a stretch of time was spent on. `before` is from T0 to the opening of the run. */
export type SpanKind = 'before' | 'machine' | 'human' | 'paused' | 'stopped' | 'between';

/** A stretch of time, in milliseconds since the epoch. */
export interface Span {
  readonly kind: SpanKind;
  readonly from: number;
  readonly to: number;
}

/** Spans in order, without gaps, and how often the clock of the machine went back. */
export interface Spans {
  readonly spans: readonly Span[];
  readonly backwards: number;
}

interface Open {
  readonly running: Set<string>;
  readonly asked: Set<string>;
  paused: boolean;
}

/** The spans from T0 (milliseconds) to the last entry. Neighbours of one kind are one span. */
export function spansOf(entries: readonly Entry[], t0: number): Spans {
  const spans: Span[] = [];
  const open: Open = { running: new Set(), asked: new Set(), paused: false };
  let now = t0;
  let before = Number.NEGATIVE_INFINITY;
  let backwards = 0;
  for (const entry of entries) {
    const at = Date.parse(entry.at);
    if (at < before) backwards += 1;
    before = at;
    if (at > now) {
      extend(spans, { kind: kindBefore(entry, open), from: now, to: at });
      now = at;
    }
    follow(entry, open);
  }
  return { spans, backwards };
}

function extend(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last?.kind === span.kind) spans[spans.length - 1] = { ...last, to: span.to };
  else spans.push(span);
}

function kindBefore(entry: Entry, open: Open): SpanKind {
  if (entry.type === 'run-opened') return 'before';
  if (open.paused) return 'paused';
  if (entry.type === 'run-resumed' || entry.type === 'journal-recovered') return 'stopped';
  if (open.running.size > 0) return 'machine';
  if (isAnswer(entry)) return 'human';
  return open.asked.size > 0 && !isAutomatic(entry) ? 'human' : 'between';
}

/** Whether the engine went on by itself, so that nobody was being waited for: its own retry, a check that settled a doubt. */
function isAutomatic(entry: Entry): boolean {
  return entry.type === 'step-intended' || entry.type === 'doubt-settled';
}

/** Whether `entry` is what a person answered: the time before it was spent deciding. */
function isAnswer(entry: Entry): boolean {
  switch (entry.type) {
    case 'step-intended':
    case 'step-skipped':
    case 'retry-asked':
      return entry.by !== undefined;
    case 'step-done-by-hand':
    case 'step-confirmed':
    case 'item-confirmed':
      return true;
    case 'run-paused':
      return entry.cause === 'asked';
    case 'doubt-settled':
      return !('check' in entry.by);
    default:
      return false;
  }
}

function follow(entry: Entry, open: Open): void {
  switch (entry.type) {
    case 'step-intended':
      open.asked.delete(entry.step);
      open.running.add(entry.step);
      return;
    case 'step-finished':
      open.running.delete(entry.step);
      if (entry.outcome === 'failed') open.asked.add(entry.step);
      return;
    case 'step-doubted':
      open.running.delete(entry.step);
      open.asked.add(entry.step);
      return;
    case 'manual-presented':
      open.asked.add(entry.step);
      return;
    case 'step-confirmed':
    case 'step-done-by-hand':
    case 'step-skipped':
    case 'doubt-settled':
    case 'retry-asked':
      open.asked.delete(entry.step);
      return;
    case 'run-paused':
      open.paused = true;
      return;
    case 'run-resumed':
      // What ran when the process died is a doubt by now, and nobody was being asked while nothing ran.
      open.paused = false;
      open.running.clear();
      return;
    default:
      return;
  }
}

/** Index of the first of some ordered stretches that ends after `at`; their number when there is none. */
export function firstAfter(stretches: readonly { readonly to: number }[], at: number): number {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stretches[middle]?.to ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The spans that touch the time between two instants, cut to it. */
export function spansWithin(spans: readonly Span[], from: number, to: number): Span[] {
  const within: Span[] = [];
  for (let index = firstAfter(spans, from); index < spans.length; index += 1) {
    const span = spans[index];
    if (span === undefined || span.from >= to) break;
    within.push({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) });
  }
  return within;
}

/** How much of each kind lies between two instants, in milliseconds. */
export function timeWithin(
  spans: readonly Span[],
  from: number,
  to: number,
): Readonly<Record<SpanKind, number>> {
  const time = { before: 0, machine: 0, human: 0, paused: 0, stopped: 0, between: 0 };
  for (const span of spansWithin(spans, from, to)) time[span.kind] += span.to - span.from;
  return time;
}
