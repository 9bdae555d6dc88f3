/*
 * The auditor's act. In: a bundle, and from elsewhere the list of signers to trust. Out: a Verdict, as data. Layer by layer:
 * folder, journal, recorded files, replay, statement, transcripts, seals. A layer that rests on a broken one is not looked
 * at, so that each tampering is named where it happened. Nothing is written, and nothing in the bundle is executed.
 */

import { readFileSync } from 'node:fs';
import { type Bundle, type BundleFiles, listBundle, openBundle, readDocument } from './effects/bundle.ts';
import { errorCode } from './effects/durable.ts';
import { checkSignature } from './effects/signer.ts';
import { Fault } from './fault.ts';
import { type JournalReading, readJournal } from './journal/chain.ts';
import {
  checkFolder,
  checkJournal,
  checkPredicate,
  checkRecorded,
  checkSubjects,
  checkTranscripts,
  finding,
  sourcesOf,
} from './seal/layers.ts';
import { LAYOUT, principalOf, sealPath } from './seal/layout.ts';
import { judgeSeals, recordedSigners, type SealReading } from './seal/seals.ts';
import {
  buildStatement,
  endsOf,
  type RequiredSigner,
  readStatement,
  type Statement,
} from './seal/statement.ts';
import { type Finding, judge, type Verdict } from './seal/verdict.ts';
import { stages as ownStages, type RunRecord, type Stages } from './stages.ts';

/** What is known from outside the bundle. `allowedSigners` is the path of a file in OpenSSH's format. */
export interface VerifyOptions {
  readonly allowedSigners?: string;
}

interface Opened {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  readonly journal: JournalReading;
  readonly stages: Stages;
}

interface Layered {
  readonly findings: readonly Finding[];
  readonly requiredSigners?: readonly RequiredSigner[];
}

/**
 * Verifies a bundle. Faults, when it cannot even be looked at: `bundle-not-found`, `allowed-signers-unreadable`, and those
 * of `ssh-keygen`; whatever is wrong with the bundle itself is a finding.
 */
export async function verifyBundle(
  path: string,
  options: VerifyOptions = {},
  stages: Stages = ownStages,
): Promise<Verdict> {
  const trusted = readTrusted(options.allowedSigners);
  const bundle = openBundle(path);
  const files = listBundle(bundle);
  const journal = readJournal(readDocument(bundle, LAYOUT.journal) ?? Buffer.alloc(0));
  const opened = { bundle, files, journal, stages };
  const record = checkRecord(opened);
  const statement = checkStatement(opened, record.requiredSigners);
  const seals =
    statement.statement === undefined ? noSeals : await checkSeals(opened, statement.statement, trusted);
  const findings = [...record.findings, ...statement.findings, ...seals.findings];
  const run = journal.entries[0]?.type === 'run-opened' ? { run: journal.entries[0].run } : {};
  return { verdict: judge(findings), ...run, findings, signers: seals.signers };
}

const noSeals = { findings: [], signers: [] };

function readTrusted(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('allowed-signers-unreadable', { path: path ?? '', error: errorCode(error) });
  }
}

function checkRecord(opened: Opened): Layered {
  const { files, journal } = opened;
  const chain = [...checkFolder(files.odd), ...checkJournal(journal)];
  if (journal.problem !== undefined || journal.entries[0]?.type !== 'run-opened') return { findings: chain };
  const recorded = checkRecorded(journal.entries, files.digests);
  const record = readRecord(opened);
  if (record === undefined) return { findings: [...chain, ...recorded] };
  const replayed = checkReplay(opened.stages, record);
  return { ...replayed, findings: [...chain, ...recorded, ...replayed.findings] };
}

