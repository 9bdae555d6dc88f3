/*
 * The author's document as HTML: Markdown to a tree, sanitised, then steps, headings and directives replaced by what the page
 * makes of them. The author's raw HTML is shown as text, so a placeholder of ours cannot be forged, and no markup of the
 * document can be anything but prose.
 */
import type { Element, ElementContent, Root } from 'hast';
import type { Code, Heading, Html, Image, ImageReference, Nodes } from 'mdast';
import rehypeSanitize, { defaultSchema } from 'rehype-sanitize';
import remarkRehype from 'remark-rehype';
import { unified } from 'unified';
import { SKIP, visit } from 'unist-util-visit';
import type { Runbook, Section, Step } from '../model/runbook.ts';
import type { Words } from '../report/words-fr.ts';
import { parseMarkdown } from '../syntax/parse.ts';
import { codeBlock } from './html-parts.ts';

/** What a page makes of the parts of a runbook that are not prose. */
export interface Parts {
  /** A whole step; `prose` is what stands in it, its code included. */
  readonly step: (step: Step, prose: ElementContent[]) => ElementContent;
  readonly code: (step: Step) => ElementContent;
  /** The directives that govern a section, under its heading. */
  readonly governed: (section: Section) => ElementContent[];
  readonly heading: (section: Section, level: number, words: ElementContent[]) => ElementContent[];
}

const SCHEMA = {
  ...defaultSchema,
  clobber: [],
  attributes: {
    ...defaultSchema.attributes,
    div: [...(defaultSchema.attributes?.div ?? []), 'dataReprise'],
  },
};

function placeholder(name: string, node: Nodes, children: ElementContent[]): Element {
  const line = node.position?.start.line ?? 0;
  return { type: 'element', tagName: 'div', properties: { dataReprise: `${name}:${line}` }, children };
}

function textOf(value: string, tagName?: string): ElementContent {
  const text: ElementContent = { type: 'text', value };
  return tagName === undefined ? text : { type: 'element', tagName, properties: {}, children: [text] };
}

/** Raw HTML is text; a comment is nothing, a line break a line break. */
function showHtml(node: Html): ElementContent | undefined {
  if (/^\s*<!--[\s\S]*-->\s*$/.test(node.value)) return undefined;
  if (/^<br\s*\/?>$/i.test(node.value))
    return { type: 'element', tagName: 'br', properties: {}, children: [] };
  return textOf(node.value, 'code');
}

function converterOf(words: Words, level: number) {
  return unified()
    .use(remarkRehype, {
      footnoteLabel: 'Notes',
      footnoteLabelTagName: `h${level}`,
      footnoteLabelProperties: {},
      footnoteBackContent: '↩',
      handlers: {
        containerDirective: (state, node) => placeholder('step', node, state.all(node)),
        leafDirective: (_state, node) => placeholder('leaf', node, []),
        heading: (state, node: Heading) => placeholder('heading', node, state.all(node)),
        code: (_state, node: Code) =>
          placeholder('code', node, [textOf(node.value), textOf(node.lang ?? '')]),
        html: (_state, node: Html) => showHtml(node),
        image: (_state, node: Image) =>
          textOf(`[${words.report.image} : ${node.alt ?? ''} — ${node.url}]`, 'em'),
        imageReference: (_state, node: ImageReference) =>
          textOf(`[${words.report.image} : ${node.alt ?? ''}]`, 'em'),
      },
    })
    .use(rehypeSanitize, SCHEMA)
    .freeze();
}

/** The document of a runbook, its first level of headings being `level`. */
export function proseOf(runbook: Runbook, parts: Parts, level: number, words: Words): ElementContent[] {
  const tree = parseMarkdown(runbook.source);
  const root: Root = converterOf(words, level).runSync(tree);
  const index = indexOf(runbook);
  const levels = levelsOf(runbook.root, level, runbook.front.title);
  linkWithin(root, new Set(levels.keys()));
  replace(root, { parts, index, levels, level });
  return root.children.filter((child): child is ElementContent => child.type !== 'doctype');
}

