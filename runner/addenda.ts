/*
 * What was added to a bundle after its seal, verified. In: the bundle's files, what its statement says, the list from outside.
 * Out: findings, each with the number of its addendum, and what was added by whom. An addendum rests on the one before: after one
 * that is missing nothing more is looked at.
 */
import { type Bundle, type BundleFiles, filesWithin, readDocument, sha256 } from './effects/bundle.ts';
import { readSeals } from './effects/seal-readings.ts';
import { readJournal } from './journal/chain.ts';
import type { Entry } from './journal/event.ts';
import {
  type AddendumStatement,
  addedFiles,
  addendumEnds,
  buildAddendum,
  checkGround,
  checkStrays,
  type Ground,
  readAddendum,
  startOf,
} from './seal/addendum.ts';
import {
  checkAttached,
  checkPredicate,
  checkSubjects,
  checkTranscripts,
  checkUnlisted,
  finding,
} from './seal/layers.ts';
import { addendumFolder, addendumOf, LAYOUT, PENDING } from './seal/layout.ts';
import { areForOther, judgeSeals } from './seal/seals.ts';
import { readStatement } from './seal/statement.ts';
import type { AddendumSeen, Finding } from './seal/verdict.ts';
import type { RunRecord, Stages } from './stages.ts';

/** A sealed bundle to whose addenda one looks. `record` is absent when its source is not the one that was run. */
export interface AddendaInput {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  readonly stages: Stages;
  readonly record: RunRecord | undefined;
  readonly holders: readonly string[] | undefined;
  readonly trusted: string | undefined;
  /** The version of this programme; nothing when any will do. */
  readonly runner?: string | undefined;
}

/** What the addenda of a bundle come to. */
export interface AddendaJudged {
  readonly findings: readonly Finding[];
  readonly addenda: readonly AddendumSeen[];
}

