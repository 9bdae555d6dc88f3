/*
 * Where the doors of runs are: sockets in a private folder of the user (mode 0700, their own), outside every bundle. A socket
 * bears the digest of its run's folder and a number of its own, so that no name is ever used twice: one that refuses was left
 * by a process that is gone. What can never happen: a socket that is taken away while somebody listens, since a name of
 * this kind is given only to one that listens already.
 */
import { hash, randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from './durable.ts';

// Linux takes 107 bytes of a socket's path, macOS 103.
const LONGEST_PATH = 103;

const SOCKET = /^[0-9a-f]{20}-[0-9a-f]{8}\.sock$/;

/** Paths of a new door: where it first listens, and the name that it bears from then on. */
export interface DoorPlace {
  readonly hidden: string;
  readonly path: string;
}

/** By what the doors of a run are known, whatever the path by which its folder is named. */
export function doorKey(directory: string): string {
  return hash('sha256', realpathSync(directory)).slice(0, 20);
}

/** A place for the door of a run; nothing where no private folder can be had. */
export function newDoorPlace(key: string): DoorPlace | undefined {
  const folder = folders()[0];
  if (folder === undefined || !isPrivate(folder, true)) return undefined;
  const path = join(folder, `${key}-${randomBytes(4).toString('hex')}.sock`);
  return Buffer.byteLength(path) > LONGEST_PATH ? undefined : { hidden: path.replace(/sock$/, 'new'), path };
}

/** Connects to the door of a run, wherever this user may have it; nothing where nobody opens. */
export async function reachDoor(key: string): Promise<Socket | undefined> {
  for (const path of doors(key)) {
    const socket = await connectTo(path);
    if (typeof socket !== 'string') return socket.on('error', () => socket.destroy());
  }
  return undefined;
}

/** Removes the sockets that killed processes have left. */
export async function sweepDoors(): Promise<void> {
  for (const path of doors('')) {
    const socket = await connectTo(path);
    if (socket === 'ECONNREFUSED') rmSync(path, { force: true });
    else if (typeof socket !== 'string') socket.destroy();
  }
}

/** A connection, or the code of the error that there was instead. */
async function connectTo(path: string): Promise<Socket | string> {
  const socket = connect(path);
  return await new Promise(resolve => {
    socket.once('connect', () => resolve(socket)).once('error', error => resolve(errorCode(error)));
  });
}

function doors(key: string): readonly string[] {
  return folders()
    .filter(folder => isPrivate(folder, false))
    .flatMap(folder => {
      const sockets = namesIn(folder).filter(name => SOCKET.test(name) && name.startsWith(key));
      return sockets.map(name => join(folder, name));
    });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The folders of this user's doors, the one for new ones first; who comes may have another environment than the run. */
function folders(): readonly string[] {
  const own = process.getuid?.();
  if (own === undefined) return [];
  const runtimes = [process.env.XDG_RUNTIME_DIR ?? '', `/run/user/${own}`].filter(Boolean);
  const temporary = join(tmpdir(), `reprise-${own}`);
  const inRuntime = runtimes.map(runtime => join(runtime, 'reprise'));
  return process.env.XDG_RUNTIME_DIR ? [...inRuntime, temporary] : [temporary, ...inRuntime];
}

function isPrivate(folder: string, isToBeMade: boolean): boolean {
  try {
    if (isToBeMade) mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return false;
  }
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
}
