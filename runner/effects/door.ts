/*
 * The door of a run under way: a private socket (unix(7)) by which other commands of the same user reach the one process that
 * writes. In: a request a line, as JSON. Out: an answer a line. What can never happen: a socket that somebody else can open, since
 * it lies in a folder of mode 0700 that is ours, outside the bundle; a request longer than a note can be; a run that does not
 * end because somebody is at the door.
 */
import { hash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../fault.ts';
import { number, object, optional, text } from '../journal/guard.ts';

/** What may be asked at the door: a note or a file, with the id of whoever adds it. `path` is absolute. */
export interface Visit {
  readonly as: string;
  readonly text?: string;
  readonly corrects?: number;
  readonly path?: string;
  readonly step?: string;
}

/** An open door. */
export interface Door {
  close(): Promise<void>;
}

/** Characters of the longest request. */
const LONGEST = 65_536;

/** Milliseconds after which a visitor is sent away, or gives up. */
const PATIENCE = 30_000;

// Linux takes 107 bytes of a socket's path, macOS 103.
const LONGEST_PATH = 103;

/** Where the door of a run is; nothing where no private folder can be had. */
function doorOf(directory: string): string | undefined {
  const folder = privateFolder();
  if (folder === undefined) return undefined;
  const path = join(folder, `${hash('sha256', realpathSync(directory)).slice(0, 20)}.sock`);
  return Buffer.byteLength(path) > LONGEST_PATH ? undefined : path;
}

function privateFolder(): string | undefined {
  const own = process.getuid?.();
  if (own === undefined) return undefined;
  const runtime = process.env.XDG_RUNTIME_DIR;
  const folder = runtime ? join(runtime, 'reprise') : join(tmpdir(), `reprise-${own}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    return found.isDirectory() && found.uid === own && (found.mode & 0o077) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Opens the door of a run whose lock this process holds; `receive` answers a visit, or throws a Fault. Where there can be no
 * socket there is no door, and visitors are told that the run is locked.
 */
export async function openDoor(directory: string, receive: (visit: Visit) => Promise<object>): Promise<Door> {
  const path = doorOf(directory);
  if (path === undefined) return { close: async () => {} };
  const visitors = new Set<Socket>();
  const server = createServer(socket => {
    visitors.add(socket);
    socket.once('close', () => visitors.delete(socket));
    attend(socket, receive);
  });
  server.unref();
  // The lock is ours, so what lies there was left by a process that is gone.
  rmSync(path, { force: true });
  const isOpen = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false));
    server.listen(path, () => resolve(true));
  });
  if (isOpen) chmodSync(path, 0o600);
  const close = async (): Promise<void> => {
    for (const socket of visitors) socket.destroy();
    if (isOpen) await new Promise<void>(resolve => server.close(() => resolve()));
    rmSync(path, { force: true });
  };
  return { close };
}

function attend(socket: Socket, receive: (visit: Visit) => Promise<object>): void {
  const leave = (): void => void socket.destroy();
  socket.setTimeout(PATIENCE, leave).on('error', leave).unref();
  readLine(socket, async line => {
    const answer = await answerTo(line, receive);
    socket.end(`${JSON.stringify(answer)}\n`);
  });
}

async function answerTo(line: string, receive: (visit: Visit) => Promise<object>): Promise<object> {
  const visit = parse(line);
  if (!isVisit(visit)) return { fault: { code: 'visit-unfit', params: {} } };
  try {
    return await receive(visit);
  } catch (error) {
    // Whatever a visitor causes is answered: it must not end the run.
    if (!(error instanceof Fault)) return { fault: { code: 'visit-unfit', params: {} } };
    const { code, params, state } = error;
    return { fault: { code, params, state } };
  }
}

/** Calls `told` with the first line; a longer one than allowed ends the visit. */
function readLine(socket: Socket, told: (line: string) => void): void {
  let read = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    if (read.includes('\n')) return;
    read += chunk;
    if (read.length > LONGEST) socket.destroy();
    else if (read.includes('\n')) told(read.slice(0, read.indexOf('\n')));
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const isVisit = object<Visit>({
  as: text,
  text: optional(text),
  corrects: optional(number),
  path: optional(text),
  step: optional(text),
});

/**
 * Asks at the door of a run. Gives what the run process answered, still to be checked, or nothing when nobody answers. Throws the
 * fault that the run process met.
 */
export async function visitRun(directory: string, visit: Visit): Promise<unknown> {
  const path = doorOf(directory);
  if (path === undefined) return undefined;
  const answer = await ask(path, `${JSON.stringify(visit)}\n`);
  if (answer === undefined) return undefined;
  const fault = faultIn(answer);
  if (fault !== undefined) throw fault;
  return answer;
}

function ask(path: string, request: string): Promise<unknown> {
  return new Promise(resolve => {
    const socket = connect(path);
    const leave = (answer: unknown): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(PATIENCE, () => leave(undefined));
    socket.on('error', () => leave(undefined));
    socket.on('close', () => leave(undefined));
    socket.once('connect', () => socket.write(request));
    readLine(socket, line => leave(parse(line)));
  });
}

function faultIn(answer: unknown): Fault | undefined {
  if (typeof answer !== 'object' || answer === null || !('fault' in answer)) return undefined;
  const { fault } = answer;
  if (typeof fault !== 'object' || fault === null || !('code' in fault) || !('params' in fault))
    return undefined;
  const params = Object.entries(fault.params ?? {}).flatMap(([name, value]): [string, string | number][] =>
    text(value) || number(value) ? [[name, value]] : [],
  );
  return new Fault(String(fault.code), Object.fromEntries(params));
}
