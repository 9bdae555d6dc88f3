/*
 * What a step leaves running when it ends. In: the step's process, its mark, and the descriptors that only its processes may
 * have inherited. Out: the names of what was still there, ended by then.
 * Can never happen: a process of the step's group, or one that bears its mark or holds the lock, that outlives the step.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup, groupExists, killProcess } from './process-group.ts';
import { isMarked, isMember, isOrphanHolding, openFile, processesSince, processName } from './processes.ts';

/** Where to look for what a step left. */
export interface Trail {
  /** The first process of the step, which led its group. */
  readonly leader: number;
  readonly mark: string;
  /** Descriptors of this process that the step's processes inherited: the lock. */
  readonly descriptors: readonly number[];
  /** Whether the leader itself goes on, as a kernel does between two cells. */
  readonly leaderStays: boolean;
}

/** Milliseconds that what a step started gets to end by itself, and rounds of 10 ms for what was killed. */
const SETTLING = 250;
const ROUNDS = 100;

/** Ends what a step left running, and says it as `name (pid)`, in the order of their ids; nothing for a tidy step. */
export async function endLeftovers(trail: Trail): Promise<readonly string[]> {
  const left = await settled(trail);
  const names = left.map(pid => `${processName(pid)} (${pid})`);
  if (names.length === 0) return names;
  // Whoever traps SIGTERM may end in order; a kernel would be ended with its group.
  if (!trail.leaderStays && groupExists(trail.leader)) await endGroup(trail.leader, trail.mark);
  for (let round = 0; round < ROUNDS; round++) {
    const alive = leftovers(trail);
    if (alive.length === 0) break;
    for (const pid of alive) killProcess(pid);
    await sleep(10);
  }
  return names;
}

async function settled(trail: Trail): Promise<readonly number[]> {
  const limit = performance.now() + SETTLING;
  let left = leftovers(trail);
  while (left.length > 0 && performance.now() < limit) {
    await sleep(10);
    left = leftovers(trail);
  }
  return left;
}

/** The line by which the record of a step says what it left, as bytes of its standard error; none for a tidy step. */
export function leftoverNotice(names: readonly string[]): Buffer | undefined {
  if (names.length === 0) return undefined;
  return Buffer.from(`[left running by this step, and ended: ${names.join(', ')}]\n`);
}

function leftovers({ leader, mark, descriptors, leaderStays }: Trail): number[] {
  const files = descriptors.flatMap(fd => openFile(process.pid, fd) ?? []);
  return processesSince(leader).filter(pid => {
    if (pid === leader && leaderStays) return false;
    return isMember(pid, leader) || isMarked(pid, mark) || isOrphanHolding(pid, files, process.pid);
  });
}
