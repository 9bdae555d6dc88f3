/*
 * Room on the disk. In: the folder of the runs, or of one. Out: the Fault `disk-full` before anything is begun, and a file
 * that only takes room, given up when the journal meets a full disk, so that what was done can still be written down.
 */
import { lstatSync, statfsSync, unlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import { LAYOUT } from '../seal/layout.ts';
import { errorCode, syncDirectory, writeDurably } from './durable.ts';

const MEBIBYTE = 1 << 20;

/** Bytes that must be free before a run is opened or gone on with. */
export const FREE_NEEDED = 64 * MEBIBYTE;

/** Bytes that are kept for the journal. */
export const RESERVED = MEBIBYTE;

/** Room kept for the journal. */
export interface Reserve {
  /** Takes the room, unless an earlier process left it whole. Throws the Fault `bundle-write-failed`. */
  keep(): void;
  /** Gives the room up; false when there was none left. */
  release(): boolean;
}

/** Throws the Fault `disk-full` when a folder, or the one in which it will be made, lies on a disk with too little room. */
export function checkSpace(folder: string): void {
  const free = freeBytes(resolve(folder));
  if (free >= FREE_NEEDED) return;
  const inMebibytes = { free: Math.floor(free / MEBIBYTE), needed: FREE_NEEDED / MEBIBYTE };
  throw new Fault('disk-full', { path: folder, ...inMebibytes });
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch (error) {
    const above = dirname(folder);
    if (errorCode(error) === 'ENOENT' && above !== folder) return freeBytes(above);
    // A file system that does not say how full it is refuses nothing.
    return Number.POSITIVE_INFINITY;
  }
}

/** The reserve of a bundle; nothing is written before it is asked for. */
export function reserveIn(bundle: string): Reserve {
  const path = join(bundle, LAYOUT.reserve);
  return { keep: () => keep(path), release: () => release(path) };
}

function keep(path: string): void {
  try {
    // Zeros that are written take room; a hole would not.
    if (sizeOf(path) !== RESERVED) writeDurably(path, Buffer.alloc(RESERVED));
  } catch (error) {
    throw new Fault('bundle-write-failed', { path, error: errorCode(error) });
  }
}

function sizeOf(path: string): number | undefined {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true ? found.size : undefined;
}

function release(path: string): boolean {
  try {
    unlinkSync(path);
    syncDirectory(dirname(path));
    return true;
  } catch {
    return false;
  }
}
