/*
 * Markdown to a syntax tree (mdast): CommonMark, GitHub's extensions, YAML front matter and directives of the container
 * and leaf kinds. The text kind is switched off, so that `10:30` and `redis://hôte:6379` stay prose.
 * It never refuses a text; hostile ones are refused before, by `prescan`, because some inputs cost remark quadratic time.
 */
import type { Root } from 'mdast';
import { directiveFromMarkdown } from 'mdast-util-directive';
import { directive } from 'micromark-extension-directive';
import remarkFrontmatter from 'remark-frontmatter';
import remarkGfm from 'remark-gfm';
import remarkParse from 'remark-parse';
import { type Processor, unified } from 'unified';
import { visit } from 'unist-util-visit';

function blockDirectives(this: Processor): void {
  const syntax = directive();
  delete syntax.text;
  const data = this.data();
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), syntax];
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), directiveFromMarkdown()];
}

const processor = unified()
  .use(remarkParse)
  .use(remarkFrontmatter, ['yaml'])
  .use(remarkGfm, { singleTilde: false })
  .use(blockDirectives)
  .freeze();

/** micromark leaves a byte order mark out of its offsets; they are made offsets of the whole source again. */
function shiftOffsets(tree: Root): void {
  visit(tree, node => {
    const { position } = node;
    if (position?.start.offset !== undefined) position.start.offset += 1;
    if (position?.end.offset !== undefined) position.end.offset += 1;
  });
}

/** The syntax tree of a Markdown source; every offset is one of `source`, a byte order mark included. */
export function parseMarkdown(source: string): Root {
  const tree = processor.parse(source);
  if (source.charCodeAt(0) === 0xfeff) shiftOffsets(tree);
  return tree;
}

let last: { readonly source: string; readonly tree: Root } | undefined;

/** The same, read once for all that look at one page in turn: parsing costs most of a check. Nobody may change the tree. */
export function markdownTree(source: string): Root {
  if (last?.source !== source) last = { source, tree: parseMarkdown(source) };
  return last.tree;
}
