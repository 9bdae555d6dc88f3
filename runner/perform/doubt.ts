/*
 * Settles a doubt. A check of the cell that passes settles it as done; one that fails settles nothing; else a person says
 * what was done, by name and with a reason. Nothing here runs the cell again.
 */
import { Fault } from '../fault.ts';
import type { Reason } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import { exportedAs, exportsOf } from './by-hand.ts';
import { executionOf } from './execute.ts';
import { gatherImports } from './imports.ts';
import type { Stage } from './stage.ts';

interface Doubt {
  readonly instance: Instance;
  readonly reason: Reason;
  readonly checks: readonly Instance[];
}

/** Performs `settle-doubt`: asks the checks, then the operator. */
export async function settleDoubt(stage: Stage, doubt: Doubt): Promise<void> {
  const { instance } = doubt;
  note(stage, doubt);
  const passing = await firstPassing(stage, doubt.checks);
  if (passing === undefined || exportsOf(instance).length > 0) {
    return await askOperator(stage, doubt, passing !== undefined);
  }
  const by = { check: passing.id };
  stage.record([
    { type: 'doubt-settled', step: instance.id, as: 'done', by, reason: passing.id, exports: {} },
  ]);
}

function note(stage: Stage, { instance, reason }: Doubt): void {
  const state = stage.session.steps.get(instance.id);
  if (state.status === 'doubtful') return;
  stage.record([{ type: 'step-doubted', step: instance.id, attempt: state.attempts, reason }]);
}

async function firstPassing(stage: Stage, checks: readonly Instance[]): Promise<Instance | undefined> {
  for (const check of checks) if (await passes(stage, check)) return check;
  return undefined;
}

async function passes(stage: Stage, check: Instance): Promise<boolean> {
  try {
    const execution = executionOf(stage, check, 0, gatherImports(stage, check));
    const silent = { started: () => {}, output: () => {}, fact: () => {} };
    return (await stage.executorOf(execution.instance.id).execute(execution, silent)).ended === 'passed';
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

async function askOperator(stage: Stage, { instance, reason }: Doubt, checkPassed: boolean): Promise<void> {
  const exports = exportsOf(instance);
  const answer = await stage.ask<'doubt'>({
    ask: 'doubt',
    step: instance.id,
    exports,
    reason,
    checkPassed,
  });
  if (answer.choice === 'pause') return stage.pause(answer.by);
  const { choice, by } = answer;
  if (choice === 'done') stage.vault.set(instance.id, answer.exports);
  const given = choice === 'done' ? exportedAs(exports, answer.exports) : {};
  stage.record([
    { type: 'doubt-settled', step: instance.id, as: choice, by, reason: answer.reason, exports: given },
  ]);
}
