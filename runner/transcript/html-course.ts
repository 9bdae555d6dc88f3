/*
 * What happened, step by step: what each step gave, when, by whom, with which proof.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Exported } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import { sayExported, sayPerson, sayReason, saySettlement, saySkip } from '../report/phrase.ts';
import type { StepRecord } from '../report/record.ts';
import { clockTime, duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import { type Account, timesOf } from './account.ts';
import { type Content, nothing, statusTag, table } from './html-parts.ts';
import { bundleLinkOf } from './html-record.ts';
import { stepAnchor } from './html-runbook.ts';
import type { Phase } from './phases.ts';

/** How many characters of a value the table shows; the record of the step has more. */
const SHOWN = 120;

function isLong(exported: Exported): boolean {
  if ('secret' in exported) return false;
  const { value } = exported;
  return typeof value === 'string' ? value.length > SHOWN : typeof value === 'object' && value !== null;
}

/** Section 6: every step of the plan in its phase. */
export function courseTable(account: Account, phases: readonly Phase[]): ElementContent[] {
  const { words, plan } = account;
  const byId = new Map(plan.instances.map(instance => [instance.id, instance]));
  const { result, start, end, duration: took, operator, proof, status } = words.table;
  const heads = [
    words.report.courseStep,
    result,
    `${start} – ${end}, ${took.toLowerCase()}`,
    operator,
    proof,
    status,
  ];
  const bodies = phases.map(phase =>
    h('tbody', [
      h('tr.group', [h('th', { scope: 'rowgroup', colSpan: heads.length }, phase.title)]),
      ...phase.steps.flatMap(id => {
        const instance = byId.get(id);
        return instance === undefined ? [] : [stepRow(account, instance)];
      }),
    ]),
  );
  return phases.length === 0
    ? [nothing(words.report.noSteps)]
    : [table(words.report.course, heads, bodies, true)];
}

function stepRow(account: Account, instance: Instance): ElementContent {
  const { words } = account;
  const { id, step } = instance;
  const record = account.record.steps.get(id);
  const href = `#${stepAnchor(step.id)}`;
  const name = step.title === step.id ? [] : [h('p', step.title)];
  return h('tr', [
    h('th.wide', { scope: 'row' }, [h('a', { href }, [h('code', id)]), ...name]),
    h('td', record === undefined ? [] : results(account, record)),
    h('td.time', record === undefined ? [] : times(account, record)),
    h('td', record === undefined ? [] : operator(account, instance, record)),
    h('td', record === undefined ? [] : proofs(record)),
    h('td', [statusTag(record?.status ?? 'not-reached', words)]),
  ]);
}

function results(account: Account, record: StepRecord): Content[] {
  const { lang, words, locale } = account;
  const attempt = record.attempts.at(-1);
  const parts: string[] = [];
  const reason = attempt?.finished?.reason ?? (attempt?.settled ? undefined : attempt?.doubted?.reason);
  if (reason !== undefined && record.status !== 'done-by-hand') parts.push(sayReason(reason, lang));
  if (attempt?.settled !== undefined) parts.push(saySettlement(attempt.settled, locale));
  for (const fact of attempt?.facts ?? [])
    if (fact.kind === 'verification') parts.push(`${fact.title} — ${fact.found}`);
  const exports = { ...attempt?.finished?.exports, ...attempt?.settled?.exports, ...record.byHand?.exports };
  for (const [name, value] of Object.entries(exports))
    parts.push(
      isLong(value) ? fill(words.report.seeStep, { name }) : `${name} = ${sayExported(value, lang)}`,
    );
  if (record.skipped !== undefined) parts.push(saySkip(record.skipped, lang));
  if (record.byHand !== undefined) parts.push(record.byHand.reason);
  if (record.confirmed?.remark !== undefined) parts.push(record.confirmed.remark);
  if (record.attempts.length > 1)
    parts.push(fill(words.record.attempt, { number: record.attempts.length }).toLowerCase());
  return parts.map(part => h('p', part));
}

function times({ lang, locale }: Account, record: StepRecord): Content[] {
  const found = timesOf(record);
  if (found === undefined) return [];
  const { start, end } = found;
  const range = `${clockTime(start, locale.timeZone)}${end === undefined ? '' : ` – ${clockTime(end, locale.timeZone)}`}`;
  return [h('p', range), ...(found.duration === undefined ? [] : [h('p', duration(found.duration, lang))])];
}

function operator({ words, locale }: Account, { step }: Instance, record: StepRecord): Content[] {
  const answer = record.confirmed ?? record.byHand;
  if (answer !== undefined) {
    return [noBreak(words.table.human + words.colon), sayPerson(answer.by, locale, answer.voice)];
  }
  if (record.skipped !== undefined) {
    return record.skipped.by === undefined ? [] : [sayPerson(record.skipped.by, locale)];
  }
  const by = record.attempts.at(-1)?.intended.by;
  if (step.kind === 'manual') return [words.table.human];
  return by === undefined
    ? [words.table.machine]
    : [`${words.table.machine}, ${fill(words.record.askedBy, { by: sayPerson(by, locale) })}`];
}

function proofs(record: StepRecord): Content[] {
  const files = record.evidence.map(entry => h('p', [bundleLinkOf(entry.name, entry.file)]));
  const outputs = record.attempts.flatMap(({ finished, doubted }) => {
    const file = (finished?.output ?? doubted?.output)?.file;
    return file === undefined ? [] : [h('p', [bundleLinkOf(file, file)])];
  });
  return [...files, ...outputs];
}
