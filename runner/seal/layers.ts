/*
 * The layers of a bundle, each a function from what was read to what is wrong with it. None throws, none looks at a file:
 * digests and documents come in, findings go out.
 */

import { canonicalJson } from '../journal/canonical.ts';
import type { JournalReading } from '../journal/chain.ts';
import type { Entry, SourceFile } from '../journal/event.ts';
import { isUnlisted, LAYOUT, mostBytes } from './layout.ts';
import { endsOf, type Statement } from './statement.ts';
import type { Finding, FindingCode, Layer } from './verdict.ts';

type Digests = ReadonlyMap<string, string>;

/** Makes a finding. */
export function finding(layer: Layer, code: FindingCode, params: Finding['params'] = {}): Finding {
  return { layer, code, params };
}

/** What in the bundle is no regular file with a plain name. */
export function checkFolder(odd: readonly string[]): readonly Finding[] {
  return odd.map(path => finding('bundle', 'not-a-file', { path }));
}

/** The chain, and that the journal begins and ends as a run does. */
export function checkJournal(reading: JournalReading): readonly Finding[] {
  const { problem, entries } = reading;
  if (problem !== undefined)
    return [finding('journal', problem.code, { line: problem.line, offset: problem.offset })];
  if (entries[0]?.type !== 'run-opened') return [finding('journal', 'run-not-opened')];
  return endsOf(entries) === undefined ? [finding('journal', 'run-not-closed')] : [];
}

/** The files on which the run depended last: those of its opening, or of the last change that was accepted. */
export function sourcesOf(entries: readonly Entry[]): readonly SourceFile[] {
  for (const entry of entries.toReversed()) {
    if (entry.type === 'run-opened' || entry.type === 'change-accepted') return entry.files;
  }
  return [];
}

/** The files whose digest the journal holds: sources, evidence, outputs that did not fit inline. */
export function checkRecorded(entries: readonly Entry[], digests: Digests): readonly Finding[] {
  const sources = sourcesOf(entries).flatMap(({ path, sha256 }) =>
    compareFile('source', `${LAYOUT.source}/${path}`, sha256, digests),
  );
  return [...sources, ...checkAttached(entries, digests)];
}

/** The files besides sources whose digest the journal holds. */
export function checkAttached(entries: readonly Entry[], digests: Digests): readonly Finding[] {
  return entries.flatMap(entry => {
    if (entry.type === 'evidence-attached' || entry.type === 'time-stamped')
      return compareFile('evidence', entry.file, entry.sha256, digests);
    const output = 'output' in entry ? entry.output : undefined;
    return output?.file === undefined ? [] : compareFile('output', output.file, output.sha256, digests);
  });
}

function compareFile(layer: Layer, path: string, sha256: string, digests: Digests): readonly Finding[] {
  const found = digests.get(path);
  if (found === sha256) return [];
  const subject = layer === 'statement';
  if (found === undefined) return [finding(layer, subject ? 'subject-missing' : 'file-missing', { path })];
  return [finding(layer, subject ? 'subject-altered' : 'file-altered', { path, expected: sha256, found })];
}

/** Files that no statement lists against what they may be; `sizes` are those of all files, in bytes. */
export function checkUnlisted(sizes: ReadonlyMap<string, number>): readonly Finding[] {
  return [...sizes].flatMap(([path, bytes]) => {
    const most = mostBytes(path);
    return most === undefined || bytes <= most
      ? []
      : [finding('bundle', 'unlisted-too-large', { path, bytes, most })];
  });
}

/** Every subject against its file, and every file that is no subject. */
export function checkSubjects(statement: Pick<Statement, 'subject'>, digests: Digests): readonly Finding[] {
  const names = statement.subject.map(subject => subject.name);
  const listed = new Set(names);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  const unlisted = [...digests.keys()].filter(path => !listed.has(path) && !isUnlisted(path));
  return [
    ...[...repeated].map(path => finding('statement', 'subject-repeated', { path })),
    ...statement.subject.flatMap(({ name, digest }) =>
      compareFile('statement', name, digest.sha256, digests),
    ),
    ...unlisted.map(path => finding('statement', 'subject-unlisted', { path })),
  ];
}

/** Every member of the predicate against the one that the journal gives. */
export function checkPredicate(found: object, expected: object): readonly Finding[] {
  const wanted = new Map<string, unknown>(Object.entries(expected));
  return Object.entries(found).flatMap(([member, value]) => {
    const [shown, right] = [canonicalJson(value), canonicalJson(wanted.get(member))];
    return shown === right
      ? []
      : [finding('statement', 'statement-disagrees', { member, expected: right, found: shown })];
  });
}

/** The transcripts against those that were rendered again, by path. */
export function checkTranscripts(
  rendered: ReadonlyMap<string, string>,
  read: (path: string) => Buffer | undefined,
): readonly Finding[] {
  return [...rendered].flatMap(([path, text]) => {
    const found = read(path);
    if (found === undefined) return [finding('transcript', 'file-missing', { path })];
    if (found.equals(Buffer.from(text))) return [];
    return [
      finding('transcript', 'transcript-altered', { path, line: firstDifference(found.toString(), text) }),
    ];
  });
}

/** The 1-based line at which two texts part. */
function firstDifference(found: string, expected: string): number {
  const [one, other] = [found.split('\n'), expected.split('\n')];
  return one.findIndex((line, index) => line !== other[index]) + 1 || one.length + 1;
}
