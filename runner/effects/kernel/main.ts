/*
 * The kernel: the child process in which ts cells run, one after another. In: cell requests over IPC. Out: facts, then one
 * result for each cell, after the end of its output has been marked on both streams.
 * Can never happen: a kernel that outlives the run process; a second result for one cell; an error of a cell taken for
 * the kernel's own.
 */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Fact } from '../../journal/event.ts';
import { createCellModule } from './cell-module.ts';
import { describeError } from './errors.ts';
import { readExports } from './exports.ts';
import type { CellRequest, CellResult, KernelMessage } from './protocol.ts';
import { enterScope, prepareScope } from './scope.ts';
import { allowSources, guardRequire } from './sources.ts';

/** Milliseconds that child processes of a finished cell get to end, so that their output is the cell's. */
const CHILDREN_GRACE = 250;

let current: { readonly request: CellRequest; evaluated: boolean } | undefined;

function send(message: KernelMessage): void {
  process.send?.(message);
}

async function runCell(request: CellRequest): Promise<void> {
  const cell = { request, evaluated: false };
  current = cell;
  send({ type: 'begun' });
  const children = childCount();
  const result = await evaluate(request, () => {
    cell.evaluated = true;
  });
  await settleChildren(children);
  if (current === cell) await finish(result);
}

async function evaluate(request: CellRequest, evaluated: () => void): Promise<CellResult> {
  try {
    process.chdir(folderOf(request.runbook));
    allowSources(request.sources);
    const exported = await enterScope(request, async () => {
      const module = await createCellModule(request);
      await module.evaluate();
      return module.namespace;
    });
    evaluated();
    // A rejection that nobody awaited shows up one turn later, and is still this cell's.
    await turn();
    return { ended: 'passed', ...readExports(exported) };
  } catch (error) {
    return { ended: 'failed', ...describeError(error, request.runbook), spent: false };
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** Marks the end of both streams, then answers. */
async function finish(result: CellResult): Promise<void> {
  const request = current?.request;
  if (request === undefined) return;
  current = undefined;
  await Promise.all([process.stdout, process.stderr].map(stream => print(stream, request.sentinel)));
  send({ type: 'result', result });
}

function print(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise(resolve => {
    stream.write(text, () => resolve());
  });
}

function childCount(): number {
  return process.getActiveResourcesInfo().filter(kind => kind === 'ProcessWrap').length;
}

async function settleChildren(before: number): Promise<void> {
  const limit = performance.now() + CHILDREN_GRACE;
  while (childCount() > before && performance.now() < limit) await sleep(10);
}

/** An error that no code caught. A cell that had not come to its end did part of its work: its outcome is not known. */
function onUncaught(error: unknown, origin: string): void {
  const request = current?.request;
  if (request === undefined) process.exit(70);
  const { message, stack } = describeError(error, request.runbook);
  const what = origin === 'unhandledRejection' ? 'unhandled rejection' : 'uncaught exception';
  const how = current?.evaluated === true ? 'failed' : 'killed';
  const described = { message: `${what}: ${message}`, ...(stack === undefined ? {} : { stack }) };
  void finish({ ended: how, ...described, spent: true });
}

function isRequest(message: unknown): message is CellRequest {
  return typeof message === 'object' && message !== null && 'sentinel' in message && 'code' in message;
}

process.on('uncaughtException', onUncaught);
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// A cell that closes its own streams must not be reported for the marks that cannot be printed any more.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
guardRequire();
prepareScope((fact: Fact) => send({ type: 'fact', fact }));
process.on('message', (message: unknown) => {
  if (isRequest(message)) void runCell(message);
});
