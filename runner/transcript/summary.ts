/*
 * The few sentences that the head of every form of the transcript says: mode and reservations, recovery time, data loss,
 * counts of steps.
 */
import { clockIn } from '../journal/stamps.ts';
import type { DataLoss, Measure } from '../report/figures.ts';
import { sayInstant, saySkip } from '../report/phrase.ts';
import type { RecordStatus } from '../report/record.ts';
import { duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import type { Account } from './account.ts';

/** What a reader must know before any number: target's nature, scripted answers, keys, clocks. */
export function bannersOf(account: Account): string[] {
  const { record, words } = account;
  const { opened, closed } = record;
  const scripted = voiceOf(account) !== 'typed';
  return [
    ...(opened.embedded ? [words.banner.embedded] : []),
    ...(opened.dry ? [words.banner.dry] : []),
    clockOf(account) === 'time-stamped' ? words.banner.stamped : words.banner.declared,
    ...(scripted ? [words.banner.scripted] : []),
    ...(isEphemeral(account) ? [words.banner.ephemeral] : []),
    ...(closed === undefined ? [words.banner.open] : []),
  ].map(noBreak);
}

/** Where the times come from: an authority stamped both the opening and the end, or they are the machine's own. */
export function clockOf({ record }: Account): 'declared' | 'time-stamped' {
  return clockIn(record.entries);
}

/** What the head says of the times, at length. */
export function clockText(account: Account): string {
  const { words, record } = account;
  return clockOf(account) === 'time-stamped'
    ? words.banner.stampedLong
    : record.stamps.some(entry => entry.type === 'time-stamped')
      ? words.banner.stampedPartly
      : words.banner.declaredLong;
}

/** Whether any process of the run signs with a key that was made for it alone. */
export function isEphemeral({ record }: Account): boolean {
  const { opened, resumptions } = record;
  return opened.signer.ephemeral || resumptions.some(entry => entry.signer?.ephemeral === true);
}

/** How the answers of the run came, all of its processes together. */
export function voiceOf({ record }: Account): 'typed' | 'scripted' | 'mixed' {
  const voices = new Set([record.opened, ...record.resumptions].map(entry => entry.voice));
  if (voices.size > 1) return 'mixed';
  return voices.has('scripted') ? 'scripted' : 'typed';
}

/** `1 h 12 min (machine 40 min, humain 32 min) pour une DMIA de 4 h`, or why there is no such number. */
export function recoveryText(account: Account): string {
  const { figures, words, lang } = account;
  const { recovery, dmia } = figures;
  const objective = dmia === undefined ? '' : ` / ${words.report.dmia} ${duration(dmia * 60_000, lang)}`;
  if (recovery === undefined) return `${words.notMeasured}${objective}`;
  return `${duration(recovery.total, lang)} (${shareText(account, recovery)})${objective}`;
}

/** The parts of a measure that are not zero, machine and human first. */
export function shareText({ words, lang }: Account, measure: Measure): string {
  const kinds = ['machine', 'human', 'before', 'between', 'paused', 'stopped'] as const;
  return kinds
    .filter(kind => measure.by[kind] > 0)
    .map(kind => `${words.span[kind]} ${duration(measure.by[kind], lang)}`)
    .join(', ');
}

/** The judgement on the recovery time. */
export function judgementOf({ figures, words, record }: Account): string {
  return record.opened.dry ? words.report.dryJudgement : words.judgement[figures.recoveryJudgement];
}

/** The loss of one resource against its objective. */
export function lossText(account: Account, loss: DataLoss): string {
  const { words, lang, locale } = account;
  const objective =
    loss.objective === undefined ? '' : ` / ${words.report.pdma} ${duration(loss.objective * 60_000, lang)}`;
  if (loss.loss === undefined || loss.takenAt === undefined) {
    return `${words.notMeasured} (${words.report.noBackupUsed})${objective}`;
  }
  const note = loss.loss < 0 ? ` — ${words.report.lossNegative}` : '';
  const image = `${words.report.image}${words.colon}${sayInstant(loss.takenAt, locale)}`;
  return noBreak(
    `${duration(loss.loss, lang)} (${image})${objective} — ${words.judgement[loss.judgement]}${note}`,
  );
}

/** `12 réussies, 1 ignorée`: every status that occurs; and how many of them are no steps of the plan proper. */
export function stepCounts({ figures, words, plan, record }: Account): string {
  const performed = (instances: Account['plan']['probes']) =>
    instances.filter(({ id }) => record.steps.has(id)).length;
  const [probes, undos] = [performed(plan.probes), performed(plan.undos)];
  const besides = probes + undos === 0 ? '' : ` (${fill(words.report.besides, { probes, undos })})`;
  const counts = statusesIn(figures.counts)
    .map(
      status =>
        `${figures.counts[status]} ${figures.counts[status] > 1 ? words.statuses[status] : words.status[status]}`,
    )
    .join(', ');
  return counts + besides;
}

/** Why a run without a failure is compliant with reservations only, by the rule of its closing. */
export function reservesOf({ record, words, lang }: Account): string[] {
  const facts = record.entries.flatMap(entry => (entry.type === 'fact-recorded' ? [entry.fact] : []));
  const found = facts.flatMap(fact => {
    if (fact.kind === 'finding' && fact.severity === 'major') return [fact.text];
    if (fact.kind === 'verification' && !fact.ok) return [`${fact.title} — ${fact.found}`];
    return [];
  });
  const skipped = [...record.steps.values()].flatMap(step =>
    step.skipped === undefined ? [] : [step.skipped],
  );
  const by = skipped.filter(({ cause }) => cause === 'operator');
  const unasked = (['selection', 'dry'] as const).flatMap(cause => {
    const count = skipped.filter(entry => entry.cause === cause).length;
    return count === 0 ? [] : [`${words.skipCause[cause]}${noBreak(words.colon)}${count}`];
  });
  return [
    ...found,
    ...by.map(entry => `${entry.step} — ${words.status.skipped}, ${saySkip(entry, lang)}`),
    ...unasked,
  ];
}

/** The objectives that were missed, each with its figure. */
export function missedOf(account: Account): string[] {
  const { words, figures } = account;
  const losses = figures.dataLoss.filter(({ judgement }) => judgement === 'missed');
  const said = (what: string, figure: string) => `${what}${noBreak(words.colon)}${figure}`;
  return [
    ...(figures.recoveryJudgement === 'missed' ? [said(words.report.recovery, recoveryText(account))] : []),
    ...losses.map(loss => said(`${words.report.dataLoss}, ${loss.label}`, lossText(account, loss))),
  ];
}

/** The statuses that occur, in the order in which they are told. */
export function statusesIn(counts: Readonly<Record<RecordStatus, number>>): RecordStatus[] {
  const order: readonly RecordStatus[] = [
    'passed',
    'confirmed',
    'done-by-hand',
    'failed',
    'doubtful',
    'skipped',
    'running',
    'presented',
    'not-reached',
  ];
  return order.filter(status => counts[status] > 0);
}

/** How many steps were not performed as planned before the end of the measure: skipped by choice, or done by hand. */
function passedOverOf({ figures, record }: Account): number {
  const { recovery } = figures;
  if (recovery === undefined) return 0;
  return [...record.steps.values()].filter(({ skipped, byHand }) => {
    const entry = byHand ?? (skipped?.cause === 'condition' ? undefined : skipped);
    return entry !== undefined && entry.at <= recovery.to;
  }).length;
}

/** Sentences that qualify the figures. */
export function reservationsOf(account: Account): string[] {
  const { figures, words } = account;
  const { restarts, backwards } = figures;
  const passedOver = passedOverOf(account);
  return [
    ...(passedOver > 0 ? [fill(words.report.reservations, { count: passedOver })] : []),
    ...(restarts > 0 ? [fill(words.report.restarts, { count: restarts })] : []),
    ...(backwards > 0 ? [fill(words.report.backwards, { count: backwards })] : []),
  ];
}
