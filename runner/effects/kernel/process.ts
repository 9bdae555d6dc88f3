/*
 * The kernel as a process: how it is started, what it prints, how it is ended. Its streams are cut into cells by a mark
 * that only the two processes know.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { Fault } from '../../fault.ts';
import { partialStart } from '../blocks.ts';
import { endLeftovers } from '../leftovers.ts';
import type { Masker } from '../masker.ts';
import type { Stream } from '../output.ts';
import { endGroup, killGroup } from '../process-group.ts';
import { programPath } from '../programs.ts';
import type { Job } from '../step-context.ts';
import { MARK_VARIABLE } from '../watchdog.ts';
import { type CellRequest, type KernelMessage, SECRETS_DESCRIPTOR } from './protocol.ts';

/** Where the kernel's code is, and how many megabytes of heap it may use. */
export interface KernelSettings {
  readonly file: string | undefined;
  readonly heap: number;
}

/** How the process ended. */
export interface KernelEnd {
  readonly exit: number | null;
  readonly signal: string | null;
}

/** A running kernel. */
export interface KernelProcess {
  readonly pid: number;
  readonly ended: Promise<KernelEnd>;
  alive(): boolean;
  send(request: CellRequest): void;
  /** Takes the place of the previous listener. */
  listen(listener: (message: KernelMessage) => void): void;
  /** Gives both streams to a cell until its mark; resolves when both marks came. */
  receive(sentinel: string, output: (stream: Stream, bytes: Buffer) => void): Promise<void>;
  /** Ends what the last cell left running, and names it; the kernel itself goes on. */
  tidy(): Promise<readonly string[]>;
  /** Ends the whole group and waits until its pipes are read. */
  end(): Promise<void>;
}

/** Milliseconds that the pipes of a dead kernel get; a process out of its group may hold them. */
const DRAIN_GRACE = 1_000;

/** Starts a kernel. Throws the `Fault` `kernel-not-started` when there is no process to be had. */
export function startKernel(settings: KernelSettings, job: Job): KernelProcess {
  const mark = job.watchdog.mark();
  const child = spawnKernel(settings, job, mark);
  const pid = child.pid;
  if (pid === undefined) throw new Fault('kernel-not-started', { node: process.execPath });
  job.watchdog.watch(pid);
  const state = { alive: true, listener: (_: KernelMessage): void => undefined };
  const exited = new Promise<KernelEnd>(resolve => {
    child.once('exit', (exit, signal) => resolve({ exit, signal }));
    child.once('error', () => resolve({ exit: null, signal: null }));
  });
  const closed = new Promise<void>(resolve => {
    child.once('close', () => resolve());
  });
  child.on('message', message => {
    if (isKernelMessage(message)) state.listener(message);
  });
  answerSecrets(child, job.masker);
  const gone = exited.then(async end => {
    state.alive = false;
    await killGroup(pid, mark);
    await Promise.race([closed, pause(DRAIN_GRACE)]);
    for (const pipe of child.stdio) pipe?.destroy();
    job.watchdog.unwatch(pid);
    return end;
  });
  const end = async (): Promise<void> => {
    if (state.alive) await endGroup(pid, mark);
    await gone;
  };
  return {
    pid,
    ended: gone,
    alive: () => state.alive,
    send: request => void (child.connected && child.send(request, () => undefined)),
    listen: listener => {
      state.listener = listener;
    },
    receive: receiver(child),
    tidy: () => endLeftovers({ leader: pid, mark, descriptors: job.heldDescriptors, leaderStays: true }),
    end,
  };
}

function pause(time: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, time).unref();
  });
}

/** A shell first, because Node cannot forbid core dumps, which would hold secrets. */
function spawnKernel({ file, heap }: KernelSettings, job: Job, mark: string): ChildProcess {
  const kernel = file ?? programPath('kernel.mjs');
  const flags = [
    '--experimental-vm-modules',
    '--experimental-import-meta-resolve',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=NodeVersionSupportWarning',
    `--max-old-space-size=${heap}`,
  ];
  return spawn('bash', ['-c', 'ulimit -c 0; exec "$@"', 'kernel', process.execPath, ...flags, kernel], {
    cwd: job.folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe', ...job.heldDescriptors],
    env: { ...job.environment, ...job.workspace.variables, [MARK_VARIABLE]: mark },
  });
}

function isKernelMessage(message: unknown): message is KernelMessage {
  return typeof message === 'object' && message !== null && 'type' in message;
}

/** Registers each secret before the cell that declares it may go on. */
function answerSecrets(child: ChildProcess, masker: Masker): void {
  const pipe = child.stdio[SECRETS_DESCRIPTOR];
  if (!(pipe instanceof Socket)) return;
  let text = '';
  pipe.setEncoding('utf8');
  pipe.on('error', () => undefined);
  pipe.on('data', (part: string) => {
    const lines = `${text}${part}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) pipe.write(`${register(line, masker)}\n`);
  });
}

function register(line: string, masker: Masker): string {
  try {
    const notice: unknown = JSON.parse(line);
    const [name, value] = [Reflect.get(Object(notice), 'name'), Reflect.get(Object(notice), 'value')];
    if (typeof name !== 'string' || typeof value !== 'string') return 'not a text';
    masker.add(name, value);
    return 'ok';
  } catch (error) {
    return error instanceof Fault ? 'a secret needs at least 8 bytes' : 'cannot be read';
  }
}

type Receive = KernelProcess['receive'];

/** Cuts the kernel's streams: what comes after a mark waits for the next cell, which shows it as late. */
function receiver(child: ChildProcess): Receive {
  let current: { mark: Buffer; marked: Set<Stream>; done: () => void } | undefined;
  let output: (stream: Stream, bytes: Buffer) => void = () => undefined;
  const waiting = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const take = (stream: Stream, chunk: Buffer): void => {
    const data = waiting[stream].length === 0 ? chunk : Buffer.concat([waiting[stream], chunk]);
    if (current === undefined || current.marked.has(stream)) {
      waiting[stream] = Buffer.from(data.subarray(0, LATE_BYTES));
      return;
    }
    const at = data.indexOf(current.mark);
    const cut = at >= 0 ? at : partialStart(data, current.mark);
    if (cut > 0) output(stream, data.subarray(0, cut));
    waiting[stream] = Buffer.from(data.subarray(at >= 0 ? at + current.mark.length : cut));
    if (at < 0) return;
    current.marked.add(stream);
    if (current.marked.size === 2) current.done();
  };
  child.stdout?.on('data', (chunk: Buffer) => take('stdout', chunk));
  child.stderr?.on('data', (chunk: Buffer) => take('stderr', chunk));
  child.once('close', () => {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (current?.marked.has(stream) === false) output(stream, waiting[stream]);
    }
  });
  return (sentinel, next) =>
    new Promise(resolve => {
      output = next;
      for (const stream of ['stdout', 'stderr'] as const) {
        if (waiting[stream].length > 0) next(stream, Buffer.concat([LATE, waiting[stream], NEWLINE]));
        waiting[stream] = Buffer.alloc(0);
      }
      current = { mark: Buffer.from(sentinel), marked: new Set(), done: resolve };
    });
}

/** Bytes of late output that are kept for the next cell. */
const LATE_BYTES = 65_536;
const LATE = Buffer.from('[printed by an earlier cell after its end] ');
const NEWLINE = Buffer.from('\n');
