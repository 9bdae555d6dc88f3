/*
 * sh cells. In: the code of a step, its inputs and the exports of earlier cells. Out: how a fresh `bash -euo pipefail`
 * ended, and the `name=value` lines that it wrote to `$REPRISE_OUTPUT`.
 * Can never happen: a value pasted into code; a secret in an argument or a variable; a process left in the step's group;
 * a wait without end for a child that keeps the pipe open.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import type { Reason } from '../journal/event.ts';
import { variableName } from '../model/names.ts';
import type { Json } from '../model/runbook.ts';
import { reach } from '../services/postgres/reach.ts';
import { endLeftovers, leftoverNotice, type Trail } from './leftovers.ts';
import { createLimit, type Limit } from './limits.ts';
import { endGroup, TERMINATION_GRACE } from './process-group.ts';
import { OutputFileError, parseOutputFile } from './shell-output.ts';
import { ended, type Job, type Outcome, reasonOf } from './step-context.ts';
import { MARK_VARIABLE } from './watchdog.ts';
import { databaseVariables } from './workspace.ts';

/** Longest text given as an argument or a variable; Linux takes 128 KiB for one (MAX_ARG_STRLEN). */
const LONGEST_ARGUMENT = 40_000;
/** Milliseconds that children still writing get once bash has ended. */
const DRAIN_GRACE = 250;

/** Runs one sh step; never rejects because of what the code does. */
export async function runShell(job: Job): Promise<Outcome> {
  const files: string[] = [];
  const outputFile = join(job.workspace.directory, 'outputs', `${job.watchdog.mark()}.output`);
  files.push(outputFile);
  try {
    const database = await databaseOf(job);
    if (database instanceof Error) return ended('failed', reasonOf(database));
    const end = await runBash(job, outputFile, files, database);
    return outcomeOf(job, end, outputFile);
  } catch (error) {
    // Node refuses some arguments and variables by throwing: a NUL, more than the system takes.
    const code: unknown = Reflect.get(Object(error), 'code');
    if (!(error instanceof Error) || (code !== 'E2BIG' && code !== 'ERR_INVALID_ARG_VALUE')) throw error;
    return ended('failed', {
      code: 'error',
      message: `bash cannot be given this code or these values: ${code}`,
    });
  } finally {
    for (const file of files) rmSync(file, { force: true });
  }
}

interface BashEnd {
  readonly exit: number | null;
  readonly signal: string | null;
  readonly stopped?: Reason;
  readonly spawnError?: Error;
}

/** The variables of the step's database, where only now it is known how it is reached. */
async function databaseOf(job: Job): Promise<Record<string, string> | Error> {
  const resource = job.resources[job.step.on ?? ''];
  if (resource?.kind !== 'postgres' || 'url' in resource) return {};
  try {
    return databaseVariables(await reach(resource), job.workspace.keep);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function runBash(
  job: Job,
  outputFile: string,
  files: string[],
  database: Readonly<Record<string, string>>,
): Promise<BashEnd> {
  const mark = job.watchdog.mark();
  const child = spawn('bash', bashArguments(job, files), {
    cwd: job.folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...job.heldDescriptors],
    env: { ...shellVariables(job, files), ...database, REPRISE_OUTPUT: outputFile, [MARK_VARIABLE]: mark },
  });
  const over = watchEnd(child);
  const group = child.pid;
  if (group === undefined) return over.exit;
  job.watchdog.watch(group);
  child.stdout?.on('data', (bytes: Buffer) => job.output('stdout', bytes));
  child.stderr?.on('data', (bytes: Buffer) => job.output('stderr', bytes));
  let stopping: Promise<void> | undefined;
  const limit = createLimit(() => {
    stopping = endGroup(group, mark);
  });
  job.stoppable(limit.interrupt);
  limit.start(job.execution.timeout);
  job.started(group);
  const end = await over.exit;
  limit.clear();
  await stopping;
  const { heldDescriptors: descriptors } = job;
  const left = await drain(child, over.closed, { leader: group, mark, descriptors, leaderStays: false });
  if (left !== undefined) job.output('stderr', left);
  job.watchdog.unwatch(group);
  return { ...end, ...stoppedReason(limit, job.execution.timeout) };
}

function stoppedReason(limit: Limit, timeout = 0): { readonly stopped?: Reason } {
  const stopped = limit.stopped();
  if (stopped === undefined) return {};
  return { stopped: stopped === 'timeout' ? { code: 'timeout', after: timeout } : { code: 'interrupted' } };
}

function watchEnd(child: ChildProcess): { exit: Promise<BashEnd>; closed: Promise<void> } {
  const exit = new Promise<BashEnd>(resolve => {
    child.once('exit', (code, signal) => resolve({ exit: code, signal }));
    child.once('error', spawnError => resolve({ exit: null, signal: null, spawnError }));
  });
  const closed = new Promise<void>(resolve => {
    child.once('close', () => resolve());
  });
  return { exit, closed };
}

/** Reads what is left in the pipes; a background child is ended, which lets go of them, and named. */
async function drain(child: ChildProcess, closed: Promise<void>, trail: Trail): Promise<Buffer | undefined> {
  const finished = await within(closed, DRAIN_GRACE);
  const notice = leftoverNotice(await endLeftovers(trail));
  if (finished || (await within(closed, TERMINATION_GRACE))) return notice;
  child.stdout?.destroy();
  child.stderr?.destroy();
  return notice;
}

/** True when `done` came within the time, in milliseconds. */
function within(done: Promise<void>, time: number): Promise<boolean> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, time, false);
    void done.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** The options are those of a script that must stop at the first error. `$0` names the runbook in bash's messages. */
