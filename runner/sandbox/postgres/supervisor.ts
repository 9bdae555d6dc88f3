import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import type { Binaries } from './binaries.ts';
import { exportLibraries, type Launcher, serverEnvironment } from './launcher.ts';

/** A server under its supervisor: `ended` resolves when both are gone, whoever ended them. */
export type Supervised = { readonly ended: Promise<void>; stop(): Promise<void> };

/**
 * Stands between this process and the server. Its standard input is a pipe that nobody writes to: the end of file
 * comes when this process closes it or dies, even by SIGKILL, and then the server is asked for a fast shutdown until it goes.
 */
const script = `${exportLibraries}
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
( read -r _ <&3; while kill -INT "$server" 2>/dev/null; do sleep 1; done ) &
watch=$!
exec 3<&-
wait "$server"; code=$?
kill "$watch" 2>/dev/null
exit "$code"`;

/** Starts `command` under a supervisor in a session of its own (a Ctrl-C in the terminal must not reach it). */
export async function supervise(
  launcher: Launcher,
  binaries: Binaries,
  command: readonly string[],
  log: string,
): Promise<Supervised> {
  const [file, ...rest] = [...launcher.prefix, '/bin/sh', '-c', script, 'sh', binaries.libraries, ...command];
  if (file === undefined) throw new Error('a launcher without a command');
  const output = await open(log, 'w', 0o600);
  try {
    const child = spawn(file, rest, {
      ...launcher.identity,
      cwd: '/',
      env: serverEnvironment(),
      detached: true,
      stdio: ['pipe', output.fd, output.fd],
    });
    await once(child, 'spawn');
    child.stdin?.on('error', () => undefined);
    const ended = once(child, 'exit').then(() => undefined);
    return { ended, stop: () => stop(child, ended) };
  } finally {
    await output.close();
  }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.end();
  const impatience = setTimeout(() => killSession(child), 15_000);
  await ended;
  clearTimeout(impatience);
}

function killSession(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It went by itself in the meantime.
  }
}
