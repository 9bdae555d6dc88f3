/*
 * Performs a check: polls until it is true or `within` is over. Only the first and the last poll leave output in the
 * journal, with their number, so that a check that waits an hour does not fill it.
 */
import { Fault } from '../fault.ts';
import type { Event } from '../journal/event.ts';
import type { CheckStep } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import type { Execution, ExecutionResult } from '../ports.ts';
import { executionOf, observe, refusal, sumsOf } from './execute.ts';
import { gatherImports } from './imports.ts';
import { Retries } from './retries.ts';
import type { Stage } from './stage.ts';

interface Poll {
  readonly result: ExecutionResult;
  readonly events: readonly Event[];
}

/** Polls `instance`, which is a check, and records what it found. */
export async function performCheck(stage: Stage, instance: Instance, attempt: number): Promise<void> {
  stage.record([{ type: 'step-intended', step: instance.id, attempt, code: instance.digest }]);
  try {
    const imports = gatherImports(stage, instance);
    const polled = await poll(stage, executionOf(stage, instance, attempt, imports), checkOf(instance));
    stage.record([...polled.events, finishedEvent(instance, attempt, polled)]);
  } catch (error) {
    if (!(error instanceof Fault) || error.state !== 'nothing-changed') throw error;
    stage.record([refusal(instance.id, attempt, error)]);
  }
}

function checkOf(instance: Instance): CheckStep {
  if (instance.step.kind !== 'check') throw new Error(`\`${instance.id}\` is not a check`);
  return instance.step;
}

interface Polled extends Poll {
  readonly count: number;
  readonly first: string;
  readonly duration: number;
}

async function poll(stage: Stage, execution: Execution, check: CheckStep): Promise<Polled> {
  const { clock } = stage.world;
  const within = Math.min(check.within, stage.session.plan.target.patience ?? check.within);
  const start = clock.monotonic();
  const retries = new Retries();
  const first = await pollOnce(stage, execution, retries);
  let last = first;
  let count = 1;
  while (last.result.ended === 'failed' && clock.monotonic() - start + check.every <= within) {
    await clock.sleep(check.every);
    if (stage.world.interrupted()) break;
    last = await pollOnce(stage, execution, retries);
    count += 1;
  }
  const events = last === first ? first.events : [...first.events, ...last.events];
  return {
    result: last.result,
    events: [...events, ...sumsOf(execution, retries)],
    count,
    first: answerOf(first.result),
    duration: clock.monotonic() - start,
  };
}

async function pollOnce(stage: Stage, execution: Execution, retries: Retries): Promise<Poll> {
  const events: Event[] = [];
  const result = await stage.executorOf(execution.instance.id).execute(
    execution,
    observe(execution, event => events.push(event), retries),
  );
  return { result, events };
}

function answerOf(result: ExecutionResult): string {
  return result.answer ?? (result.ended === 'passed' ? 'true' : 'false');
}

function finishedEvent(instance: Instance, attempt: number, polled: Polled): Event {
  const { result, count, first, duration } = polled;
  const { reason, exports, output } = result;
  const outcome = result.ended === 'passed' ? 'passed' : 'failed';
  const because = reason === undefined || outcome === 'passed' ? {} : { reason };
  const polls = { count, first, last: answerOf(result) };
  return {
    type: 'step-finished',
    step: instance.id,
    attempt,
    outcome,
    ...because,
    exports,
    output,
    duration,
    polls,
  };
}
