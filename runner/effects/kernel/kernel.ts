/*
 * The run process's side of the kernel. In: a ts step. Out: its outcome. The kernel is started at the first step, and
 * again after it died; it leads its own process group.
 * Can never happen: output of one cell taken for another's; a kernel used again after a stop, a death or a stray error;
 * a process of a dead kernel's group left behind.
 */
import { randomBytes } from 'node:crypto';
import type { Reason } from '../../journal/event.ts';
import { leftoverNotice } from '../leftovers.ts';
import { createLimit } from '../limits.ts';
import { doorsOf } from '../resource-settings.ts';
import { ended, type Job, type Outcome } from '../step-context.ts';
import { type KernelEnd, type KernelProcess, type KernelSettings, startKernel } from './process.ts';
import type { CellRequest, CellResult } from './protocol.ts';

/** Milliseconds that the marks of both streams may come after the result, before the kernel is given up. */
const MARK_GRACE = 1_000;

/** Runs ts cells. */
export interface Kernel {
  run(job: Job): Promise<Outcome>;
  close(): Promise<void>;
}

/** Makes a kernel; its process is started by the first step. */
export function createKernel(settings: KernelSettings): Kernel {
  let process: KernelProcess | undefined;
  const run = async (job: Job): Promise<Outcome> => {
    for (let attempt = 1; ; attempt++) {
      if (process?.alive() !== true) process = startKernel(settings, job);
      const { outcome, spent, begun } = await runIn(process, job);
      if (spent) await process.end();
      // A stray error of an earlier cell may end the kernel just before this one begins: nothing of it has run.
      const mayTryAgain = !begun && outcome.reason?.code === 'kernel-died';
      if (!mayTryAgain) return outcome;
      if (attempt === 2) return { ...outcome, ended: 'failed' };
    }
  };
  const close = async (): Promise<void> => {
    await process?.end();
    process = undefined;
  };
  return { run, close };
}

interface Ran {
  readonly outcome: Outcome;
  readonly spent: boolean;
  /** Whether anything of the cell may have run. */
  readonly begun: boolean;
}

async function runIn(kernel: KernelProcess, job: Job): Promise<Ran> {
  const sentinel = `\u0000${randomBytes(16).toString('hex')}\n`;
  const marks = kernel.receive(sentinel, job.output);
  const limit = createLimit(() => void kernel.end());
  job.stoppable(limit.interrupt);
  let begun = false;
  const result = new Promise<CellResult>(resolve => {
    kernel.listen(message => {
      if (message.type === 'begun') {
        begun = true;
        // Starting a kernel is not the cell's time.
        limit.start(job.execution.timeout);
        job.started(kernel.pid);
      }
      if (message.type === 'fact') job.fact(message.fact);
      if (message.type === 'result') resolve(message.result);
    });
  });
  kernel.send(requestOf(job, sentinel));
  const first = await Promise.race([result, kernel.ended]);
  limit.clear();
  if (!isResult(first)) {
    await kernel.end();
    return { outcome: deathOf(first, limit.stopped(), job), spent: true, begun };
  }
  const left = leftoverNotice(await kernel.tidy());
  const marked = await Promise.race([marks.then(() => true), delay(MARK_GRACE)]);
  if (left !== undefined) job.output('stderr', left);
  const spent = !marked || limit.stopped() !== undefined || (first.ended !== 'passed' && first.spent);
  return { outcome: outcomeOf(first, job), spent, begun };
}

function delay(time: number): Promise<false> {
  return new Promise(resolve => {
    setTimeout(resolve, time, false).unref();
  });
}

function isResult(end: CellResult | KernelEnd): end is CellResult {
  return 'ended' in end;
}

function requestOf(job: Job, sentinel: string): CellRequest {
  const { inputs, imports, secretImports, instance } = job.execution;
  const { resources, secrets, runbook, code } = job;
  const cell = { sentinel, step: instance.id, runbook, code: code.text, line: code.line };
  const doors = Object.values(resources).flatMap(doorsOf);
  const given = { inputs, items: instance.items, imports, secretImports, secrets, resources, doors };
  return { ...cell, ...given, ...(job.sources === undefined ? {} : { sources: job.sources }) };
}

function deathOf(end: KernelEnd, stopped: 'timeout' | 'interrupted' | undefined, job: Job): Outcome {
  if (stopped === 'timeout') return ended('killed', { code: 'timeout', after: job.execution.timeout ?? 0 });
  if (stopped === 'interrupted') return ended('killed', { code: 'interrupted' });
  const exit = end.exit === null ? {} : { exit: end.exit };
  const signal = end.signal === null ? {} : { signal: end.signal };
  return ended('killed', { code: 'kernel-died', ...exit, ...signal });
}

function reasonOf({ message, stack, fault }: Exclude<CellResult, { ended: 'passed' }>): Reason {
  const place = stack === undefined ? {} : { stack };
  if (fault === undefined) return { code: 'error', message, ...place };
  return { code: 'fault', fault: fault.code, params: fault.params, ...place };
}

function outcomeOf(result: CellResult, job: Job): Outcome {
  if (result.ended !== 'passed') {
    return ended(result.ended, reasonOf(result));
  }
  const { values, secrets } = result;
  if (job.step.kind !== 'check') return { ended: 'passed', values, secrets };
  const answer = `ok = ${JSON.stringify(values.ok) ?? 'missing'}`;
  const passed = values.ok === true;
  return {
    ...ended(
      passed ? 'passed' : 'failed',
      passed ? undefined : { code: 'check-false', detail: answer },
      answer,
    ),
  };
}
