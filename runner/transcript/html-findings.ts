/*
 * What came out of the run: verifications, deviations, decisions, and what became of the data. In: what the journal says of
 * each step. Out: the tables of sections 8 to 10 and 12, each row with a link to its step or its entry.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Fact } from '../journal/event.ts';
import { sayAnswer, sayHandover, sayInstant, sayPerson, sayReason, saySettlement } from '../report/phrase.ts';
import { type EntryOf, factsOf, type StepRecord } from '../report/record.ts';
import { clockTime, tableTime } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import { type Account, isTold } from './account.ts';
import { type Content, nothing, row, sign, statusTag, table } from './html-parts.ts';
import { noteText } from './html-record.ts';
import { stepAnchor } from './html-runbook.ts';
import { missedOf } from './summary.ts';

function stepLink(id: string): Content {
  const base = id.replace(/\[[\s\S]*$/, '');
  return h('a', { href: `#${stepAnchor(base)}` }, [h('code', id)]);
}

/** A link to an entry of the journal in the annex. */
export function entryLink(account: Account, seq: number): Content {
  if (!isTold(account, seq)) return String(seq);
  return h('a', { href: `#entree-${seq}` }, String(seq));
}

/** Section 8: what cells verified and recorded, then the checks that recorded nothing of their own. */
export function verifications(account: Account): ElementContent[] {
  const { words, record, plan } = account;
  const facts = factsOf(record).flatMap(({ step, fact }) =>
    fact.kind === 'verification' ? [{ step, fact }] : [],
  );
  const rows = facts.map(({ step, fact }) =>
    row([fact.title, fact.expected, fact.found, verdict(account, fact.ok), stepLink(step)]),
  );
  const told = new Set(facts.map(({ step }) => step));
  const checks = plan.instances.flatMap(({ id, step }) => {
    const last = record.steps.get(id)?.attempts.at(-1)?.finished;
    if (step.kind !== 'check' || last === undefined || told.has(id)) return [];
    const ok = last.outcome === 'passed';
    const found = ok ? words.report.asFound : words.report.notFound;
    return [row([step.title, words.report.asPlanned, found, verdict(account, ok), stepLink(id)])];
  });
  if (rows.length + checks.length === 0) return [nothing(words.report.noVerifications)];
  const { title, expected, found, verdict: head, step } = words.table;
  const heads = [title, expected, found, head, step];
  return [table(words.report.verifications, heads, [h('tbody', [...rows, ...checks])], true)];
}

function verdict({ words }: Account, ok: boolean): ElementContent {
  return h('span', { className: ['status', ok ? 'ok' : 'bad'] }, [
    sign(ok ? '✔' : '✘'),
    ` ${ok ? words.fact.ok : words.fact.notOk}`,
  ]);
}

/** Section 9: objectives that were missed, findings, verifications that were not conclusive, failures and doubts. */
export function deviations(account: Account): ElementContent[] {
  const { words, record } = account;
  const entries = new Map<Fact, number>();
  for (const entry of record.entries) if (entry.type === 'fact-recorded') entries.set(entry.fact, entry.seq);
  const tag = h('span.status.bad', words.judgement.missed);
  const rows = [
    ...missedOf(account).map(text => row([text, tag, '', ''])),
    ...[...record.steps.values()].flatMap(step => stepDeviations(account, step, entries)),
  ];
  if (rows.length === 0) return [nothing(words.report.noDeviations)];
  const { description, severity, step, number } = words.table;
  return [table(words.report.deviations, [description, severity, step, number], [h('tbody', rows)], true)];
}

function stepDeviations(
  account: Account,
  { id, attempts }: StepRecord,
  entries: ReadonlyMap<Fact, number>,
): ElementContent[] {
  const { words, lang } = account;
  return attempts.flatMap(({ number, intended, facts, finished, doubted }) => {
    const rows = facts.flatMap(fact => {
      const found = sayDeviation(account, fact);
      return found === undefined
        ? []
        : [row([found.text, found.tag, stepLink(id), entryLink(account, entries.get(fact) ?? intended.seq)])];
    });
    const end = doubted ?? (finished?.outcome === 'failed' ? finished : undefined);
    if (end?.reason === undefined || !isTold(account, end.seq)) return rows;
    const label = fill(words.record.attempt, { number });
    const text = `${label}${noBreak(words.colon)}${sayReason(end.reason, lang)}`;
    const tag = statusTag(end.type === 'step-doubted' ? 'doubtful' : 'failed', words);
    return [...rows, row([text, tag, stepLink(id), entryLink(account, end.seq)])];
  });
}

function sayDeviation(
  account: Account,
  fact: Fact,
): { readonly text: string; readonly tag: ElementContent } | undefined {
  const { words } = account;
  if (fact.kind === 'finding') {
    const tone = fact.severity === 'major' ? 'bad' : 'warn';
    return {
      text: fact.text,
      tag: h('span', { className: ['status', tone] }, words.severity[fact.severity]),
    };
  }
  if (fact.kind !== 'verification' || fact.ok) return undefined;
  return { text: `${fact.title} — ${fact.found}`, tag: verdict(account, false) };
}

