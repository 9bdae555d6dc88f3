/*
 * Rules of good writing, over a runbook that is whole. In: the runbook and its page. Out: warnings, each of which can be silenced
 * where it stands, with a reason. What can never happen: a rule that keeps a runbook from being run.
 */
import type { CellExport, CellStep, Runbook, Step } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';
import type { Page } from '../syntax/page.ts';
import { isExportUsed, isInputRead } from './uses.ts';

/** Applies every rule; `imported` are the texts of the files that cells import, which may read inputs. */
export function lintRules(
  runbook: Runbook,
  page: Page,
  findings: Findings,
  imported: readonly string[],
): void {
  for (const step of runbook.steps.values()) lintStep(runbook, step, page, findings);
  for (const { name, place } of runbook.front.inputs.values()) {
    if (!isInputRead(runbook, name, imported)) findings.warning('unused-input', place, { name });
  }
  lintHeadings(page, findings);
}

function lintStep(runbook: Runbook, step: Step, page: Page, findings: Findings): void {
  const { id } = step;
  const opener = findings.lines.all[step.place.start.line - 1];
  const { offset } = step.place.start;
  const place = findings.lines.place(offset, opener ? opener.start + opener.text.trimEnd().length : offset);
  if (!page.told.has(place.start.line)) findings.warning('step-without-prose', place, { id });
  if (step.kind === 'manual' && step.role === undefined)
    findings.warning('manual-without-role', place, { id });
  if (step.kind !== 'cell') return;
  if (step.effect === 'destroy' && !isChecked(runbook, step)) {
    findings.warning('destroy-without-check', place, { id });
  }
  for (const each of step.exports) {
    if (isFigure(each) || isExportUsed(runbook, step, each.name)) continue;
    findings.warning('unused-export', each.place, { name: each.name });
  }
}

/** A text, a number or a boolean whose type is written stands in the record: that is a use. */
function isFigure({ type, secret }: CellExport): boolean {
  return type !== 'json' && !secret;
}

function isChecked(runbook: Runbook, cell: CellStep): boolean {
  return [...runbook.steps.values()].some(step => step.kind === 'check' && step.of === cell.id);
}

/** A reader who goes by headings, and a screen reader, lose a level that was skipped (RGAA 9.1). */
function lintHeadings({ headings }: Page, findings: Findings): void {
  for (const [index, { depth, place }] of headings.entries()) {
    const before = headings[index - 1]?.depth ?? depth;
    if (depth > before + 1) findings.warning('skipped-heading', place, { before, depth });
  }
}
