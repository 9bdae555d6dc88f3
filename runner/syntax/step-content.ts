/*
 * What stands in a directive: its fences, its checklist and its prose, as plain structures.
 */
import type { Code, ListItem, Nodes } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';
import type { Place } from '../diagnostic.ts';
import type { Lines } from './lines.ts';

/** A fenced block. */
export interface Fence {
  /** First word after the marks. */
  readonly language: string;
  /** The other words (`example`). */
  readonly mark: string;
  /** The raw lines between the fences, columns untouched, line endings as `\n`. */
  readonly text: string;
  /** 1-based line of the document on which `text` begins. */
  readonly line: number;
  readonly place: Place;
}

/** A `- [ ]` item. */
export interface TaskItem {
  readonly text: string;
  readonly checked: boolean;
  readonly place: Place;
}

/** The fence of a code node; undefined for indented code. */
export function readFence(lines: Lines, node: Code): Fence | undefined {
  const start = node.position?.start.offset ?? 0;
  const place = lines.place(start, node.position?.end.offset ?? start);
  const character = lines.source.charAt(start);
  if (character !== '`' && character !== '~') return undefined;
  const content = lines.all.slice(place.start.line, Math.max(place.end.line - 1, place.start.line));
  return {
    language: node.lang ?? '',
    mark: (node.meta ?? '').trim(),
    text: content.map(line => `${line.text}\n`).join(''),
    line: place.start.line + 1,
    place,
  };
}

/** The fences that stand directly in a directive. */
export function readFences(lines: Lines, children: readonly Nodes[]): readonly Fence[] {
  return children.flatMap(node => {
    const fence = node.type === 'code' ? readFence(lines, node) : undefined;
    return fence ? [fence] : [];
  });
}

function readItem(lines: Lines, item: ListItem): TaskItem[] {
  const own = item.children.filter(child => child.type !== 'list');
  const inner = readItems(lines, item.children);
  if (typeof item.checked !== 'boolean') return [...inner];
  const first = own[0] ?? item;
  const text = own
    .map(child => textOf(child))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  const place = lines.place(item.position?.start.offset ?? 0, first.position?.end.offset ?? 0);
  return [{ text, checked: item.checked, place }, ...inner];
}

/** The checklist items of a directive, in order, those of lists in lists included. */
export function readItems(lines: Lines, children: readonly Nodes[]): readonly TaskItem[] {
  return children.flatMap(node =>
    node.type === 'list' ? node.children.flatMap(item => readItem(lines, item)) : [],
  );
}

/** The text of the first paragraph that is not the directive's label. */
export function readProse(children: readonly Nodes[]): string {
  for (const node of children) {
    if (node.type !== 'paragraph') continue;
    const label = node.data !== undefined && 'directiveLabel' in node.data;
    if (!label) return textOf(node).replace(/\s+/g, ' ').trim();
  }
  return '';
}
