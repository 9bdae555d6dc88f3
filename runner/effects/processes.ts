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

/** A file as a process has it open: two with the same marks are most likely one, inherited. */
export interface OpenFile {
  readonly path: string;
  /** Position and flags; whoever opened the file on its own has others. */
  readonly state: string;
}

/** Whether a process lives, inherited one of these files, and does not descend from `root`. */
export function isOrphanHolding(pid: number, files: readonly OpenFile[], root: number): boolean {
  const holds = openFiles(pid).some(([, file]) =>
    files.some(({ path, state }) => file.path === path && file.state === state),
  );
  return holds && !descendsFrom(pid, root);
}

/** The files that a process has open, as far as they may be seen. */
export function openFiles(pid: number): [fd: number, file: OpenFile][] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap(fd => {
      const file = openFile(pid, Number(fd));
      return file === undefined ? [] : [[Number(fd), file]];
    });
  } catch {
    return [];
  }
}

/** What a descriptor of a process stands for; nothing where it cannot be seen. */
export function openFile(pid: number, fd: number): OpenFile | undefined {
  try {
    const [, pos = '', flags = '0'] = /^pos:\s*(\d+)\nflags:\s*(\d+)/.exec(read(`${pid}/fdinfo/${fd}`)) ?? [];
    // Close-on-exec belongs to the descriptor, not to the file.
    const state = `${pos} ${Number.parseInt(flags, 8) & ~0o2000000}`;
    return { path: readlinkSync(`/proc/${pid}/fd/${fd}`), state };
  } catch {
    return undefined;
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
