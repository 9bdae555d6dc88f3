/*
 * What stands around the document: its title and objectives, who does what, what past drills showed, and, after it, what a
 * run asks and where it can act. In: a Runbook and durations. Out: the sections of a page.
 */
import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Input, Role, Runbook, Section, Step, Target } from '../model/runbook.ts';
import { calendarDate, duration } from '../report/time.ts';
import { fill, noBreak, wordsOf } from '../report/words.ts';
import {
  type Content,
  codeBlock,
  nothing,
  row,
  section,
  sheetList,
  table,
} from '../transcript/html-parts.ts';
import { anchorOf } from '../transcript/html-prose.ts';
import { stepAnchor } from '../transcript/html-runbook.ts';
import { kindTag, wholeOptions } from './document.ts';
import { chaptersOf, type Durations, medianOf } from './durations.ts';
import { pageWordsOf } from './words.ts';

const kinds = ['probe', 'cell', 'manual', 'check', 'undo'] as const;

/** The title of the plan, and what it undertakes. */
export function titleBlock(runbook: Runbook): ElementContent {
  const { front } = runbook;
  const words = wordsOf(front.lang);
  const version = front.version === undefined ? undefined : `${words.report.version} ${front.version}`;
  const line = [front.service, version].filter(part => part !== undefined).join(' · ');
  return h('header.title', [h('p.over', line), h('h1', front.title), ...undertakings(runbook)]);
}

function undertakings({ front }: Runbook): Content[] {
  const words = wordsOf(front.lang);
  const rows: [string, Content | Content[]][] = [];
  if (front.dmia !== undefined) rows.push([words.report.dmia, duration(front.dmia * 60_000, front.lang)]);
  for (const { label, pdma } of front.resources.values()) {
    if (pdma !== undefined)
      rows.push([`${words.report.pdma} — ${label}`, duration(pdma * 60_000, front.lang)]);
  }
  if (front.objectives.length > 0) rows.push([words.report.goals, listOf(front.objectives)]);
  if (front.scope.length > 0) rows.push([words.report.scope, listOf(front.scope)]);
  if (front.exclusions.length > 0) rows.push([words.report.exclusions, listOf(front.exclusions)]);
  if (front.classification !== undefined) rows.push([words.report.diffusion, front.classification]);
  if (front.scenario !== undefined) rows.push([words.report.scenario, front.scenario]);
  return rows.length === 0 ? [] : [sheetList(rows)];
}

function listOf(items: readonly string[]): Content {
  return h(
    'ul',
    items.map(item => h('li', item)),
  );
}

/** Kinds of steps, roles and past drills. */
export function briefSection(runbook: Runbook, durations: Durations | undefined): ElementContent {
  const words = pageWordsOf(runbook.front.lang);
  return section(
    'en-bref',
    [words.brief],
    [
      h('h3', noBreak(words.kinds)),
      kindsList(runbook),
      h('p.muted', noBreak(words.folded)),
      ...rolesTable(runbook),
      ...drillsPart(runbook, durations),
    ],
  );
}

function kindsList(runbook: Runbook): Element {
  const words = pageWordsOf(runbook.front.lang);
  const common = wordsOf(runbook.front.lang);
  const steps = [...runbook.steps.values()];
  return h(
    'ul.kinds',
    kinds.flatMap(kind => {
      const count = steps.filter(step => step.kind === kind).length;
      if (count === 0) return [];
      const number = stepsText(count, runbook);
      return [
        h('li', [
          kindTag(kind, common.kind[kind]),
          h('span', ` (${number})${noBreak(common.colon)}${noBreak(words.kind[kind])}`),
        ]),
      ];
    }),
  );
}

function stepsText(count: number, { front }: Runbook): string {
  const { stepsIn } = pageWordsOf(front.lang);
  return fill(count === 1 ? stepsIn.one : stepsIn.many, { count });
}

function rolesTable(runbook: Runbook): Content[] {
  const { front } = runbook;
  if (front.roles.size === 0) return [];
  const words = pageWordsOf(front.lang);
  const { semicolon, table: heads } = wordsOf(front.lang);
  const { role, holders } = heads;
  const rows = [...front.roles.values()].map(each => {
    const steps = [...runbook.steps.values()].filter(step => concerns(step, each));
    const links = steps.flatMap((step, index) => [index === 0 ? '' : ', ', stepLink(step)]);
    return row([
      each.label,
      each.holders.join(', '),
      [...links, ...signs(each, links.length > 0 ? semicolon : '', words.sign)],
    ]);
  });
  return [table(words.roles, [role, holders, words.part], [h('tbody', rows)])];
}

function signs({ mustSign }: Role, lead: string, text: string): Content[] {
  return mustSign ? [noBreak(lead) + text] : [];
}

function concerns(step: Step, { name }: Role): boolean {
  return (step.kind === 'manual' && step.role === name) || ('approve' in step && step.approve === name);
}

