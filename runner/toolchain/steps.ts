import type { CellLanguage, Runbook, Step } from '../model/runbook.ts';

/** A step that holds code. */
export type CodeStep = Exclude<Step, { readonly kind: 'manual' }>;

/** The steps of a runbook whose code is in this language, in document order. */
export function stepsIn(runbook: Runbook, language: CellLanguage): readonly CodeStep[] {
  return [...runbook.steps.values()].flatMap(step =>
    step.kind !== 'manual' && step.code.language === language ? [step] : [],
  );
}
