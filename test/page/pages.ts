/* The pages that the tests look at: a small plan with a drill behind it, and the plan of APiLos. */
import { readFileSync } from 'node:fs';
import { readRunbook } from '../../runner/model/build.ts';
import type { Runbook } from '../../runner/model/runbook.ts';
import { type Durations, durationsOf } from '../../runner/page/durations.ts';
import { renderRunbook } from '../../runner/page/page.ts';
import { accountOf } from '../../runner/transcript/account.ts';
import { ENTRIES, PLAN } from '../transcript/scenario.ts';

/** The runbook of a source that has nothing wrong. */
export function runbookOf(source: string, file = 'plan.md'): Runbook {
  const { runbook, diagnostics } = readRunbook(source, file);
  if (runbook === undefined) throw new Error(JSON.stringify(diagnostics[0]));
  return runbook;
}

/** Durations of the small plan, or of a changed one, from the run of the transcript's tests. */
export function drilled(source = PLAN): Durations {
  return durationsOf(runbookOf(source), [accountOf({ source: PLAN, file: 'plan.md', entries: ENTRIES })]);
}

/** Every page by name. */
export const PAGES = {
  'the small plan, drilled': renderRunbook(runbookOf(PLAN), drilled()),
  'the plan of APiLos': renderRunbook(
    runbookOf(
      readFileSync(new URL('../../runbook/plan-de-reprise.md', import.meta.url), 'utf8'),
      'plan-de-reprise.md',
    ),
  ),
};
