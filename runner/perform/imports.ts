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
 * The exports that `instance` may import: those that its code names, or for a sh cell all that there are. Inside an `each`
 * section a cell of the same section is the same item's; outside, each of its exports is a record by item.
 * Throws the fault `import-missing` when a cell was skipped, and `secret-lost` when its secret did not outlive its process.
 */
export function gatherImports(stage: Stage, instance: Instance): Imports {
  const values: Record<string, Record<string, Json>> = {};
  const secrets = new Set<string>();
  const cells = wantedCells(stage.session, instance);
  const missing = cells.find(cell => !isDone(stage.session, cell));
  if (missing !== undefined) throw new Fault('import-missing', { step: instance.id, import: missing.id });
  for (const cell of cells) {
    const known = values[cell.step.id] ?? {};
    values[cell.step.id] = known;
    for (const [name, exported] of Object.entries(stage.session.steps.get(cell.id).exports)) {
      const value = 'value' in exported ? exported.value : secretOf(stage, instance, cell, name);
      if ('secret' in exported) secrets.add(`${cell.step.id}.${name}`);
      known[name] = isSameItem(cell, instance) ? value : { ...recordIn(known[name]), [itemOf(cell)]: value };
    }
  }
  return { values, secrets: [...secrets] };
}

/** The cells whose exports `instance` is given, whether they were done or not. */
export function wantedCells(session: Session, instance: Instance): readonly Instance[] {
  if (takesAll(instance)) return exportingCells(session).filter(other => isReachable(other, instance));
  const wanted = new Set(importedCells(instance));
  if (wanted.size === 0) return [];
  return session.plan.instances.filter(
    other => other.step.kind === 'cell' && wanted.has(other.step.id) && isReachable(other, instance),
  );
}

function takesAll(instance: Instance): boolean {
  return instance.step.kind !== 'manual' && instance.step.code.language === 'sh';
}

function exportingCells(session: Session): readonly Instance[] {
  return session.plan.instances.filter(other => other.step.kind === 'cell' && isDone(session, other));
}

/** Another item of the same section is out of reach. */
function isReachable(other: Instance, instance: Instance): boolean {
  return Object.entries(other.items).every(([name, item]) =>
    [undefined, item].includes(instance.items[name]),
  );
}

function isSameItem(other: Instance, instance: Instance): boolean {
  return Object.keys(other.items).every(name => name in instance.items);
}

function itemOf(cell: Instance): string {
  return Object.values(cell.items).join(',');
}

function recordIn(value: Json | undefined): { readonly [item: string]: Json } {
  const isRecord = (json: Json | undefined): json is { readonly [item: string]: Json } =>
    typeof json === 'object' && json !== null && !Array.isArray(json);
  return isRecord(value) ? value : {};
}

function isDone(session: Session, cell: Instance): boolean {
  return ['passed', 'done-by-hand'].includes(session.steps.get(cell.id).status);
}

function secretOf(stage: Stage, instance: Instance, cell: Instance, name: string): Json {
  const value = stage.vault.get(cell.id)?.[name];
  if (value === undefined) throw new Fault('secret-lost', { step: instance.id, import: cell.id, name });
  return value;
}
