/*
 * Proof of life: which sections of a plan drills have exercised, with what result, and what has changed since. In: the runbook of
 * today, past drills that can be believed, the latest first, and when lines of the document were last changed. Out: a proof for
 * each section that has steps of its own. What can never happen: a step that has changed since and passes for exercised.
 */
import type { Diagnostic, Place } from '../diagnostic.ts';
import type { Mode, Runbook, Section, Step } from '../model/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import { digestStep } from '../plan/step-digest.ts';
import { type RunRecord, type StepRecord, succeeded } from './record.ts';

/** A drill that is closed and sealed: its plan, and what its journal says. */
export interface PastDrill {
  readonly plan: Plan;
  readonly record: RunRecord;
}

/** The last drill that exercised a section. `at` is when it was closed, RFC 3339. */
export interface LastDrill {
  readonly run: string;
  readonly at: string;
  readonly target: string;
  readonly mode: Mode;
  readonly result: 'passed' | 'partial' | 'failed';
  /** How many of the section's steps of today it performed. */
  readonly played: number;
}

/** What is proven of one section. Sub-sections have their own. */
export interface SectionProof {
  readonly title: string;
  readonly slug: string;
  readonly depth: number;
  /** The heading. */
  readonly place: Place;
  /** Ids of its own cells, manual steps and checks. */
  readonly steps: readonly string[];
  readonly last?: LastDrill;
  /** Those of its steps that the last drill did not have, or had otherwise. */
  readonly changed: readonly string[];
  /** When the newest of these changes was made, RFC 3339, where that is known. */
  readonly modified?: string;
}

/** The document's folder as it is. Dates are RFC 3339; undefined stands for what is not known. */
export interface Surroundings {
  /** When a line of the document (from 1) was last changed. */
  lineDate(line: number): string | undefined;
  /** When a file, whose path starts from the document's folder, was last changed. */
  fileDate(path: string): string | undefined;
  /** The sha256 of such a file, in lower-case hexadecimal. */
  fileDigest(path: string): string | undefined;
}

const failed: readonly string[] = ['failed', 'doubtful', 'running'];
const performed: readonly string[] = ['passed', 'confirmed', 'done-by-hand', ...failed];

/** The proof of each section that has steps of its own, in document order. */
export function proofsOf(
  runbook: Runbook,
  drills: readonly PastDrill[],
  here: Surroundings,
): readonly SectionProof[] {
  return proofsIn(runbook, runbook.root, drills, here);
}

function proofsIn(
  runbook: Runbook,
  section: Section,
  drills: readonly PastDrill[],
  here: Surroundings,
): readonly SectionProof[] {
  const steps = section.items.flatMap(item => (item.kind === 'step' && isRun(item.step) ? [item.step] : []));
  const inner = section.items.flatMap(item =>
    item.kind === 'section' ? proofsIn(runbook, item.section, drills, here) : [],
  );
  return steps.length === 0 ? inner : [proofOf(runbook, section, { steps, drills, here }), ...inner];
}

function isRun({ kind }: Step): boolean {
  return kind === 'cell' || kind === 'manual' || kind === 'check';
}

interface Evidence {
  readonly steps: readonly Step[];
  readonly drills: readonly PastDrill[];
  readonly here: Surroundings;
}

function proofOf({ source }: Runbook, section: Section, { steps, drills, here }: Evidence): SectionProof {
  const { title, slug, depth, place } = section;
  const common = { title, slug, depth, place: firstLine(source, place), steps: steps.map(({ id }) => id) };
  const drill = drills.find(one => steps.some(step => statusesOf(one, step).some(isPerformed)));
  if (drill === undefined) return { ...common, changed: [] };
  const changed = steps.filter(step => !isSame(drill, step) || newModules(drill, step, here).length > 0);
  const dates = changed.flatMap(step => datesOf(drill, step, here)).sort();
  const modified = dates.at(-1);
  return {
    ...common,
    last: lastOf(drill, steps),
    changed: changed.map(({ id }) => id),
    ...(modified === undefined ? {} : { modified }),
  };
}

/** A section's place without what follows its first line. */
function firstLine(source: string, { start }: Place): Place {
  const rest = /^[^\r\n]*/.exec(source.slice(start.offset))?.[0].trimEnd().length ?? 0;
  return { start, end: { line: start.line, column: start.column + rest, offset: start.offset + rest } };
}

/** How each instance of a step ended, in the items of its `each` sections. */
function statusesOf({ record }: PastDrill, { id }: Step): readonly string[] {
  return [...record.steps.values()].filter(step => step.id === id || step.id.startsWith(`${id}[`)).map(endOf);
}

/** How a step ended; one that failed and was passed over has failed. */
function endOf({ status, attempts }: StepRecord): string {
  const tried = attempts.at(-1);
  return status === 'skipped' && tried !== undefined && !succeeded(tried) ? 'failed' : status;
}

function isPerformed(status: string): boolean {
  return performed.includes(status);
}

function isSame({ plan }: PastDrill, step: Step): boolean {
  const then = plan.runbook.steps.get(step.id);
  return then !== undefined && digestStep(then, {}) === digestStep(step, {});
}

/** The files that a step imports and that the drill did not have so; what those import is not followed. */
function newModules({ record }: PastDrill, step: Step, here: Surroundings): readonly string[] {
  if (step.kind === 'manual') return [];
  const { files } = record.opened;
  const root = files.find(({ role }) => role === 'runbook')?.path.replace(/[^/]*$/, '') ?? '';
  const paths = step.imports.flatMap(each => (each.from === 'file' ? [each.path] : []));
  return paths.filter(path => {
    const then = files.find(file => file.path === root + path.replace(/^\.\//, ''));
    return then !== undefined && then.sha256 !== here.fileDigest(path);
  });
}

function datesOf(drill: PastDrill, step: Step, here: Surroundings): readonly string[] {
  const { start, end } = step.place;
  const lines = Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index);
  const own = isSame(drill, step) ? [] : lines.flatMap(line => here.lineDate(line) ?? []);
  return [...own, ...newModules(drill, step, here).flatMap(path => here.fileDate(path) ?? [])];
}

function lastOf(drill: PastDrill, steps: readonly Step[]): LastDrill {
  const { opened, closed, last } = drill.record;
  const statuses = steps.map(step => statusesOf(drill, step).filter(isPerformed));
  const played = statuses.filter(each => each.length > 0).length;
  const hasFailed = statuses.some(each => each.some(status => failed.includes(status)));
  const result = hasFailed ? 'failed' : played < steps.length ? 'partial' : 'passed';
  const { run, target, mode } = opened;
  return { run, at: (closed ?? last).at, target, mode, result, played };
}

/** What people are told of a proof: how it stands, gravest first. */
export function standingOf({
  last,
  changed,
}: SectionProof): 'never' | 'stale' | 'failed' | 'partial' | 'passed' {
  if (last === undefined) return 'never';
  return changed.length > 0 && last.result !== 'failed' ? 'stale' : last.result;
}

/** A warning at the heading of each section that no drill of today's steps has wholly exercised. */
export function proofFindings(file: string, proofs: readonly SectionProof[]): readonly Diagnostic[] {
  return proofs.flatMap((proof): readonly Diagnostic[] => {
    const standing = standingOf(proof);
    if (standing === 'passed') return [];
    const { last, title, steps, place } = proof;
    const params = {
      section: title,
      run: last?.run ?? '',
      played: last?.played ?? 0,
      total: steps.length,
      steps: proof.changed.join(', '),
      modified: proof.modified ?? 'unknown',
    };
    return [{ code: `proof-${standing}`, severity: 'warning', file, place, params }];
  });
}
