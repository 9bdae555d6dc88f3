/*
 * Lines of a manual step that an operator would take for a box to tick, and that Markdown reads as something else: nobody would
 * ever be asked about them. In: the step's node and the items that were read. Out: an error at each such line.
 */
import type { Nodes } from 'mdast';
import { visit } from 'unist-util-visit';
import type { Findings } from './findings.ts';
import { nodePlace } from './placement.ts';
import { readFence, type TaskItem } from './step-content.ts';

/** A bullet and a pair of brackets around nothing, a blank or one mark; without a bullet, what only a box looks like. */
const looksLikeItem =
  /^[\s>]*(?:(?:[-*+•·–—]|\d+[.)])\s*\[(?:[\s\p{L}✓✔×✗]\s*)?\](?![([:])|\[[\sxX]?\](?![([:])|[☐☑☒])/u;

/** Reports each line of a manual step that looks like an item and is none; shown code and comments are not looked at. */
export function refuseUnreadItems(findings: Findings, manual: Nodes, items: readonly TaskItem[]): void {
  const { lines } = findings;
  const passed = new Set(items.map(({ place }) => place.start.line));
  visit(manual, node => {
    const isShown = node.type === 'html' || (node.type === 'code' && readFence(lines, node) !== undefined);
    if (!isShown) return;
    const { start, end } = nodePlace(lines, node);
    for (let line = start.line; line <= end.line; line++) passed.add(line);
  });
  const { start, end } = nodePlace(lines, manual);
  for (let number = start.line; number <= end.line; number++) {
    const line = lines.all[number - 1];
    if (line === undefined || passed.has(number) || !looksLikeItem.test(line.text)) continue;
    const from = line.start + line.text.search(/[^\s>]/);
    findings.error('malformed-item', lines.place(from, line.start + line.text.trimEnd().length));
  }
}
