import { Fault } from '../fault.ts';
import type { Json } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import { importedCells } from '../session/selection.ts';
import type { Session } from '../session/session.ts';
import type { Stage } from './stage.ts';

/** What a step is given of earlier cells. */
export interface Imports {
  readonly values: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly secrets: readonly string[];
}

/**
 * The exports that `instance` may import: those that its code names, or for a sh cell all that there are.
 * Throws the fault `import-missing` when a cell was skipped or its secret did not outlive the process that made it.
 */
export function gatherImports(stage: Stage, instance: Instance): Imports {
  const { session } = stage;
  const values: Record<string, Record<string, Json>> = {};
  const secrets: string[] = [];
  for (const [cell, required] of wantedCells(session, instance)) {
    const exports = Object.entries(session.steps.get(cell.id).exports);
    if (required && !isDone(session, cell))
      throw new Fault('import-missing', { step: instance.id, import: cell.id });
    const known: Record<string, Json> = {};
    for (const [name, exported] of exports) {
      if ('value' in exported) known[name] = exported.value;
      else {
        known[name] = secretOf(stage, instance, cell, name);
        secrets.push(`${cell.step.id}.${name}`);
      }
    }
    values[cell.step.id] = known;
  }
  return { values, secrets };
}

function wantedCells(session: Session, instance: Instance): readonly (readonly [Instance, boolean])[] {
  const cells = session.plan.instances.filter(
    other => other.step.kind === 'cell' && isSameItem(other, instance),
  );
  if (takesAll(instance))
    return cells.filter(cell => isDone(session, cell)).map(cell => [cell, false] as const);
  const wanted = new Set(importedCells(instance));
  return cells.filter(cell => wanted.has(cell.step.id)).map(cell => [cell, true] as const);
}

function takesAll(instance: Instance): boolean {
  return instance.step.kind !== 'manual' && instance.step.code.language === 'sh';
}

function isSameItem(other: Instance, instance: Instance): boolean {
  return Object.entries(other.items).every(([name, item]) => instance.items[name] === item);
}

function isDone(session: Session, cell: Instance): boolean {
  return ['passed', 'done-by-hand'].includes(session.steps.get(cell.id).status);
}

function secretOf(stage: Stage, instance: Instance, cell: Instance, name: string): Json {
  const value = stage.vault.get(cell.id)?.[name];
  if (value === undefined) throw new Fault('secret-lost', { step: instance.id, import: cell.id, name });
  return value;
}
