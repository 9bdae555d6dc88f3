import type { Node } from 'unist';
import { describe, expect, test } from 'vitest';
import { parseMarkdown } from '../../runner/syntax/parse.ts';
import { stripAnnotations } from '../../runner/transcript/strip.ts';
import { harmless, PAYLOADS, PROSE, pageOf, render, SOURCE } from './hostile.ts';

const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}]/u;
const TAG = /<[/!a-zA-Z][^\s>]*(?:\s+[a-zA-Z0-9-]+(?:="[^"]*")?)*\s*>/g;

/** Tags with the names of their attributes, in order; whatever is not a tag is left out. */
function skeleton(html: string): string {
  const tags = html.match(TAG) ?? [];
  return tags.map(tag => tag.replace(/="[^"]*"/g, '=')).join('\n');
}

function outline(node: Node): string {
  const children = 'children' in node && Array.isArray(node.children) ? node.children : [];
  if (node.type === 'text' || node.type === 'inlineCode') return '';
  return `${node.type}(${children.map(outline).join('')})`;
}

describe.each(Object.entries(PAYLOADS))('%s, everywhere', (_name, payload) => {
  const hostile = render(payload);
  const benign = render(harmless(payload));

  test('injects no node into the HTML', () => {
    expect(skeleton(hostile.html)).toBe(skeleton(benign.html));
    expect(hostile.html.replace(TAG, '')).not.toContain('<');
  });

  test('injects no node into the Markdown', () => {
    expect(outline(parseMarkdown(hostile.markdown))).toBe(outline(parseMarkdown(benign.markdown)));
  });

  test('leaves no raw control character', () => {
    expect(hostile.html).not.toMatch(RAW);
    expect(hostile.markdown).not.toMatch(RAW);
  });

  test('takes nothing from the source', () => {
    expect(stripAnnotations(hostile.markdown)).toBe(SOURCE);
  });
});

describe('the author’s prose', () => {
  test.each(PROSE)('%j brings no element of its own', prose => {
    const page = pageOf(prose);
    expect(page).not.toMatch(/<script|<img|onclick="|onerror="|javascript:alert\(1\)"|<[^>]*data-reprise/);
    expect(page.match(/<style/g)).toHaveLength(1);
    expect(page).not.toMatch(RAW);
  });
});
