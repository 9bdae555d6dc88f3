/*
 * The auditor's act. In: a bundle, and from elsewhere the list of signers to trust. Out: a Verdict, as data. Layer by layer:
 * folder, journal, recorded files, replay, statement, transcripts, seals. A layer that rests on a broken one is not looked
 * at, so that each tampering is named where it happened. Nothing is written, and nothing in the bundle is executed.
 */

import { readFileSync } from 'node:fs';
import { verifyAddenda } from './addenda.ts';
import {
  type Bundle,
  type BundleFiles,
  listBundle,
  openForVerifying,
  readDocument,
} from './effects/bundle.ts';
import { errorCode } from './effects/durable.ts';
import { readSeals } from './effects/seal-readings.ts';
import { readApprovals, readStamps } from './effects/witness-readings.ts';
import { Fault } from './fault.ts';
import { type JournalReading, readJournal } from './journal/chain.ts';
import type { Entry } from './journal/event.ts';
import {
  checkFolder,
  checkJournal,
  checkPredicate,
  checkRecorded,
  checkSubjects,
  checkTranscripts,
  checkUnlisted,
  finding,
  sourcesOf,
} from './seal/layers.ts';
import { LAYOUT } from './seal/layout.ts';
import { areForOther, judgeSeals } from './seal/seals.ts';
import {
  buildStatement,
  endsOf,
  type RequiredSigner,
  readStatement,
  type Statement,
  writeStatement,
} from './seal/statement.ts';
import { type Finding, judge, type Verdict } from './seal/verdict.ts';
import { judgeApprovals, judgeStamps } from './seal/witnesses.ts';
import { stages as ownStages, type RunRecord, type Stages } from './stages.ts';

/**
 * What is known from outside the bundle. `allowedSigners` is the path of a file in OpenSSH's format, `timestampCa` that of the
 * certificates of the time stamp authority (PEM), `runner` the version of
 * this programme: a journal that another one wrote is held against its rules, and not accused by ours.
 */
export interface VerifyOptions {
  readonly allowedSigners?: string;
  readonly timestampCa?: string;
  readonly runner?: string;
}

interface Opened {
  readonly bundle: Bundle;
  readonly files: BundleFiles;
  readonly journal: JournalReading;
  readonly stages: Stages;
  /** The version that made the bundle, where it is not this one. */
  readonly made: string | undefined;
}

interface Stated {
  readonly statement?: Statement;
  readonly findings: readonly Finding[];
  /** Whether the statement is, to the byte, the one that the rest of the bundle gives. */
  readonly isRemade: boolean;
}

interface Layered {
  readonly findings: readonly Finding[];
  readonly requiredSigners?: readonly RequiredSigner[];
  readonly holders?: readonly string[];
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
  const bundle = openForVerifying(path);
  const files = listBundle(bundle);
  const journal = readJournal(readDocument(bundle, LAYOUT.journal) ?? Buffer.alloc(0));
  const made = madeBy(bundle, journal.entries, { renderer: stages.renderer, runner: options.runner });
  const looked = { bundle, files, journal, stages, made };
  const record = checkRecord(looked);
  const statement = checkStatement(looked, record.requiredSigners);
  const seals =
    statement.statement === undefined ? noSeals : await checkSeals(looked, statement.statement, trusted);
  const added = await verifyAddenda({
    ...looked,
    trusted,
    record: readRecord(looked),
    holders: record.holders,
    runner: options.runner,
  });
  const { entries } = journal;
  const approvals = judgeApprovals(await readApprovals(entries, trusted));
  const stamps = judgeStamps(await readStamps(bundle, entries, options.timestampCa));
  const findings = [
    ...record.findings,
    ...blamed(statement, seals.areForOther),
    ...approvals.findings,
    ...stamps.findings,
    ...seals.findings,
    ...added.findings,
  ];
  const [opened] = entries;
  const run = opened?.type === 'run-opened' ? { run: opened.run, lang: opened.lang } : {};
  const addenda = added.addenda.length === 0 ? {} : { addenda: added.addenda };
  const witnesses = {
    ...(approvals.found.length === 0 ? {} : { approvals: approvals.found }),
    ...(stamps.found.length === 0 ? {} : { stamps: stamps.found }),
  };
  return { verdict: judge(findings), ...run, findings, signers: seals.signers, ...addenda, ...witnesses };
}

/** The version that made a bundle, where its renderer or its runner is another than ours. */
function madeBy(
  bundle: Bundle,
  [first]: readonly Entry[],
  own: { readonly renderer: string; readonly runner: string | undefined },
): string | undefined {
  const statement = readStatement(readDocument(bundle, LAYOUT.statement) ?? Buffer.alloc(0));
  const renderer = statement?.predicate.renderer ?? own.renderer;
  const runner = first?.type === 'run-opened' ? first.runner : own.runner;
  if (renderer === own.renderer && (own.runner ?? runner) === runner) return undefined;
  return `${runner ?? ''} / ${renderer}`;
}

