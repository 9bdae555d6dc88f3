/*
 * Where a run stands, for `reprise status`: what is done, what comes next, how long is left against the objective, and the
 * command that goes on. Neutralised.
 */
import type { Lang } from '../diagnostic.ts';
import { readChallenge } from '../journal/challenge.ts';
import type { Entry } from '../journal/event.ts';
import type { Session } from '../session/session.ts';
import { approveCommand } from './challenge-view.ts';
import { figuresOf } from './figures.ts';
import { neutralise } from './neutralise.ts';
import { type RunRecord, recordRun } from './record.ts';
import { dateTime, duration } from './time.ts';
import { fill, noBreak, SIGNS, wordsOf } from './words.ts';

const OVER: readonly string[] = ['passed', 'confirmed', 'done-by-hand', 'skipped'];
const TO_LOOK_AT = ['failed', 'doubtful', 'running'] as const;

/** The process that carries a run on. `since` is RFC 3339. */
interface Runner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** What is known of a run besides its journal. */
export interface Watch {
  /** RFC 3339: the instant against which time is left; that of the last entry, where it is not given. */
  readonly now?: string;
  /** Who carries the run on; absent when nobody does. */
  readonly runner?: Runner | undefined;
}

/** The state of a run as lines, each ended by a line feed. */
export function printStatus(session: Session, entries: readonly Entry[], lang: Lang, watch: Watch): string {
  const words = wordsOf(lang);
  if (entries.length === 0) return `${words.state.unopened}\n`;
  const record = recordRun(entries);
  const { timeZone } = session.plan.runbook.front;
  const { opened } = record;
  const isAttended = session.status === 'open' && watch.runner !== undefined;
  const approvals = approvalRows(session, record, lang, watch.now ?? record.last.at);
  const goOn =
    approvals.length === 0 ? goOnText(session, lang) : fill(words.state.approvalGoOn, { run: session.run });
  const rows: (readonly [string, string])[] = [
    [words.state.where, stateText(session, record, lang, watch.runner)],
    [words.state.target, `${opened.target} · ${words.mode[opened.mode]}`],
    [words.state.progress, progressText(session, record, lang)],
    ...attentionRows(record, lang, watch.runner),
    ...approvals,
    [words.state.next, nextText(session, record, lang)],
    [words.state.time, timeText(session, record, lang, watch.now ?? record.last.at)],
    [words.state.asOf, dateTime(record.last.at, timeZone, lang)],
    isAttended
      ? ([words.state.terminalLost, fill(words.state.join, { run: session.run })] as const)
      : ([words.state.goOn, goOn] as const),
  ];
  const heading = fill(words.state.heading, { run: session.run, title: session.plan.runbook.front.title });
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${neutralise(value, 'line')}`);
  return `${[neutralise(heading, 'line'), ...lines].join('\n')}\n`;
}

function stateText(session: Session, record: RunRecord, lang: Lang, runner: Runner | undefined): string {
  const words = wordsOf(lang);
  if (record.closed !== undefined) return words.runOutcome[record.closed.outcome];
  const pause = record.pauses.at(-1);
  if (session.status === 'open') {
    if (runner === undefined) return noBreak(words.state.abandoned);
    const since = dateTime(runner.since, session.plan.runbook.front.timeZone, lang);
    return fill(words.state.attended, { pid: runner.pid, host: runner.host, since });
  }
  if (session.status !== 'paused' || pause === undefined) return words.state[session.status];
  return `${words.state.paused} (${words.pauseCause[pause.cause]})`;
}

function goOnText(session: Session, lang: Lang): string {
  const { resume, verify } = wordsOf(lang).state;
  return fill(session.status === 'closed' ? verify : resume, { run: session.run });
}

function progressText(session: Session, record: RunRecord, lang: Lang): string {
  const { instances } = session.plan;
  const done = instances.filter(({ id }) => OVER.includes(record.steps.get(id)?.status ?? '')).length;
  return fill(wordsOf(lang).state.progressText, { done, total: instances.length });
}

/** What the journal has as under way is lost once nobody carries the run on. */
function attentionRows(
  record: RunRecord,
  lang: Lang,
  runner: Runner | undefined,
): (readonly [string, string])[] {
  const words = wordsOf(lang);
  return [...record.steps.values()].flatMap(({ id, status: found }) => {
    const status = TO_LOOK_AT.find(one => one === found);
    if (status === undefined) return [];
    const isLost = status === 'running' && runner === undefined;
    const text = isLost
      ? `${SIGNS.doubtful} ${id} ${words.state.lost}`
      : `${SIGNS[status]} ${id} ${words.status[status]}`;
    return [[words.state.attention, text] as const];
  });
}

/** Challenges that wait for their answer, with the command that answers them. */
function approvalRows(
  session: Session,
  record: RunRecord,
  lang: Lang,
  now: string,
): (readonly [string, string])[] {
  const words = wordsOf(lang).state;
  const { front } = session.plan.runbook;
  const { timeZone, roles } = front;
  return [...record.steps.values()].flatMap(({ id, asked, approvals, status }) => {
    const challenge = readChallenge(asked?.challenge ?? '');
    const isOver = OVER.includes(status) || status === 'running' || status === 'presented';
    const isAnswered = approvals.some(
      entry => entry.type === 'step-approved' && entry.challenge === asked?.challenge,
    );
    if (asked === undefined || challenge === undefined || isOver || isAnswered) return [];
    const isPast = Date.parse(challenge.expiresAt) < Date.parse(now);
    const role = roles.get(asked.role)?.label ?? asked.role;
    const at = dateTime(challenge.expiresAt, timeZone, lang);
    const text = isPast
      ? fill(words.approvalOver, { step: id })
      : fill(words.approvalText, { step: id, role, at, command: approveCommand(asked.challenge, front) });
    return [[words.approval, text] as const];
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
