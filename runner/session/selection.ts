import { Fault } from '../fault.ts';
import type { Instance, Plan } from '../plan/plan.ts';
import type { Selection } from './session.ts';

/** Why the operator's selection leaves `instance` out, or `undefined` when it does not. */
export function selectionReason(plan: Plan, selection: Selection, instance: Instance): string | undefined {
  const { from, until, only } = selection;
  if (only !== undefined) return only.includes(instance.id) ? undefined : `--only ${only.join(',')}`;
  const place = placeOf(plan, instance.id);
  if (from !== undefined && place < placeOf(plan, from)) return `--from ${from}`;
  if (until !== undefined && place > placeOf(plan, until)) return `--until ${until}`;
  return undefined;
}

const places = new WeakMap<Plan, ReadonlyMap<string, number>>();

function placeOf(plan: Plan, id: string): number {
  const known = places.get(plan) ?? new Map(plan.instances.map((instance, index) => [instance.id, index]));
  places.set(plan, known);
  return known.get(id) ?? -1;
}

/**
 * Refuses a selection that cannot be performed: `unknown-step` for an id that the plan does not have, `selection-lacks-import`
 * for a selected step that imports from one that is left out.
 */
export function checkSelection(plan: Plan, selection: Selection): void {
  const named = [selection.from, selection.until, ...(selection.only ?? [])].filter(id => id !== undefined);
  for (const id of named) if (placeOf(plan, id) < 0) throw new Fault('unknown-step', { step: id });
  const kept = plan.instances.filter(instance => selectionReason(plan, selection, instance) === undefined);
  const ids = new Set(kept.map(instance => instance.step.id));
  for (const instance of kept) for (const cell of importedCells(instance)) refuseMissing(ids, instance, cell);
}

function refuseMissing(kept: ReadonlySet<string>, instance: Instance, cell: string): void {
  if (!kept.has(cell)) throw new Fault('selection-lacks-import', { step: instance.id, import: cell });
}

/** Ids of the cells from which a step imports. */
export function importedCells(instance: Instance): readonly string[] {
  if (instance.step.kind === 'manual') return [];
  return instance.step.imports.flatMap(imported => (imported.from === 'cell' ? [imported.cell] : []));
}
