/*
 * The runbook alone as one readable page: what `reprise render` writes. In: a source and the name of its file. Out: a
 * self-contained HTML page, the same bytes for the same source; a source that is no runbook is a fault.
 */
import { h } from 'hastscript';
import { Fault } from '../fault.ts';
import { readRunbook } from '../model/build.ts';
import type { Runbook } from '../model/runbook.ts';
import { duration } from '../report/time.ts';
import { wordsOf } from '../report/words.ts';
import type { Words } from '../report/words-fr.ts';
import { writePage } from './html-page.ts';
import { type Content, row, sheetList, table } from './html-parts.ts';
import { contentsNav, contentsOf, runbookContent } from './html-runbook.ts';
import { styleSheet } from './style.ts';

/** The page of a runbook. Throws the fault `transcript-source-invalid` when `source` is no valid runbook. */
export function renderRunbook(source: string, file: string): string {
  const { runbook, diagnostics } = readRunbook(source, file);
  if (runbook === undefined)
    throw new Fault('transcript-source-invalid', { file, count: diagnostics.length });
  const { front } = runbook;
  const words = wordsOf(front.lang);
  const nothing = { afterStep: () => [], underHeading: () => [] };
  return writePage({
    lang: front.lang,
    title: front.title,
    generator: 'Reprise',
    style: styleSheet({ left: front.title, right: front.version ?? '', page: words.report.page }),
    body: [
      h('a.skip', { href: '#contenu' }, words.report.skip),
      titleBlock(runbook, words),
      h('div.framed', [
        contentsNav(contentsOf(runbook.root, front.title), words),
        h('main.sheet', { id: 'contenu' }, [
          ...rolesTable(runbook, words),
          ...runbookContent(runbook, words, 2, nothing),
        ]),
      ]),
    ],
  });
}

function titleBlock(runbook: Runbook, words: Words): Content {
  const { front } = runbook;
  const version = front.version === undefined ? undefined : `${words.report.version} ${front.version}`;
  const line = [front.service, version].filter(part => part !== undefined).join(' · ');
  return h('header.title', [h('p.over', line), h('h1', front.title), ...frontList(runbook, words)]);
}

function frontList({ front }: Runbook, words: Words): Content[] {
  const rows: [string, Content | Content[]][] = [];
  if (front.dmia !== undefined) rows.push([words.report.dmia, duration(front.dmia * 60_000, front.lang)]);
  for (const { label, pdma } of front.resources.values()) {
    if (pdma !== undefined) {
      rows.push([`${words.report.pdma} — ${label}`, duration(pdma * 60_000, front.lang)]);
    }
  }
  if (front.objectives.length > 0) rows.push([words.report.goals, listOf(front.objectives)]);
  if (front.scope.length > 0) rows.push([words.report.scope, listOf(front.scope)]);
  if (front.scenario !== undefined) rows.push([words.report.scenario, front.scenario]);
  return rows.length === 0 ? [] : [sheetList(rows)];
}

function listOf(items: readonly string[]): Content {
  return h(
    'ul',
    items.map(item => h('li', item)),
  );
}

function rolesTable({ front }: Runbook, words: Words): Content[] {
  if (front.roles.size === 0) return [];
  const rows = [...front.roles.values()].map(role => row([role.label, role.holders.join(', ')]));
  return [table(words.report.participants, [words.table.role, words.table.holders], [h('tbody', rows)])];
}