/** The numbers of the addenda that lie in a bundle, in order. */
export function addendaIn({ digests }: BundleFiles): readonly number[] {
  const numbers = [...digests.keys()].flatMap(path => {
    const number = addendumOf(path);
    return typeof number === 'number' ? [number] : [];
  });
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** What the first addendum stands on; nothing when there is no statement to add to. */
export function groundOf(bundle: Bundle): Ground | undefined {
  const bytes = readDocument(bundle, LAYOUT.statement) ?? Buffer.alloc(0);
  const statement = readStatement(bytes);
  if (statement === undefined) return undefined;
  const { run, head, entries } = statement.predicate;
  return { run, sealed: sha256(bytes), number: 1, start: { head, count: entries } };
}

/** What the next addendum stands on. `bytes` are those of the statement of the one before. */
export function groundAfter(ground: Ground, { predicate }: AddendumStatement, bytes: Buffer): Ground {
  return {
    ...ground,
    previous: sha256(bytes),
    number: ground.number + 1,
    start: { head: predicate.head, count: ground.start.count + predicate.entries },
  };
}

/** An addendum's folder as a bundle of its own. */
export function addendumBundle({ directory, run }: Bundle, folder: string): Bundle {
  return { directory: `${directory}/${folder}`, run };
}

/** Verifies every addendum of a bundle. Throws the faults of `ssh-keygen`. */
export async function verifyAddenda(input: AddendaInput): Promise<AddendaJudged> {
  const { bundle, files, holders } = input;
  const numbers = addendaIn(files);
  const findings = pendingIn(files);
  const addenda: AddendumSeen[] = [];
  const base = groundOf(bundle);
  let ground = base && { ...base, ...(holders === undefined ? {} : { holders }) };
  let entries = input.record?.entries ?? [];
  for (const number of numbers) {
    if (ground === undefined) return unfounded(findings, addenda, number);
    if (number !== ground.number) return missing(findings, addenda, ground.number);
    const judged = await verifyOne(input, ground, entries);
    findings.push(...judged.findings.map(found => ({ ...found, addendum: number })));
    if (judged.seen !== undefined) addenda.push(judged.seen);
    ground = judged.next;
    entries = [...entries, ...judged.entries];
  }
  return { findings, addenda };
}

function unfounded(findings: readonly Finding[], addenda: readonly AddendumSeen[], addendum: number) {
  return { findings: [...findings, { ...finding('statement', 'addendum-unfounded'), addendum }], addenda };
}

function missing(findings: readonly Finding[], addenda: readonly AddendumSeen[], number: number) {
  return { findings: [...findings, finding('bundle', 'addendum-missing', { number })], addenda };
}

function pendingIn({ digests }: BundleFiles): Finding[] {
  const isPending = [...digests.keys()].some(path => addendumOf(path) === 'pending');
  return isPending ? [finding('bundle', 'addendum-pending', { path: PENDING })] : [];
}

interface Judged {
  readonly findings: readonly Finding[];
  readonly seen?: AddendumSeen;
  readonly next: Ground | undefined;
  readonly entries: readonly Entry[];
}

/** An addendum's files and journal, and what is wrong with them before its statement is looked at. */
interface Read {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  readonly entries: readonly Entry[];
  readonly head: string;
  readonly isChained: boolean;
  readonly findings: readonly Finding[];
}

function readOne(input: AddendaInput, ground: Ground): Read {
  const folder = addendumFolder(ground.number);
  const bundle = addendumBundle(input.bundle, folder);
  const files = filesWithin(input.files, folder);
  const bytes = readDocument(bundle, LAYOUT.journal) ?? Buffer.alloc(0);
  const start = startOf(bytes) ?? ground.start;
  const { entries, head, problem } = readJournal(bytes, start);
  const chain =
    problem === undefined
      ? checkGround(entries, start, ground)
      : [finding('journal', problem.code, { line: problem.line, offset: problem.offset })];
  const findings = [...checkUnlisted(files.sizes), ...chain, ...checkAttached(entries, files.digests)];
  return { bundle, files, entries, head, isChained: chain.length === 0, findings };
}

async function verifyOne(input: AddendaInput, ground: Ground, before: readonly Entry[]): Promise<Judged> {
  const read = readOne(input, ground);
  const { bundle, files, entries } = read;
  const written = readDocument(bundle, LAYOUT.statement);
  const statement = written && readAddendum(written);
  if (written === undefined || statement === undefined) {
    const code = written === undefined ? 'statement-missing' : 'statement-unreadable';
    return { findings: [...read.findings, finding('statement', code)], next: undefined, entries };
  }
  const replayed = read.isChained ? checkReplayed(input, statement, { before, added: entries }) : [];
  const stated = checkStated({ ...read, input, statement });
  const seals = await readSeals({ bundle, files, entries }, input.trusted);
  const { findings, signers } = judgeSeals(seals, { ...statement.predicate, requiredSigners: [] });
  const altered = areForOther(seals) ? [finding('statement', 'statement-altered')] : [];
  return {
    findings: [...read.findings, ...replayed, ...altered, ...stated, ...findings],
    seen: { ...describe(statement, entries), signers },
    next: groundAfter(ground, statement, written),
    entries,
  };
}

/** What the rules of this version do not allow accuses nobody when another one wrote it. */
function checkReplayed(
  { stages, record, runner = '' }: AddendaInput,
  { predicate }: AddendumStatement,
  { before, added }: { readonly before: readonly Entry[]; readonly added: readonly Entry[] },
): readonly Finding[] {
  if (record === undefined) return [];
  const isOwn = predicate.renderer === stages.renderer && (runner === '' || predicate.runner === runner);
  const foreign = { made: `${predicate.runner} / ${predicate.renderer}`, own: stages.renderer };
  try {
    const wrong = stages.replayAddendum({ ...record, entries: before }, added);
    if (wrong === undefined) return [];
    const { line, code: reason } = wrong;
    const entry = `${wrong.type} ${wrong.step}`.trim();
    if (!isOwn) return [finding('replay', 'replay-not-comparable', { line, entry, ...foreign })];
    return [finding('journal', 'addendum-illegal', { entry, seq: line - 1, reason })];
  } catch (failed) {
    const error = failed instanceof Error ? failed.message : '';
    if (!isOwn) return [finding('replay', 'replay-not-comparable', { line: 1, entry: error, ...foreign })];
    return [finding('replay', 'replay-failed', { error })];
  }
}

interface Stated {
  readonly input: AddendaInput;
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  readonly statement: AddendumStatement;
  readonly entries: readonly Entry[];
  readonly head: string;
}

function checkStated({ input, bundle, files, statement, entries, head }: Stated): readonly Finding[] {
  const subjects = [...checkSubjects(statement, files.digests), ...checkStrays(files.digests)];
  if (addendumEnds(entries) === undefined) return subjects;
  const { renderer } = statement.predicate;
  const { predicate } = buildAddendum({ entries, head, digests: files.digests, renderer });
  const disagreements = checkPredicate(statement.predicate, predicate);
  return [...subjects, ...disagreements, ...checkRendering({ input, bundle, entries }, renderer)];
}

function checkRendering(
  { input, bundle, entries }: Pick<Stated, 'input' | 'bundle' | 'entries'>,
  renderer: string,
): readonly Finding[] {
  const { stages, record } = input;
  if (record === undefined) return [];
  if (renderer !== stages.renderer)
    return [finding('transcript', 'not-comparable', { renderer, own: stages.renderer })];
  try {
    const rendered = new Map([[LAYOUT.addendum, stages.renderAddendum(record, entries)]]);
    return checkTranscripts(rendered, path => readDocument(bundle, path));
  } catch (error) {
    return [finding('replay', 'replay-failed', { error: error instanceof Error ? error.message : '' })];
  }
}

function describe({ predicate }: AddendumStatement, entries: readonly Entry[]) {
  return {
    number: predicate.number,
    by: predicate.by,
    at: predicate.closedAt,
    notes: entries.filter(entry => entry.type === 'note-added').length,
    evidence: addedFiles(entries).length,
  };
}
