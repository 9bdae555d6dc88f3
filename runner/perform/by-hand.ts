import type { Exported } from '../journal/event.ts';
import type { CellExport, Json } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import { obtainApproval } from './approval.ts';
import type { Imports } from './imports.ts';
import { type Stage, voiceOf } from './stage.ts';

/** Lets a person do what a cell would have done, and takes the exports that later steps need. */
export async function doByHand(stage: Stage, instance: Instance, imports: Imports): Promise<void> {
  const attempt = stage.session.steps.get(instance.id).attempts + 1;
  if (!(await obtainApproval(stage, instance, { act: 'by-hand', attempt, code: instance.digest }))) return;
  const exports = exportsOf(instance);
  const answer = await stage.ask<'by-hand'>({
    ask: 'by-hand',
    step: instance.id,
    exports,
    imports: shownImports(imports),
  });
  if (answer.choice === 'pause') return stage.pause(answer.by);
  stage.vault.set(instance.id, answer.exports);
  const { reason } = answer;
  const given = exportedAs(exports, answer.exports);
  return stage.record([
    { type: 'step-done-by-hand', step: instance.id, ...voiceOf(answer), reason, exports: given },
  ]);
}

/** The exports that a step declares; none for what is not a cell. */
export function exportsOf(instance: Instance): readonly CellExport[] {
  return instance.step.kind === 'cell' ? instance.step.exports : [];
}

/** What may be written down of values that a person gave. */
export function exportedAs(
  exports: readonly CellExport[],
  values: Readonly<Record<string, Json>>,
): Readonly<Record<string, Exported>> {
  return Object.fromEntries(
    exports.map(({ name, secret }) => [name, secret ? { secret: true } : { value: values[name] ?? null }]),
  );
}

function shownImports(imports: Imports): Readonly<Record<string, Json>> {
  const shown: Record<string, Json> = {};
  for (const [cell, values] of Object.entries(imports.values)) {
    for (const [name, value] of Object.entries(values)) {
      const key = `${cell}.${name}`;
      shown[key] = imports.secrets.includes(key) ? '«secret»' : value;
    }
  }
  return shown;
}
