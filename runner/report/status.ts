/*
 * Where a run stands, for `reprise status`: what is done, what comes next, how long is left against the objective, and the
 * command that goes on. Neutralised.
 */
import type { Lang } from '../diagnostic.ts';
import type { Entry } from '../journal/event.ts';
import type { Session } from '../session/session.ts';
import { figuresOf } from './figures.ts';
import { neutralise } from './neutralise.ts';
import { type RunRecord, recordRun } from './record.ts';
import { dateTime, duration } from './time.ts';
import { fill, noBreak, SIGNS, wordsOf } from './words.ts';

const OVER: readonly string[] = ['passed', 'confirmed', 'done-by-hand', 'skipped'];
const TO_LOOK_AT = ['failed', 'doubtful', 'running'] as const;

/**
 * The state of a run as lines, each ended by a line feed. `now` (RFC 3339) is the instant against which time is left; without
 * it, that of the last entry.
 */
export function printStatus(
  session: Session,
  entries: readonly Entry[],
  lang: Lang,
  now = entries.at(-1)?.at,
): string {
  const words = wordsOf(lang);
  if (entries.length === 0) return `${words.state.unopened}\n`;
  const record = recordRun(entries);
  const { timeZone } = session.plan.runbook.front;
  const { opened } = record;
  const rows: (readonly [string, string])[] = [
    [words.state.where, stateText(session, record, lang)],
    [words.state.target, `${opened.target} · ${words.mode[opened.mode]}`],
    [words.state.progress, progressText(session, record, lang)],
    ...attentionRows(record, lang),
    [words.state.next, nextText(session, record, lang)],
    [words.state.time, timeText(session, record, lang, now ?? record.last.at)],
    [words.state.asOf, dateTime(record.last.at, timeZone, lang)],
    [words.state.goOn, fill(record.closed ? words.state.verify : words.state.resume, { run: session.run })],
  ];
  const heading = fill(words.state.heading, { run: session.run, title: session.plan.runbook.front.title });
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${neutralise(value, 'line')}`);
  return `${[neutralise(heading, 'line'), ...lines].join('\n')}\n`;
}

function stateText(session: Session, record: RunRecord, lang: Lang): string {
  const words = wordsOf(lang);
  if (record.closed !== undefined) return words.runOutcome[record.closed.outcome];
  const pause = record.pauses.at(-1);
  if (session.status !== 'paused' || pause === undefined) return words.state[session.status];
  return `${words.state.paused} (${words.pauseCause[pause.cause]})`;
}

function progressText(session: Session, record: RunRecord, lang: Lang): string {
  const { instances } = session.plan;
  const done = instances.filter(({ id }) => OVER.includes(record.steps.get(id)?.status ?? '')).length;
  return fill(wordsOf(lang).state.progressText, { done, total: instances.length });
}

function attentionRows(record: RunRecord, lang: Lang): (readonly [string, string])[] {
  const words = wordsOf(lang);
  return [...record.steps.values()].flatMap(step => {
    const status = TO_LOOK_AT.find(one => one === step.status);
    return status === undefined
      ? []
      : [[words.state.attention, `${SIGNS[status]} ${step.id} ${words.status[status]}`] as const];
  });
}

function nextText(session: Session, record: RunRecord, lang: Lang): string {
  const words = wordsOf(lang);
  if (record.closed !== undefined) return words.state.nothing;
  for (const item of session.agenda.slice(session.cursor)) {
    if (item.kind !== 'instance') continue;
    const { id, step } = item.instance;
    if (!OVER.includes(record.steps.get(id)?.status ?? '')) {
      return noBreak(`${id} (${words.kind[step.kind]}) — ${step.title}`);
    }
  }
  return words.state.nothing;
}

function timeText(session: Session, record: RunRecord, lang: Lang, now: string): string {
  const words = wordsOf(lang).state;
  const { front } = session.plan.runbook;
  if (front.dmia === undefined) return words.timeNone;
  const { recovery } = figuresOf(record, front, []);
  const objective = front.dmia * 60_000;
  if (recovery !== undefined) {
    const total = duration(recovery.total, lang);
    return fill(words.timeDone, { total, dmia: duration(objective, lang) });
  }
  const due = Date.parse(record.opened.t0) + objective;
  const left = due - Date.parse(now);
  const at = dateTime(new Date(due).toISOString(), front.timeZone, lang);
  return left >= 0
    ? fill(words.timeLeft, { left: duration(left, lang), at })
    : fill(words.timeOver, { over: duration(-left, lang), at });
}
