/*
 * An addendum: entries made after the seal, in a journal, with a statement and seals of their own. In: its entries, the
 * digests of its files, what was sealed before it. Out: its statement, and what is wrong with it. Its first line goes on from
 * the last one that was sealed and names the statement of the run and that of the addendum before, so one that is
 * moved, taken out or brought from elsewhere shows. What can never happen: a sealed file that an addendum changes.
 */
import type { Start } from '../journal/chain.ts';
import type { Entry, EventOf } from '../journal/event.ts';
import {
  bundlePath,
  choice,
  count,
  digest,
  flag,
  instant,
  list,
  object,
  optional,
  text,
} from '../journal/guard.ts';
import { finding } from './layers.ts';
import { isUnlisted, LAYOUT, principalOf } from './layout.ts';
import {
  readSigned,
  STATEMENT_TYPE,
  type Statement,
  type Subject,
  signerOf,
  subjectsOf,
} from './statement.ts';
import type { Finding } from './verdict.ts';

/** What the predicate of an addendum is. */
export const ADDENDUM_TYPE = 'urn:reprise:addendum:v1';

/** What the statement says of an addendum. Times are RFC 3339 UTC, by the machine's clock. */
export interface AddendumPredicate {
  readonly run: string;
  /** Counts from 1. */
  readonly number: number;
  /** sha256 of the run's statement. */
  readonly sealed: string;
  /** sha256 of the statement of the addendum before; absent in the first. */
  readonly previous?: string;
  readonly openedAt: string;
  readonly closedAt: string;
  readonly entries: number;
  /** sha256 of the addendum's last line. */
  readonly head: string;
  readonly by: string;
  readonly signer: string;
  readonly ephemeral: boolean;
  readonly clock: 'declared';
  readonly runner: string;
  readonly renderer: string;
}

/** An in-toto Statement v1 about an addendum; its subjects are named by their path in the addendum's folder. */
export type AddendumStatement = Statement<AddendumPredicate, typeof ADDENDUM_TYPE>;

/** What an addendum's statement is made from. `digests` are those of all files in its folder. */
export interface AddendumInput {
  readonly entries: readonly Entry[];
  readonly head: string;
  readonly digests: ReadonlyMap<string, string>;
  readonly renderer: string;
}

/** What an addendum stands on. `start` is the end of the chain that was sealed last; digests are those of statements. */
export interface Ground {
  readonly run: string;
  readonly sealed: string;
  readonly previous?: string;
  readonly number: number;
  readonly start: Start;
  /** Ids of everybody who holds a role; absent when the source could not be read. */
  readonly holders?: readonly string[];
}

/** The first and the last entry of an addendum; nothing for a journal that does not begin and end as one does. */
export function addendumEnds(entries: readonly Entry[]) {
  const opened = entries[0];
  const closed = entries.at(-1);
  if (opened?.type !== 'addendum-opened' || closed?.type !== 'addendum-closed') return undefined;
  return { opened, closed };
}

/** Makes the statement of an addendum; throws when it is not opened and closed. */
export function buildAddendum({ entries, head, digests, renderer }: AddendumInput): AddendumStatement {
  const ends = addendumEnds(entries);
  if (ends === undefined) throw new Error('only an addendum that was opened and closed has a statement');
  const { opened, closed } = ends;
  const { run, number, sealed, previous, runner } = opened;
  const signer = signerOf(entries) ?? opened.signer;
  return {
    _type: STATEMENT_TYPE,
    subject: subjectsOf(digests),
    predicateType: ADDENDUM_TYPE,
    predicate: {
      run,
      number,
      sealed,
      ...(previous === undefined ? {} : { previous }),
      openedAt: opened.at,
      closedAt: closed.at,
      entries: entries.length,
      head,
      by: opened.by.id,
      signer: signer.principal,
      ephemeral: signer.ephemeral,
      clock: 'declared',
      runner,
      renderer,
    },
  };
}

