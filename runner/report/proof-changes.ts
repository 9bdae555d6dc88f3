/*
 * What has changed in a section since a drill. In: the drill's plan and files, today's runbook, and what the files beside it are
 * today. Out: each step that is not what it was, and when that may have been changed. What can never happen: a step whose code,
 * attributes, conditions or imported files, however far, are others, and which passes for the same.
 */
import { posix } from 'node:path';
import type { Place } from '../diagnostic.ts';
import { importedPaths } from '../model/imports.ts';
import type { Runbook, Section, Step } from '../model/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import { digestStep } from '../plan/step-digest.ts';
import type { RunRecord } from './record.ts';

/** A drill that is closed and sealed: its plan, and what its journal says. */
export interface PastDrill {
  readonly plan: Plan;
  readonly record: RunRecord;
}

/** The document's folder as it is. Dates are RFC 3339; undefined stands for what is not known. */
export interface Surroundings {
  /** When a line of the document (from 1) was last changed. */
  lineDate(line: number): string | undefined;
  /** When a file, whose path starts from the document's folder, was last changed. */
  fileDate(path: string): string | undefined;
  /** The sha256 of such a file, in lower-case hexadecimal. */
  fileDigest(path: string): string | undefined;
  /** A file that a step imports, and what it imports in turn; undefined when one of these is not there. */
  reachedFrom(path: string): readonly string[] | undefined;
}

/** A section with the steps that stand in it, and itself after the sections around it. */
export interface PlacedSteps {
  readonly section: Section;
  readonly around: readonly Section[];
  readonly steps: readonly Step[];
}

/** A section and those in it, in document order. */
export function placedSteps(section: Section, outer: readonly Section[] = []): readonly PlacedSteps[] {
  const around = [...outer, section];
  const steps = section.items.flatMap(item => (item.kind === 'step' ? [item.step] : []));
  const inner = section.items.flatMap(item =>
    item.kind === 'section' ? placedSteps(item.section, around) : [],
  );
  return [{ section, around, steps }, ...inner];
}

/** A step that is not what it was, and when that may have been changed, RFC 3339, where it is known. */
export interface Change {
  readonly id: string;
  readonly dates: readonly string[];
}

/** The steps of a section that a drill did not have, had otherwise, or had and are gone from the runbook. */
export function changesSince(
  drill: PastDrill,
  runbook: Runbook,
  { steps, around }: PlacedSteps,
  here: Surroundings,
): readonly Change[] {
  const then = placedSteps(drill.plan.runbook.root);
  const had = (section: PlacedSteps, step: Step) => section.steps.some(({ id }) => id === step.id);
  const changed = steps.flatMap(step => {
    const before = then.find(section => had(section, step));
    return changeOf({ step, around }, before, drill, here) ?? [];
  });
  const gone = then
    .filter(section => steps.some(step => had(section, step)))
    .flatMap(section => section.steps.filter(({ id }) => !runbook.steps.has(id)));
  return [...changed, ...gone.map(({ id }) => ({ id, dates: [] }))];
}

interface PlacedStep {
  readonly step: Step;
  readonly around: readonly Section[];
}

function changeOf(
  { step, around }: PlacedStep,
  before: PlacedSteps | undefined,
  drill: PastDrill,
  here: Surroundings,
): Change | undefined {
  const isSame = digestIn(drill.plan.runbook, step.id) === digestStep(step, {});
  const isAsBefore = before !== undefined && conditionOf(before.around) === conditionOf(around);
  const files = changedFiles(drill, step, here);
  if (isSame && isAsBefore && files.length === 0) return undefined;
  const places = [...(isSame ? [] : [step.place]), ...(isAsBefore ? [] : conditionPlaces(around))];
  const dates = [
    ...places.flatMap(place => datesOf(place, here)),
    ...files.flatMap(path => here.fileDate(path) ?? []),
  ];
  return { id: step.id, dates };
}

function digestIn({ steps }: Runbook, id: string): string | undefined {
  const step = steps.get(id);
  return step && digestStep(step, {});
}

/** When a step is performed at all, for which items, and beside what. */
function conditionOf(around: readonly Section[]): string {
  const said = around.map(({ when, each, parallel }) => [
    when?.input,
    when?.is,
    each?.in,
    each?.as,
    parallel,
  ]);
  return JSON.stringify(said.filter(parts => parts.some(part => part !== undefined && part !== false)));
}

function conditionPlaces(around: readonly Section[]): readonly Place[] {
  return around.flatMap(({ when, each }) => [when?.place ?? [], each?.place ?? []].flat());
}

/** The files that a step imports, however far, and that the drill did not have so. */
function changedFiles({ record }: PastDrill, step: Step, here: Surroundings): readonly string[] {
  const { files } = record.opened;
  const root = posix.dirname(files.find(({ role }) => role === 'runbook')?.path ?? '');
  return importedPaths(step).flatMap(path => {
    const reached = here.reachedFrom(path);
    if (reached === undefined) return [path];
    return reached.filter(each => {
      const then = files.find(file => file.path === posix.join(root, each));
      return then === undefined || then.sha256 !== here.fileDigest(each);
    });
  });
}

function datesOf({ start, end }: Place, here: Surroundings): readonly string[] {
  const lines = Array.from({ length: end.line - start.line + 1 }, (_, index) => start.line + index);
  return lines.flatMap(line => here.lineDate(line) ?? []);
}
