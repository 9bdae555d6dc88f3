/*
 * The record of one step in Markdown, as lines that stand inside a quotation. Everything that was written by others goes
 * through `text`, `codeSpan` or a fence.
 */
import type { Exported } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import { codeSpan, fencedLines, neutralise } from '../report/neutralise.ts';
import {
  sayAnswer,
  sayExported,
  sayFact,
  sayFingerprint,
  sayLines,
  sayOutput,
  sayPerson,
  sayPolls,
  sayProbed,
  sayReason,
  saySettlement,
  saySkip,
} from '../report/phrase.ts';
import type { Attempt, EntryOf, StepRecord } from '../report/record.ts';
import { byteSize, clockTime, dateTime, duration } from '../report/time.ts';
import { fill, noBreak, SIGNS, wordsOf } from '../report/words.ts';
import { type Account, timesOf, toldAttempts } from './account.ts';
import { excerptOf } from './excerpt.ts';

/** Text of others as inline Markdown; its lines stay lines. */
export function text(value: string): string {
  return value
    .replace(/\n+$/, '')
    .split(/\r*\n/)
    .map(line => neutralise(line, 'markdown'))
    .join('<br>');
}

/** A path of the bundle as a link; only its text when it would lead out of the bundle. */
export function bundleLink(name: string, file: string): string {
  const href = bundleHref(file);
  return href === undefined ? `${text(name)} (${codeSpan(file)})` : `[${text(name)}](${href})`;
}

