/*
 * What a page says besides its steps, for the rules of good writing: its headings, its links, its comments, and what each step
 * tells a reader before its code. Read apart from the runbook, so that running one does not pay for it.
 */
import type { Nodes, Parents } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import { visit } from 'unist-util-visit';
import type { Place } from '../diagnostic.ts';
import { anchorsIn, slugHeadings } from './anchors.ts';
import { refuseCostly } from './cost.ts';
import { startFindings } from './findings.ts';
import { type Lines, readLines } from './lines.ts';
import { markdownTree } from './parse.ts';
import { nodePlace } from './placement.ts';
import { scanDirectives } from './scan.ts';

/** A heading with its level. */
export interface PageHeading {
  readonly depth: number;
  readonly place: Place;
}

/** A link or an image: where it leads, as written. */
export interface PageLink {
  readonly url: string;
  readonly place: Place;
}

/** An HTML comment that stands alone. */
export interface PageComment {
  readonly text: string;
  readonly place: Place;
}

/** The parts of a page in document order. */
export interface Page {
  readonly headings: readonly PageHeading[];
  readonly links: readonly PageLink[];
  readonly comments: readonly PageComment[];
  /** Every anchor to which a link may lead, in lower case. */
  readonly anchors: ReadonlySet<string>;
  /** 1-based lines of the steps that say something in words: prose, or a list. */
  readonly told: ReadonlySet<number>;
}

/** Reads a page; undefined when it is beyond the bounds of a document, so that reading it could cost too much. */
export function readPage(source: string): Page | undefined {
  const lines = readLines(source);
  const findings = startFindings('', lines);
  if (refuseCostly(findings)) return undefined;
  const tree = markdownTree(scanDirectives(findings).cleaned);
  const nodes: Nodes[] = [];
  visit(tree, node => {
    nodes.push(node);
  });
  const place = (node: Nodes): Place => nodePlace(lines, node);
  return {
    headings: nodes.flatMap(node =>
      node.type === 'heading' ? [{ depth: node.depth, place: place(node) }] : [],
    ),
    links: nodes.flatMap(node => ('url' in node ? [{ url: node.url, place: place(node) }] : [])),
    comments: nodes.flatMap(node =>
      node.type === 'html' && node.value.startsWith('<!--') ? [{ text: node.value, place: place(node) }] : [],
    ),
    anchors: new Set([...anchorsIn(nodes, slugHeadings(nodes))].map(anchor => anchor.toLowerCase())),
    told: new Set(nodes.flatMap(node => (tellsSomething(node) ? [lineOf(lines, node)] : []))),
  };
}

function lineOf(lines: Lines, node: Nodes): number {
  return nodePlace(lines, node).start.line;
}

function tellsSomething(node: Nodes): boolean {
  if (node.type !== 'containerDirective') return false;
  const parents: Parents = node;
  return parents.children.some(child => {
    if (child.type === 'list' || child.type === 'blockquote' || child.type === 'table') return true;
    const isLabel = child.data !== undefined && 'directiveLabel' in child.data;
    return child.type === 'paragraph' && !isLabel && textOf(child).trim() !== '';
  });
}
