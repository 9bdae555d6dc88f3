/*
 * A journal while another process writes it. In: a run's folder. Out: its entries as they come, from the next one on, until
 * nobody carries the run on any more. It only reads. Can never happen: an entry told twice, or before its line is whole.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../fault.ts';
import { readJournal, type Start } from '../journal/chain.ts';
import type { Entry } from '../journal/event.ts';
import { runnerOf } from './lock.ts';

/** Milliseconds between two looks. */
const PERIOD = 200;

/** Where to follow from: the bytes that are known already, and the link of the next line. */
export interface Position extends Start {
  readonly offset: number;
}

/**
 * Tells each entry that is appended after `from`, and ends when no process carries the run on and nothing is left to tell, or
 * when `over` says so. Fault `journal-corrupt` at a line that is whole and bad.
 */
export async function followJournal(
  run: { readonly directory: string; readonly journal: string },
  from: Position,
  { told, over }: { readonly told: (entry: Entry) => void; readonly over: () => boolean },
): Promise<void> {
  let position = from;
  for (;;) {
    const isCarriedOn = runnerOf(run.directory) !== undefined;
    const next = tellNew(run.journal, position, told);
    const isStill = next.offset === position.offset;
    position = next;
    if (over() || (!isCarriedOn && isStill)) return;
    if (isStill) await sleep(PERIOD);
  }
}

function tellNew(journal: string, from: Position, told: (entry: Entry) => void): Position {
  const bytes = bytesAfter(journal, from.offset);
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1);
  const { entries, head, count, problem } = readJournal(whole, from);
  for (const entry of entries) told(entry);
  if (problem !== undefined)
    throw new Fault('journal-corrupt', { path: journal, line: count + 1, problem: problem.code });
  return { head, count, offset: from.offset + whole.length };
}

function bytesAfter(path: string, offset: number): Buffer {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - offset));
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(fd);
  }
}
