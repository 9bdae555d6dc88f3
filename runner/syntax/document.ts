/*
 * A document as plain structures: headings and directives in order, with what stands in each directive. Nothing of unified
 * leaves this folder. In: the findings and the scan. Out: the blocks; what is in the wrong place goes to the findings.
 * What can never happen: a directive that the scanner saw and that is neither a block here nor diagnosed.
 */
import type { Node, Nodes, RootContent } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import type { Place } from '../diagnostic.ts';
import { slugHeadings } from './anchors.ts';
import { refuseUnreadItems } from './checklist.ts';
import type { Attribute } from './directive-line.ts';
import type { Findings } from './findings.ts';
import { startDetails } from './html.ts';
import { markdownTree } from './parse.ts';
import { checkPlacement, nodePlace } from './placement.ts';
import type { Scan, Scanned } from './scan.ts';
import { type Fence, readFences, readItems, readProse, type TaskItem } from './step-content.ts';

/** A heading of the page. */
export interface Heading {
  readonly kind: 'heading';
  readonly depth: number;
  readonly title: string;
  readonly slug: string;
  readonly place: Place;
}

/** A directive of the page. */
export interface Directive {
  readonly kind: 'directive';
  readonly form: 'container' | 'leaf';
  readonly name: string;
  readonly label?: string;
  readonly attributes: readonly Attribute[];
  /** The whole directive. */
  readonly place: Place;
  /** Its first line. */
  readonly opener: Place;
  readonly fences: readonly Fence[];
  readonly items: readonly TaskItem[];
  /** Text of its first paragraph. */
  readonly prose: string;
}

/** What a page is made of, as far as a runbook is concerned. */
export type Block = Heading | Directive;

interface Walk {
  readonly findings: Findings;
  readonly scan: Scan;
  readonly byOffset: ReadonlyMap<number, Scanned>;
  readonly met: Set<Scanned>;
  readonly slugs: ReadonlyMap<Node, string>;
}

/** Every node in document order, the depth being bounded by `prescan`. */
function everyNode(root: Nodes): readonly Nodes[] {
  const nodes: Nodes[] = [];
  visit(root, node => {
    nodes.push(node);
  });
  return nodes;
}

function readDirective(walk: Walk, node: RootContent, scanned: Scanned): Directive {
  const { findings } = walk;
  const { directive } = scanned;
  const lines = findings.lines;
  const first = lines.all[scanned.line];
  const last = lines.all[scanned.close];
  const start = node.position?.start.offset ?? 0;
  const children: readonly Nodes[] = 'children' in node ? node.children : [];
  const items = readItems(lines, children);
  if (node.type === 'containerDirective' && directive.name === 'manual')
    refuseUnreadItems(findings, node, items);
  return {
    kind: 'directive',
    form: node.type === 'leafDirective' ? 'leaf' : 'container',
    name: directive.name,
    ...(directive.label === undefined ? {} : { label: directive.label.trim() }),
    attributes: directive.attributes,
    place: lines.place(start, last ? last.start + last.text.trimEnd().length : start),
    opener: lines.place(start, first ? first.start + first.text.trimEnd().length : start),
    fences: readFences(lines, children),
    items,
    prose: readProse(children),
  };
}

function readBlock(walk: Walk, node: RootContent): Block | undefined {
  if (node.type === 'heading') {
    const place = nodePlace(walk.findings.lines, node);
    const slug = walk.slugs.get(node) ?? '';
    return { kind: 'heading', depth: node.depth, title: textOf(node).trim(), slug, place };
  }
  if (node.type !== 'containerDirective' && node.type !== 'leafDirective') return undefined;
  const scanned = walk.byOffset.get(node.position?.start.offset ?? -1);
  if (!scanned) return undefined;
  const expected = walk.findings.lines.all[scanned.close]?.end;
  const end = node.position?.end.offset ?? -1;
  if (expected === undefined || end > expected || end < expected - 1 - trailingSpace(walk, scanned.close))
    return undefined;
  walk.met.add(scanned);
  return readDirective(walk, node, scanned);
}

function trailingSpace(walk: Walk, line: number): number {
  const text = walk.findings.lines.all[line]?.text ?? '';
  return text.length - text.trimEnd().length;
}

/** The safety net: a line that looked like a directive to the scanner and not to Markdown is never passed over. */
function reportUnread(walk: Walk): void {
  for (const scanned of walk.scan.directives) {
    if (walk.met.has(scanned) || walk.findings.onLine(scanned.line + 1)) continue;
    const line = walk.findings.lines.all[scanned.line];
    if (!line) continue;
    const place = walk.findings.lines.place(line.start, line.end);
    walk.findings.error('malformed-directive', place, { found: line.text.trim() });
  }
}

/** Parses the cleaned source and reads its blocks in document order. */
export function readBlocks(findings: Findings, scan: Scan): readonly Block[] {
  const tree = markdownTree(scan.cleaned);
  const nodes = everyNode(tree);
  const lines = findings.lines;
  const byOffset = new Map<number, Scanned>();
  for (const scanned of scan.directives) {
    const line = lines.all[scanned.line];
    if (line) byOffset.set(line.start + line.text.length - line.text.trimStart().length, scanned);
  }
  const slugs = slugHeadings(nodes);
  const walk: Walk = { findings, scan, byOffset, met: new Set(), slugs };
  const details = startDetails(findings);
  const blocks: Block[] = [];
  for (const node of tree.children) {
    details.pass(node);
    const block = readBlock(walk, node);
    if (block?.kind === 'directive') details.refuse(block.opener);
    if (block) blocks.push(block);
  }
  checkPlacement(findings, tree, scan);
  reportUnread(walk);
  return blocks;
}
