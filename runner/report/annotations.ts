/*
 * Diagnostics for machines. In: diagnostics. Out: JSON lines, or workflow commands of GitHub Actions, which a pull request shows
 * at the line (docs.github.com, “Workflow commands for GitHub Actions”). What can never happen: a text of the document that
 * becomes a command of its own.
 */
import type { Diagnostic, Lang } from '../diagnostic.ts';
import { adviseDiagnostic, describeDiagnostic } from './diagnostics.ts';

/** One diagnostic as a line of JSON: its data, and the sentences made of them in `lang`. */
export function diagnosticJson(diagnostic: Diagnostic, lang: Lang): string {
  const hint = adviseDiagnostic(diagnostic, lang);
  const words = { message: describeDiagnostic(diagnostic, lang), ...(hint === undefined ? {} : { hint }) };
  return `${JSON.stringify({ ...diagnostic, ...words })}\n`;
}

/** One diagnostic as a workflow command of GitHub Actions. GitHub shows a range of columns only within one line. */
export function diagnosticAnnotation(diagnostic: Diagnostic, lang: Lang): string {
  const { file, code, severity, place } = diagnostic;
  const { start, end } = place;
  const columns =
    start.line === end.line ? { col: start.column, endColumn: Math.max(end.column, start.column) } : {};
  const properties = Object.entries({ file, line: start.line, endLine: end.line, ...columns, title: code })
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  const hint = adviseDiagnostic(diagnostic, lang);
  const message = [describeDiagnostic(diagnostic, lang), ...(hint === undefined ? [] : [hint])].join('\n');
  return `::${severity} ${properties}::${escapeData(message)}\n`;
}

/** As the toolkit of GitHub Actions does (`packages/core/src/command.ts`). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
