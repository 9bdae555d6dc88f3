/*
 * One way to write directives and the front matter. In: the text of a document, whole or broken. Out: the same text, in which
 * only the lines of directives that were understood and the front matter between its `---` may differ. What can never happen:
 * a document that means something else afterwards, a byte changed elsewhere, or a second pass that changes anything.
 */
import { refuseCostly } from '../syntax/cost.ts';
import { readBlocks } from '../syntax/document.ts';
import { startFindings } from '../syntax/findings.ts';
import { type Line, readLines } from '../syntax/lines.ts';
import { type Scan, type Scanned, scanDirectives } from '../syntax/scan.ts';
import { formatDirective } from './directive.ts';
import { applyEdits, type Edit } from './edits.ts';
import { formatFrontMatter } from './front-matter.ts';

/** The document, formatted. What is wrong with it stays as it is, and so does a document beyond the bounds of one. */
export function formatDocument(source: string): string {
  const lines = readLines(source);
  const findings = startFindings('', lines);
  if (refuseCostly(findings)) return source;
  const scan = scanDirectives(findings);
  // Finds where Markdown sees something else than a directive: in a list, in HTML, in a paragraph.
  readBlocks(findings, scan);
  const sound = scan.directives.filter(({ line }) => !findings.onLine(line + 1));
  const edits = [
    ...frontMatterEdits(source, lines.all, scan),
    ...sound.flatMap(each => directiveEdits(each, lines.all)),
  ];
  return applyEdits(source, edits);
}

function directiveEdits(scanned: Scanned, lines: readonly Line[]): Edit[] {
  const opener = lines[scanned.line];
  const closer = lines[scanned.close];
  // Colons away from the margin are an error of the document's, and not for a formatter to settle.
  if (opener === undefined || closer === undefined || !opener.text.startsWith('::')) return [];
  const opening = {
    start: opener.start,
    end: opener.end,
    text: formatDirective(opener.text, scanned.directive),
  };
  if (scanned.close === scanned.line || !closer.text.startsWith(':::')) return [opening];
  return [opening, { start: closer.start, end: closer.end, text: ':'.repeat(scanned.directive.colons) }];
}

function frontMatterEdits(source: string, lines: readonly Line[], scan: Scan): Edit[] {
  const { frontMatter } = scan;
  if (frontMatter === undefined) return [];
  const { start, end } = frontMatter;
  const fences = lines.filter(line => line === lines[0] || line.start === end);
  return [
    ...fences.map(line => ({ start: line.start, end: line.end, text: '---' })),
    ...(start === end ? [] : [{ start, end, text: formatFrontMatter(source.slice(start, end)) }]),
  ];
}
