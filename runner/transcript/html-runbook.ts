/*
 * The runbook as people read it on a page: prose first, code folded, kinds of steps told apart; with the record of each step
 * when there was a run.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Runbook, Section, Step } from '../model/runbook.ts';
import { duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import type { Words } from '../report/words-fr.ts';
import { type Content, codeBlock } from './html-parts.ts';
import { anchorOf, proseOf } from './html-prose.ts';

/** What a run adds to the document; nothing for the document alone. */
export interface Additions {
  readonly afterStep: (step: Step) => ElementContent[];
  readonly underHeading: (section: Section) => ElementContent[];
}

/** The id of a step on the page. */
export function stepAnchor(id: string): string {
  return `etape-${id}`;
}

/** The document of a runbook as the content of a page; its first level of headings is `level`. */
export function runbookContent(
  runbook: Runbook,
  words: Words,
  level: number,
  additions: Additions,
): ElementContent[] {
  return proseOf(
    runbook,
    {
      code: step => codeOf(step, words),
      step: (step, prose) => stepArticle(runbook, step, words, [prose, additions.afterStep(step)]),
      governed: section => [...governedBy(section, words), ...additions.underHeading(section)],
      heading: (section, headingLevel, title) => {
        // The page has the runbook's title already.
        if (section.depth === 1 && section.title === runbook.front.title)
          return [h('span', { id: anchorOf(section.slug) })];
        return [h(`h${headingLevel}`, { id: anchorOf(section.slug) }, title)];
      },
    },
    level,
    words,
  );
}

function codeOf(step: Step, words: Words): ElementContent {
  if (step.kind === 'manual') return { type: 'text', value: '' };
  const { language, text } = step.code;
  const grammar = { ts: 'typescript', sh: 'bash', sql: 'sql' }[language];
  return h('details', [
    h('summary', `${words.report.code} (${words.language[language]})`),
    codeBlock(text, grammar),
  ]);
}

function stepArticle(
  runbook: Runbook,
  step: Step,
  words: Words,
  [prose, after]: [ElementContent[], ElementContent[]],
): ElementContent {
  const id = stepAnchor(step.id);
  return h('article', { className: ['step', step.kind], id, ariaLabelledBy: `${id}-nom` }, [
    h('header', [
      h('span.kind', { id: `${id}-nom` }, [`${words.kind[step.kind]} `, h('span.id', step.id)]),
      ...attributesOf(runbook, step, words),
    ]),
    h('div.body', prose),
    ...after,
  ]);
}

/** What a step’s directive says of it, for its header. */
export function attributesOf(runbook: Runbook, step: Step, words: Words): ElementContent[] {
  const said: Content[] = [];
  if (step.kind === 'cell') {
    const effect = words.effect[step.effect];
    said.push(step.effect === 'destroy' ? h('span.destroy', `⚠ ${effect}`) : effect);
  }
  if (step.kind === 'manual') {
    if (step.role !== undefined) {
      const role = runbook.front.roles.get(step.role)?.label ?? step.role;
      said.push(fill(words.report.roleOf, { role }));
    }
    if (step.evidence !== 'none') said.push(words.report.evidenceRule[step.evidence]);
  }
  if (step.kind !== 'manual' && step.on !== undefined) {
    const resource = runbook.front.resources.get(step.on)?.label ?? step.on;
    said.push(fill(words.report.on, { resource }));
  }
  if ((step.kind === 'check' || step.kind === 'undo') && step.of !== undefined) {
    said.push(fill(words.report.of, { step: step.of }));
  }
  if (step.kind === 'cell' && step.timeout !== undefined)
    said.push(`≤ ${duration(step.timeout, runbook.front.lang)}`);
  return said.map(part => h('span', typeof part === 'string' ? noBreak(part) : [part]));
}

/** What governs a section, under its heading. */
export function governedBy(section: Section, words: Words): ElementContent[] {
  const notes: string[] = [];
  if (section.when !== undefined) {
    notes.push(fill(words.report.appliesWhen, { input: section.when.input, is: section.when.is }));
  }
  if (section.each !== undefined) {
    notes.push(fill(words.report.repeats, { in: section.each.in, as: section.each.as }));
  }
  if (section.parallel) notes.push(words.report.parallel);
  for (const item of section.items) {
    if (item.kind === 'clock') notes.push(words.mark[item.clock.mark]);
  }
  return notes.map(note => h('p', [h('span.section-note', noBreak(note))]));
}

/** An entry of a table of contents. */
export interface ContentsEntry {
  readonly href: string;
  readonly title: string;
  readonly children?: readonly ContentsEntry[];
}

/** The sections of a runbook for a table of contents, the one that repeats its title left out. */
export function contentsOf(section: Section, title: string): ContentsEntry[] {
  return section.items.flatMap(item => {
    if (item.kind !== 'section') return [];
    const children = contentsOf(item.section, title);
    if (item.section.depth === 1 && item.section.title === title) return children;
    return [{ href: `#${anchorOf(item.section.slug)}`, title: noBreak(item.section.title), children }];
  });
}

/** A table of contents. */
export function contentsNav(entries: readonly ContentsEntry[], words: Words): ElementContent {
  return h('nav.toc', { ariaLabelledBy: 'sommaire' }, [
    h('h2', { id: 'sommaire' }, words.report.contents),
    contentsList(entries),
  ]);
}

function contentsList(entries: readonly ContentsEntry[]): ElementContent {
  return h(
    'ol',
    entries.map(({ href, title, children = [] }) =>
      h('li', [h('a', { href }, title), ...(children.length === 0 ? [] : [contentsList(children)])]),
    ),
  );
}