function bashArguments(job: Job, files: string[]): string[] {
  const options = ['-euo', 'pipefail', '-O', 'inherit_errexit'];
  const script = `ulimit -c 0${'\n'.repeat(Math.max(1, job.code.line - 1))}${job.code.text}`;
  if (script.length < LONGEST_ARGUMENT) return [...options, '-c', script, job.runbook];
  const file = job.workspace.keep(basename(job.runbook), script);
  files.push(file);
  return [...options, file];
}

/** `INPUT_<NAME>`, `ITEM_<NAME>` inside `each`, `<CELL>_<NAME>` for exports; a secret or long value is a file, `…_FILE`. */
function shellVariables(job: Job, files: string[]): Record<string, string> {
  const variables: Record<string, string> = { ...job.environment, ...job.workspace.variables };
  const { inputs, imports, secretImports, instance } = job.execution;
  const give = (variable: string, value: Json, secret: boolean): void => {
    const text = asText(value);
    if (!secret && text.length < LONGEST_ARGUMENT) {
      variables[variable] = text;
      return;
    }
    const file = job.workspace.keep(`${variable}-${job.watchdog.mark()}`, text);
    files.push(file);
    variables[`${variable}_FILE`] = file;
  };
  for (const [name, value] of Object.entries(inputs)) give(variableName('input', name), value, false);
  for (const [name, value] of Object.entries(instance.items)) give(variableName('item', name), value, false);
  for (const [cell, names] of Object.entries(imports)) {
    for (const [name, value] of Object.entries(names)) {
      give(variableName(cell, name), value, secretImports.includes(`${cell}.${name}`));
    }
  }
  return variables;
}

/** A text as it is, anything else as JSON. */
function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Signals by which a command dies half-way; a closed pipe (SIGPIPE) is an ordinary failure of `pipefail`. */
const deadly = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGBUS', 'SIGSEGV'] as const;

/**
 * The signal by which a command of the script died: bash then exits with 128 and its number (bash(1), EXIT STATUS). What it
 * had done by then is not known.
 */
function signalOf(exit: number): string | undefined {
  return deadly.find(signal => exit === 128 + constants.signals[signal]);
}

function outcomeOf(job: Job, end: BashEnd, outputFile: string): Outcome {
  if (end.stopped !== undefined) return ended('killed', end.stopped);
  if (end.spawnError !== undefined)
    return ended('failed', { code: 'error', message: end.spawnError.message });
  const signal = end.signal ?? signalOf(end.exit ?? 0);
  if (signal !== undefined) return ended('killed', { code: 'signal', signal });
  const exit = end.exit ?? 0;
  const answer = `exit ${exit}`;
  if (exit !== 0) {
    const isCheck = job.step.kind === 'check';
    return ended(
      'failed',
      isCheck ? { code: 'check-false', detail: answer } : { code: 'exit', exit },
      answer,
    );
  }
  try {
    const written = existsSync(outputFile) ? readFileSync(outputFile, 'utf8') : '';
    const declared = job.step.kind === 'cell' ? job.step.exports : [];
    const values = parseOutputFile(written, declared);
    const secrets = declared.filter(({ secret }) => secret).map(({ name }) => name);
    return { ...ended('passed', undefined, answer), values, secrets };
  } catch (error) {
    if (error instanceof OutputFileError) return ended('failed', { code: 'error', message: error.message });
    throw error;
  }
}
