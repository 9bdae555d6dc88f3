/*
 * What happened: the course of the run step by step, verifications, deviations, decisions, and what became of the data.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Instance } from '../plan/plan.ts';
import { sayExported, sayPerson, sayReason, saySettlement } from '../report/phrase.ts';
import { factsOf, type StepRecord } from '../report/record.ts';
import { clockTime, duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import { type Account, isTold, timesOf } from './account.ts';
import { type Content, nothing, row, sign, statusTag, table } from './html-parts.ts';
import { bundleLinkOf, noteText } from './html-record.ts';
import { stepAnchor } from './html-runbook.ts';
import type { Phase } from './phases.ts';

/** Section 6: every step of the plan in its phase. */
export function courseTable(account: Account, phases: readonly Phase[]): ElementContent[] {
  const { words, plan } = account;
  const byId = new Map(plan.instances.map(instance => [instance.id, instance]));
  const { step, result, start, end, duration: took, operator, proof, status } = words.table;
  const heads = [step, result, `${start} – ${end}, ${took.toLowerCase()}`, operator, proof, status];
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
    h('th', { scope: 'row' }, [h('a', { href }, [h('code', id)]), ...name]),
    h('td', record === undefined ? [] : results(account, record)),
    h('td.time', record === undefined ? [] : times(account, record)),
    h('td', record === undefined ? [] : operator(account, instance, record)),
    h('td', record === undefined ? [] : proofs(record)),
    h('td', [statusTag(record?.status ?? 'not-reached', words)]),
  ]);
}