/** A relative link to a file of the bundle, or `undefined` for a path that is not one inside it. */
export function bundleHref(file: string): string | undefined {
  const segments = file.split('/');
  if (segments.some(segment => segment === '' || segment === '.' || segment === '..')) return undefined;
  const encode = (segment: string) =>
    encodeURIComponent(segment.replace(/\p{Cs}/gu, '\ufffd')).replace(
      /[!'()*]/g,
      character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return `./${segments.map(encode).join('/')}`;
}

/** The record of one instance: a headline, then its details as a list and its outputs. */
export function stepLines(account: Account, instance: Instance, record: StepRecord | undefined): string[] {
  const { words } = account;
  if (record === undefined) {
    return [`**${SIGNS['not-reached']} ${words.status['not-reached']}** — ${words.record.notReached}`];
  }
  return [
    headline(account, instance.id, record),
    '',
    ...approvalLines(account, record),
    ...answerLines(account, record),
    ...itemLines(account, instance, record),
    ...allAttempts(account, record),
    ...evidenceLines(account, record.evidence),
    ...noteLines(account, record.notes),
  ];
}

/** The headline alone, for a step that the runbook does not have any more. */
export function headline(account: Account, id: string, record: StepRecord): string {
  const { words, lang, locale } = account;
  const parts = [`**${SIGNS[record.status]} ${words.status[record.status]}** — ${codeSpan(id)}`];
  const times = timesOf(record);
  if (times?.end !== undefined) {
    const [start, end] = [times.start, times.end].map(at => clockTime(at, locale.timeZone));
    parts.push(`${start} → ${end} (${duration(times.duration ?? 0, lang)})`);
  } else if (times !== undefined) parts.push(dateTime(times.start, locale.timeZone, lang));
  return parts.join(' · ');
}

function allAttempts(account: Account, record: StepRecord): string[] {
  const { first, last, untold } = toldAttempts(record);
  const lines = (attempt: Attempt) => attemptLines(account, record, attempt);
  const gap = untold === 0 ? [] : [`- ${fill(account.words.record.untold, { count: untold })}`];
  return [...first.flatMap(lines), ...gap, ...last.flatMap(lines)];
}

function approvalLines({ locale }: Account, record: StepRecord): string[] {
  return record.approvals.map(entry => `- ${text(sayAnswer(entry, locale))}`);
}

function answerLines({ words, lang, locale }: Account, record: StepRecord): string[] {
  const lines: string[] = [];
  const { skipped, byHand, confirmed, probed } = record;
  if (probed !== undefined) lines.push(`- ${text(sayProbed(probed, lang))}`);
  if (skipped !== undefined) {
    const cause = words.skipCause[skipped.cause];
    const by = skipped.by === undefined ? '' : `, ${text(sayPerson(skipped.by, locale))}`;
    const said = fill(words.record.skippedBecause, { cause, reason: text(saySkip(skipped, lang)) });
    lines.push(`- ${said}${by}`);
  }
  if (byHand !== undefined) {
    const by = text(sayPerson(byHand.by, locale, byHand.voice));
    lines.push(`- ${fill(words.record.byHand, { by, reason: text(byHand.reason) })}`);
    lines.push(...exportLines(byHand.exports, lang, words.record.exported));
  }
  if (confirmed !== undefined) {
    lines.push(
      `- ${words.status.confirmed}${words.colon}${text(sayPerson(confirmed.by, locale, confirmed.voice))}`,
    );
    if (confirmed.remark !== undefined)
      lines.push(`- ${noBreak(words.record.remark + words.colon)}${text(confirmed.remark)}`);
  }
  return lines.map(noBreak);
}

function itemLines({ words, locale }: Account, { step }: Instance, record: StepRecord): string[] {
  if (step.kind !== 'manual' || record.presented === undefined) return [];
  return step.items.map((item, index) => {
    const confirmed = record.items.findLast(entry => entry.item === index);
    if (confirmed === undefined) return `- ☐ ${text(item.text)} — ${words.record.itemOpen}`;
    const who = text(sayPerson(confirmed.by, locale, confirmed.voice));
    return `- ☑ ${text(item.text)} — ${who}, ${clockTime(confirmed.at, locale.timeZone)}`;
  });
}

function attemptLines(account: Account, record: StepRecord, attempt: Attempt): string[] {
  const { words, lang, locale } = account;
  const { intended, finished, doubted, settled } = attempt;
  const lines = [`- ${attemptHead(account, record, attempt)}`];
  const push = (line: string) => lines.push(`  - ${line}`);
  if (intended.fingerprint !== undefined) {
    const label = fill(words.record.fingerprint, { resource: codeSpan(intended.fingerprint.resource) });
    push(`${label}${noBreak(words.colon)}${text(sayFingerprint(intended.fingerprint, lang))}`);
  }
  if (intended.typedName !== undefined) {
    push(fill(words.record.typedName, { name: codeSpan(intended.typedName) }));
  }
  if (finished?.polls !== undefined) {
    const { count, first, last } = finished.polls;
    push(sayPolls({ count, first: text(first), last: text(last) }, lang));
  }
  for (const fact of attempt.facts) push(text(sayFact(fact, locale)));
  if (doubted !== undefined) {
    push(settled === undefined ? words.record.doubtOpen : text(saySettlement(settled, locale)));
  }
  const exports = { ...finished?.exports, ...settled?.exports };
  lines.push(...exportLines(exports, lang, words.record.exported).map(line => `  ${line}`));
  return [...lines, ...outputLines(account, attempt)];
}

function attemptHead({ words, lang, locale }: Account, record: StepRecord, attempt: Attempt): string {
  const { intended, finished, doubted } = attempt;
  const who =
    intended.by === undefined
      ? words.record.automatic
      : fill(words.record.askedBy, { by: text(sayPerson(intended.by, locale)) });
  const parts = [
    `${fill(words.record.attempt, { number: attempt.number })}${noBreak(words.colon)}${clockTime(intended.at, locale.timeZone)}, ${who}`,
  ];
  const status = finished?.outcome ?? (doubted === undefined ? 'running' : 'doubtful');
  const reason = finished?.reason ?? doubted?.reason;
  const because = reason === undefined ? '' : ` (${text(sayReason(reason, lang))})`;
  parts.push(`${SIGNS[status]} ${words.status[status]}${because}`);
  if (finished !== undefined) parts.push(duration(finished.duration, lang));
  const retry = record.retries.findLast(entry => entry.seq < intended.seq);
  if (retry?.by !== undefined && attempt.number > 1) {
    parts.push(fill(words.record.retryBy, { by: text(sayPerson(retry.by, locale)) }));
  }
  return parts.join(' · ');
}

function exportLines(
  exports: Readonly<Record<string, Exported>>,
  lang: Account['lang'],
  title: string,
): string[] {
  const names = Object.keys(exports).sort();
  if (names.length === 0) return [];
  const values = names.flatMap(name => {
    const exported = exports[name];
    if (exported === undefined) return [];
    const value = sayExported(exported, lang);
    return [`${codeSpan(name)} = ${'secret' in exported ? `*${value}*` : codeSpan(value)}`];
  });
  const { colon, semicolon } = wordsOf(lang);
  return [`- ${title}${noBreak(colon)}${values.join(noBreak(semicolon))}`];
}

function outputLines({ words, lang }: Account, attempt: Attempt): string[] {
  const summary = attempt.finished?.output ?? attempt.doubted?.output;
  if (summary === undefined && attempt.output.length === 0) return [];
  if (summary !== undefined && summary.bytes === 0) return [];
  const recorded = summary?.lines ?? 0;
  const { head, tail, omitted } = excerptOf(attempt.output, recorded);
  const size = summary === undefined ? '' : ` — ${sayOutput(summary, lang)}`;
  const cut = omitted === 0 ? [] : [fill(words.record.outputCut, { lines: sayLines(omitted, lang) })];
  const shown = [...head, ...cut, ...tail];
  return [
    '',
    '<details>',
    `<summary>${words.record.output}${size}</summary>`,
    '',
    ...(shown.length === 0 ? [] : fencedLines(shown.join('\n'))),
    '',
    ...(summary === undefined ? [] : [`sha256 ${codeSpan(summary.sha256)}`]),
    ...(summary?.file === undefined ? [] : [`· ${bundleLink(words.record.outputWhole, summary.file)}`]),
    '',
    '</details>',
    '',
  ];
}

/** Evidence as a list of links with digests. */
export function evidenceLines(
  { words, lang, locale }: Account,
  evidence: readonly EntryOf<'evidence-attached'>[],
): string[] {
  return evidence.map(
    ({ name, file, bytes, sha256, by }) =>
      `- ${noBreak(words.record.evidence + words.colon)}${bundleLink(name, file)} — ${byteSize(bytes, lang)}, sha256 ${codeSpan(sha256)}, ${text(sayPerson(by, locale))}`,
  );
}

/** Notes as a list; a correction names the entry that it corrects. */
export function noteLines({ words, locale }: Account, notes: readonly EntryOf<'note-added'>[]): string[] {
  return notes.map(note => {
    const title =
      note.corrects === undefined ? words.record.note : fill(words.record.correction, { seq: note.corrects });
    const when = clockTime(note.at, locale.timeZone);
    return `- ${title} (${when}, ${text(sayPerson(note.by, locale))})${noBreak(words.colon)}${text(note.text)}`;
  });
}
