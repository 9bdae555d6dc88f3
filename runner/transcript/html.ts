/*
 * The transcript as one page: the sections of a French procès-verbal, the runbook with its records, the annexes. No script,
 * nothing from elsewhere; everything that others wrote is text.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Section, Step } from '../model/runbook.ts';
import { dateTime } from '../report/time.ts';
import { fill, noBreak, SIGNS } from '../report/words.ts';
import { type Account, tellingsOf } from './account.ts';
import { annexes } from './html-annexes.ts';
import { writePage } from './html-page.ts';
import { type Content, section, sign } from './html-parts.ts';
import { recordBlock } from './html-record.ts';
import { type Chapter, chaptersOf } from './html-report.ts';
import { type ContentsEntry, contentsNav, contentsOf, runbookContent } from './html-runbook.ts';
import { summarySection } from './html-summary.ts';
import { phasesOf } from './phases.ts';
import { skipOf } from './sections.ts';
import { styleSheet } from './style.ts';
import { bannersOf } from './summary.ts';

/** The page of a run; `renderer` is the version of the rendering. */
export function renderHtml(account: Account, renderer: string): string {
  const { words, record, runbook, lang } = account;
  const { opened } = record;
  const phases = phasesOf(account);
  const chapters = [...chaptersOf(account, phases)];
  const last = annexes(account);
  const title = `${kindOf(account)} — ${runbook.front.title}`;
  const mode = words.mode[opened.mode];
  return writePage({
    lang,
    title: noBreak(title),
    generator: `Reprise ${opened.runner}, ${renderer}`,
    style: styleSheet({
      left: `${runbook.front.title} — ${opened.run}`,
      right: mode,
      page: words.report.page,
    }),
    body: [
      h('a.skip', { href: '#contenu' }, words.report.skip),
      h('aside', { className: ['band', opened.mode], ariaLabel: mode }, [
        `${mode} · ${opened.target}`,
        h('span.rest', ` · ${bannersOf(account).join(' · ')}`),
      ]),
      titleBlock(account),
      h('div.framed', [
        contentsNav(contents(account, chapters, last), words),
        h('main.sheet', { id: 'contenu' }, [
          summarySection(account, phases),
          ...chapters.map((chapter, index) => numbered(chapter, index + 1)),
          documentSection(account),
          ...last.map(chapter => section(chapter.id, [noBreak(chapter.title)], chapter.content)),
        ]),
      ]),
      h('footer', [h('p', fill(words.report.rendered, { renderer }))]),
    ],
  });
}

function kindOf({ words, record }: Account): string {
  if (record.opened.dry) return words.report.kindDry;
  return record.opened.mode === 'real' ? words.report.kindReal : words.report.kindDrill;
}

function contents(account: Account, chapters: readonly Chapter[], last: readonly Chapter[]): ContentsEntry[] {
  const { words, runbook } = account;
  return [
    { href: '#essentiel', title: words.report.summary },
    ...chapters.map(({ id, title }, index) => ({ href: `#${id}`, title: `${index + 1}. ${title}` })),
    {
      href: '#runbook',
      title: words.report.runbook,
      // The parts of a transcript come first: of the runbook, the main sections are enough to find one's way.
      children: contentsOf(runbook.root, runbook.front.title).map(({ href, title }) => ({ href, title })),
    },
    ...last.map(({ id, title }) => ({ href: `#${id}`, title: noBreak(title) })),
  ];
}

function numbered({ id, title, content }: Chapter, number: number): ElementContent {
  return section(id, [h('span.num', `${number}. `), title], content);
}

function titleBlock(account: Account): ElementContent {
  const { words, record, runbook, lang, locale } = account;
  const { opened } = record;
  const tags: Content[] = [
    h('li', [h('span', { className: ['tag', 'mode', opened.mode] }, words.mode[opened.mode])]),
    ...bannersOf(account).map(banner => h('li', [h('span.tag.caution', [sign('⚠ '), banner])])),
  ];
  const line = [
    runbook.front.service,
    fill(`${words.report.run} {run}`, { run: opened.run }),
    dateTime(opened.at, locale.timeZone, lang),
  ];
  return h('header.title', [
    h('p.over', kindOf(account)),
    h('h1', runbook.front.title),
    h('p.over', line.filter(part => part !== undefined).join(' · ')),
    h('ul.tags', tags),
  ]);
}

function documentSection(account: Account): ElementContent {
  const { words, runbook } = account;
  const additions = {
    afterStep: (step: Step) =>
      tellingsOf(account, step).map(({ instance, record }) => recordBlock(account, instance, record)),
    underHeading: (part: Section) => skippedNote(account, part),
  };
  return h('section.document', { id: 'runbook', ariaLabelledBy: 'runbook-titre' }, [
    h('h2', { id: 'runbook-titre' }, words.report.runbook),
    ...runbookContent(runbook, words, 3, additions),
  ]);
}

function skippedNote(account: Account, part: Section): ElementContent[] {
  const { words } = account;
  const skip = skipOf(account, part);
  if (skip === undefined) return [];
  const because = fill(words.record.condition, { input: skip.input, is: skip.is, found: skip.found });
  return [
    h('p', [
      h('span.status.skipped', [sign(`${SIGNS.skipped} `), words.record.sectionSkipped]),
      ` — ${because}`,
    ]),
  ];
}
