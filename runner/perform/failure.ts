import { Fault } from '../fault.ts';
import type { Reason } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import { doByHand } from './by-hand.ts';
import { gatherImports, type Imports } from './imports.ts';
import type { Stage } from './stage.ts';

/** Performs `resolve-failure`: the operator retries, does it by hand, skips it with a reason, or pauses. */
export async function resolveFailure(
  stage: Stage,
  failure: { readonly instance: Instance; readonly reason: Reason },
): Promise<void> {
  const { instance, reason } = failure;
  const answer = await stage.ask<'failure'>({ ask: 'failure', step: instance.id, reason });
  switch (answer.choice) {
    case 'pause':
      return stage.pause(answer.by, 'failed');
    case 'retry':
      return stage.record([{ type: 'retry-asked', step: instance.id, by: answer.by }]);
    case 'skip':
      return stage.record([
        { type: 'step-skipped', step: instance.id, cause: 'operator', reason: answer.reason, by: answer.by },
      ]);
    case 'by-hand':
      return await doByHand(stage, instance, importsOrNone(stage, instance));
  }
}

function importsOrNone(stage: Stage, instance: Instance): Imports {
  try {
    return gatherImports(stage, instance);
  } catch (error) {
    if (error instanceof Fault) return { values: {}, secrets: [] };
    throw error;
  }
}
