/*
 * Blocks in a row to a tree of sections. In: headings and directives in document order. Out: the root section, and each
 * step with the sections around it. Directives that govern a section are read here.
 */
import type { Place } from '../diagnostic.ts';
import type { Block, Directive, Heading } from '../syntax/document.ts';
import type { Findings } from '../syntax/findings.ts';
import { readAttributes } from './attributes.ts';
import type { ClockMark, Each, Section, SectionItem, Source, When } from './runbook.ts';
import { type PlacedSource, readSource } from './sources.ts';
import { readStep, type StepDraft, stepKinds } from './steps.ts';

/** A section while it is being filled; `place` ends where the next section of its depth begins. */
export interface SectionDraft {
  readonly title: string;
  readonly slug: string;
  readonly depth: number;
  readonly parent?: SectionDraft;
  readonly items: DraftItem[];
  readonly sources: Source[];
  readonly start: number;
  end: number;
  when?: When;
  each?: Each;
  parallel?: Place;
}

type DraftItem =
  | Exclude<SectionItem, { kind: 'section' }>
  | { readonly kind: 'section'; readonly section: SectionDraft };

/** A step in its section. */
export interface PlacedStep extends StepDraft {
  readonly section: SectionDraft;
}

/** The tree of a document, still open to checks. */
export interface Tree {
  readonly root: SectionDraft;
  readonly sections: readonly SectionDraft[];
  readonly steps: readonly PlacedStep[];
  readonly clocks: readonly { readonly clock: ClockMark; readonly section: SectionDraft }[];
  readonly sources: readonly PlacedSource[];
}

interface Build {
  readonly findings: Findings;
  readonly sections: SectionDraft[];
  readonly steps: PlacedStep[];
  readonly clocks: { clock: ClockMark; section: SectionDraft }[];
  readonly sources: PlacedSource[];
  current: SectionDraft;
}

const leafKinds = ['when', 'each', 'parallel', 'clock', 'source'];

function openSection(build: Build, heading: Heading): void {
  let parent = build.current;
  const start = heading.place.start.offset;
  while (parent.depth >= heading.depth && parent.parent) {
    parent.end = start;
    parent = parent.parent;
  }
  const { title, slug, depth } = heading;
  const section: SectionDraft = { title, slug, depth, parent, items: [], sources: [], start, end: start };
  parent.items.push({ kind: 'section', section });
  build.sections.push(section);
  build.current = section;
}

function closeSections(build: Build, end: number): void {
  for (let section: SectionDraft | undefined = build.current; section; section = section.parent)
    section.end = end;
}

function refuseTwice(build: Build, directive: Directive, first: Place | undefined): void {
  if (!first) return;
  build.findings.error('duplicate-directive', directive.opener, { name: directive.name }, first);
}

function governs(build: Build, directive: Directive): boolean {
  const { current, findings } = build;
  if (current.items.length === 0) return true;
  findings.error('late-directive', directive.opener, { name: directive.name, section: current.title });
  return false;
}

function readClock(build: Build, directive: Directive): void {
  const attributes = readAttributes(directive, build.findings);
  const mark = attributes.flag(['start', 'stop'] as const);
  attributes.finish();
  if (!mark) return;
  const clock: ClockMark = { mark, place: directive.place };
  build.current.items.push({ kind: 'clock', clock });
  build.clocks.push({ clock, section: build.current });
}

function readWhen(build: Build, directive: Directive): void {
  const attributes = readAttributes(directive, build.findings);
  const input = attributes.required('input');
  const is = attributes.text('is');
  if (is === undefined && !directive.attributes.some(({ name }) => name === 'is')) {
    build.findings.error('missing-attribute', directive.opener, { name: 'is', directive: 'when' });
  }
  attributes.finish();
  refuseTwice(build, directive, build.current.when?.place);
  if (governs(build, directive) && input !== undefined && is !== undefined) {
    build.current.when = { input, is, place: directive.place };
  }
}

function readEach(build: Build, directive: Directive): void {
  const attributes = readAttributes(directive, build.findings);
  const input = attributes.required('in');
  const as = attributes.required('as');
  attributes.finish();
  refuseTwice(build, directive, build.current.each?.place);
  if (governs(build, directive) && input !== undefined && as !== undefined) {
    build.current.each = { in: input, as, place: directive.place };
  }
}

function readParallel(build: Build, directive: Directive): void {
  readAttributes(directive, build.findings).finish();
  refuseTwice(build, directive, build.current.parallel);
  if (governs(build, directive)) build.current.parallel = directive.place;
}

function takeSource(build: Build, directive: Directive): void {
  const placed = readSource(directive, build.findings);
  if (!placed) return;
  build.current.sources.push(placed.source);
  build.sources.push(placed);
}

function readLeaf(build: Build, directive: Directive): void {
  if (build.current.depth === 0) {
    build.findings.error('directive-outside-section', directive.opener, { name: directive.name });
    return;
  }
  if (directive.label !== undefined)
    build.findings.error('label-on-leaf', directive.opener, { name: directive.name });
  if (directive.name === 'when') readWhen(build, directive);
  else if (directive.name === 'each') readEach(build, directive);
  else if (directive.name === 'parallel') readParallel(build, directive);
  else if (directive.name === 'source') takeSource(build, directive);
  else readClock(build, directive);
}

function readContainer(build: Build, directive: Directive): void {
  const draft = readStep(directive, build.findings);
  if (!draft) return;
  build.current.items.push({ kind: 'step', step: draft.step });
  build.steps.push({ ...draft, section: build.current });
}

function readDirective(build: Build, directive: Directive): void {
  const { name, form, opener } = directive;
  const expected = stepKinds.includes(name) ? 'container' : leafKinds.includes(name) ? 'leaf' : undefined;
  if (expected === undefined) {
    build.findings.error('unknown-directive', opener, {
      name,
      known: [...stepKinds, ...leafKinds].join(', '),
    });
  } else if (expected !== form) {
    build.findings.error(expected === 'leaf' ? 'leaf-as-container' : 'container-as-leaf', opener, { name });
  } else if (form === 'leaf') readLeaf(build, directive);
  else readContainer(build, directive);
}

/** Builds the tree; `title` is that of the root. */
export function readSections(findings: Findings, blocks: readonly Block[], title: string): Tree {
  const end = findings.lines.source.length;
  const root: SectionDraft = { title, slug: '', depth: 0, items: [], sources: [], start: 0, end };
  const build: Build = { findings, sections: [], steps: [], clocks: [], sources: [], current: root };
  for (const block of blocks) {
    if (block.kind === 'heading') openSection(build, block);
    else readDirective(build, block);
  }
  closeSections(build, end);
  const { sections, steps, clocks, sources } = build;
  return { root, sections, steps, clocks, sources };
}

/** The sections around a section, outermost first, itself included. */
export function sectionPath(section: SectionDraft): readonly SectionDraft[] {
  return section.parent ? [...sectionPath(section.parent), section] : [section];
}

/** The finished section of a draft. */
export function finishSection(draft: SectionDraft, findings: Findings): Section {
  const { title, slug, depth, when, each, parallel, sources } = draft;
  return {
    title,
    slug,
    depth,
    ...(when ? { when } : {}),
    ...(each ? { each } : {}),
    parallel: parallel !== undefined,
    items: draft.items.map(item =>
      item.kind === 'section' ? { kind: 'section', section: finishSection(item.section, findings) } : item,
    ),
    ...(sources.length > 0 ? { sources } : {}),
    place: findings.lines.place(draft.start, draft.end),
  };
}
