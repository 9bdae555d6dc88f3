/** What /proc says of living processes (proc(5)). Only Linux has it; elsewhere there are none to be seen. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { MARK_VARIABLE } from './watchdog.ts';

/** Ids of all processes; none where they cannot be seen. */
export function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

/** The processes that may have been started since the one with this id was. */
export function processesSince(first: number): number[] {
  // The fifth field is the last id that was given; ids begin again when they come to their end.
  const last = Number(read('loadavg').split(' ')[4]);
  return processIds().filter(pid => pid >= first || last < first);
}

/** Whether a process lives and belongs to the group. */
export function isMember(pid: number, group: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.group === group;
}

/** Whether a process lives and bears this mark in its environment. */
export function isMarked(pid: number, mark: string): boolean {
  return read(`${pid}/environ`).split('\0').includes(`${MARK_VARIABLE}=${mark}`);
}

/** Living processes with this mark in their environment. */
export function processesMarked(mark: string): number[] {
  return processIds().filter(pid => isMarked(pid, mark));
}

/** The name of a process, at most 15 bytes; empty when it is gone. */
export function processName(pid: number): string {
  return read(`${pid}/comm`).trimEnd();
}

/** Whether a process lives, holds one of these files open, and does not descend from `root`. */
export function isOrphanHolding(pid: number, files: readonly string[], root: number): boolean {
  return holdsFile(pid, files) && !descendsFrom(pid, root);
}

/** Whether a process has one of these paths, as /proc shows them, among its descriptors. */
export function holdsFile(pid: number, files: readonly string[]): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some(fd => files.includes(readlinkSync(`/proc/${pid}/fd/${fd}`)));
  } catch {
    return false;
  }
}

/** What a descriptor of this process stands for, as /proc shows it; empty where it cannot be seen. */
export function descriptorPath(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

function descendsFrom(pid: number, root: number): boolean {
  for (let at = pid; at > 1; at = statOf(at)?.parent ?? 0) if (at === root) return true;
  return false;
}

/** Parent and group of a process that lives; a zombie does not. */
function statOf(pid: number): { readonly parent: number; readonly group: number } | undefined {
  // The name, in parentheses, may hold anything.
  const text = read(`${pid}/stat`);
  const [state, parent, group] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return text === '' || state === 'Z' || state === 'X'
    ? undefined
    : { parent: Number(parent), group: Number(group) };
}

function read(file: string): string {
  try {
    return readFileSync(`/proc/${file}`, 'latin1');
  } catch {
    return '';
  }
}