function stepLink({ id }: Step): Content {
  return h('a', { href: `#${stepAnchor(id)}` }, [h('code', id)]);
}

function drillsPart(runbook: Runbook, durations: Durations | undefined): Content[] {
  if (durations === undefined) return [];
  const { lang, timeZone } = runbook.front;
  const words = pageWordsOf(lang);
  const common = wordsOf(lang);
  const heading = h('h3', words.drills);
  if (durations.drills.length === 0) return [heading, nothing(words.drillsNone)];
  const rows = [...durations.drills].reverse().map(({ run, at, target, outcome, recovery }) => {
    const took = recovery === undefined ? common.notMeasured : duration(recovery, lang);
    const date = calendarDate(at, timeZone, lang);
    return row([[date, ' ', h('code', run)], target, noBreak(common.outcome[outcome]), took]);
  });
  const heads = [words.drill, words.target, words.outcome, words.recovery];
  return [
    heading,
    h('p', noBreak(words.drillsText)),
    table(words.drills, heads, [h('tbody', rows)], true),
    ...chaptersTable(runbook, durations),
  ];
}

function chaptersTable(runbook: Runbook, { chapters }: Durations): Content[] {
  const { lang } = runbook.front;
  const words = pageWordsOf(lang);
  const rows = chaptersOf(runbook).flatMap(({ slug, title }) =>
    (chapters.get(slug) ?? []).map(({ target, times }) =>
      row([
        h('a', { href: `#${anchorOf(slug)}` }, title),
        target,
        duration(medianOf(times), lang),
        duration(times.at(-1) ?? 0, lang),
        String(times.length),
      ]),
    ),
  );
  if (rows.length === 0) return [];
  const heads = [words.chapter, words.target, words.median, words.last, words.times];
  return [
    h('h4', noBreak(words.chapters)),
    h('p', noBreak(words.chapterText)),
    table(words.chapters, heads, [h('tbody', rows)], true),
  ];
}

/** How to perform the plan: the commands, what a run asks, and the targets. */
export function playSection(runbook: Runbook): ElementContent {
  const words = pageWordsOf(runbook.front.lang);
  return section(
    'jouer',
    [words.play],
    [
      h('p', noBreak(words.playText)),
      ...wholeOptions(codeBlock(commandsOf(runbook), 'bash')),
      ...inputsTable(runbook),
      ...targetsTable(runbook),
      ...resourcesTable(runbook),
    ],
  );
}

function commandsOf({ file, front }: Runbook): string {
  const target =
    [...front.targets.values()].find(({ mode }) => mode === 'drill') ?? [...front.targets.values()][0];
  const on = target === undefined ? '' : ` --target ${target.name}`;
  const path = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  return [`npx reprise check ${path}`, `npx reprise plan ${path}${on}`, `npx reprise run ${path}${on}`].join(
    '\n',
  );
}

function inputsTable({ front }: Runbook): Content[] {
  if (front.inputs.size === 0) return [];
  const words = pageWordsOf(front.lang);
  const rows = [...front.inputs.values()].map(input =>
    row([input.label, h('code', input.name), defaultOf(input, words.required)]),
  );
  return [table(words.inputs, [words.input, words.name, words.default], [h('tbody', rows)])];
}

function defaultOf(input: Input, required: string): Content[] {
  const value = input.default;
  const said =
    value === undefined ? required : Array.isArray(value) ? value.join(', ') || '—' : String(value);
  const others = (input.choices ?? []).filter(choice => choice !== value);
  return others.length === 0 ? [said] : [said, h('span.muted', ` (${others.join(', ')})`)];
}

function targetsTable({ front }: Runbook): Content[] {
  if (front.targets.size === 0) return [];
  const words = pageWordsOf(front.lang);
  const rows = [...front.targets.values()].map(target =>
    row([
      [target.label, ' ', h('code', target.name)],
      modeTag(target, wordsOf(front.lang).mode),
      target.protected.join(', ') || '—',
    ]),
  );
  return [table(words.targets, [words.target, 'Mode', words.protected], [h('tbody', rows)])];
}

function modeTag({ mode }: Target, words: Readonly<Record<Target['mode'], string>>): Content {
  return h('span', { className: ['tag', 'mode', mode] }, words[mode]);
}

function resourcesTable({ front }: Runbook): Content[] {
  if (front.resources.size === 0) return [];
  const words = pageWordsOf(front.lang);
  const rows = [...front.resources.values()].map(({ label, name, kind, access }) =>
    row([[label, ' ', h('code', name)], access === 'read' ? `${kind}, ${words.readOnly}` : kind]),
  );
  return [table(words.resources, [wordsOf(front.lang).table.resource, words.kindOf], [h('tbody', rows)])];
}

/** How many steps stand in a section, those of its sub-sections included. */
export function countSteps({ items }: Section): number {
  return items.reduce(
    (sum, item) => sum + (item.kind === 'step' ? 1 : item.kind === 'section' ? countSteps(item.section) : 0),
    0,
  );
}
