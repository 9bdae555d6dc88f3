/*
 * Performs a cell: ask, look at the target, have it approved where the plan says so, write the intent, look again, act, write
 * the outcome.
 *
 * C1  The intent is on disk before the target is touched, and the outcome before anything else is performed.
 * C2  A cell that writes or destroys and was killed leaves a doubt; only what reads fails.
 */
import { Fault } from '../fault.ts';
import type { Event } from '../journal/event.ts';
import type { CellStep } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import type { ExecutionResult } from '../ports.ts';
import { obtainApproval } from './approval.ts';
import { doByHand } from './by-hand.ts';
import { executeCode, executionOf, refusal } from './execute.ts';
import { confirmTarget, type Guard, isForeign, mustAsk, readFingerprint } from './guard.ts';
import { gatherImports, type Imports } from './imports.ts';
import type { Stage } from './stage.ts';

interface Performance {
  readonly instance: Instance;
  readonly cell: CellStep;
  readonly attempt: number;
  readonly imports: Imports;
}

/** Offers, then runs `instance`, which is a cell. */
export async function performCell(stage: Stage, instance: Instance, attempt: number): Promise<void> {
  const cell = cellOf(instance);
  try {
    const performance = { instance, cell, attempt, imports: gatherImports(stage, instance) };
    const fingerprint = await readFingerprint(stage, cell);
    const guard = fingerprint === undefined ? {} : { fingerprint };
    const isDue = mustAsk(stage, instance, cell) || (stage.settings.pace === 'step' && attempt === 1);
    await (isDue ? offer(stage, performance, guard) : act(stage, performance, guard));
  } catch (error) {
    if (!(error instanceof Fault) || error.state !== 'nothing-changed') throw error;
    refuse(stage, instance, attempt, error);
  }
}

function cellOf(instance: Instance): CellStep {
  if (instance.step.kind !== 'cell') throw new Error(`\`${instance.id}\` is not a cell`);
  return instance.step;
}

async function offer(stage: Stage, performance: Performance, guard: Guard): Promise<void> {
  const { instance, imports } = performance;
  const shown = guard.fingerprint === undefined ? {} : { fingerprint: guard.fingerprint };
  const answer = await stage.ask<'step'>({ ask: 'step', step: instance.id, ...shown });
  const { by } = answer;
  switch (answer.choice) {
    case 'pause':
      return stage.pause(by);
    case 'skip':
      return stage.record([
        { type: 'step-skipped', step: instance.id, cause: 'operator', reason: answer.reason, by },
      ]);
    case 'by-hand':
      return await doByHand(stage, instance, imports);
    case 'run':
      return await askName(stage, performance, { ...guard, by });
  }
}

async function askName(stage: Stage, performance: Performance, guard: Guard): Promise<void> {
  const { fingerprint } = guard;
  if (fingerprint === undefined || !isForeign(stage, fingerprint))
    return await act(stage, performance, guard);
  const question = { ask: 'name', step: performance.instance.id, fingerprint } as const;
  const answer = await stage.ask<'name'>(question);
  if (answer.choice === 'pause') return stage.pause(answer.by);
  if (answer.name !== fingerprint.name) {
    const { resource, name } = fingerprint;
    throw new Fault('wrong-name', { resource, expected: name, typed: answer.name });
  }
  await act(stage, performance, { ...guard, typedName: answer.name });
}

function refuse(stage: Stage, instance: Instance, attempt: number, fault: Fault): void {
  const isIntended = stage.session.steps.get(instance.id).status === 'running';
  const intent: Event = { type: 'step-intended', step: instance.id, attempt, code: instance.digest };
  stage.record([...(isIntended ? [] : [intent]), refusal(instance.id, attempt, fault)]);
}

async function act(stage: Stage, performance: Performance, guard: Guard): Promise<void> {
  const { instance, cell, attempt, imports } = performance;
  const wanted = { act: 'run', attempt, code: instance.digest, fingerprint: guard.fingerprint } as const;
  if (!(await obtainApproval(stage, instance, wanted))) return;
  stage.record([{ type: 'step-intended', step: instance.id, attempt, code: instance.digest, ...guard }]);
  await confirmTarget(stage, cell, guard);
  const result = await executeCode(stage, executionOf(stage, instance, attempt, imports));
  if (result.ended === 'passed') stage.vault.set(instance.id, result.values);
  stage.record([outcomeOf(performance, result)]);
}

function outcomeOf({ instance, cell, attempt }: Performance, result: ExecutionResult): Event {
  const { reason, exports, output, duration } = result;
  const step = instance.id;
  if (result.ended === 'killed' && cell.effect !== 'read') {
    return { type: 'step-doubted', step, attempt, reason: reason ?? { code: 'crashed' }, output };
  }
  const outcome = result.ended === 'passed' ? 'passed' : 'failed';
  const because = reason === undefined ? {} : { reason };
  return { type: 'step-finished', step, attempt, outcome, ...because, exports, output, duration };
}
