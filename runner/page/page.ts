/*
 * The plan worth reading: what `reprise render RUNBOOK` writes. In: a Runbook, and what past drills took when somebody looked.
 * Out: one self-contained HTML page without script, the same bytes for the same input. What can never happen: a part of the
 * document that the page leaves out, or markup of the document that is more than prose.
 */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Runbook } from '../model/runbook.ts';
import { fill, wordsOf } from '../report/words.ts';
import { writePage } from '../transcript/html-page.ts';
import { section } from '../transcript/html-parts.ts';
import { anchorOf } from '../transcript/html-prose.ts';
import { type ContentsEntry, contentsNav, contentsOf } from '../transcript/html-runbook.ts';
import { styleSheet } from '../transcript/style.ts';
import { briefSection, countSteps, playSection, titleBlock } from './cover.ts';
import { documentOf } from './document.ts';
import { chaptersOf, type Durations } from './durations.ts';
import { pageStyle } from './style.ts';
import { pageWordsOf } from './words.ts';

/** The page of a runbook, with the durations of past drills where they are given. */
export function renderRunbook(runbook: Runbook, durations?: Durations): string {
  const { front } = runbook;
  const words = wordsOf(front.lang);
  const own = pageWordsOf(front.lang);
  const margins = { left: front.title, right: front.version ?? '', page: words.report.page };
  return writePage({
    lang: front.lang,
    title: front.title,
    generator: 'Reprise',
    style: `${styleSheet(margins)}\n${pageStyle}`,
    body: [
      h('a.skip', { href: '#contenu' }, words.report.skip),
      titleBlock(runbook),
      h('div.framed', [
        contentsNav(contents(runbook), words),
        h('main.sheet.plan', { id: 'contenu' }, [
          briefSection(runbook, durations),
          section('plan', [own.document], documentOf(runbook, durations, 3)),
          playSection(runbook),
        ]),
      ]),
      h('footer', [h('p', fill(own.rendered, { file: basename(runbook.file), digest: digestOf(runbook) }))]),
      backToContents(own.toContents, own.backToContents),
    ],
  });
}

function contents(runbook: Runbook): ContentsEntry[] {
  const { front, root } = runbook;
  const words = pageWordsOf(front.lang);
  return [
    { href: '#en-bref', title: words.brief },
    ...counted(contentsOf(root, front.title), runbook),
    { href: '#jouer', title: words.play },
  ];
}

/** Chapters with the number of their steps, so that a reader sees where the work is. */
function counted(entries: readonly ContentsEntry[], runbook: Runbook): ContentsEntry[] {
  const { stepsIn } = pageWordsOf(runbook.front.lang);
  const counts = new Map(
    chaptersOf(runbook).map(chapter => [`#${anchorOf(chapter.slug)}`, countSteps(chapter)]),
  );
  return entries.map(entry => {
    const count = counts.get(entry.href) ?? 0;
    if (count === 0) return entry;
    return {
      ...entry,
      title: `${entry.title} (${fill(count === 1 ? stepsIn.one : stepsIn.many, { count })})`,
    };
  });
}

function digestOf({ source }: Runbook): string {
  return createHash('sha256').update(source, 'utf8').digest('hex');
}

function backToContents(text: string, label: string): ElementContent {
  return h('nav.back', { ariaLabel: label }, [h('a', { href: '#sommaire' }, `↑ ${text}`)]);
}
