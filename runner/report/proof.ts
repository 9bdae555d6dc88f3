/*
 * Proof of life: which sections of a plan drills have exercised, with what result, and what has changed since. In: the runbook of
 * today, past drills that can be believed, the latest first, and when lines of the document were last changed. Out: a proof for
 * each section that has steps of its own. What can never happen: a section of which a step, a file that it imports, however far, or
 * a condition has changed since, and which passes for exercised. Prose, packages and the front matter are not compared.
 */
import type { Diagnostic, Place } from '../diagnostic.ts';
import type { Mode, Runbook, Step } from '../model/runbook.ts';
import {
  changesSince,
  type PastDrill,
  type PlacedSteps,
  placedSteps,
  type Surroundings,
} from './proof-changes.ts';
import { type StepRecord, succeeded } from './record.ts';

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
  /** Those of its steps, undos and probes included, that the last drill did not have, had otherwise, or had and are gone. */
  readonly changed: readonly string[];
  /** When the newest of these changes was made, RFC 3339, where that is known. */
  readonly modified?: string;
}

const failed: readonly string[] = ['failed', 'doubtful', 'running'];
const performed: readonly string[] = ['passed', 'confirmed', 'done-by-hand', ...failed];

/** The proof of each section that has steps of its own, in document order. */
export function proofsOf(
  runbook: Runbook,
  drills: readonly PastDrill[],
  here: Surroundings,
): readonly SectionProof[] {
  return placedSteps(runbook.root)
    .filter(({ steps }) => steps.some(isRun))
    .map(section => proofOf(runbook, section, { drills, here }));
}

function isRun({ kind }: Step): boolean {
  return kind === 'cell' || kind === 'manual' || kind === 'check';
}

interface Evidence {
  readonly drills: readonly PastDrill[];
  readonly here: Surroundings;
}

function proofOf(runbook: Runbook, today: PlacedSteps, { drills, here }: Evidence): SectionProof {
  const { title, slug, depth, place } = today.section;
  const steps = today.steps.filter(isRun);
  const common = {
    title,
    slug,
    depth,
    place: firstLine(runbook.source, place),
    steps: steps.map(({ id }) => id),
  };
  const drill = drills.find(one => steps.some(step => statusesOf(one, step).some(isPerformed)));
  if (drill === undefined) return { ...common, changed: [] };
  const changes = changesSince(drill, runbook, today, here);
  const modified = changes
    .flatMap(({ dates }) => dates)
    .sort()
    .at(-1);
  return {
    ...common,
    last: lastOf(drill, steps),
    changed: changes.map(({ id }) => id),
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
