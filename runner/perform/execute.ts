import type { Fault } from '../fault.ts';
import type { Event } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import type { Execution, ExecutionObserver, ExecutionResult } from '../ports.ts';
import type { Imports } from './imports.ts';
import { Retries } from './retries.ts';
import type { Stage } from './stage.ts';

/** Default limit of a cell that declares none, in milliseconds. */
export const defaultTimeout = 60 * 60 * 1000;

/** Runs the code of a step, journaling its start, output and facts as they come; what the outcome means is the caller's. */
export async function executeCode(stage: Stage, execution: Execution): Promise<ExecutionResult> {
  const retries = new Retries();
  const append = (event: Event) => stage.record([event], event.type !== 'fact-recorded');
  const observer = observe(execution, append, retries);
  const result = await stage.executorOf(execution.instance.id).execute(execution, observer);
  for (const event of sumsOf(execution, retries)) append(event);
  return result;
}

/** What was refused and made again during executions of one attempt, as events. */
export function sumsOf({ instance, attempt }: Execution, retries: Retries): readonly Event[] {
  return retries.sums().map(fact => ({ type: 'fact-recorded', step: instance.id, attempt, fact }));
}

/** An observer that turns what happens during an execution into events; refusals that were overcome go to `retries`. */
export function observe(
  { instance, attempt }: Execution,
  append: (event: Event) => unknown,
  retries: Retries,
): ExecutionObserver {
  const step = instance.id;
  return {
    started: pid => append({ type: 'step-started', step, attempt, pid }),
    output: (stream, text) => append({ type: 'output-written', step, attempt, stream, text }),
    fact: fact => retries.add(fact) || append({ type: 'fact-recorded', step, attempt, fact }),
  };
}

/** What the executor is told of `instance`. */
export function executionOf(stage: Stage, instance: Instance, attempt: number, imports: Imports): Execution {
  const timeout = (instance.step.kind === 'manual' ? undefined : instance.step.timeout) ?? defaultTimeout;
  const { values, secrets } = imports;
  return {
    instance,
    attempt,
    inputs: stage.session.plan.inputs,
    imports: values,
    secretImports: secrets,
    timeout,
  };
}

/** The sha256 of nothing, as the summary of a step that printed nothing has it. */
export const noOutput = {
  bytes: 0,
  lines: 0,
  sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
} as const;

/** The outcome of a step that was refused before anything of it ran. */
export function refusal(step: string, attempt: number, fault: Fault): Event {
  const reason = { code: 'refused', fault: fault.code, params: fault.params } as const;
  return {
    type: 'step-finished',
    step,
    attempt,
    outcome: 'failed',
    reason,
    exports: {},
    output: noOutput,
    duration: 0,
  };
}