/** The run's source and entries; nothing when the source is not the one that was run, since nothing follows from another. */
function readRecord({ bundle, files, journal }: Opened): RunRecord | undefined {
  const runbook = sourcesOf(journal.entries).find(source => source.role === 'runbook');
  const path = `${LAYOUT.source}/${runbook?.path}`;
  if (runbook === undefined || files.digests.get(path) !== runbook.sha256) return undefined;
  const source = readDocument(bundle, path);
  return source && { source: source.toString(), file: runbook.path, entries: journal.entries };
}

function checkReplay(stages: Stages, record: RunRecord): Layered {
  try {
    return { findings: [], requiredSigners: stages.replay(record) };
  } catch (error) {
    return { findings: [finding('replay', 'replay-failed', { error: messageOf(error) })] };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function checkStatement(opened: Opened, requiredSigners?: readonly RequiredSigner[]) {
  const { bundle, files } = opened;
  const bytes = readDocument(bundle, LAYOUT.statement);
  if (bytes === undefined) return { findings: [finding('statement', 'statement-missing')] };
  const statement = readStatement(bytes);
  if (statement === undefined) return { findings: [finding('statement', 'statement-unreadable')] };
  const findings = [
    ...checkSubjects(statement, files.digests),
    ...(requiredSigners === undefined ? [] : checkAgainstJournal(opened, statement, requiredSigners)),
  ];
  return { statement, findings };
}

function checkAgainstJournal(
  opened: Opened,
  statement: Statement,
  requiredSigners: readonly RequiredSigner[],
): readonly Finding[] {
  const { entries, head } = opened.journal;
  if (endsOf(entries) === undefined) return [];
  const { renderer } = statement.predicate;
  const { digests } = opened.files;
  const expected = buildStatement({ entries, head, digests, requiredSigners, renderer });
  return [...checkPredicate(statement.predicate, expected.predicate), ...checkRendering(opened, renderer)];
}

function checkRendering(opened: Opened, renderer: string): readonly Finding[] {
  const { bundle, stages } = opened;
  const record = readRecord(opened);
  if (record === undefined) return [];
  const stripped = checkStripped(opened, record.source);
  if (renderer !== stages.renderer) {
    return [...stripped, finding('transcript', 'not-comparable', { renderer, own: stages.renderer })];
  }
  try {
    const { markdown, html, json } = stages.render(record);
    const rendered = new Map([
      [LAYOUT.markdown, markdown],
      [LAYOUT.html, html],
      [LAYOUT.json, json],
    ]);
    return [...stripped, ...checkTranscripts(rendered, path => readDocument(bundle, path))];
  } catch (error) {
    return [...stripped, finding('replay', 'replay-failed', { error: messageOf(error) })];
  }
}

function checkStripped({ bundle, stages }: Opened, source: string): readonly Finding[] {
  try {
    const markdown = readDocument(bundle, LAYOUT.markdown);
    if (markdown === undefined || stages.strip(markdown.toString()) === source) return [];
  } catch {
    // A text that is no transcript has no source to give back.
  }
  return [finding('transcript', 'source-not-restored', { path: LAYOUT.markdown })];
}

async function checkSeals(opened: Opened, statement: Statement, trusted: string | undefined) {
  const { bundle, files, journal } = opened;
  const message = readDocument(bundle, LAYOUT.statement) ?? Buffer.alloc(0);
  const recorded = recordedSigners(journal.entries, readDocument(bundle, LAYOUT.allowedSigners)?.toString());
  const seals: SealReading[] = [];
  for (const principal of [...files.digests.keys()].flatMap(path => principalOf(path) ?? [])) {
    const signature = readDocument(bundle, sealPath(principal))?.toString() ?? '';
    const check = { message, signature, principal };
    const inside = await checkSignature({ ...check, allowedSigners: recorded });
    const outside =
      trusted === undefined ? undefined : await checkSignature({ ...check, allowedSigners: trusted });
    seals.push({ principal, key: inside.key, recorded: inside.worth, trusted: outside?.worth });
  }
  return judgeSeals(seals, statement.predicate);
}
