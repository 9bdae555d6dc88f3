import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Fault } from '../../fault.ts';

/** How a command ended; `stderr` is its last 64 KiB. */
export interface Ended {
  readonly exit: number;
  readonly stderr: string;
}

/** What to do with a command's output while it runs. `env` is added to a minimal environment (PATH, C locale, UTC). */
export interface Listening {
  readonly env?: Readonly<Record<string, string>>;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderrLine?: (line: string) => void;
}

const kept = 64 * 1024;

/**
 * Runs a PostgreSQL client program to its end. Nothing of the caller's environment is passed on but PATH, so that no
 * `PG…` variable changes what it does. Faults: `client-missing`, `client-killed`.
 */
export function runClient(
  program: string,
  args: readonly string[],
  listening: Listening = {},
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC', ...listening.env };
  const child = spawn(program, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stderr = keepTail(child.stderr, listening.onStderrLine);
  child.stdout.on('data', listening.onStdout ?? (() => undefined));
  return new Promise((ended, failed) => {
    child.once('error', () => failed(new Fault('client-missing', { program })));
    child.once('close', (exit, signal) => {
      if (exit !== null) ended({ exit, stderr: stderr() });
      else failed(new Fault('client-killed', { program, signal: signal ?? '' }, 'step-may-have-run'));
    });
  });
}

function keepTail(stream: Readable, onLine: ((line: string) => void) | undefined): () => string {
  let tail = '';
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line => {
    onLine?.(line);
    tail = `${tail}${line}\n`.slice(-kept);
  });
  return () => tail;
}
