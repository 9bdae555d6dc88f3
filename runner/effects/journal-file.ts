/*
 * The journal on disk. In: events, from the one process that holds the run's lock. Out: their entries, once the bytes are
 * written and, where asked, on disk. What can never happen: an entry returned before it is written; a line changed after it
 * was written; anything written after an error, since a retried sync can succeed while the system has dropped the pages.
 * A full disk that refuses a write is the one exception: the write is taken back, the reserve is given up, and what has
 * already happened is written down; what would begin is not.
 */
import { hash } from 'node:crypto';
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Fault, type FaultState } from '../fault.ts';
import {
  GENESIS,
  type JournalReading,
  linkEntry,
  MAX_LINE,
  readJournal,
  type Start,
} from '../journal/chain.ts';
import type { Entry, Event } from '../journal/event.ts';
import type { Clock, JournalWriter } from '../ports.ts';
import { errorCode, syncDirectory, writeFully } from './durable.ts';
import type { Reserve } from './reserve.ts';

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR, O_WRONLY } = constants;

/** A journal open for appending. `head` and `count` are those of the last line written. */
export interface JournalFile extends JournalWriter {
  readonly head: string;
  readonly count: number;
  close(): void;
}

/** What was cut off a journal whose last line a crash had left unfinished; `file` holds the bytes, beside the journal. */
export interface Recovered {
  readonly bytes: number;
  readonly sha256: string;
  readonly file: string;
}

/** An existing journal: its writer and what it holds, the note of a recovery included. */
export interface OpenedJournal {
  readonly writer: JournalFile;
  readonly entries: readonly Entry[];
  readonly recovered?: Recovered;
}

const first: Start = { head: GENESIS, count: 0 };

/** Creates an empty journal (0600), which must not exist yet; it may go on from another. Throws the Fault `journal-create-failed`. */
export function createJournal(
  path: string,
  clock: Clock,
  reserve?: Reserve,
  start: Start = first,
): JournalFile {
  try {
    const fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, 0o600);
    fsyncSync(fd);
    syncDirectory(dirname(path));
    return journalFile(fd, clock, start, reserve);
  } catch (error) {
    throw new Fault('journal-create-failed', { path, error: errorCode(error) });
  }
}

/**
 * Opens a journal to go on with it. A torn last line is kept in `journal.torn`, cut off and noted as `journal-recovered`.
 * Faults: `journal-open-failed`; `journal-corrupt` (with the line) when anything else is wrong, nothing is changed then.
 */
export function openJournal(
  path: string,
  clock: Clock,
  reserve?: Reserve,
  start: Start = first,
): OpenedJournal {
  const { fd, bytes } = openForAppend(path);
  try {
    const reading = readJournal(bytes, start);
    refuseCorruption(path, reading);
    const writer = journalFile(fd, clock, reading, reserve);
    if (reading.problem === undefined) return { writer, entries: reading.entries };
    const recovered = cutTornTail(fd, path, reading.problem.offset, bytes);
    const note = writer.append(
      [{ type: 'journal-recovered', bytes: recovered.bytes, sha256: recovered.sha256 }],
      true,
    );
    return { writer, entries: [...reading.entries, ...note], recovered };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function openForAppend(path: string): { readonly fd: number; readonly bytes: Buffer } {
  try {
    const fd = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW);
    return { fd, bytes: readFileSync(fd) };
  } catch (error) {
    throw new Fault('journal-open-failed', { path, error: errorCode(error) });
  }
}

function refuseCorruption(path: string, reading: JournalReading): void {
  const { problem } = reading;
  if (problem === undefined || problem.code === 'torn-tail') return;
  throw new Fault('journal-corrupt', { path, line: problem.line, problem: problem.code });
}

function cutTornTail(fd: number, path: string, offset: number, bytes: Buffer): Recovered {
  const tail = bytes.subarray(offset);
  try {
    const file = keepTornTail(dirname(path), tail);
    ftruncateSync(fd, offset);
    fdatasyncSync(fd);
    return { bytes: tail.length, sha256: hash('sha256', tail), file };
  } catch (error) {
    throw new Fault('journal-recovery-failed', { path, error: errorCode(error) }, 'recorded');
  }
}

// The bytes are on disk under their own name before the journal loses them; an earlier tear is never overwritten.
function keepTornTail(directory: string, tail: Buffer): string {
  for (let attempt = 1; ; attempt++) {
    const file = join(directory, attempt === 1 ? 'journal.torn' : `journal.${attempt}.torn`);
    try {
      const fd = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        writeFully(fd, tail);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      syncDirectory(directory);
      return file;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Writes bytes at the end; a full disk is met once with the reserve, and true is returned then. */
function writeOrRescue(fd: number, bytes: Buffer, reserve: Reserve | undefined): boolean {
  const { size } = fstatSync(fd);
  try {
    writeFully(fd, bytes);
    return false;
  } catch (error) {
    if (errorCode(error) !== 'ENOSPC' || reserve?.release() !== true) throw error;
  }
  ftruncateSync(fd, size);
  return true;
}

/** Of what begins something, nothing has happened yet. */
function begins(events: readonly Event[]): boolean {
  return events.some(event => event.type === 'step-intended');
}

function journalFile(fd: number, clock: Clock, start: Start, reserve?: Reserve): JournalFile {
  let { head, count } = start;
  let stopped: Fault | undefined;
  let isLow = false;
  const write = (events: readonly Event[], durable: boolean): readonly Entry[] => {
    const batch = linkBatch(events, { head, count }, clock);
    const bytes = Buffer.from(batch.text);
    if (writeOrRescue(fd, bytes, reserve)) {
      isLow = true;
      if (begins(events)) throw full();
      writeFully(fd, bytes);
    }
    if (durable || isLow) fdatasyncSync(fd);
    ({ head, count } = batch);
    return batch.entries;
  };
  return {
    get head() {
      return head;
    },
    get count() {
      return count;
    },
    get isLow() {
      return isLow;
    },
    append(events, durable) {
      if (stopped !== undefined) throw stopped;
      if (isLow && begins(events)) throw full();
      try {
        return write(events, durable);
      } catch (error) {
        if (error instanceof Fault) throw error;
        stopped = new Fault('journal-write-failed', { error: errorCode(error) }, stateAfter(events));
        throw error instanceof TypeError ? error : stopped;
      }
    },
    close() {
      stopped ??= new Fault('journal-closed', {}, 'recorded');
      closeSync(fd);
    },
  };
}

function linkBatch(events: readonly Event[], start: Start, clock: Clock) {
  let { head, count } = start;
  let text = '';
  const entries = events.map(event => {
    const linked = linkEntry({ seq: count, prev: head, at: clock.now() }, event);
    if (Buffer.byteLength(linked.line) > MAX_LINE)
      throw new TypeError(`\`${event.type}\` is over ${MAX_LINE} bytes`);
    text += linked.line;
    head = linked.digest;
    count++;
    return linked.entry;
  });
  return { entries, text, head, count };
}

function full(): Fault {
  return new Fault('journal-full', {}, 'recorded');
}

const afterEffect: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'step-started',
  'output-written',
  'fact-recorded',
  'step-finished',
  'step-doubted',
]);

// An event that follows an effect is lost with the write, so the effect may have happened unrecorded.
function stateAfter(events: readonly Event[]): FaultState {
  return events.some(event => afterEffect.has(event.type)) ? 'step-may-have-run' : 'recorded';
}
