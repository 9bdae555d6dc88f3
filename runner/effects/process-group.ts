/** Signals to whole process groups, so that nothing that a cell started is left behind. POSIX only. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isMember, processesMarked, processIds } from './processes.ts';

/** Milliseconds between SIGTERM and SIGKILL. */
export const TERMINATION_GRACE = 2_000;

/** Whether any living process of the group is left. */
export function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  // A zombie counts for kill(2) until its parent reaps it, which may be never.
  const ids = processIds();
  return ids.length === 0 || ids.some(pid => isMember(pid, group));
}

/** Sends a signal to every process of the group; a group that is gone is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // Gone already.
  }
}

/** Ends a group: SIGTERM, then SIGKILL after the grace; then whatever left the group but bears `mark`. */
export async function endGroup(group: number, mark: string): Promise<void> {
  signalGroup(group, 'SIGTERM');
  const limit = performance.now() + TERMINATION_GRACE;
  while (groupExists(group) && performance.now() < limit) await sleep(10);
  await killGroup(group, mark);
}

/** SIGKILL to the group and to whatever left it but bears `mark`; returns once the group is gone. */
export async function killGroup(group: number, mark: string): Promise<void> {
  signalGroup(group, 'SIGKILL');
  for (const pid of processesMarked(mark)) killProcess(pid);
  // A process in an uninterruptible wait cannot be ended, so this wait is bounded.
  for (let round = 0; groupExists(group) && round < 100; round++) await sleep(10);
}

/** SIGKILL to one process; one that is gone is no error. */
export function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
