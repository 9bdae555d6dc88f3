/*
 * Directives, headings and fences that Markdown read somewhere else than at the margin of the page, and paragraphs that
 * look like directives. The scanner has dealt with the margin; here is what stands in lists, quotes and footnotes.
 */
import type { Code, Nodes, Root } from 'mdast';
import type { Place } from '../diagnostic.ts';
import { readDirectiveLine } from './directive-line.ts';
import type { Findings } from './findings.ts';
import { runnableLanguage } from './languages.ts';
import type { Lines } from './lines.ts';
import type { Scan } from './scan.ts';
import { readFence } from './step-content.ts';

/** The place of a syntax node. */
export function nodePlace(lines: Lines, node: Nodes): Place {
  return lines.place(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}

interface Context {
  /** The nearest list, quote or footnote around, if any. */
  readonly inside?: 'listItem' | 'blockquote' | 'footnoteDefinition';
  readonly step?: Nodes;
}

const codes = {
  listItem: 'step-in-list',
  blockquote: 'step-in-quote',
  footnoteDefinition: 'step-in-list',
} as const;

function firstLine(lines: Lines, node: Nodes): Place {
  const place = nodePlace(lines, node);
  const line = lines.all[place.start.line - 1];
  return lines.place(
    place.start.offset,
    Math.max(place.start.offset, line ? line.start + line.text.trimEnd().length : 0),
  );
}

function refuseNested(findings: Findings, node: Nodes, context: Context): void {
  const lines = findings.lines;
  if (node.type === 'containerDirective' || node.type === 'leafDirective') {
    if (context.inside) findings.error(codes[context.inside], firstLine(lines, node), { name: node.name });
  }
  if (node.type === 'heading' && context.step) {
    findings.error('heading-in-step', nodePlace(lines, node), {}, firstLine(lines, context.step));
  }
}

/** A paragraph of which a line begins with colons: a directive that is not one. Margin lines are the scanner's. */
function refuseColons(findings: Findings, node: Nodes): void {
  if (node.type !== 'paragraph') return;
  const lines = findings.lines;
  const { start, end } = nodePlace(lines, node);
  for (let index = start.line - 1; index < end.line; index++) {
    const line = lines.all[index];
    if (!line) continue;
    const from = index === start.line - 1 ? start.offset : line.start + line.text.search(/[^\s>]|$/);
    refuseColonLine(findings, from, line.end);
  }
}

const kinds = /^:(?:cell|manual|check|probe|undo|when|each|parallel|clock)(?:[[{]|[ \t]*$)/;

/** A directive in a table is only text. */
function refuseInTable(findings: Findings, node: Nodes): void {
  if (node.type !== 'tableCell') return;
  const place = nodePlace(findings.lines, node);
  const text = findings.lines.source.slice(place.start.offset, place.end.offset);
  const found = /^[|\s]*(:{2,}([a-z][\w-]*)(?:\{[^|]*\})?)/.exec(text);
  if (!found?.[1] || !found[2] || !/^(?:cell|manual|check|probe|undo)$/.test(found[2])) return;
  const from = place.start.offset + found[0].length - found[1].length;
  findings.error('step-in-table', findings.lines.place(from, from + found[1].length), { name: found[2] });
}

function refuseColonLine(findings: Findings, from: number, to: number): void {
  const text = findings.lines.source.slice(from, to);
  const place = findings.lines.place(from, from + text.trimEnd().length);
  if (findings.onLine(place.start.line)) return;
  if (kinds.test(text)) {
    findings.error('one-colon', place, { found: text.trim() });
    return;
  }
  if (!text.startsWith('::')) return;
  const read = readDirectiveLine(text, from);
  findings.error('problem' in read ? read.problem : 'malformed-directive', place, { found: text.trim() });
}

/** Whether a line stands in a step that was blanked, so that what follows from it is not said as well. */
function isMuted(scan: Scan, line: number): boolean {
  return scan.muted.some(([first, last]) => line > first && line <= last);
}

function refuseFence(findings: Findings, node: Code, context: Context, scan: Scan): void {
  const fence = readFence(findings.lines, node);
  if (!fence || fence.mark === 'example' || runnableLanguage(fence.language) === undefined) return;
  const line = fence.place.start.line - 1;
  if (isMuted(scan, line)) return;
  if (context.step && !context.inside) return;
  const code = context.step ? 'fence-in-list' : 'fence-outside-step';
  const opening = findings.lines.place(fence.place.start.offset, findings.lines.all[line]?.end ?? 0);
  findings.error(code, opening, { language: fence.language });
}

/** A checkbox asks someone only in a manual step. */
function warnChecklist(findings: Findings, node: Nodes, { step }: Context, scan: Scan): void {
  if (step?.type === 'containerDirective' && step.name === 'manual') return;
  const place = firstLine(findings.lines, node);
  if (!isMuted(scan, place.start.line - 1)) findings.warning('checklist-ignored', place);
}

function contextOf(node: Nodes, context: Context): Context {
  if (node.type === 'listItem' || node.type === 'blockquote' || node.type === 'footnoteDefinition') {
    return { ...context, inside: node.type };
  }
  return node.type === 'containerDirective' && !context.inside ? { ...context, step: node } : context;
}

/** Reports everything that is executable, or looks so, and does not stand where it would be performed. */
export function checkPlacement(findings: Findings, tree: Root, scan: Scan): void {
  const stack: [Nodes, Context][] = [[tree, {}]];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const [node, context] = next;
    refuseNested(findings, node, context);
    refuseColons(findings, node);
    refuseInTable(findings, node);
    if (node.type === 'listItem' && typeof node.checked === 'boolean')
      warnChecklist(findings, node, context, scan);
    if (node.type === 'code') refuseFence(findings, node, context, scan);
    if (node.type === 'html' || !('children' in node)) continue;
    const inner = contextOf(node, context);
    for (const child of node.children) stack.push([child, inner]);
  }
}