const noSeals = { findings: [], signers: [], areForOther: false };

/** A statement that was changed is blamed itself, and not the files that it no longer describes. */
function blamed({ findings, isRemade }: Stated, isSealedOtherwise: boolean): readonly Finding[] {
  if (!isSealedOtherwise || isRemade) return findings;
  const others = findings.filter(({ code }) => !code.startsWith('subject-'));
  return [finding('statement', 'statement-altered'), ...others];
}

function readTrusted(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  } catch (error) {
    throw new Fault('allowed-signers-unreadable', { path: path ?? '', error: errorCode(error) });
  }
}

function checkRecord(opened: Opened): Layered {
  const { files, journal } = opened;
  const chain = [...checkFolder(files.odd), ...checkUnlisted(files.sizes), ...checkJournal(journal)];
  if (journal.problem !== undefined || journal.entries[0]?.type !== 'run-opened') return { findings: chain };
  const recorded = checkRecorded(journal.entries, files.digests);
  const record = readRecord(opened);
  if (record === undefined) return { findings: [...chain, ...recorded] };
  const replayed = checkReplay(opened, record);
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

function checkReplay({ stages, made }: Opened, record: RunRecord): Layered {
  try {
    const { requiredSigners, holders, illegality, clockSetBack } = stages.replay(record);
    const notes = clockNotes(clockSetBack);
    if (illegality === undefined) return { findings: notes, requiredSigners, holders };
    const { line, type, step, code: reason } = illegality;
    const entry = `${type} ${step}`.trim();
    if (made === undefined)
      return { findings: [...notes, finding('journal', 'journal-illegal', { line, entry, reason })] };
    return { requiredSigners, holders, findings: [...notes, notComparable(stages, made, { line, entry })] };
  } catch (error) {
    if (made === undefined)
      return { findings: [finding('replay', 'replay-failed', { error: messageOf(error) })] };
    return { findings: [notComparable(stages, made, { line: 1, entry: messageOf(error) })] };
  }
}

function notComparable(
  stages: Stages,
  made: string,
  where: { readonly line: number; readonly entry: string },
) {
  return finding('replay', 'replay-not-comparable', { ...where, made, own: stages.renderer });
}

/** One note however often it happened: whoever wrote the journal chose how many lines it has. */
function clockNotes([line, ...more]: readonly number[]): readonly Finding[] {
  return line === undefined ? [] : [finding('journal', 'clock-went-back', { line, more: more.length })];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function checkStatement(opened: Opened, requiredSigners?: readonly RequiredSigner[]): Stated {
  const { bundle, files } = opened;
  const bytes = readDocument(bundle, LAYOUT.statement);
  if (bytes === undefined) return { findings: [finding('statement', 'statement-missing')], isRemade: false };
  const statement = readStatement(bytes);
  if (statement === undefined)
    return { findings: [finding('statement', 'statement-unreadable')], isRemade: false };
  const subjects = checkSubjects(statement, files.digests);
  if (requiredSigners === undefined || endsOf(opened.journal.entries) === undefined)
    return { statement, findings: subjects, isRemade: false };
  const against = checkAgainstJournal(opened, statement, requiredSigners);
  return { statement, ...against, findings: [...subjects, ...against.findings] };
}

function checkAgainstJournal(
  opened: Opened,
  statement: Statement,
  requiredSigners: readonly RequiredSigner[],
): Stated {
  const { entries, head } = opened.journal;
  const { renderer } = statement.predicate;
  const { digests } = opened.files;
  const expected = buildStatement({ entries, head, digests, requiredSigners, renderer });
  const findings = [
    ...checkPredicate(statement.predicate, expected.predicate),
    ...checkRendering(opened, renderer),
  ];
  // The renderer's version is the one member that is taken from the statement itself.
  const isComparable = renderer === opened.stages.renderer;
  return { findings, isRemade: isComparable && writeStatement(expected) === writeStatement(statement) };
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
    const { made } = opened;
    const failed =
      made === undefined
        ? finding('replay', 'replay-failed', { error: messageOf(error) })
        : notComparable(stages, made, { line: 1, entry: messageOf(error) });
    return [...stripped, failed];
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

async function checkSeals({ bundle, files, journal }: Opened, { predicate }: Statement, trusted?: string) {
  const seals = await readSeals({ bundle, files, entries: journal.entries }, trusted);
  return { ...judgeSeals(seals, predicate), areForOther: areForOther(seals) };
}
