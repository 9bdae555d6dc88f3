import { Fault } from '../fault.ts';
import type { Instance } from '../plan/plan.ts';
import { executeCode, executionOf, refusal } from './execute.ts';
import { gatherImports } from './imports.ts';
import type { Stage } from './stage.ts';

/** Performs an undo. It is idempotent and finds what to remove by the run's own marker, so a killed one has only failed. */
export async function performUndo(stage: Stage, instance: Instance, attempt: number): Promise<void> {
  const step = instance.id;
  stage.record([{ type: 'step-intended', step, attempt, code: instance.digest }]);
  try {
    const imports = gatherImports(stage, instance);
    const result = await executeCode(stage, executionOf(stage, instance, attempt, imports));
    const { ended, reason, exports, output, duration } = result;
    const outcome = ended === 'passed' ? 'passed' : 'failed';
    const because = reason === undefined ? {} : { reason };
    stage.record([{ type: 'step-finished', step, attempt, outcome, ...because, exports, output, duration }]);
  } catch (error) {
    if (!(error instanceof Fault) || error.state !== 'nothing-changed') throw error;
    stage.record([refusal(step, attempt, error)]);
  }
}
