/*
 * The document as it is read before anything runs: prose first, code folded, each step in the colour and the words of its
 * kind, with what past drills say of it. In: a Runbook and durations. Out: the content of a page.
 */
import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Runbook, Step } from '../model/runbook.ts';
import { duration } from '../report/time.ts';
import { fill, noBreak, wordsOf } from '../report/words.ts';
import { codeBlock, sign } from '../transcript/html-parts.ts';
import { anchorOf, proseOf } from '../transcript/html-prose.ts';
import { attributesOf, governedBy, stepAnchor } from '../transcript/html-runbook.ts';
import { type Durations, medianOf, type Sample } from './durations.ts';
import { sourcesOf } from './sources.ts';
import { pageWordsOf } from './words.ts';

/** A sign for each kind of step, which always stands beside its word. */
export const KIND_SIGNS = {
  cell: '▶\ufe0e',
  manual: '☐',
  check: '✓',
  probe: '?',
  undo: '↶',
} as const satisfies Record<Step['kind'], string>;

const grammars = { ts: 'typescript', sh: 'bash', sql: 'sql' } as const;

/** The document of a runbook, its first level of headings being `level`. */
export function documentOf(
  runbook: Runbook,
  durations: Durations | undefined,
  level: number,
): ElementContent[] {
  const { front } = runbook;
  const words = wordsOf(front.lang);
  const content = proseOf(
    runbook,
    {
      code: step => codeOf(runbook, step),
      step: (step, prose) => articleOf(runbook, step, prose, durations),
      governed: section => [...governedBy(section, words), ...sourcesOf(section, front)],
      heading: (section, headingLevel, title) => {
        // The page has the runbook's title already.
        if (section.depth === 1 && section.title === front.title)
          return [h('span', { id: anchorOf(section.slug) })];
        return [h(`h${headingLevel}`, { id: anchorOf(section.slug) }, title)];
      },
    },
    level,
    words,
  );
  return content.map(node => scrollable(node, pageWordsOf(front.lang).table));
}

/** A table of the author’s scrolls by itself on a narrow screen, and is named after its columns. */
function scrollable(node: ElementContent, name: string): ElementContent {
  if (node.type !== 'element') return node;
  if (node.tagName === 'pre') return { ...node, children: node.children.flatMap(wholeOptions) };
  if (node.tagName !== 'table')
    return { ...node, children: node.children.map(child => scrollable(child, name)) };
  const heads = node.children.flatMap(part => (isNamed(part, 'thead') ? headsIn(part) : []));
  const label = noBreak(fill(name, { heads: heads.join(', ') }));
  const captioned = { ...node, children: [h('caption', [h('span.sr', label)]), ...node.children] };
  return h('div.scroll', { role: 'group', ariaLabel: label, tabIndex: 0 }, [captioned]);
}

/** Code whose options do not break at their hyphens, as lines may at any hyphen (UAX 14, class HY). */
export function wholeOptions(node: ElementContent): ElementContent[] {
  if (node.type === 'element') return [{ ...node, children: node.children.flatMap(wholeOptions) }];
  if (node.type !== 'text') return [node];
  return node.value
    .split(/(?<!\S)(--?\w[\w-]{0,30})/)
    .flatMap((text, index) =>
      text === '' ? [] : [index % 2 === 1 ? h('span.option', text) : { type: 'text', value: text }],
    );
}

function isNamed(node: ElementContent, name: string): node is Element {
  return node.type === 'element' && node.tagName === name;
}

function headsIn(node: Element): string[] {
  return node.children.flatMap(child => {
    if (child.type !== 'element') return [];
    return child.tagName === 'th' ? [textOf(child)] : headsIn(child);
  });
}

function textOf(node: ElementContent): string {
  if (node.type === 'text') return node.value;
  return node.type === 'element' ? node.children.map(textOf).join('') : '';
}

/** The kind of a step as sign and word. */
export function kindTag(kind: Step['kind'], word: string): Element {
  return h('span', { className: ['kind', kind] }, [sign(KIND_SIGNS[kind]), ` ${word}`]);
}

function codeOf(runbook: Runbook, step: Step): ElementContent {
  if (step.kind === 'manual') return { type: 'text', value: '' };
  const { lang } = runbook.front;
  const words = pageWordsOf(lang);
  const { language, text } = step.code;
  const count = text.replace(/\n$/, '').split('\n').length;
  const lines = fill(count === 1 ? words.lines.one : words.lines.many, { count });
  const named = { id: step.id, language: wordsOf(lang).language[language], lines };
  return h('details', [h('summary', fill(words.codeOf, named)), codeBlock(text, grammars[language])]);
}

function articleOf(
  runbook: Runbook,
  step: Step,
  prose: ElementContent[],
  durations: Durations | undefined,
): ElementContent {
  const { lang } = runbook.front;
  const words = wordsOf(lang);
  const id = stepAnchor(step.id);
  const said = [...attributesOf(runbook, step, words), ...furtherOf(runbook, step).map(note)];
  return h('article', { className: classesOf(step), id, ariaLabelledBy: `${id}-nom` }, [
    h('header', [
      h('span.name', { id: `${id}-nom` }, [
        kindTag(step.kind, words.kind[step.kind]),
        ' ',
        h('a.id', { href: `#${id}` }, step.id),
      ]),
      ...said,
      ...timesOf(step, durations, lang),
    ]),
    h('div.body', prose),
  ]);
}

function classesOf(step: Step): string[] {
  return ['step', step.kind, ...(step.kind === 'cell' && step.effect === 'destroy' ? ['destroy'] : [])];
}

function note(text: string): Element {
  return h('span', noBreak(text));
}

/** What the transcript's header leaves out, and a reader of the plan wants. */
function furtherOf(runbook: Runbook, step: Step): string[] {
  const { front } = runbook;
  const words = pageWordsOf(front.lang);
  const said: string[] = [];
  if (step.kind === 'cell' && step.retry > 0) said.push(fill(words.retry, { count: step.retry }));
  if (step.kind === 'check' && step.within > 0)
    said.push(fill(words.within, { within: duration(step.within, front.lang) }));
  if (step.kind === 'probe') {
    const input = front.inputs.get(step.fills)?.label ?? step.fills;
    said.push(fill(words.fills, { input }));
  }
  if ('approve' in step && step.approve !== undefined) {
    const role = front.roles.get(step.approve)?.label ?? step.approve;
    said.push(fill(words.approve, { role }));
  }
  return said;
}

function timesOf(step: Step, durations: Durations | undefined, lang: 'fr' | 'en'): Element[] {
  const words = pageWordsOf(lang);
  if (durations?.changed.has(step.id)) return [h('span.took', [clock(), noBreak(words.changed)])];
  const samples = durations?.steps.get(step.id) ?? [];
  return samples.map(sample => h('span.took', [clock(), noBreak(sampleText(sample, lang))]));
}

function clock(): Element {
  return h('span', { ariaHidden: 'true' }, '◷ ');
}

function sampleText({ target, times }: Sample, lang: 'fr' | 'en'): string {
  const words = pageWordsOf(lang);
  const last = duration(times.at(-1) ?? 0, lang);
  if (times.length === 1) return fill(words.took, { target, last });
  return fill(words.tookOften, {
    target,
    median: duration(medianOf(times), lang),
    last,
    count: times.length,
  });
}
