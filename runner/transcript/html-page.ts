/*
 * The shell of every page: self-contained, without script, under a policy that allows only its own style sheet. The whole
 * tree passes one gate before it is written: no text or attribute keeps a character that could fool a reader.
 */
import { createHash } from 'node:crypto';
import type { Nodes, Root } from 'hast';
import { h } from 'hastscript';
import rehypeStringify from 'rehype-stringify';
import { unified } from 'unified';
import { visit } from 'unist-util-visit';
import type { Lang } from '../diagnostic.ts';
import { neutralise } from '../report/neutralise.ts';
import type { Content } from './html-parts.ts';

/** What a page is made of. `style` is text of our own. */
export interface Page {
  readonly lang: Lang;
  readonly title: string;
  readonly style: string;
  readonly generator: string;
  readonly body: Content[];
}

const writer = unified().use(rehypeStringify, { closeSelfClosing: false }).freeze();

/** The page as a text, ended by a line feed. */
export function writePage({ lang, title, style, generator, body }: Page): string {
  const digest = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const tree = h(null, [
    { type: 'doctype' },
    h('html', { lang }, [
      h('head', [
        h('meta', { charSet: 'utf-8' }),
        h('meta', { httpEquiv: 'Content-Security-Policy', content: policy }),
        h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
        h('meta', { name: 'generator', content: generator }),
        h('meta', { name: 'referrer', content: 'no-referrer' }),
        h('title', title),
        h('style', style),
      ]),
      h('body', body),
    ]),
  ]);
  guard(tree);
  return `${writer.stringify(tree)}\n`;
}

function guard(tree: Root): void {
  visit(tree, (node: Nodes) => {
    if (node.type === 'text') node.value = neutralise(node.value, 'html');
    if (node.type !== 'element') return;
    for (const [name, value] of Object.entries(node.properties)) {
      if (typeof value === 'string') node.properties[name] = neutralise(value, 'line');
      else if (Array.isArray(value)) {
        node.properties[name] = value.map(part =>
          typeof part === 'string' ? neutralise(part, 'line') : part,
        );
      }
    }
  });
}
