/*
 * The transcript for machines: the same account as the other two forms, as canonical JSON. Times are RFC 3339 UTC, durations
 * milliseconds, objectives minutes. Outputs are left to the journal; their sizes and digests are here.
 */
import { canonicalJson } from '../journal/canonical.ts';
import type { Instance } from '../plan/plan.ts';
import type { Figures, Measure } from '../report/figures.ts';
import type { Attempt, EntryOf, StepRecord } from '../report/record.ts';
import { type Account, timesOf, unplannedOf } from './account.ts';
import { clockOf } from './summary.ts';

/** The account as one line of canonical JSON, ended by a line feed; `renderer` is the version of the rendering. */
export function renderJson(account: Account, renderer: string): string {
  const { record, runbook, figures } = account;
  const { type: _, seq: __, prev: ___, at, ...opened } = record.opened;
  return `${canonicalJson(
    plainJson({
      format: 1,
      renderer,
      title: runbook.front.title,
      opened: { ...opened, at },
      closed: record.closed && { at: record.closed.at, outcome: record.closed.outcome, by: record.closed.by },
      timeZone: runbook.front.timeZone,
      timestamps: clockOf(account),
      stamps: record.stamps.length === 0 ? undefined : record.stamps.map(stampJson),
      handovers:
        record.handovers.length === 0
          ? undefined
          : record.handovers.map(({ at: when, from, to, voice }) => ({ at: when, from, to, voice })),
      entries: record.entries.length,
      head: { seq: record.last.seq, prev: record.last.prev },
      figures: figuresJson(figures),
      steps: [
        ...account.plan.instances.map(instance => stepJson(instance, record.steps.get(instance.id))),
        ...unplannedOf(account).map(step => stepJson(undefined, step)),
      ],
      evidence: record.evidence.map(evidenceJson),
      notes: record.notes.map(noteJson),
      resumptions: record.resumptions.map(({ at: when, operator, host, faults }) => {
        return { at: when, operator, host, ...(faults === undefined ? {} : { faults }) };
      }),
      pauses: record.pauses.map(({ at: when, cause, by }) => ({ at: when, cause, by })),
      changes: record.changes.map(({ at: when, by, digest, diff }) => ({ at: when, by, digest, diff })),
    }),
  )}\n`;
}

function figuresJson({ spans: _, ...figures }: Figures): object {
  const measure = (value: Measure | undefined) => value && { ...value, by: { ...value.by } };
  return {
    ...figures,
    whole: measure(figures.whole),
    recovery: measure(figures.recovery),
    clock: measure(figures.clock),
  };
}

function stepJson(instance: Instance | undefined, record: StepRecord | undefined): object {
  const times = record === undefined ? undefined : timesOf(record);
  return {
    id: instance?.id ?? record?.id,
    title: instance?.step.title,
    kind: instance?.step.kind,
    path: instance?.path,
    items: instance?.items,
    planned: instance !== undefined,
    status: record?.status ?? 'not-reached',
    ...times,
    attempts: record?.attempts.map(attemptJson) ?? [],
    confirmed: record?.confirmed && answerJson(record.confirmed),
    confirmedItems: record?.items.map(entry => ({ ...answerJson(entry), item: entry.item })) ?? [],
    approvals:
      record === undefined || record.approvals.length === 0 ? undefined : record.approvals.map(approvalJson),
    byHand: record?.byHand && { ...answerJson(record.byHand), exports: record.byHand.exports },
    skipped: record?.skipped && {
      at: record.skipped.at,
      cause: record.skipped.cause,
      reason: record.skipped.reason,
      by: record.skipped.by,
    },
  };
}

function approvalJson(entry: EntryOf<'step-approved' | 'approval-refused'>): object {
  const { at, by, voice } = entry;
  if (entry.type === 'approval-refused') return { at, by, voice, refused: entry.fault, params: entry.params };
  return { at, by, voice, challenge: entry.challenge, signed: entry.signed };
}

function stampJson(entry: EntryOf<'time-stamped' | 'time-stamp-failed'>): object {
  const { type: _, seq: __, prev: ___, ...stamp } = entry;
  return stamp;
}

function answerJson(entry: EntryOf<'step-confirmed' | 'item-confirmed' | 'step-done-by-hand'>): object {
  return {
    at: entry.at,
    by: entry.by,
    voice: entry.voice,
    remark: entry.type === 'step-confirmed' ? entry.remark : undefined,
    reason: entry.type === 'step-done-by-hand' ? entry.reason : undefined,
  };
}

function attemptJson({ number, intended, started, finished, doubted, settled, facts }: Attempt): object {
  return {
    number,
    at: intended.at,
    by: intended.by,
    code: intended.code,
    fingerprint: intended.fingerprint,
    typedName: intended.typedName,
    startedAt: started?.at,
    finishedAt: finished?.at ?? doubted?.at,
    outcome: finished?.outcome ?? (doubted === undefined ? 'running' : 'doubtful'),
    reason: finished?.reason ?? doubted?.reason,
    duration: finished?.duration,
    polls: finished?.polls,
    exports: finished?.exports,
    output: finished?.output ?? doubted?.output,
    facts,
    settled: settled && {
      at: settled.at,
      as: settled.as,
      by: settled.by,
      reason: settled.reason,
      exports: settled.exports,
    },
  };
}

function evidenceJson({
  at,
  step,
  name,
  file,
  bytes,
  sha256,
  media,
  by,
}: EntryOf<'evidence-attached'>): object {
  return { at, step, name, file, bytes, sha256, media, by };
}

function noteJson({ at, seq, step, text, by, corrects }: EntryOf<'note-added'>): object {
  return { at, seq, step, text, by, corrects };
}

/** What JSON has not: members without a value are left out, and lone surrogates become U+FFFD. */
function plainJson(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\p{Cs}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([name, member]) => [name, plainJson(member)]));
}
