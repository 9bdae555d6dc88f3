/*
 * The second half of the author's act: a document that is whole in, and out what would fail at 3 a.m. all the same, or what
 * rots a plan: imports that are not there, shell and SQL that cannot be read, types that do not fit, rules of good writing.
 * Nothing of the document runs.
 */
import type { Diagnostic } from './diagnostic.ts';
import { reportDrift } from './drift/compare.ts';
import type { SourceReading } from './drift/reading.ts';
import { importedFiles } from './effects/imported-files.ts';
import { lintCommands } from './lint/commands.ts';
import { lintRules } from './lint/rules.ts';
import { applySilences } from './lint/silences.ts';
import type { Runbook } from './model/runbook.ts';
import { CHECK_WORDS } from './report/check-words.ts';
import { DRIFT_WORDS } from './report/drift-words.ts';
import { startFindings } from './syntax/findings.ts';
import { readLines } from './syntax/lines.ts';
import { readPage } from './syntax/page.ts';
import { checkShellSyntax } from './toolchain/bash.ts';
import { checkImports } from './toolchain/imports.ts';
import { checkAnchors, checkFileLinks } from './toolchain/links.ts';
import { checkWithShellCheck } from './toolchain/shellcheck.ts';
import { checkSql } from './toolchain/sql.ts';
import { checkTypes } from './toolchain/types.ts';
import { checkVariables } from './toolchain/variables.ts';

/** What was found, and whether the types were looked at: not when they were not asked for, or TypeScript is not installed. */
export interface Inspection {
  readonly diagnostics: readonly Diagnostic[];
  readonly types: 'checked' | 'not-asked' | 'not-installed';
}

/** What can be silenced in place. */
const silenceable = [...Object.keys(CHECK_WORDS), ...Object.keys(DRIFT_WORDS)];

/**
 * Everything that tools and rules say of a runbook, sorted by place, and how its sources have drifted, where they were read. Its
 * file's folder is where imports are looked for.
 */
export async function inspectRunbook(
  runbook: Runbook,
  options: { readonly types: boolean; readonly sources?: readonly SourceReading[] },
): Promise<Inspection> {
  const findings = startFindings(runbook.file, readLines(runbook.source));
  const page = readPage(runbook.source);
  if (page === undefined) throw new Error('a document that was read is beyond its bounds');
  const tools = [
    checkShellSyntax(runbook, findings),
    checkWithShellCheck(runbook, findings),
    checkSql(runbook, findings),
  ];
  checkImports(runbook, findings);
  checkVariables(runbook, findings);
  lintCommands(runbook, findings);
  const imported = [...importedFiles(runbook).values()].map(({ text }) => text);
  lintRules(runbook, page, findings, imported);
  checkAnchors(page, findings);
  checkFileLinks(runbook.file, page, findings);
  reportDrift(options.sources ?? [], findings);
  const types = options.types ? (checkTypes(runbook, findings) ? 'checked' : 'not-installed') : 'not-asked';
  await Promise.all(tools);
  return { diagnostics: applySilences(runbook, page, findings, silenceable), types };
}
