/*
 * A secret export never reaches the disk, so a run that was resumed has lost it. In: the step about to be performed. Out: the
 * vault, filled by whoever operates with exactly the secrets that the step imports. The journal says that the run was resumed
 * and by whom; of the value itself there is nothing to write.
 */
import type { Instance } from '../plan/plan.ts';
import { exportsOf } from './by-hand.ts';
import { wantedCells } from './imports.ts';
import type { Stage } from './stage.ts';

/** Asks for the secrets that `instance` imports and this process does not hold; false when the operator paused instead. */
export async function recoverSecrets(stage: Stage, instance: Instance): Promise<boolean> {
  for (const cell of wantedCells(stage.session, instance)) {
    const lost = lostSecrets(stage, cell);
    if (lost.length === 0) continue;
    const exports = exportsOf(cell).filter(({ name }) => lost.includes(name));
    const answer = await stage.ask<'by-hand'>({
      ask: 'by-hand',
      step: cell.id,
      exports,
      imports: {},
      neededBy: instance.id,
    });
    if (answer.choice === 'pause') {
      stage.pause(answer.by);
      return false;
    }
    stage.vault.set(cell.id, { ...stage.vault.get(cell.id), ...answer.exports });
  }
  return true;
}

/** Names of the exports of `cell` that are secret and that this process has not seen. */
function lostSecrets(stage: Stage, cell: Instance): readonly string[] {
  const held = stage.vault.get(cell.id) ?? {};
  const { exports } = stage.session.steps.get(cell.id);
  return Object.entries(exports).flatMap(([name, value]) =>
    'secret' in value && !Object.hasOwn(held, name) ? [name] : [],
  );
}
