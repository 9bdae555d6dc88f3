import type { Step } from './runbook.ts';

/** The paths of the files that a step's code imports, as written: they start from the document's folder. */
export function importedPaths(step: Step): readonly string[] {
  if (step.kind === 'manual') return [];
  return step.imports.flatMap(each => (each.from === 'file' ? [each.path] : []));
}