function results(account: Account, record: StepRecord): Content[] {
  const { lang, words } = account;
  const attempt = record.attempts.at(-1);
  const parts: string[] = [];
  const reason = attempt?.finished?.reason ?? (attempt?.settled ? undefined : attempt?.doubted?.reason);
  if (reason !== undefined && record.status !== 'done-by-hand') parts.push(sayReason(reason, lang));
  if (attempt?.settled !== undefined) parts.push(saySettlement(attempt.settled, lang));
  const exports = { ...attempt?.finished?.exports, ...attempt?.settled?.exports, ...record.byHand?.exports };
  for (const [name, value] of Object.entries(exports)) parts.push(`${name} = ${sayExported(value, lang)}`);
  if (record.skipped !== undefined) parts.push(record.skipped.reason);
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

function operator({ words, lang }: Account, { step }: Instance, record: StepRecord): Content[] {
  const answer = record.confirmed ?? record.byHand;
  if (answer !== undefined) {
    return [noBreak(`${words.table.human} : `), sayPerson(answer.by, lang, answer.voice)];
  }
  if (record.skipped !== undefined) {
    return record.skipped.by === undefined ? [] : [sayPerson(record.skipped.by, lang)];
  }
  const by = record.attempts.at(-1)?.intended.by;
  if (step.kind === 'manual') return [words.table.human];
  return by === undefined
    ? [words.table.machine]
    : [`${words.table.machine}, ${fill(words.record.askedBy, { by: sayPerson(by, lang) })}`];
}

function proofs(record: StepRecord): Content[] {
  const files = record.evidence.map(entry => h('p', [bundleLinkOf(entry.name, entry.file)]));
  const outputs = record.attempts.flatMap(({ finished, doubted }) => {
    const file = (finished?.output ?? doubted?.output)?.file;
    return file === undefined ? [] : [h('p', [bundleLinkOf(file, file)])];
  });
  return [...files, ...outputs];
}

function stepLink(id: string): Content {
  const base = id.replace(/\[[\s\S]*$/, '');
  return h('a', { href: `#${stepAnchor(base)}` }, [h('code', id)]);
}

/** Section 8. */
export function verifications(account: Account): ElementContent[] {
  const { words, record, plan } = account;
  const rows = factsOf(record).flatMap(({ step, fact }) => {
    if (fact.kind !== 'verification') return [];
    return [row([fact.title, fact.expected, fact.found, verdict(account, fact.ok), stepLink(step)])];
  });
  const checks = plan.instances.flatMap(instance => {
    const found = record.steps.get(instance.id);
    const last = found?.attempts.at(-1)?.finished;
    if (instance.step.kind !== 'check' || last === undefined) return [];
    const answer = last.polls?.last ?? '';
    return [
      row([
        instance.step.title,
        '',
        answer,
        verdict(account, last.outcome === 'passed'),
        stepLink(instance.id),
      ]),
    ];
  });
  if (rows.length + checks.length === 0) return [nothing(words.report.noVerifications)];
  const { title, expected, found, verdict: head, step } = words.table;
  return [
    table(
      words.report.verifications,
      [title, expected, found, head, step],
      [h('tbody', [...rows, ...checks])],
      true,
    ),
  ];
}

function verdict({ words }: Account, ok: boolean): ElementContent {
  return h('span', { className: ['status', ok ? 'ok' : 'bad'] }, [
    sign(ok ? '✔' : '✘'),
    ` ${ok ? words.fact.ok : words.fact.notOk}`,
  ]);
}

/** Section 9: findings, verifications that were not conclusive, failures and doubts. */
export function deviations(account: Account): ElementContent[] {
  const { words, record, lang } = account;
  const rows: ElementContent[] = [];
  for (const step of record.steps.values()) {
    for (const attempt of step.attempts) {
      for (const fact of attempt.facts) {
        if (fact.kind !== 'finding') continue;
        const tone = fact.severity === 'major' ? 'bad' : 'warn';
        const severity = h('span', { className: ['status', tone] }, words.severity[fact.severity]);
        rows.push(row([fact.text, severity, stepLink(step.id), entryLink(account, attempt.intended.seq)]));
      }
      const end = attempt.doubted ?? (attempt.finished?.outcome === 'failed' ? attempt.finished : undefined);
      if (end?.reason === undefined || !isTold(account, end.seq)) continue;
      const status = end.type === 'step-doubted' ? 'doubtful' : 'failed';
      const label = fill(words.record.attempt, { number: attempt.number });
      rows.push(
        row([
          `${label} : ${sayReason(end.reason, lang)}`,
          statusTag(status, words),
          stepLink(step.id),
          entryLink(account, end.seq),
        ]),
      );
    }
  }
  if (rows.length === 0) return [nothing(words.report.noDeviations)];
  const { description, severity, step, number } = words.table;
  return [table(words.report.deviations, [description, severity, step, number], [h('tbody', rows)], true)];
}

/** A link to an entry of the journal in the annex. */
export function entryLink(account: Account, seq: number): Content {
  if (!isTold(account, seq)) return String(seq);
  return h('a', { href: `#entree-${seq}` }, String(seq));
}

/** Section 10: what people decided, and who. */
export function decisions(account: Account): ElementContent[] {
  const { words, record, lang, locale } = account;
  const rows = record.entries.flatMap(entry => {
    const said = decisionOf(account, entry);
    if (said === undefined) return [];
    const by = 'by' in entry && entry.by !== undefined && 'id' in entry.by ? sayPerson(entry.by, lang) : '';
    const step = 'step' in entry && entry.step !== undefined ? stepLink(entry.step) : '';
    return [row([entryLink(account, entry.seq), clockTime(entry.at, locale.timeZone), said, by, step])];
  });
  const notes = record.notes.map(note => h('li', noteText(account, note)));
  const { number, when, decision, who, step } = words.table;
  return [
    rows.length === 0
      ? nothing(words.report.noDecisions)
      : table(words.report.decisions, [number, when, decision, who, step], [h('tbody', rows)], true),
    ...(notes.length === 0 ? [] : [h('h3', `${words.record.note}s`), h('ul', notes)]),
  ];
}

function decisionOf({ words, lang }: Account, entry: Account['record']['last']): string | undefined {
  switch (entry.type) {
    case 'step-skipped':
      return entry.cause === 'operator'
        ? fill(words.record.skippedBecause, { cause: words.skipCause.operator, reason: entry.reason })
        : undefined;
    case 'step-done-by-hand':
      return `${words.status['done-by-hand']} : ${entry.reason}`;
    case 'doubt-settled':
      return 'check' in entry.by ? undefined : saySettlement(entry, lang);
    case 'change-accepted':
      return words.journal['change-accepted'];
    case 'retry-asked':
      return entry.by === undefined ? undefined : words.journal['retry-asked'];
    case 'step-intended':
      return entry.typedName === undefined
        ? undefined
        : fill(words.record.typedName, { name: entry.typedName });
    default:
      return undefined;
  }
}

/** Section 12: what was loaded, who had access, what was erased. */
export function cleaning(account: Account): ElementContent[] {
  const { words, record } = account;
  const facts = factsOf(record);
  const rows = facts.flatMap(({ step, fact }) => {
    switch (fact.kind) {
      case 'data-loaded':
        return [
          row([
            words.report.loaded,
            fact.resource,
            fact.what + (fact.personal ? words.fact.personal : ''),
            stepLink(step),
          ]),
        ];
      case 'data-erased':
        return [row([words.report.erased, fact.resource, fact.what, stepLink(step)])];
      case 'access-granted':
        return [row([words.report.access, fact.resource, fact.who, stepLink(step)])];
      default:
        return [];
    }
  });
  const loaded = new Set(facts.flatMap(({ fact }) => (fact.kind === 'data-loaded' ? [fact.resource] : [])));
  for (const { fact } of facts) if (fact.kind === 'data-erased') loaded.delete(fact.resource);
  const left = [...loaded].map(resource =>
    h('div.callout.caution', [h('p', fill(words.report.notErased, { resource }))]),
  );
  if (rows.length === 0) return [nothing(words.report.noCleaning)];
  const { nature, resource, data, step } = words.table;
  return [table(words.report.cleaning, [nature, resource, data, step], [h('tbody', rows)], true), ...left];
}