const isStatement = object<AddendumStatement>({
  _type: choice(STATEMENT_TYPE),
  subject: list(object<Subject>({ name: bundlePath, digest: object<Subject['digest']>({ sha256: digest }) })),
  predicateType: choice(ADDENDUM_TYPE),
  predicate: object<AddendumPredicate>({
    run: text,
    number: count,
    sealed: digest,
    previous: optional(digest),
    openedAt: instant,
    closedAt: instant,
    entries: count,
    head: digest,
    by: text,
    signer: text,
    ephemeral: flag,
    clock: choice('declared'),
    runner: text,
    renderer: text,
  }),
});

/** Reads the statement of an addendum; nothing unless it is the canonical text of one. */
export function readAddendum(bytes: Buffer): AddendumStatement | undefined {
  return readSigned(bytes, isStatement);
}

/** Where an addendum's journal says that it goes on from; nothing when its first line does not say. */
export function startOf(bytes: Buffer): Start | undefined {
  try {
    const line: unknown = JSON.parse(bytes.toString('utf8', 0, Math.max(0, bytes.indexOf(0x0a))));
    return isLinked(line) ? { head: line.prev, count: line.seq } : undefined;
  } catch {
    return undefined;
  }
}

function isLinked(value: unknown): value is { readonly seq: number; readonly prev: string } {
  if (typeof value !== 'object' || value === null || !('seq' in value) || !('prev' in value)) return false;
  return count(value.seq) && digest(value.prev);
}

/** The entries of an addendum against what was sealed before it; `start` is what its first line goes on from. */
export function checkGround(entries: readonly Entry[], start: Start, ground: Ground): readonly Finding[] {
  const [opened] = entries;
  if (opened?.type !== 'addendum-opened') return [illegal(opened, 'opening')];
  if (opened.run !== ground.run || opened.sealed !== ground.sealed)
    return [finding('journal', 'addendum-elsewhere', { run: opened.run })];
  const isNext =
    opened.number === ground.number &&
    opened.previous === ground.previous &&
    start.head === ground.start.head &&
    start.count === ground.start.count;
  if (!isNext) return [finding('journal', 'addendum-out-of-order', { number: opened.number })];
  return [...checkPeople(entries, ground), ...checkOrder(entries)];
}

function checkOrder(entries: readonly Entry[]): readonly Finding[] {
  const early = entries.find(
    entry => entry.type === 'note-added' && entry.corrects !== undefined && entry.corrects >= entry.seq,
  );
  if (early !== undefined) return [illegal(early, 'corrects')];
  return addendumEnds(entries) === undefined ? [illegal(entries.at(-1), 'close')] : [];
}

function illegal(entry: Entry | undefined, reason: string): Finding {
  return finding('journal', 'addendum-illegal', { entry: entry?.type ?? '', seq: entry?.seq ?? 0, reason });
}

/** Who adds holds a role of the runbook, as who operates does. */
function checkPeople(entries: readonly Entry[], { holders }: Ground): readonly Finding[] {
  const strangers = entries.flatMap(entry =>
    'by' in entry && entry.by !== undefined && 'id' in entry.by && holders?.includes(entry.by.id) === false
      ? [entry.by.id]
      : [],
  );
  return [...new Set(strangers)].map(id => finding('journal', 'addendum-by-stranger', { id }));
}

/** What lies unlisted in an addendum, and may not: nothing goes without being listed but its statement and its seals. */
export function checkStrays(digests: ReadonlyMap<string, string>): readonly Finding[] {
  const mayStand = (path: string): boolean =>
    path === LAYOUT.statement || principalOf(path) !== undefined || !isUnlisted(path);
  return [...digests.keys()]
    .filter(path => !mayStand(path))
    .map(path => finding('statement', 'subject-unlisted', { path }));
}

/** The files that an addendum's journal names, with their digests. */
export function addedFiles(entries: readonly Entry[]): readonly EventOf<'evidence-attached'>[] {
  return entries.filter(entry => entry.type === 'evidence-attached');
}
