/*
 * The annexes: the whole journal as a table, the inventory of evidence, and how to verify the document. Chunks of output are
 * one line per stretch, since the outputs themselves stand with their steps.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Entry, EventOf } from '../journal/event.ts';
import { type Locale, sayPerson } from '../report/phrase.ts';
import { printEntry, progressContext } from '../report/progress.ts';
import { byteSize, dateTime, tableTime } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import { type Account, isTold } from './account.ts';
import { entryLink } from './html-findings.ts';
import { type Content, codeBlock, hash, nothing, row, sheetList, table } from './html-parts.ts';
import { bundleLinkOf } from './html-record.ts';
import type { Chapter } from './html-report.ts';
import { isEphemeral } from './summary.ts';

/** The annexes in order. */
export function annexes(account: Account): Chapter[] {
  const { report } = account.words;
  return [
    { id: 'main-courante', title: report.annexJournal, content: journalTable(account) },
    { id: 'pieces', title: report.annexEvidence, content: evidenceTable(account) },
    { id: 'verifier', title: report.annexVerify, content: verification(account) },
  ];
}

function journalTable(account: Account): ElementContent[] {
  const { words, record, locale, lang } = account;
  const { number, when, who, nature, content } = words.table;
  const context = { ...progressContext(account.plan), timeZone: locale.timeZone };
  const rows: ElementContent[] = [];
  let chunks: Extract<Entry, { type: 'output-written' }>[] = [];
  const flush = () => {
    if (chunks.length > 0) rows.push(outputRow(account, chunks));
    chunks = [];
  };
  let untold = 0;
  for (const entry of record.entries) {
    if (!isTold(account, entry.seq)) {
      untold += 1;
      continue;
    }
    if (entry.type === 'output-written') {
      chunks.push(entry);
      continue;
    }
    flush();
    const text = printEntry(entry, context, lang)
      .slice('00:00:00 '.length)
      .trim()
      .replace(/^(?:#+|•) /, '');
    rows.push(entryRow(account, entry, text));
  }
  flush();
  const zone = `${when} (${locale.timeZone})`;
  return [
    ...(untold === 0
      ? []
      : [h('div.callout.caution', [h('p', fill(words.report.untold, { count: untold }))])]),
    table(words.report.annexJournal, [number, zone, nature, content, who], [h('tbody', rows)], true),
  ];
}

function entryRow(account: Account, entry: Entry, text: string): ElementContent {
  const { words, locale, record } = account;
  const corrections = record.corrections.get(entry.seq) ?? [];
  const notes: Content[] = corrections.flatMap(note => [
    ' — ',
    h('em', [fill(words.record.correctedBy, { seq: '' }), entryLink(account, note.seq)]),
  ]);
  const prefix =
    entry.type === 'note-added' && entry.corrects !== undefined
      ? `${fill(words.record.correction, { seq: entry.corrects })}${noBreak(words.colon)}`
      : '';
  return h('tr', { id: `entree-${entry.seq}` }, [
    h('th', { scope: 'row' }, String(entry.seq)),
    h('td.time', tableTime(entry.at, locale.timeZone)),
    h('td', words.journal[entry.type]),
    h('td', [prefix + (text === '' ? plainContent(account, entry) : text), ...notes]),
    h('td', authorOf(entry, locale)),
  ]);
}

/** What the progress lines leave unsaid. */
function plainContent({ words, plan }: Account, entry: Entry): string {
  switch (entry.type) {
    case 'step-started':
      return `${entry.step} (pid ${entry.pid})`;
    case 'item-confirmed':
      return `${entry.step}${noBreak(words.colon)}☑ ${itemText(plan, entry) ?? fill(words.record.item, { number: entry.item + 1 })}`;
    case 'retry-asked':
      return entry.step;
    default:
      return 'step' in entry && entry.step !== undefined
        ? entry.step
        : words.journal[entry.type].toLowerCase();
  }
}

/** What the item says that was confirmed, if the runbook still has it. */
function itemText(plan: Account['plan'], { step: id, item }: EventOf<'item-confirmed'>): string | undefined {
  const step = plan.instances.find(instance => instance.id === id)?.step;
  return step?.kind === 'manual' ? step.items[item]?.text : undefined;
}

function authorOf(entry: Entry, locale: Locale): string {
  const voice = 'voice' in entry ? entry.voice : 'typed';
  if (entry.type === 'run-opened' || entry.type === 'run-resumed') {
    return sayPerson(entry.operator, locale, voice);
  }
  if (!('by' in entry) || entry.by === undefined || !('id' in entry.by)) return '';
  return sayPerson(entry.by, locale, voice);
}

function outputRow(
  { words, locale, lang }: Account,
  chunks: readonly Extract<Entry, { type: 'output-written' }>[],
): ElementContent {
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no output to tell');
  const bytes = chunks.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const said = fill(chunks.length === 1 ? words.report.outputOne : words.report.outputRun, {
    count: chunks.length,
    bytes: byteSize(bytes, lang),
  });
  return h('tr', [
    h('th', { scope: 'row' }, first.seq === last.seq ? String(first.seq) : `${first.seq}–${last.seq}`),
    h('td.time', tableTime(first.at, locale.timeZone)),
    h('td', words.journal['output-written']),
    h('td', `${first.step}${noBreak(words.colon)}${said}`),
    h('td', ''),
  ]);
}

function evidenceTable(account: Account): ElementContent[] {
  const { words, record, lang, locale } = account;
  const outputs = [...record.steps.values()].flatMap(step =>
    step.attempts.flatMap(({ finished, doubted }) => {
      const output = finished?.output ?? doubted?.output;
      if (output?.file === undefined) return [];
      const name = bundleLinkOf(output.file, output.file);
      return [row([name, step.id, 'text/plain', byteSize(output.bytes, lang), hash(output.sha256), ''])];
    }),
  );
  const files = record.evidence.map(({ name, file, step, media, bytes, sha256, by }) =>
    row([
      bundleLinkOf(name, file),
      step ?? '',
      media,
      byteSize(bytes, lang),
      hash(sha256),
      sayPerson(by, locale),
    ]),
  );
  if (files.length + outputs.length === 0) return [nothing(words.report.noEvidence)];
  const { file, step, media, size, digest, who } = words.table;
  return [
    table(
      words.report.annexEvidence,
      [file, step, media, size, digest, who],
      [h('tbody', [...files, ...outputs])],
      true,
    ),
  ];
}

function verification(account: Account): ElementContent[] {
  const { words, record, lang, locale } = account;
  const { opened, last } = record;
  const said = words.report;
  return [
    h('p', noBreak(said.verifyText)),
    sheetList([
      [said.head, [hash(last.prev), h('p.small.muted', fill(said.headNote, { seq: last.seq }))]],
      [words.state.asOf, dateTime(last.at, locale.timeZone, lang)],
      [said.digest, hash(opened.digest)],
      [said.signer, [opened.signer.principal, ' — ', h('code.hash', opened.signer.publicKey)]],
    ]),
    ...(isEphemeral(account) ? [h('div.callout.caution', [h('p', noBreak(words.banner.ephemeral))])] : []),
    h('p', noBreak(said.verifyReprise)),
    codeBlock('npx reprise verify . --allowed-signers ../allowed_signers\n', 'bash'),
    h('p', noBreak(said.verifyAlone)),
    codeBlock('sh verify.sh ../allowed_signers\n', 'bash'),
    h('p', noBreak(said.verifyTrust)),
  ];
}
