/*
 * A bundle in, the state that its journal leads to out. It reads and never writes, so that it can look at a run that
 * another process is carrying on.
 */
import { type Bundle, readDocument } from './effects/bundle.ts';
import { Fault } from './fault.ts';
import { readJournal } from './journal/chain.ts';
import type { Entry, EventOf } from './journal/event.ts';
import { readRunbook } from './model/build.ts';
import type { Runbook } from './model/runbook.ts';
import { planRunbook } from './plan/plan-runbook.ts';
import { LAYOUT } from './seal/layout.ts';
import type { Illegality } from './session/legality.ts';
import { replay } from './session/replay.ts';
import type { Session } from './session/session.ts';

/** A run as its bundle has it. */
export interface BundledRun {
  readonly source: string;
  readonly file: string;
  readonly opened: EventOf<'run-opened'>;
  readonly entries: readonly Entry[];
  /** Digest of the last good line, and the byte at which the next one begins. */
  readonly head: { readonly head: string; readonly offset: number };
  readonly session: Session;
}

/** Reads a bundle's journal and source. Faults: `journal-corrupt`, `source-missing`, `transcript-source-invalid`. A torn last line is left out. */
export function readBundle(bundle: Bundle): BundledRun {
  const bytes = readDocument(bundle, LAYOUT.journal) ?? Buffer.alloc(0);
  const { entries, head, problem } = readJournal(bytes);
  if (problem !== undefined && problem.code !== 'torn-tail') {
    throw new Fault('journal-corrupt', { path: bundle.directory, line: problem.line, problem: problem.code });
  }
  const opened = openingEntry(entries);
  const { source, file, runbook } = openedWith(bundle, opened);
  const plan = planRunbook(runbook, { target: opened.target, inputs: opened.inputs });
  const next = { head, offset: problem?.offset ?? bytes.length };
  return { source, file, opened, entries, head: next, session: replay(plan, entries) };
}

/** The runbook with which a run was opened; of the journal only the first line is read. Faults: those of `readBundle`. */
export function readOpening(bundle: Bundle): { readonly runbook: Runbook } {
  const bytes = readDocument(bundle, LAYOUT.journal) ?? Buffer.alloc(0);
  const { entries } = readJournal(bytes.subarray(0, bytes.indexOf(0x0a) + 1));
  return openedWith(bundle, openingEntry(entries));
}

function openedWith(bundle: Bundle, opened: EventOf<'run-opened'>) {
  const { source, file } = sourceOf(bundle, opened);
  const { runbook, diagnostics } = readRunbook(source, file);
  if (runbook === undefined)
    throw new Fault('transcript-source-invalid', { file, count: diagnostics.length });
  return { source, file, runbook };
}

/** The entry with which every journal begins. */
export function openingEntry(entries: readonly Entry[]): EventOf<'run-opened'> {
  const [opened] = entries;
  if (opened?.type !== 'run-opened')
    throw new Fault('journal-corrupt', { path: '', line: 1, problem: 'run-opened' });
  return opened;
}

/** The fault of a journal that no run can have written: neither gone on with nor sealed. */
export function illegalJournal({ line, type, step, code }: Illegality): Fault {
  return new Fault('journal-illegal', { line, entry: `${type} ${step}`.trim(), problem: code }, 'recorded');
}

function sourceOf(
  bundle: Bundle,
  opened: EventOf<'run-opened'>,
): { readonly source: string; readonly file: string } {
  const file = opened.files.find(each => each.role === 'runbook')?.path;
  const bytes = file === undefined ? undefined : readDocument(bundle, `${LAYOUT.source}/${file}`);
  if (file === undefined || bytes === undefined)
    throw new Fault('source-missing', { path: bundle.directory });
  return { source: bytes.toString('utf8'), file };
}
