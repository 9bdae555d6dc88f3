/*
 * The record of one step on the page: the same facts as in the annotated Markdown.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Exported } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import { neutralise } from '../report/neutralise.ts';
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
import { byteSize, clockTime, duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import { type Account, timesOf, toldAttempts } from './account.ts';
import { excerptOf } from './excerpt.ts';
import { type Content, hash, statusTag } from './html-parts.ts';
import { bundleHref } from './markdown-step.ts';

/** The record of an instance, or that it was not performed. */
export function recordBlock(
  account: Account,
  instance: Instance,
  record: StepRecord | undefined,
): ElementContent {
  const { words } = account;
  if (record === undefined) {
    return h('div.record', [
      h('p.headline', [statusTag('not-reached', words), ` — ${words.record.notReached}`]),
    ]);
  }
  return h('div', { className: ['record', record.status] }, [
    headline(account, instance.id, record),
    ...listOf([
      ...approvals(account, record),
      ...answers(account, record),
      ...items(account, instance, record),
    ]),
    ...allAttempts(account, record),
    ...listOf([
      ...record.evidence.map(entry => evidenceText(account, entry)),
      ...record.notes.map(note => noteText(account, note)),
    ]),
  ]);
}

function allAttempts(account: Account, record: StepRecord): ElementContent[] {
  const { first, last, untold } = toldAttempts(record);
  const block = (attempt: Attempt) => attemptBlock(account, record, attempt);
  const gap = untold === 0 ? [] : [h('p.muted', fill(account.words.record.untold, { count: untold }))];
  return [...first.flatMap(block), ...gap, ...last.flatMap(block)];
}

function headline(account: Account, id: string, record: StepRecord): ElementContent {
  const { words, lang, locale } = account;
  const parts: Content[] = [statusTag(record.status, words), ' — ', h('code', id)];
  const times = timesOf(record);
  if (times !== undefined) {
    const [start, end] = [times.start, times.end].map(at => at && clockTime(at, locale.timeZone));
    const took = times.duration === undefined ? '' : ` (${duration(times.duration, lang)})`;
    parts.push(' · ', h('span.time', `${start}${end === undefined ? '' : ` → ${end}`}${took}`));
  }
  return h('p.headline', parts);
}

function listOf(lines: readonly Content[][]): ElementContent[] {
  return lines.length === 0
    ? []
    : [
        h(
          'ul',
          lines.map(line => h('li', line)),
        ),
      ];
}

function labelled({ words }: Account, label: string, content: readonly Content[]): Content[] {
  return [noBreak(label + words.colon), ...content];
}

function said(text: string): Content {
  return h('span.said', text);
}

function approvals({ locale }: Account, record: StepRecord): Content[][] {
  return record.approvals.map(entry => [said(sayAnswer(entry, locale))]);
}

function answers(account: Account, record: StepRecord): Content[][] {
  const { words, lang, locale } = account;
  const lines: Content[][] = [];
  const { skipped, byHand, confirmed, probed } = record;
  if (probed !== undefined) lines.push([sayProbed(probed, lang)]);
  if (skipped !== undefined) {
    const cause = words.skipCause[skipped.cause];
    const by = skipped.by === undefined ? '' : `, ${sayPerson(skipped.by, locale)}`;
    lines.push([fill(words.record.skippedBecause, { cause, reason: saySkip(skipped, lang) }) + by]);
  }
  if (byHand !== undefined) {
    const by = sayPerson(byHand.by, locale, byHand.voice);
    lines.push([said(fill(words.record.byHand, { by, reason: byHand.reason }))]);
    lines.push(...exportLines(account, byHand.exports));
  }
  if (confirmed !== undefined) {
    lines.push(labelled(account, words.status.confirmed, [sayPerson(confirmed.by, locale, confirmed.voice)]));
    if (confirmed.remark !== undefined) {
      lines.push(labelled(account, words.record.remark, [said(confirmed.remark)]));
    }
  }
  return lines;
}

function items(account: Account, { step }: Instance, record: StepRecord): Content[][] {
  const { words, locale } = account;
  if (step.kind !== 'manual' || record.presented === undefined) return [];
  return step.items.map((item, index) => {
    const confirmed = record.items.findLast(entry => entry.item === index);
    if (confirmed === undefined) return [`☐ ${item.text} — ${words.record.itemOpen}`];
    const who = sayPerson(confirmed.by, locale, confirmed.voice);
    return [`☑ ${item.text} — ${who}, ${clockTime(confirmed.at, locale.timeZone)}`];
  });
}

