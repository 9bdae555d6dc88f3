/*
 * The recurring parts of a page. They take text, never markup: the HTML library escapes it.
 */
import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import { common, createLowlight } from 'lowlight';
import { neutralise } from '../report/neutralise.ts';
import type { RecordStatus } from '../report/record.ts';
import { noBreak, SIGNS } from '../report/words.ts';
import type { Words } from '../report/words-fr.ts';

/** What stands in an element: nodes and text. */
export type Content = ElementContent | string;

const lowlight = createLowlight(common);

/**
 * A table with a caption and scoped headers; the first cell of a row heads it. With `under`, the caption repeats the heading
 * above, and only screen readers get it.
 */
export function table(
  caption: string,
  heads: readonly string[],
  bodies: readonly Element[],
  under = false,
): Element {
  const label = noBreak(caption);
  return h('div.scroll', { role: 'group', ariaLabel: label, tabIndex: 0 }, [
    h('table', [
      h('caption', under ? [h('span.sr', label)] : label),
      h('thead', [
        h(
          'tr',
          heads.map(head => h('th', { scope: 'col' }, noBreak(head))),
        ),
      ]),
      ...bodies,
    ]),
  ]);
}

/** A row whose first cell is its header. */
export function row(cells: readonly (Content | Content[])[]): Element {
  return h(
    'tr',
    cells.map((cell, index) => (index === 0 ? h('th', { scope: 'row' }, cell) : h('td', cell))),
  );
}

/** Terms with what is said of each. */
export function sheetList(rows: readonly (readonly [string, Content | Content[]])[]): Element {
  return h(
    'dl.sheet-list',
    rows.map(([name, value]) => h('div', [h('dt', noBreak(name)), h('dd', value)])),
  );
}

/** A status as sign and word, so that it is never told by colour alone. */
export function statusTag(status: RecordStatus, words: Words): Element {
  return h('span', { className: ['status', status] }, [sign(SIGNS[status]), ` ${words.status[status]}`]);
}

/** A sign that stands beside its word, hidden from screen readers, which read the word. */
export function sign(character: string): Element {
  return h('span', { ariaHidden: 'true' }, character);
}

/** Languages whose colours were searched for a text of this length that costs more than its length, and cost little. */
const SWIFT: ReadonlySet<string> = new Set([
  'ts',
  'js',
  'typescript',
  'javascript',
  'sh',
  'bash',
  'sql',
  'json',
  'yaml',
]);

/** Most characters that are coloured: some grammars of highlight.js take the square of the length. */
const mostColoured = { swift: 16 * 1024, other: 2 * 1024 };

/** A long word costs the square of its length in TypeScript, at every place where a word may begin. */
const LONG_WORD = /[\w$]{256}/;

function isColoured(text: string, language: string): boolean {
  const most = SWIFT.has(language) ? mostColoured.swift : mostColoured.other;
  return text.length <= most && lowlight.registered(language) && !LONG_WORD.test(text);
}

/** Code with its colours. Unknown languages stay plain, and so does what would cost too much. */
export function codeBlock(text: string, language: string | undefined): Element {
  const clean = neutralise(text.replace(/\n$/, ''), 'terminal');
  const children: ElementContent[] =
    language !== undefined && isColoured(clean, language)
      ? lowlight
          .highlight(language, clean)
          .children.filter((child): child is ElementContent => child.type !== 'doctype')
      : [{ type: 'text', value: clean }];
  return h('pre', { tabIndex: 0 }, [h('code', children)]);
}

/** A digest that may break anywhere. */
export function hash(digest: string): Element {
  return h('code.hash', digest);
}

/** A section of the page with its heading. */
export function section(id: string, heading: Content[], children: Content[]): Element {
  return h('section', { id, ariaLabelledBy: `${id}-titre` }, [
    h('h2', { id: `${id}-titre` }, heading),
    ...children,
  ]);
}

/** A paragraph for what the journal does not say. */
export function nothing(sentence: string): Element {
  return h('p.muted', noBreak(sentence));
}
