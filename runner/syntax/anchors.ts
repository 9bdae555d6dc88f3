/*
 * What a link inside the page may lead to: a heading's anchor, as GitHub makes it, or an HTML `id`.
 */
import GithubSlugger from 'github-slugger';
import type { Node, Nodes } from 'mdast';
import { toString as textOf } from 'mdast-util-to-string';

/** The slug of each heading, in document order, as GitHub makes it. */
export function slugHeadings(nodes: readonly Nodes[]): Map<Node, string> {
  const slugger = new GithubSlugger();
  const slugs = new Map<Node, string>();
  for (const node of nodes) if (node.type === 'heading') slugs.set(node, slugger.slug(textOf(node)));
  return slugs;
}

/** The anchors of a page: slugs of headings, and `id` and `name` attributes of raw HTML. */
export function anchorsIn(nodes: readonly Nodes[], slugs: ReadonlyMap<Node, string>): ReadonlySet<string> {
  const anchors = new Set(slugs.values());
  for (const node of nodes) {
    if (node.type !== 'html') continue;
    for (const match of node.value.matchAll(/\s(?:id|name)=["']?([^"'\s>]+)/gi)) {
      if (match[1] !== undefined) anchors.add(match[1]);
    }
  }
  return anchors;
}
