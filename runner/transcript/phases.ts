/*
 * The phases of a run: the sections of the plan at the first level where there are several, with when each was worked on.
 */
import type { PlanNode } from '../plan/plan.ts';
import { sayValue } from '../report/phrase.ts';
import type { StepRecord } from '../report/record.ts';
import { type Span, spansWithin, timeWithin } from '../report/spans.ts';
import { type Account, timesOf } from './account.ts';

/** A stretch of work on a step; milliseconds since the epoch. */
export interface Work {
  readonly kind: 'machine' | 'human';
  readonly from: number;
  readonly to: number;
}

/** A section with what happened in it. */
export interface Phase {
  readonly title: string;
  /** Ids of its instances, in order. */
  readonly steps: readonly string[];
  readonly work: readonly Work[];
  readonly start?: string;
  readonly end?: string;
  /** Milliseconds of machine and human time of the run that lie in the phase. */
  readonly machine: number;
  readonly human: number;
}

type SectionNode = Extract<PlanNode, { readonly kind: 'section' }>;

/** The phases in the order of the plan; steps outside of any stand in a phase with the runbook's title. */
export function phasesOf(account: Account): Phase[] {
  let nodes = account.plan.nodes;
  let sections = nodes.filter(isSection);
  while (sections.length === 1 && nodes.every(node => isSection(node) || node.kind === 'clock')) {
    nodes = sections[0]?.nodes ?? [];
    sections = nodes.filter(isSection);
  }
  const loose = nodes.flatMap(node => (node.kind === 'instance' ? [node.instance.id] : []));
  const title = account.runbook.front.title;
  return [
    ...(loose.length === 0 ? [] : [phaseOf(account, title, loose)]),
    ...sections
      .map(node => phaseOf(account, titleOf(account, node), stepsIn(node)))
      .filter(phase => phase.steps.length > 0),
  ];
}

function isSection(node: PlanNode): node is SectionNode {
  return node.kind === 'section';
}

function titleOf(account: Account, node: SectionNode): string {
  return node.item === undefined ? node.title : `${node.title} [${sayValue(node.item, account.lang, 80)}]`;
}

function stepsIn(node: SectionNode): string[] {
  return node.nodes.flatMap(child => {
    if (child.kind === 'section') return stepsIn(child);
    const performed =
      child.kind === 'instance' &&
      child.instance.step.kind !== 'probe' &&
      child.instance.step.kind !== 'undo';
    return performed ? [child.instance.id] : [];
  });
}

function phaseOf(account: Account, title: string, steps: readonly string[]): Phase {
  const records = steps.flatMap(id => account.record.steps.get(id) ?? []);
  const work = records.flatMap(record => workOf(account.figures.spans, record));
  const bounds = records.flatMap(record => {
    const times = timesOf(record);
    return times === undefined ? [] : [times.start, times.end ?? times.start];
  });
  const sorted = [...bounds].sort();
  const [start, end] = [sorted[0], sorted.at(-1)];
  return {
    title,
    steps,
    work,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...sharesOf(account.figures.spans, start, end),
  };
}

function sharesOf(
  spans: readonly Span[],
  start: string | undefined,
  end: string | undefined,
): { readonly machine: number; readonly human: number } {
  if (start === undefined || end === undefined) return { machine: 0, human: 0 };
  const { machine, human } = timeWithin(spans, Date.parse(start), Date.parse(end));
  return { machine, human };
}

/** The machine's work between two instants: a process that was stopped did not work. */
function machineWithin(spans: readonly Span[], from: number, to: number): Work[] {
  return spansWithin(spans, from, to).flatMap(span =>
    span.kind === 'machine' ? [{ kind: 'machine', from: span.from, to: span.to }] : [],
  );
}

function workOf(spans: readonly Span[], record: StepRecord): Work[] {
  const work: Work[] = [];
  for (const { intended, finished, doubted } of record.attempts) {
    const end = finished ?? doubted;
    if (end !== undefined) {
      work.push(...machineWithin(spans, Date.parse(intended.at), Date.parse(end.at)));
    }
  }
  const answer = record.confirmed ?? record.byHand ?? record.skipped;
  const asked = record.presented ?? lastEnd(record);
  if (answer !== undefined && asked !== undefined) {
    work.push({ kind: 'human', from: Date.parse(asked.at), to: Date.parse(answer.at) });
  }
  return work.filter(({ from, to }) => to >= from);
}

function lastEnd(record: StepRecord): { readonly at: string } | undefined {
  const attempt = record.attempts.at(-1);
  return attempt?.finished ?? attempt?.doubted;
}
