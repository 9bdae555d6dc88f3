/*
 * The runnable fence of a step: exactly one, in a language that runs, and what its code declares.
 */
import type { Place } from '../diagnostic.ts';
import { analyseCell, type CellAnalysis, type FoundImport } from '../syntax/cell.ts';
import type { Directive } from '../syntax/document.ts';
import type { Findings } from '../syntax/findings.ts';
import { isForeignLanguage, runnableLanguage } from '../syntax/languages.ts';
import type { Lines } from '../syntax/lines.ts';
import { readShellOutputs } from '../syntax/shell.ts';
import type { Fence } from '../syntax/step-content.ts';
import type { CellExport, CellImport, Code } from './runbook.ts';

/** One name of another cell that code asks for. */
export interface ImportedName {
  readonly cell: string;
  readonly name: string;
  readonly place: Place;
}

/** A step's code with its declarations. */
export interface StepCode {
  readonly code: Code;
  readonly imports: readonly CellImport[];
  readonly exports: readonly CellExport[];
  readonly names: readonly ImportedName[];
}

/** The opening line of a fence. */
function openingLine(findings: Findings, fence: Fence): Place {
  const line = findings.lines.all[fence.place.start.line - 1];
  return findings.lines.place(fence.place.start.offset, line?.end ?? fence.place.start.offset);
}

/** Fences of a directive that would run: in a runnable language, and not marked `example`. */
function runnableFences(directive: Directive): readonly Fence[] {
  return directive.fences.filter(
    fence => fence.mark !== 'example' && runnableLanguage(fence.language) !== undefined,
  );
}

/** Refuses what looks like a script and cannot run. */
function refuseForeign(directive: Directive, findings: Findings): void {
  for (const fence of directive.fences) {
    if (fence.mark === 'example' || !isForeignLanguage(fence.language)) continue;
    findings.error('foreign-fence', openingLine(findings, fence), { language: fence.language });
  }
}

/** Refuses code in a step that has none. */
export function refuseCode(directive: Directive, findings: Findings): void {
  refuseForeign(directive, findings);
  for (const fence of runnableFences(directive)) {
    findings.error('code-in-manual', openingLine(findings, fence), { language: fence.language });
  }
}

function chooseFence(directive: Directive, findings: Findings): Fence | undefined {
  const [first, ...others] = runnableFences(directive);
  if (!first) {
    if (directive.fences.some(fence => isForeignLanguage(fence.language) && fence.mark !== 'example'))
      return undefined;
    findings.error('no-runnable-fence', directive.opener, { directive: directive.name });
    return undefined;
  }
  for (const other of others) {
    findings.error('two-runnable-fences', openingLine(findings, other), {}, openingLine(findings, first));
  }
  return first;
}

function readCode(fence: Fence, findings: Findings): Code | undefined {
  const language = runnableLanguage(fence.language);
  if (language !== fence.language || language === undefined) {
    const params = { found: fence.language, expected: language ?? '' };
    findings.error('fence-language', openingLine(findings, fence), params);
    return undefined;
  }
  if (fence.mark !== '') {
    findings.error('unknown-fence-mark', openingLine(findings, fence), { mark: fence.mark });
  }
  if (fence.text.trim() === '') findings.error('empty-code', openingLine(findings, fence));
  return { language, text: fence.text, line: fence.line, place: fence.place };
}

/** From offsets in the code of a step to a place in the document. */
export type Locate = (span: { readonly start: number; readonly end: number }) => Place;

/** Offsets in the code to places in the document, whose lines may end otherwise. */
export function codeLocator(code: Pick<Code, 'text' | 'line'>, lines: Lines): Locate {
  const starts = [0];
  for (let index = code.text.indexOf('\n'); index !== -1; index = code.text.indexOf('\n', index + 1)) {
    starts.push(index + 1);
  }
  const toDocument = (offset: number): number => {
    let row = 0;
    while (row + 1 < starts.length && (starts[row + 1] ?? 0) <= offset) row++;
    return (lines.all[code.line - 1 + row]?.start ?? 0) + offset - (starts[row] ?? 0);
  };
  return ({ start, end }) => lines.place(toDocument(start), toDocument(end));
}

function readImport(found: FoundImport, locate: Locate, findings: Findings): CellImport {
  const place = locate(found);
  const { specifier, names } = found;
  if (specifier.startsWith('#')) {
    const wanted = names === 'all' ? names : names.map(({ name }) => name);
    return { from: 'cell', cell: specifier.slice(1), names: wanted, place };
  }
  if (/^\.\.?\//.test(specifier)) return { from: 'file', path: specifier, place };
  if (specifier.startsWith('/') || /^(?!node:)[a-z][a-z0-9+.-]*:/i.test(specifier)) {
    findings.error('import-not-portable', place, { specifier });
  }
  return { from: 'package', name: specifier, place };
}

function importedNames(imports: readonly FoundImport[], locate: Locate): readonly ImportedName[] {
  return imports.flatMap(({ specifier, names }) => {
    if (!specifier.startsWith('#') || names === 'all') return [];
    return names.map(name => ({ cell: specifier.slice(1), name: name.name, place: locate(name) }));
  });
}

function describe(code: Code, analysis: CellAnalysis, findings: Findings): StepCode {
  const locate = codeLocator(code, findings.lines);
  for (const problem of analysis.problems) {
    findings.error(problem.code, locate(problem), { message: problem.message });
  }
  return {
    code,
    imports: analysis.imports.map(found => readImport(found, locate, findings)),
    exports: analysis.exports.map(({ name, type, secret, ...span }) => ({
      name,
      type,
      secret,
      place: locate(span),
    })),
    names: importedNames(analysis.imports, locate),
  };
}

/** Reads the code of a step; undefined, with findings, when there is not exactly one fence that can run. */
export function readStepCode(directive: Directive, findings: Findings): StepCode | undefined {
  refuseForeign(directive, findings);
  const fence = chooseFence(directive, findings);
  const code = fence && readCode(fence, findings);
  if (!code) return undefined;
  if (code.language === 'ts') return describe(code, analyseCell(code.text), findings);
  if (code.language === 'sql') return { code, imports: [], exports: [], names: [] };
  const outputs = readShellOutputs(code.text);
  const exports = outputs.map(output => ({ ...output, type: 'string' as const, secret: false }));
  return describe(code, { imports: [], exports, problems: [] }, findings);
}
