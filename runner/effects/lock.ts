/*
 * One writer per run. In: the run's directory. Out: a lock that the kernel frees when its holder, and every child that was
 * given `fd`, are gone, however they went. What can never happen: two holders, or a lock left behind by a dead one.
 *
 * Node has no flock(2); the lock is taken by `flock` of util-linux on our own descriptor, and stays since a lock belongs to
 * the open file, which both share. The folder itself is locked, too: a lock file that somebody removed lets nobody in. Where open(2) itself can lock (macOS, BSD: O_EXLOCK) no command is needed. Elsewhere the
 * Fault `lock-unavailable` says so: without a lock there is no run.
 */
import { spawn } from 'node:child_process';
import { closeSync, constants, ftruncateSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault } from '../fault.ts';
import { count, object, text } from '../journal/guard.ts';
import { LAYOUT } from '../seal/layout.ts';
import { systemClock } from './clock.ts';
import { errorCode, writeFully } from './durable.ts';
import { toolEnvironment } from './environment.ts';
import { openFiles, processIds } from './processes.ts';

const LOCK_HELD = 75;

/** Seconds given to the children of a holder that has just gone, to go too; a second runner is refused within one. */
const PATIENCE = '0.7';

const O_EXLOCK = 0x20;

/** A held lock. Give `fd` to a child (`stdio`) and the run stays locked until that child is gone too. */
export interface Lock {
  readonly fd: number;
  release(): void;
}

/** Who holds a lock. `since` is RFC 3339 UTC. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Locks a run, at once or not at all. Faults: `run-locked` (naming the holder), `lock-unavailable`. */
export async function lockRun(directory: string): Promise<Lock> {
  const path = join(directory, LAYOUT.lock);
  const fd = openLock(path);
  let folder: number | undefined;
  try {
    if (!locksOnOpen) await takeLock(fd, path);
    folder = await lockFolder(directory, path);
    recordHolder(fd, path);
  } catch (error) {
    closeSync(fd);
    if (folder !== undefined) closeSync(folder);
    throw error;
  }
  return { fd, release: () => releaseLock(fd, folder) };
}

/** Locks the run's folder; nothing where a folder cannot be locked (NFS), and the lock file stands alone. */
async function lockFolder(directory: string, path: string): Promise<number | undefined> {
  if (locksOnOpen) return undefined;
  const folder = openFolder(directory, path);
  const status = await runFlock(folder, '-n').catch(() => 1);
  if (status === 0) return folder;
  closeSync(folder);
  if (status === LOCK_HELD) throw lockedBy(path);
  return undefined;
}

function openFolder(directory: string, path: string): number {
  try {
    return openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    throw new Fault('lock-unavailable', { path, error: errorCode(error) });
  }
}

const locksOnOpen = process.platform === 'darwin' || process.platform.endsWith('bsd');

function openLock(path: string): number {
  const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
  const flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  try {
    return openSync(path, locksOnOpen ? flags | O_EXLOCK : flags, 0o600);
  } catch (error) {
    if (locksOnOpen && ['EAGAIN', 'EWOULDBLOCK'].includes(errorCode(error))) throw lockedBy(path);
    throw new Fault('lock-unavailable', { path, error: errorCode(error) });
  }
}

async function takeLock(fd: number, path: string): Promise<void> {
  const unavailable = (error: unknown): never => {
    throw new Fault('lock-unavailable', { path, error: errorCode(error) });
  };
  let status = await runFlock(fd, '-n').catch(unavailable);
  if (status === LOCK_HELD && livingHolder(path) === undefined)
    status = await runFlock(fd, '-w', PATIENCE).catch(unavailable);
  if (status === LOCK_HELD) throw lockedBy(path);
  if (status !== 0) throw new Fault('lock-unavailable', { path, error: `flock ${status}` });
}

// `-E` tells "held by another" from every other failure; 3 is where stdio puts our descriptor in the child.
function runFlock(fd: number, ...how: readonly string[]): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', [...how, '-E', String(LOCK_HELD), '3'], {
      env: toolEnvironment(),
      stdio: ['ignore', 'ignore', 'ignore', fd],
    });
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

/**
 * Who carries a run on, as far as can be told without touching its lock; nobody once the process that recorded itself has
 * released it or is gone. Of a process on another machine nothing can be told here, so it is believed.
 */
export function runnerOf(directory: string): Holder | undefined {
  return livingHolder(join(directory, LAYOUT.lock));
}

/** The process that recorded itself, if it still lives; one that released the lock has wiped its record. */
function livingHolder(path: string): Holder | undefined {
  const holder = readHolder(path);
  if (holder === undefined || holder.host !== hostname()) return holder;
  try {
    process.kill(holder.pid, 0);
    return holder;
  } catch (error) {
    return errorCode(error) === 'EPERM' ? holder : undefined;
  }
}

function recordHolder(fd: number, path: string): void {
  const holder: Holder = { pid: process.pid, host: hostname(), since: systemClock().now() };
  try {
    ftruncateSync(fd);
    writeFully(fd, Buffer.from(`${JSON.stringify(holder)}\n`));
  } catch (error) {
    throw new Fault('lock-unavailable', { path, error: errorCode(error) });
  }
}

function releaseLock(fd: number, folder: number | undefined): void {
  try {
    ftruncateSync(fd);
  } catch {
    // Who held it is only read while it is held.
  }
  closeSync(fd);
  if (folder !== undefined) closeSync(folder);
}

function lockedBy(path: string): Fault {
  const holder = readHolder(path) ?? holderOfRemoved(path);
  return new Fault('run-locked', {
    path,
    pid: holder?.pid ?? 0,
    host: holder?.host ?? '',
    since: holder?.since ?? '',
  });
}

/** Who holds a lock file that was removed: its record is still in what the holder has open (Linux). */
function holderOfRemoved(path: string): Holder | undefined {
  const removed = `${realpathSync(dirname(path))}/${LAYOUT.lock} (deleted)`;
  for (const pid of processIds()) {
    for (const [fd, file] of openFiles(pid)) {
      const holder = file.path === removed ? readHolder(`/proc/${pid}/fd/${fd}`) : undefined;
      if (holder !== undefined) return holder;
    }
  }
  return undefined;
}

/** Who holds, or held last without releasing, the lock in this file; nothing when it does not say. */
function readHolder(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isHolder = object<Holder>({ pid: count, host: text, since: text });
