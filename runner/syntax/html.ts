/*
 * Raw HTML that encloses: a step between `<details>` and `</details>` is hidden from the reader of the page, and one in any
 * other open HTML block is not where it seems to be.
 */
import type { RootContent } from 'mdast';
import type { Place } from '../diagnostic.ts';
import type { Findings } from './findings.ts';

const blockTags =
  /<(\/?)(details|summary|div|section|article|aside|main|header|footer|nav|form|fieldset|figure|table|blockquote|ul|ol|dl|center)\b[^>]*>/gi;

/** Follows the HTML that is open as the blocks of a page pass by. */
export interface OpenDetails {
  /** Takes the next block into account. */
  pass(node: RootContent): void;
  /** Reports a directive that stands in open HTML. */
  refuse(opener: Place): void;
}

/** Starts outside any HTML. */
export function startDetails(findings: Findings): OpenDetails {
  const open: { tag: string; place: Place }[] = [];
  const close = (tag: string): void => {
    const index = open.findLastIndex(element => element.tag === tag);
    if (index !== -1) open.length = index;
  };
  return {
    pass: node => {
      if (node.type !== 'html') return;
      const start = node.position?.start.offset ?? 0;
      for (const match of node.value
        .replace(/<!--[\s\S]*?(?:-->|$)/g, text => ' '.repeat(text.length))
        .matchAll(blockTags)) {
        const tag = match[2]?.toLowerCase() ?? '';
        const from = start + match.index;
        if (match[1] === '/') close(tag);
        else open.push({ tag, place: findings.lines.place(from, from + match[0].length) });
      }
    },
    refuse: opener => {
      const around = open[0];
      if (around) findings.error('step-in-html', opener, { tag: `<${around.tag}>` }, around.place);
    },
  };
}
