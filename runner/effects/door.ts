/*
 * The door of a run under way: a private socket (unix(7)) by which other commands of the same user reach the one process that
 * writes. In: a request a line, as JSON. Out: an answer a line. What can never happen: a socket that somebody else can open, since
 * it lies in a folder of mode 0700 that is ours, outside the bundle; a request without bounds; a run that does not
 * end because somebody is at the door.
 */
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Fault } from '../fault.ts';
import { choice, number, object, optional, text } from '../journal/guard.ts';
import { doorKey, newDoorPlace, reachDoor, sweepDoors } from './door-place.ts';
import { type Line, lineOf, lineOver } from './lines.ts';

/** What may be asked at the door: a note or a file, with the id of whoever adds it. `path` is absolute. */
export interface Visit {
  readonly as: string;
  readonly text?: string;
  readonly corrects?: number;
  readonly path?: string;
  readonly step?: string;
}

/**
 * Who comes to stay until the run process ends: to answer its questions once its own terminal is gone, to go on with the run
 * in its stead, or to see what it waits for. `as` is the person's id.
 */
export interface Call {
  readonly join: 'answer' | 'relieve' | 'watch';
  readonly as: string;
}

/** Who opens. */
export interface DoorHost {
  /** Answers a visit, or throws a Fault. */
  receive(visit: Visit): Promise<object>;
  /** Takes in who comes to stay; without it nobody may. */
  stay?(call: Call, line: Line): void;
}

/** A door. */
export interface Door {
  /** Whether anybody can come in. */
  readonly isOpen: boolean;
  close(): Promise<void>;
}

/** Characters of the longest request, and of the longest answer. */
const LONGEST_REQUEST = 1 << 20;
const LONGEST_ANSWER = 1 << 24;

/** Milliseconds after which a visitor is sent away, or gives up. */
const PATIENCE = 30_000;

/** Milliseconds between two looks whether the door is still to be found: a runtime folder goes with its user's last session. */
const WATCH = 2_000;

/**
 * Opens the door of a run whose lock this process holds. Where there can be no socket there is no door, and visitors are told
 * that the run is locked.
 */
export async function openDoor(directory: string, host: DoorHost): Promise<Door> {
  await sweepDoors();
  const key = doorKey(directory);
  const visitors = new Set<Socket>();
  const come = (socket: Socket): void => {
    visitors.add(socket);
    socket.once('close', () => visitors.delete(socket));
    attend(socket, host);
  };
  let hung = await hang(key, come);
  if (hung === undefined) return { isOpen: false, close: async () => {} };
  const watch = setInterval(async () => {
    if (hung !== undefined && !existsSync(hung.path)) {
      hung.server.close();
      hung = undefined;
    }
    hung ??= await hang(key, come);
  }, WATCH).unref();
  const close = async (): Promise<void> => {
    clearInterval(watch);
    for (const socket of visitors) socket.destroy();
    if (hung !== undefined) await takeDown(hung);
  };
  return { isOpen: true, close };
}

interface Hung {
  readonly server: Server;
  readonly path: string;
}

/** Listens, and only then takes the name by which the door is found. */
async function hang(key: string, come: (socket: Socket) => void): Promise<Hung | undefined> {
  const place = newDoorPlace(key);
  if (place === undefined) return undefined;
  const { hidden, path } = place;
  const server = createServer(come).unref();
  const isListening = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false));
    server.listen(hidden, () => resolve(true));
  });
  if (!isListening) return undefined;
  try {
    chmodSync(hidden, 0o600);
    renameSync(hidden, path);
    return { server, path };
  } catch {
    server.close();
    return undefined;
  }
}

async function takeDown({ server, path }: Hung): Promise<void> {
  await new Promise<void>(resolve => server.close(() => resolve()));
  rmSync(path, { force: true });
}

function attend(socket: Socket, host: DoorHost): void {
  const leave = (): void => void socket.destroy();
  socket.setTimeout(PATIENCE, leave).on('error', leave).unref();
  const line = lineOver(socket, LONGEST_REQUEST);
  line.onMessage(async first => {
    line.onMessage(() => {});
    if (host.stay !== undefined && isCall(first)) {
      socket.setTimeout(0);
      return host.stay(first, line);
    }
    socket.end(lineOf(await answerTo(first, host)));
  });
}

async function answerTo(visit: unknown, host: DoorHost): Promise<object> {
  if (!isVisit(visit)) return { fault: { code: 'visit-unfit', params: {} } };
  try {
    return await host.receive(visit);
  } catch (error) {
    // Whatever a visitor causes is answered: it must not end the run.
    if (!(error instanceof Fault)) return { fault: { code: 'visit-unfit', params: {} } };
    const { code, params, state } = error;
    return { fault: { code, params, state } };
  }
}

const isVisit = object<Visit>({
  as: text,
  text: optional(text),
  corrects: optional(number),
  path: optional(text),
  step: optional(text),
});

const isCall = object<Call>({ join: choice('answer', 'relieve', 'watch'), as: text });

/**
 * Asks at the door of a run. Gives what the run process answered, still to be checked, or nothing when nobody answers. Throws the
 * fault that the run process met.
 */
export async function visitRun(directory: string, visit: Visit): Promise<unknown> {
  const socket = await reachDoor(doorKey(directory));
  if (socket === undefined) return undefined;
  const answer = await new Promise<unknown>(resolve => {
    const line = lineOver(socket, LONGEST_ANSWER);
    line.onMessage(resolve);
    line.onClose(() => resolve(undefined));
    socket.setTimeout(PATIENCE, () => line.close());
    line.send(visit);
  });
  socket.destroy();
  const fault = faultIn(answer);
  if (fault !== undefined) throw fault;
  return answer;
}

/** Comes to stay at the door of a run; nothing where nobody opens. The connection ends with the run process. */
export async function callRun(directory: string, call: Call): Promise<Line | undefined> {
  const socket = await reachDoor(doorKey(directory));
  if (socket === undefined) return undefined;
  const line = lineOver(socket, LONGEST_ANSWER);
  line.send(call);
  return line;
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
