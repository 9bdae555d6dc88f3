/*
 * Runs the code of a step, whatever its language. In: an Execution and who observes it. Out: one result, after `started`,
 * then chunks of masked output and facts, in order.
 * Can never happen: a rejected promise because of what a cell does; a secret in what an observer is told; two steps at
 * once; a process of a step that outlives its step by more than the grace that ends it.
 */
import { dirname, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import type { Fact, OutputSummary, Reason } from '../journal/event.ts';
import { json } from '../journal/guard.ts';
import type { Code } from '../model/runbook.ts';
import type { Execution, ExecutionObserver, ExecutionResult, Executor } from '../ports.ts';
import type { ResourceSettings } from '../services/resources.ts';
import { paceVariable } from '../services/scalingo/shared-pace.ts';
import { childEnvironment } from './environment.ts';
import { createKernel, type Kernel } from './kernel/kernel.ts';
import type { Masker } from './masker.ts';
import { createRecorder, type Recorder, type Stream } from './output.ts';
import { registerExports, registerImports } from './register-secrets.ts';
import { doorsOf } from './resource-settings.ts';
import { runShell } from './shell.ts';
import { runSql } from './sql.ts';
import { type CodeStep, ended, exportsAtRest, type Job, type Outcome } from './step-context.ts';
import { startWatchdog } from './watchdog.ts';
import { createWorkspace } from './workspace.ts';

/** Bytes of masked output that a step may put in the journal. */
export const INLINE_OUTPUT = 65_536;

/** What an executor needs beyond each step. */
export interface ExecutorOptions {
  /** Path of the Markdown file; code runs in its folder. */
  readonly runbook: string;
  /** The bundle; output that does not fit inline goes to its `outputs/`. */
  readonly bundle: string;
  readonly resources: Readonly<Record<string, ResourceSettings>>;
  /** Clear values; the executor registers them, and what opens the resources, with the masker. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly masker: Masker;
  /** Variables of the run process; those that hold a secret, or that could change what a cell does, are left out. */
  readonly environment: NodeJS.ProcessEnv;
  /** The files that cells may import, by absolute path, with their sha256; any file when absent. */
  readonly sources?: Readonly<Record<string, string>>;
  /** The private copy of the sources in which code runs, to be removed should this process die. */
  readonly copied?: string | undefined;
  /** Descriptors that every child holds open: the lock. */
  readonly heldDescriptors?: readonly number[];
  /** Folder in which the kernels of a run share the pace of their requests; each keeps its own without it. */
  readonly pace?: string;
  /** Path of `dist/kernel.mjs`; that of the installation when absent. */
  readonly kernel?: string;
  /** Bytes; `INLINE_OUTPUT` when absent. */
  readonly inlineOutput?: number;
  /** Megabytes of heap of the kernel; 1024 when absent. */
  readonly kernelHeap?: number;
}

/** The step under way. `broken` is the first thing that its record could not take: a full disk, a journal that refuses. */
interface Pending {
  interrupt: (() => void) | undefined;
  interrupted: boolean;
  broken?: unknown;
}

/** Makes an executor; nothing is started before the first step. */
export function createExecutor(options: ExecutorOptions): Executor {
  const { masker } = options;
  registerSettings(options);
  const shared = startShared(options);
  let pending: Pending | undefined;
  const execute = async (execution: Execution, observer: ExecutionObserver): Promise<ExecutionResult> => {
    if (pending !== undefined) throw new Error('an executor runs one step at a time');
    const current: Pending = { interrupt: undefined, interrupted: false };
    pending = current;
    registerImports(execution, masker);
    const began = performance.now();
    // A record that fails must not go unseen, nor crash in a callback: it stops the step, then the run.
    const guarded =
      <A extends readonly unknown[]>(call: (...args: A) => void) =>
      (...args: A): void => {
        if ('broken' in current) return;
        try {
          call(...args);
        } catch (error) {
          current.broken = error;
          interrupt();
        }
      };
    const recorder = createRecorder({
      masker,
      limit: options.inlineOutput ?? INLINE_OUTPUT,
      directory: options.bundle,
      file: outputFile(execution),
      output: guarded((stream: Stream, text: string) => observer.output(stream, text)),
    });
    try {
      const job = {
        ...shared.common(execution),
        started: guarded((pid: number) => observer.started(pid)),
        output: guarded((stream: Stream, bytes: Buffer) => recorder.write(stream, bytes)),
        fact: guarded((fact: Fact) => observer.fact(maskFact(fact, masker))),
        stoppable: (stop: () => void) => {
          current.interrupt = stop;
          if (current.interrupted) stop();
        },
      };
      const outcome = registerExports(
        withFitExports(await run(job, shared.kernel)),
        execution.instance.id,
        masker,
      );
      const output = finish(recorder);
      if ('broken' in current) throw recordFault(current.broken);
      return { ...resultOf(outcome, masker), output, duration: Math.round(performance.now() - began) };
    } finally {
      pending = undefined;
    }
  };
  const interrupt = (): void => {
    if (pending === undefined) return;
    pending.interrupted = true;
    pending.interrupt?.();
  };
  return { execute, interrupt, close: shared.close };
}

/** The step was stopped, and what it did is not known. */
function recordFault(error: unknown): unknown {
  if (error instanceof Fault || !(error instanceof Error) || !('code' in error)) return error;
  return new Fault('output-not-kept', { detail: error.message }, 'step-may-have-run');
}

function finish(recorder: Recorder): OutputSummary {
  try {
    return recorder.finish();
  } catch (error) {
    throw recordFault(error);
  }
}

/** What all steps of a run share; made at the first step, so that a run without code starts nothing. */
function startShared(options: ExecutorOptions) {
  const runbook = resolve(options.runbook);
  const heldDescriptors = options.heldDescriptors ?? [];
  const make = () => {
    const watchdog = startWatchdog(heldDescriptors);
    const workspace = createWorkspace(options.resources, options.secrets);
    watchdog.guard(workspace.directory);
    if (options.copied !== undefined) watchdog.guard(options.copied);
    const kept = childEnvironment(options.environment, text => options.masker.finds(text));
    if (options.pace !== undefined) watchdog.guard(options.pace);
    const environment = options.pace === undefined ? kept : { ...kept, [paceVariable]: options.pace };
    return { watchdog, workspace, environment };
  };
  let made: ReturnType<typeof make> | undefined;
  let kernel: Kernel | undefined;
  return {
    common(execution: Execution) {
      made ??= make();
      const { instance } = execution;
      if (instance.step.kind === 'manual') throw new Error(`${instance.id} has no code to run`);
      const step: CodeStep = instance.step;
      const code: Code = step.code;
      const { masker, resources, secrets } = options;
      const world = { runbook, folder: dirname(runbook), masker, resources, secrets, heldDescriptors };
      const { sources } = options;
      return { execution, step, code, ...world, ...made, ...(sources === undefined ? {} : { sources }) };
    },
    kernel(): Kernel {
      kernel ??= createKernel({ file: options.kernel, heap: options.kernelHeap ?? 1024 });
      return kernel;
    },
    async close(): Promise<void> {
      await kernel?.close();
      made?.watchdog.close();
      made?.workspace.close();
      made = undefined;
      kernel = undefined;
    },
  };
}

async function run(job: Job, kernel: () => Kernel): Promise<Outcome> {
  if (job.code.language === 'sh') return runShell(job);
  if (job.code.language === 'sql') return runSql(job);
  return kernel().run(job);
}

/** Instance ids hold brackets and any item, so the name of the file is made of safe characters. */
function outputFile(execution: Execution): string {
  const safe = execution.instance.id.replaceAll(
    /[^A-Za-z0-9._-]/g,
    sign => `~${sign.codePointAt(0)?.toString(16)}`,
  );
  return `outputs/${safe.slice(0, 150)}.${execution.attempt}.log`;
}

function registerSettings({ masker, secrets, resources }: ExecutorOptions): void {
  for (const [name, value] of Object.entries(secrets)) masker.add(name, value);
  for (const resource of Object.values(resources))
    for (const door of doorsOf(resource)) masker.add(resource.name, door);
}

function resultOf(outcome: Outcome, masker: Masker) {
  const { ended, reason, values, answer } = outcome;
  return {
    ended,
    values,
    exports: exportsAtRest(outcome, masker),
    ...(reason === undefined ? {} : { reason: maskReason(reason, masker) }),
    ...(answer === undefined ? {} : { answer: masker.mask(answer) }),
  };
}

/** An export that no line of the journal can hold is a failure of the step, not of the run. */
function withFitExports(outcome: Outcome): Outcome {
  const unfit = Object.entries(outcome.values).find(([, value]) => !json(value));
  if (unfit === undefined) return outcome;
  const message = `export ${unfit[0]}: half a character, or nested over 100 deep: it cannot be handed to later cells`;
  return ended('failed', { code: 'error', message });
}

function maskReason(reason: Reason, masker: Masker): Reason {
  const told = (text: string): string => shortened(masker.mask(text));
  const places = (stack: string | undefined) => (stack === undefined ? {} : { stack: told(stack) });
  if (reason.code === 'check-false') return { ...reason, detail: told(reason.detail) };
  if (reason.code === 'fault') {
    const params = Object.entries(reason.params).map(([name, value]): [string, string | number] => [
      name,
      typeof value === 'string' ? told(value) : value,
    ]);
    return { ...reason, params: Object.fromEntries(params), ...places(reason.stack) };
  }
  if (reason.code !== 'error') return reason;
  return { ...reason, message: told(reason.message), ...places(reason.stack) };
}

/** Characters of a message that is kept: a server may put a whole page into its error. */
const LONGEST_MESSAGE = 10_000;

/** Cut only once it is masked: half a secret would not be recognised. */
function shortened(text: string): string {
  if (text.length <= LONGEST_MESSAGE) return text;
  return `${text.slice(0, LONGEST_MESSAGE).toWellFormed()} […] (${text.length} characters)`;
}

function maskFact(fact: Fact, masker: Masker): Fact {
  const masked = Object.entries(fact).map(([key, value]) => [
    key,
    typeof value === 'string'
      ? shortened(masker.mask(value))
      : Array.isArray(value)
        ? value.map(text => shortened(masker.mask(String(text))))
        : value,
  ]);
  return Object.assign({ ...fact }, Object.fromEntries(masked));
}