function attemptBlock(account: Account, record: StepRecord, attempt: Attempt): ElementContent[] {
  const { words, lang, locale } = account;
  const { intended, finished, doubted, settled } = attempt;
  const lines: Content[][] = [];
  if (intended.fingerprint !== undefined) {
    const { resource } = intended.fingerprint;
    const label = fill(words.record.fingerprint, { resource });
    lines.push(labelled(account, label, [sayFingerprint(intended.fingerprint, lang)]));
  }
  if (intended.typedName !== undefined) {
    lines.push([fill(words.record.typedName, { name: intended.typedName })]);
  }
  if (finished?.polls !== undefined) {
    lines.push([sayPolls(finished.polls, lang)]);
  }
  for (const fact of attempt.facts) lines.push([said(sayFact(fact, locale))]);
  if (doubted !== undefined) {
    lines.push([settled === undefined ? words.record.doubtOpen : said(saySettlement(settled, locale))]);
  }
  lines.push(...exportLines(account, { ...finished?.exports, ...settled?.exports }));
  return [
    h('div.attempt', [
      h('p', attemptHead(account, record, attempt)),
      ...listOf(lines),
      ...outputBlock(account, attempt),
    ]),
  ];
}

function attemptHead(account: Account, record: StepRecord, attempt: Attempt): Content[] {
  const { words, lang, locale } = account;
  const { intended, finished, doubted } = attempt;
  const by =
    intended.by === undefined
      ? words.record.automatic
      : fill(words.record.askedBy, { by: sayPerson(intended.by, locale) });
  const status = finished?.outcome ?? (doubted === undefined ? 'running' : 'doubtful');
  const reason = finished?.reason ?? doubted?.reason;
  const head: Content[] = [
    h('strong', fill(words.record.attempt, { number: attempt.number })),
    `${noBreak(words.colon)}${clockTime(intended.at, locale.timeZone)}, ${by} · `,
    statusTag(status, words),
  ];
  if (reason !== undefined) head.push(' (', said(sayReason(reason, lang)), ')');
  if (finished !== undefined) head.push(` · ${duration(finished.duration, lang)}`);
  const retry = record.retries.findLast(entry => entry.seq < intended.seq);
  if (retry?.by !== undefined && attempt.number > 1) {
    head.push(` · ${fill(words.record.retryBy, { by: sayPerson(retry.by, locale) })}`);
  }
  return head;
}

function exportLines(account: Account, exports: Readonly<Record<string, Exported>>): Content[][] {
  const { words, lang } = account;
  const values = Object.keys(exports)
    .sort()
    .flatMap((name, index) => {
      const exported = exports[name];
      if (exported === undefined) return [];
      const value = sayExported(exported, lang);
      const shown = 'secret' in exported ? h('em', value) : h('code', value);
      return [...(index === 0 ? [] : [noBreak(words.semicolon)]), h('code', name), ' = ', shown];
    });
  return values.length === 0 ? [] : [labelled(account, words.record.exported, values)];
}

function outputBlock({ words, lang }: Account, attempt: Attempt): ElementContent[] {
  const summary = attempt.finished?.output ?? attempt.doubted?.output;
  if (summary === undefined ? attempt.output.length === 0 : summary.bytes === 0) return [];
  const { head, tail, omitted } = excerptOf(attempt.output, summary?.lines ?? 0);
  const cut = omitted === 0 ? [] : [fill(words.record.outputCut, { lines: sayLines(omitted, lang) })];
  const text = neutralise([...head, ...cut, ...tail].join('\n'), 'html');
  const size = summary === undefined ? '' : ` — ${sayOutput(summary, lang)}`;
  const digest: Content[] = summary === undefined ? [] : ['sha256 ', hash(summary.sha256)];
  if (summary?.file !== undefined) {
    digest.push(' · ', bundleLinkOf(words.record.outputWhole, summary.file));
  }
  return [
    h('details', [
      h('summary', `${words.record.output}${size}`),
      h('pre.output', { tabIndex: 0 }, [h('code', text)]),
      h('p.small', digest),
    ]),
  ];
}

/** A link to a file of the bundle; only its name when the path would lead out of it. */
export function bundleLinkOf(name: string, file: string): Content {
  const href = bundleHref(file);
  return href === undefined ? h('span', [`${name} (`, h('code', file), ')']) : h('a', { href }, name);
}

function evidenceText(account: Account, entry: EntryOf<'evidence-attached'>): Content[] {
  const { words, lang, locale } = account;
  return labelled(account, words.record.evidence, [
    bundleLinkOf(entry.name, entry.file),
    ` — ${byteSize(entry.bytes, lang)}, sha256 `,
    hash(entry.sha256),
    `, ${sayPerson(entry.by, locale)}`,
  ]);
}

/** A note, with what it corrects. */
export function noteText(account: Account, note: EntryOf<'note-added'>): Content[] {
  const { words, locale } = account;
  const title =
    note.corrects === undefined ? words.record.note : fill(words.record.correction, { seq: note.corrects });
  const when = clockTime(note.at, locale.timeZone);
  return labelled(account, `${title} (${when}, ${sayPerson(note.by, locale)})`, [said(note.text)]);
}