interface Index {
  readonly steps: ReadonlyMap<number, Step>;
  readonly codes: ReadonlyMap<number, Step>;
  readonly sections: ReadonlyMap<number, Section>;
}

interface Replacing {
  readonly parts: Parts;
  readonly index: Index;
  readonly levels: ReadonlyMap<string, number>;
  readonly level: number;
}

function indexOf(runbook: Runbook): Index {
  const steps = new Map<number, Step>();
  const codes = new Map<number, Step>();
  for (const step of runbook.steps.values()) {
    steps.set(step.place.start.line, step);
    if (step.kind !== 'manual') codes.set(step.code.line - 1, step);
  }
  const sections = new Map<number, Section>();
  const add = (section: Section): void => {
    if (section.depth > 0) sections.set(section.place.start.line, section);
    for (const item of section.items) if (item.kind === 'section') add(item.section);
  };
  add(runbook.root);
  return { steps, codes, sections };
}

/** Heading levels by nesting, so that none is skipped, by slug; a section that repeats the page's title has no level. */
function levelsOf(
  section: Section,
  level: number,
  title: string,
  levels = new Map<string, number>(),
): Map<string, number> {
  for (const item of section.items) {
    if (item.kind !== 'section') continue;
    levels.set(item.section.slug, Math.min(6, level));
    const repeats = item.section.depth === 1 && item.section.title === title;
    levelsOf(item.section, repeats ? level : level + 1, title, levels);
  }
  return levels;
}

/** Links inside the document follow the anchors, which have a prefix so that they cannot meet those of the page. */
function linkWithin(root: Root, slugs: ReadonlySet<string>): void {
  visit(root, 'element', node => {
    const { href } = node.properties;
    if (node.tagName !== 'a' || typeof href !== 'string') return;
    const slug = href.startsWith('#') ? decode(href.slice(1)) : undefined;
    if (slug !== undefined && slugs.has(slug)) node.properties.href = `#${anchorOf(slug)}`;
    else if (!href.startsWith('#')) node.properties.rel = ['noreferrer', 'noopener'];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The id of a section's heading in the page. */
export function anchorOf(slug: string): string {
  return `doc-${slug}`;
}

function replace(root: Root | Element, replacing: Replacing): void {
  visit(root, 'element', (node, position, parent) => {
    if (parent === undefined || position === undefined) return undefined;
    if (node.tagName === 'input') {
      const mark = node.properties.checked ? '☑ ' : '☐ ';
      parent.children[position] = textOf(mark);
      return SKIP;
    }
    const made = node.properties.dataReprise;
    if (typeof made !== 'string') return undefined;
    const [name, line] = made.split(':');
    if (name === 'step') replace(node, replacing);
    const nodes = makePart(name ?? '', Number(line), node, replacing);
    parent.children.splice(position, 1, ...nodes);
    return [SKIP, position + nodes.length];
  });
}

function makePart(name: string, line: number, node: Element, replacing: Replacing): ElementContent[] {
  const { parts, index } = replacing;
  if (name === 'leaf') return [];
  if (name === 'code') {
    const step = index.codes.get(line);
    return [step === undefined ? exampleOf(node) : parts.code(step)];
  }
  if (name === 'step') {
    const step = index.steps.get(line);
    return step === undefined ? node.children : [parts.step(step, node.children)];
  }
  const section = index.sections.get(line);
  if (section === undefined) {
    return [{ type: 'element', tagName: 'p', properties: {}, children: node.children }];
  }
  const level = replacing.levels.get(section.slug) ?? replacing.level;
  return [...parts.heading(section, level, node.children), ...parts.governed(section)];
}

function exampleOf(node: Element): ElementContent {
  const [code, language] = node.children.map(child => (child.type === 'text' ? child.value : ''));
  return codeBlock(code ?? '', language === '' ? undefined : language);
}
