import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from '../journal/event.ts';

/**
 * The files that the cells of a run may import: absolute paths with the sha256 that the run recorded. `runbook` is where the
 * run reads it now; the others lie where they did beside it.
 */
export function knownSources(
  runbook: string,
  files: readonly SourceFile[],
): Readonly<Record<string, string>> {
  const path = realpathSync(runbook);
  const recorded = files.find(({ role }) => role === 'runbook')?.path ?? '';
  if (!path.endsWith(`/${recorded}`)) throw new Error(`${path} is not the runbook that was recorded`);
  const root = path.slice(0, path.length - recorded.length);
  const imports = files.filter(({ role }) => role === 'import');
  return Object.fromEntries(imports.map(file => [join(root, file.path), file.sha256]));
}
