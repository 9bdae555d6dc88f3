/*
 * An addendum for people to read: source and sealed journal in, with the addendum's entries; Markdown out. Like the transcript,
 * it is a function of what is given, and nothing in it says more than the entries do.
 */
import type { Entry, EventOf } from '../journal/event.ts';
import { codeSpan } from '../report/neutralise.ts';
import { sayPerson, sayReason, saySkip } from '../report/phrase.ts';
import type { EntryOf } from '../report/record.ts';
import { byteSize, dateTime } from '../report/time.ts';
import { fill, noBreak, SIGNS } from '../report/words.ts';
import { type Account, accountOf, type TranscriptInput } from './account.ts';
import { bundleLink, text } from './markdown-step.ts';

/** Renders `entries`, an addendum to the run of `input`. Throws as `renderTranscript` does. */
export function renderAddendum(input: TranscriptInput, entries: readonly Entry[]): string {
  const account = accountOf(input);
  const { words, runbook } = account;
  const [opened] = entries;
  if (opened?.type !== 'addendum-opened') throw new Error('an addendum begins with its opening');
  const lines = [
    `# ${said(words.addendum.title, { number: opened.number })} — ${text(runbook.front.title)}`,
    '',
    ...openingLines(account, opened),
    '',
    `## ${words.addendum.added}`,
    '',
    ...entries.flatMap(entry => entryLines(account, entry)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Our own words with values put in; what others wrote keeps its spaces. */
function said(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return fill(noBreak(sentence), values);
}

function openingLines(
  { words, lang, locale }: Account,
  opened: EventOf<'addendum-opened'> & Entry,
): string[] {
  const by = text(sayPerson(opened.by, locale, opened.voice));
  const at = dateTime(opened.at, locale.timeZone, lang);
  return [
    `- ${said(words.addendum.completes, { run: codeSpan(opened.run), sealed: codeSpan(opened.sealed) })}`,
    ...(opened.previous === undefined
      ? []
      : [`- ${said(words.addendum.follows, { previous: codeSpan(opened.previous) })}`]),
    `- ${said(words.addendum.by, { by, at })}`,
    `- ${said(words.addendum.clock, {})}`,
  ];
}

function entryLines(account: Account, entry: Entry): readonly string[] {
  switch (entry.type) {
    case 'note-added':
      return [noteLine(account, entry)];
    case 'evidence-attached':
      return [evidenceLine(account, entry)];
    case 'teardown-asked':
    case 'step-finished':
    case 'step-skipped':
      return [teardownLine(account, entry)];
    default:
      return [];
  }
}

/** What the teardown of a drill came to, step by step. */
function teardownLine(
  { words, lang, locale }: Account,
  entry: EntryOf<'teardown-asked' | 'step-finished' | 'step-skipped'>,
): string {
  const head = `- **${said(words.addendum.entry, { seq: entry.seq })}** · ${dateTime(entry.at, locale.timeZone, lang)}`;
  if (entry.type === 'teardown-asked')
    return `${head} · ${text(sayPerson(entry.by, locale, entry.voice))}<br>${said(words.progress.teardown.now, {})}`;
  const outcome = entry.type === 'step-skipped' ? 'skipped' : entry.outcome;
  const why =
    entry.type === 'step-skipped' ? saySkip(entry, lang) : entry.reason && sayReason(entry.reason, lang);
  const because = why === undefined || why === '' ? '' : ` (${text(why)})`;
  return `${head} · ${codeSpan(entry.step)}<br>${SIGNS[outcome]} ${words.status[outcome]}${because}`;
}

/** `- **n° 12** · when · who · on which step`. */
function headOf(
  { words, lang, locale }: Account,
  entry: EntryOf<'note-added' | 'evidence-attached'>,
): string {
  const parts = [
    `**${said(words.addendum.entry, { seq: entry.seq })}**`,
    dateTime(entry.at, locale.timeZone, lang),
    text(sayPerson(entry.by, locale)),
    ...(entry.step === undefined ? [] : [codeSpan(entry.step)]),
  ];
  return `- ${parts.join(' · ')}`;
}

function noteLine(account: Account, note: EntryOf<'note-added'>): string {
  const { words } = account;
  const { note: plain, correction } = words.record;
  const title = note.corrects === undefined ? plain : said(correction, { seq: note.corrects });
  return `${headOf(account, note)}<br>${title}${noBreak(words.colon)}${text(note.text)}`;
}

function evidenceLine(account: Account, entry: EntryOf<'evidence-attached'>): string {
  const { words, lang } = account;
  const { name, file, bytes, sha256, media } = entry;
  const what = `${bundleLink(name, file)} — ${byteSize(bytes, lang)}, ${text(media)}, sha256 ${codeSpan(sha256)}`;
  return `${headOf(account, entry)}<br>${words.record.evidence}${noBreak(words.colon)}${what}`;
}
