/*
 * The document side in one function: a Markdown source to a Runbook, or to everything that is wrong with it.
 * In: a source and the name of its file. Out: a Runbook, of which every value is checked, or diagnostics sorted by place.
 * What can never happen: an exception, whatever the text; a Runbook when there is an error; a part of the document that
 * looks executable and is neither in the Runbook nor diagnosed.
 */
import type { Diagnostic } from '../diagnostic.ts';
import { refuseCostly } from '../syntax/cost.ts';
import { readBlocks } from '../syntax/document.ts';
import { type Findings, startFindings } from '../syntax/findings.ts';
import { refuseHidden } from '../syntax/hidden.ts';
import { readLines } from '../syntax/lines.ts';
import { type Scan, scanDirectives } from '../syntax/scan.ts';
import { readFrontMatter } from './front-matter.ts';
import { checkReferences } from './references.ts';
import type { FrontMatter, Runbook } from './runbook.ts';
import { finishSection, readSections } from './sections.ts';

/** What reading a document gives; `runbook` is absent when there is an error. */
export interface Reading {
  readonly runbook?: Runbook;
  readonly diagnostics: readonly Diagnostic[];
}

function readFront(findings: Findings, scan: Scan): FrontMatter | undefined {
  if (scan.frontMatter) return readFrontMatter(findings, scan.frontMatter.start, scan.frontMatter.end);
  const isOpen = /^---[ \t]*$/.test(findings.lines.all[0]?.text ?? '');
  if (!isOpen) findings.error('missing-front-matter', findings.lines.place(0, 0));
  return undefined;
}

function build(findings: Findings, file: string): Runbook | undefined {
  if (refuseCostly(findings)) return undefined;
  refuseHidden(findings);
  const scan = scanDirectives(findings);
  const front = readFront(findings, scan);
  const blocks = readBlocks(findings, scan);
  const tree = readSections(findings, blocks, front?.title ?? '');
  checkReferences(findings, tree, front, scan.lostIds);
  if (!front || findings.failed()) return undefined;
  const root = finishSection(tree.root, findings);
  const steps = new Map(tree.steps.map(({ step }) => [step.id, step]));
  return { file, source: findings.lines.source, front, root, steps };
}

/** The last whole document: sealing a run reads the very text that was run, several times, and reading costs most of it. */
let last: Runbook | undefined;

/** Reads a document. `file` is the path to show in diagnostics; nothing is opened. */
export function readRunbook(source: string, file: string): Reading {
  if (last?.source === source) return { runbook: { ...last, file }, diagnostics: [] };
  const findings = startFindings(file, readLines(source));
  const runbook = build(findings, file);
  const diagnostics = findings.sorted();
  if (runbook !== undefined && diagnostics.length === 0) last = runbook;
  return { ...(runbook ? { runbook } : {}), diagnostics };
}