/** Section 10: what people decided, and who. */
export function decisions(account: Account): ElementContent[] {
  const { words, record, locale } = account;
  const rows = record.entries.flatMap(entry => {
    const said = decisionOf(account, entry);
    if (said === undefined) return [];
    const step = 'step' in entry && entry.step !== undefined ? stepLink(entry.step) : '';
    const when = clockTime(entry.at, locale.timeZone);
    return [row([entryLink(account, entry.seq), when, said, deciderOf(account, entry), step])];
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

type Entry = Account['record']['last'];

function deciderOf({ locale }: Account, entry: Entry): string {
  const voice = 'voice' in entry ? entry.voice : 'typed';
  if (entry.type === 'run-opened') return sayPerson(entry.operator, locale, voice);
  const by = 'by' in entry ? entry.by : undefined;
  return by !== undefined && 'id' in by ? sayPerson(by, locale, voice) : '';
}

function decisionOf(account: Account, entry: Entry): string | undefined {
  const { words, locale } = account;
  switch (entry.type) {
    case 'run-opened':
      return fill(words.report.activation, { at: sayInstant(entry.t0, locale) });
    case 'step-skipped':
      return entry.cause === 'operator'
        ? fill(words.record.skippedBecause, { cause: words.skipCause.operator, reason: entry.reason })
        : undefined;
    case 'step-done-by-hand':
      return `${words.status['done-by-hand']}${noBreak(words.colon)}${entry.reason}`;
    case 'doubt-settled':
      return 'check' in entry.by ? undefined : saySettlement(entry, locale);
    case 'retry-asked':
      return entry.by === undefined ? undefined : words.journal['retry-asked'];
    case 'change-accepted':
      return words.journal['change-accepted'];
    case 'teardown-asked':
      return words.progress.teardown[entry.scope];
    case 'step-approved':
    case 'approval-refused':
      return sayAnswer(entry, locale);
    case 'run-handed-over':
      return sayHandover(entry, locale);
    case 'step-intended':
      return sayLaunch(account, entry);
    default:
      return undefined;
  }
}

/** Somebody let a destructive step go, and may have had to type the name of its target. */
function sayLaunch({ words, plan }: Account, entry: EntryOf<'step-intended'>): string | undefined {
  const step = plan.instances.find(({ id }) => id === entry.step)?.step;
  const typed =
    entry.typedName === undefined ? undefined : fill(words.record.typedName, { name: entry.typedName });
  if (entry.by === undefined || step?.kind !== 'cell' || step.effect !== 'destroy') return typed;
  return [words.report.destruction, typed].filter(part => part !== undefined).join(', ');
}

/** Section 12: what was loaded, who had access, what was erased, and when. */
export function cleaning(account: Account): ElementContent[] {
  const { words, record, locale, runbook } = account;
  const label = (name: string) => runbook.front.resources.get(name)?.label ?? name;
  const done = new Set<Fact>(factsOf(record).map(({ fact }) => fact));
  const rows = record.entries.flatMap(entry => {
    const said =
      entry.type === 'fact-recorded' && done.has(entry.fact) ? sayData(account, entry.fact) : undefined;
    if (entry.type !== 'fact-recorded' || said === undefined) return [];
    const time = h('span.time', tableTime(entry.at, locale.timeZone));
    return [row([said.nature, label(said.resource), said.what, time, stepLink(entry.step)])];
  });
  const loaded = new Set([...done].flatMap(fact => (fact.kind === 'data-loaded' ? [fact.resource] : [])));
  for (const fact of done) if (fact.kind === 'data-erased') loaded.delete(fact.resource);
  const left = [...loaded].map(name =>
    h('div.callout.caution', [h('p', fill(words.report.notErased, { resource: label(name) }))]),
  );
  if (rows.length === 0) return [nothing(words.report.noCleaning)];
  const { nature, resource, data, when, step } = words.table;
  return [
    table(words.report.cleaning, [nature, resource, data, when, step], [h('tbody', rows)], true),
    ...left,
  ];
}

function sayData(
  { words }: Account,
  fact: Fact,
): { readonly nature: string; readonly resource: string; readonly what: string } | undefined {
  const { loaded, erased, access } = words.report;
  switch (fact.kind) {
    case 'data-loaded':
      return {
        nature: loaded,
        resource: fact.resource,
        what: fact.what + (fact.personal ? words.fact.personal : ''),
      };
    case 'data-erased':
      return { nature: erased, resource: fact.resource, what: fact.what };
    case 'access-granted':
      return { nature: access, resource: fact.resource, what: fact.who };
    default:
      return undefined;
  }
}
