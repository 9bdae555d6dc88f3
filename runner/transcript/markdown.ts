/*
 * The annotated runbook: the source, with a record set in after its front matter, after each step, under each skipped
 * section, and at its end. Taking the records out gives the source back (`stripAnnotations`).
 */
import type { Section, Step } from '../model/runbook.ts';
import { codeSpan } from '../report/neutralise.ts';
import { sayFaults, sayHandover, sayPerson, saySelection, sayStamp } from '../report/phrase.ts';
import { dateTime, duration } from '../report/time.ts';
import { fill, noBreak, SIGNS } from '../report/words.ts';
import { type Account, tellingsOf, unplannedOf } from './account.ts';
import { evidenceLines, headline, noteLines, stepLines, text } from './markdown-step.ts';
import { skipOf } from './sections.ts';
import { type Insertion, insertAnnotations } from './strip.ts';
import { bannersOf, judgementOf, lossText, recoveryText, reservesOf, stepCounts } from './summary.ts';

/** The annotated runbook of a run. */
export function renderMarkdown(account: Account): string {
  const { source } = account.runbook;
  const sections = skippedSections(account, account.runbook.root);
  const within = (step: Step) =>
    sections.some(
      ({ place }) =>
        place.start.offset <= step.place.start.offset && step.place.end.offset <= place.end.offset,
    );
  const insertions: Insertion[] = [
    { offset: endOfFrontMatter(source), lines: headLines(account) },
    ...sections.map(section => ({
      offset: section.when?.place.end.offset ?? section.place.start.offset,
      lines: skippedLines(account, section),
    })),
    ...[...account.runbook.steps.values()].flatMap(step => {
      const lines = within(step) ? quietLines(account, step) : stepBlock(account, step);
      return lines.length === 0 ? [] : [{ offset: step.place.end.offset, lines }];
    }),
    { offset: source.length, lines: tailLines(account) },
  ];
  return insertAnnotations(source, insertions);
}

function endOfFrontMatter(source: string): number {
  const match = /^\ufeff?---[ \t]*\r?\n[\s\S]*?^---[ \t]*$/m.exec(source);
  return match?.index === 0 ? match[0].length : 0;
}

function stepBlock(account: Account, step: Step): string[] {
  const tellings = tellingsOf(account, step);
  return tellings.flatMap(({ instance, record }, index) => [
    ...(index === 0 ? [] : ['', '---', '']),
    ...stepLines(account, instance, record),
  ]);
}

/** In a skipped section only what happened all the same is told: notes, evidence. */
function quietLines(account: Account, step: Step): string[] {
  return tellingsOf(account, step).flatMap(({ instance, record }) =>
    record !== undefined && (record.status !== 'skipped' || record.notes.length + record.evidence.length > 0)
      ? stepLines(account, instance, record)
      : [],
  );
}

function skippedSections(account: Account, section: Section): Section[] {
  if (skipOf(account, section) !== undefined) return [section];
  return section.items.flatMap(item =>
    item.kind === 'section' ? skippedSections(account, item.section) : [],
  );
}

function skippedLines(account: Account, section: Section): string[] {
  const { words } = account;
  const skip = skipOf(account, section);
  if (skip === undefined) return [];
  const { input, is, found } = skip;
  const because = fill(words.record.condition, { input: text(input), is: text(is), found: text(found) });
  return [`**${SIGNS.skipped} ${words.record.sectionSkipped}** — ${because}`];
}

function headLines(account: Account): string[] {
  const { words, lang, record, runbook } = account;
  const { opened } = record;
  const faults = sayFaults(record, lang);
  const title = opened.dry
    ? words.report.kindDry
    : opened.mode === 'real'
      ? words.report.kindReal
      : words.report.kindDrill;
  const rows: [string, string][] = [
    [words.report.type, `**${words.mode[opened.mode]}** — ${bannersOf(account).map(text).join(' · ')}`],
    [words.report.run, codeSpan(opened.run).replaceAll('|', '\\|')],
    [words.report.service, text(runbook.front.service ?? words.notProvided)],
    [words.report.target, text(opened.target)],
    [words.report.t0, instant(account, opened.t0)],
    [words.report.debex, instant(account, opened.at)],
    [
      words.report.finex,
      record.closed === undefined ? words.notProvided : instant(account, record.closed.at),
    ],
    [words.report.whole, duration(account.figures.whole.total, lang)],
    [words.report.recovery, `${text(recoveryText(account))} — ${judgementOf(account)}`],
    ...account.figures.dataLoss.map((loss): [string, string] => [
      `${words.report.dataLoss} (${text(loss.label)})`,
      text(lossText(account, loss)),
    ]),
    [words.report.steps, stepCounts(account)],
    [words.report.selection, text(saySelection(opened.selection, lang))],
    ...(faults === undefined ? [] : [[words.report.faults, text(faults)] satisfies [string, string]]),
    [words.report.operator, text(sayPerson(opened.operator, account.locale, opened.voice))],
    ...record.handovers.map((entry): [string, string] => [
      words.record.handovers,
      text(sayHandover(entry, account.locale)),
    ]),
    ...record.stamps.map((entry): [string, string] => [
      words.record.stamps,
      text(sayStamp(entry, account.locale)),
    ]),
    [words.report.outcome, `**${words.outcome[record.closed?.outcome ?? 'open']}**`],
    ...listRow(words.report.reserves, reservesOf(account)),
  ];
  return [
    `### ${noBreak(title)}`,
    '',
    '| | |',
    '|---|---|',
    ...rows.map(([name, value]) => noBreak(`| ${name} | ${value} |`)),
  ];
}

/** A row of the head, left out when there is nothing to list. */
function listRow(name: string, items: readonly string[]): [string, string][] {
  return items.length === 0 ? [] : [[name, items.map(text).join('<br>')]];
}

function instant({ locale, lang }: Account, at: string): string {
  return Number.isNaN(Date.parse(at)) ? text(at) : dateTime(at, locale.timeZone, lang);
}

function tailLines(account: Account): string[] {
  const { words, record } = account;
  const unplanned = unplannedOf(account);
  return [
    `**${words.record.tail}** — ${words.outcome[record.closed?.outcome ?? 'open']}`,
    '',
    words.record.tailText,
    '',
    ...noteLines(
      account,
      record.notes.filter(note => note.step === undefined),
    ),
    ...evidenceLines(
      account,
      record.evidence.filter(entry => entry.step === undefined),
    ),
    ...(unplanned.length === 0 ? [] : ['', `${noBreak(words.record.unplanned + words.colon)}`, '']),
    ...unplanned.map(step => `- ${headline(account, step.id, step)}`),
  ];
}
