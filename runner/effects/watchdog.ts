/*
 * A small process that outlives this one, to end what it started. In: the process groups that are running and the folders
 * of this run, of which one holds secret files. Out: nothing. When this process dies, even by SIGKILL, the watchdog ends every group and every process
 * that bears this run's mark in its environment, removes the folders, and only then gives up the lock that it inherited.
 * Can never happen: a cell that goes on while another runner holds the lock; a core dump of the run process once it has
 * cells (Linux: Node cannot forbid its own, so the watchdog does).
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { notFirst } from './environment.ts';

/** The variable by which a process is known as started by a run, even in a session of its own. */
export const MARK_VARIABLE = 'REPRISE_EXECUTION';

/** Tells the watchdog what there is to end. */
export interface Watchdog {
  /** Value of `MARK_VARIABLE` for a new child; unique. */
  mark(): string;
  watch(group: number): void;
  unwatch(group: number): void;
  /** A folder to remove with everything in it, when this process dies. */
  guard(folder: string): void;
  /** Ends the watchdog; nothing is killed. */
  close(): void;
}

const SCRIPT = `trap '' INT TERM HUP
prlimit --pid "$PPID" --core=0:0
groups=' ' folders=()
while read -r word value; do case $word in
  watch) groups="$groups$value ";;
  unwatch) groups="\${groups/ $value / }";;
  guard) folders+=("$value");;
  close) exit 0;;
esac; done
for group in $groups; do kill -KILL -- "-$group"; done
for try in 1 2 3 4 5 6 7 8 9 10; do
  found=
  for process in /proc/[0-9]*; do
    if grep -qa "^$1=$2\\." "$process/environ"; then found=1; kill -KILL "\${process#/proc/}"; fi
  done
  [ -n "$found" ] || break
  sleep 0.1
done
[ "\${#folders[@]}" -eq 0 ] || rm -rf -- "\${folders[@]}"`;

/** Starts a watchdog that holds the given file descriptors (the lock) open for as long as it lives. */
export function startWatchdog(heldDescriptors: readonly number[]): Watchdog {
  const run = randomBytes(12).toString('hex');
  // `environ` separates by NUL, which grep -z takes as the end of a line.
  const script = SCRIPT.replace('grep -qa', 'grep -zqa');
  const child = spawn('bash', ['-c', script, 'reprise-watchdog', MARK_VARIABLE, run], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore', ...heldDescriptors],
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...notFirst },
  });
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  unreference(child.stdin);
  let count = 0;
  const tell = (line: string) => void child.stdin?.write(`${line}\n`);
  return {
    mark: () => `${run}.${count++}`,
    watch: group => tell(`watch ${group}`),
    unwatch: group => tell(`unwatch ${group}`),
    guard: folder => tell(`guard ${folder}`),
    close: () => tell('close'),
  };
}

/** A pipe to a helper must not keep this process alive. */
function unreference(stream: object | null): void {
  if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
}
