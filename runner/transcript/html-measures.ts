/*
 * What was measured against what was aimed at: objectives, backups and their age, what servers said of themselves.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Fact, Fingerprint } from '../journal/event.ts';
import type { DataLoss, Judgement } from '../report/figures.ts';
import { sayFingerprint, sayInstant } from '../report/phrase.ts';
import { factsOf } from '../report/record.ts';
import { byteSize, duration } from '../report/time.ts';
import { noBreak } from '../report/words.ts';
import type { Account } from './account.ts';
import { hash, nothing, row, sheetList, sign, table } from './html-parts.ts';

const SIGN = { met: '✔', missed: '✘', 'not-measured': '○', 'no-objective': '○' } as const;

function verdict({ words }: Account, judgement: Judgement): ElementContent {
  return h('span', { className: ['status', judgement] }, [
    sign(SIGN[judgement]),
    ` ${words.judgement[judgement]}`,
  ]);
}

/** Section 7: DMIA and PDMA, aimed at and measured. */
export function objectivesTable(account: Account): ElementContent[] {
  const { words, figures, record, lang } = account;
  const { recovery, clock, dmia } = figures;
  const said = words.report;
  const aim = (minutes: number | undefined) =>
    minutes === undefined ? words.notProvided : duration(minutes * 60_000, lang);
  const measured = (value: number | undefined) =>
    value === undefined ? words.notMeasured : duration(value, lang);
  const names = words.table;
  const heads = [names.indicator, names.objective, names.measured, names.gap, names.verdict];
  const rows = [
    row([
      `${said.recovery} (${said.dmia})`,
      aim(dmia),
      measured(recovery?.total),
      gap(account, recovery?.total, dmia),
      record.opened.dry ? said.dryJudgement : verdict(account, figures.recoveryJudgement),
    ]),
    ...figures.dataLoss.map(loss => lossRow(account, loss)),
  ];
  return [
    table(said.objectives, heads, [h('tbody', rows)], true),
    sheetList([
      [said.clock, measured(clock?.total)],
      [said.retries, String(figures.retries)],
      [said.doubts, String(figures.doubts)],
    ]),
  ];
}

function lossRow(account: Account, loss: DataLoss): ElementContent {
  const { words, lang } = account;
  const aim = loss.objective === undefined ? words.notProvided : duration(loss.objective * 60_000, lang);
  const measured = loss.loss === undefined ? words.notMeasured : duration(loss.loss, lang);
  return row([
    `${words.report.dataLoss} (${words.report.pdma}) — ${loss.label}`,
    aim,
    measured,
    gap(account, loss.loss, loss.objective),
    [
      verdict(account, loss.judgement),
      loss.loss === undefined ? ` (${words.report.noBackupUsed})` : '',
      loss.loss !== undefined && loss.loss < 0 ? ` ${words.report.lossNegative}` : '',
    ],
  ]);
}

/** How far the measure is from the objective: `− 1 h` below it, `+ 1 h` above. */
function gap({ lang }: Account, measured: number | undefined, minutes: number | undefined): string {
  if (measured === undefined || minutes === undefined) return '—';
  const difference = measured - minutes * 60_000;
  return difference > 0 ? `+${duration(difference, lang)}` : duration(difference, lang);
}

type Used = Extract<Fact, { readonly kind: 'backup-used' }>;

/** Section 5: backups used and rejected. A backup that was rejected counts whatever became of the attempt. */
export function backups(account: Account): ElementContent[] {
  const { words, record, runbook } = account;
  const label = (name: string) => runbook.front.resources.get(name)?.label ?? name;
  const used = factsOf(record).flatMap(({ fact }) => (fact.kind === 'backup-used' ? [fact] : []));
  const rejected = [...record.steps.values()]
    .flatMap(step => step.attempts.flatMap(attempt => attempt.facts))
    .flatMap(fact => (fact.kind === 'backup-rejected' ? [fact] : []));
  if (used.length + rejected.length === 0) return [nothing(words.report.noBackups)];
  const { resource, backup, takenAt, age, size, checks, digest, reason } = words.table;
  const content: ElementContent[] = [];
  if (used.length > 0) {
    const heads = [resource, backup, takenAt, age, size, checks, digest];
    const rows = used.map(fact => usedRow(account, fact, label(fact.resource)));
    content.push(table(words.report.backupsUsed, heads, [h('tbody', rows)]));
  }
  if (rejected.length > 0) {
    const rows = rejected.map(fact => row([label(fact.resource), h('code', fact.id), fact.reason]));
    content.push(table(words.report.backupsRejected, [resource, backup, reason], [h('tbody', rows)]));
  }
  return content;
}

function usedRow({ words, record, lang, locale }: Account, fact: Used, label: string): ElementContent {
  const age = Date.parse(record.opened.t0) - Date.parse(fact.takenAt);
  return row([
    label,
    h('code', fact.id),
    sayInstant(fact.takenAt, locale),
    Number.isNaN(age) ? words.notMeasured : duration(age, lang),
    h('span.time', byteSize(fact.bytes, lang)),
    fact.checks.length === 0
      ? words.none
      : h(
          'ul.checks',
          fact.checks.map(check => h('li', check)),
        ),
    hash(fact.sha256),
  ]);
}

/** What each server said of itself when a step was about to act on it; the same words only once. */
export function fingerprints({ words, record, lang, runbook }: Account): ElementContent[] {
  const label = (name: string) => runbook.front.resources.get(name)?.label ?? name;
  const seen = new Map<string, Fingerprint>();
  for (const entry of record.entries) {
    if (entry.type !== 'step-intended' || entry.fingerprint === undefined) continue;
    const { fingerprint } = entry;
    seen.set(`${fingerprint.resource}\n${sayFingerprint(fingerprint, lang)}`, fingerprint);
  }
  if (seen.size === 0) return [nothing(words.report.noFingerprints)];
  const rows = [...seen.values()].map(fingerprint =>
    row([label(fingerprint.resource), sayFingerprint(fingerprint, lang)]),
  );
  const heads = [words.table.resource, words.table.found];
  return [table(noBreak(words.report.fingerprints), heads, [h('tbody', rows)])];
}
