/*
 * What a terminal shows while a run goes on: one line per entry that a person cares about, and the output of steps, each of
 * its lines behind a bar, so that no command can print a line that looks like one of ours.
 */
import type { Lang } from '../diagnostic.ts';
import type { Entry } from '../journal/event.ts';
import { secondsApart } from '../journal/stamps.ts';
import type { Plan } from '../plan/plan.ts';
import { describeFault } from './faults.ts';
import { neutralise } from './neutralise.ts';
import {
  sayApproval,
  sayFact,
  sayInstant,
  sayPerson,
  sayReason,
  saySettlement,
  saySkip,
  sayValue,
} from './phrase.ts';
import type { EntryOf } from './record.ts';
import { byteSize, clockTime, duration } from './time.ts';
import { fill, noBreak, SIGNS, wordsOf } from './words.ts';

/** What a line needs besides its entry. */
export interface ProgressContext {
  /** What each instance is called, by its id; a step that is called by its id alone is left out. */
  readonly titles: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, string>;
  readonly timeZone: string;
  /** T0 (RFC 3339), known once the run is open. */
  readonly t0?: string;
  /** Minutes. */
  readonly dmia?: number;
  /** True where the question that follows shows the challenge of an approval: seen twice, one asks which to copy. */
  readonly isAsked?: boolean;
  /** True while the last output that was printed has not ended its line. */
  readonly midLine?: boolean;
  /** What stands before each line of output; it names the step where several run side by side. */
  readonly bar?: string;
}

const BAR = '  │ ';

/** The context of a plan's run. */
export function progressContext(plan: Plan, t0?: string): ProgressContext {
  const { front } = plan.runbook;
  return {
    titles: new Map(
      plan.instances.flatMap(({ id, step }) => (step.title === step.id ? [] : [[id, step.title] as const])),
    ),
    roles: new Map([...front.roles.values()].map(role => [role.name, role.label])),
    timeZone: front.timeZone,
    ...(t0 === undefined ? {} : { t0 }),
    ...(front.dmia === undefined ? {} : { dmia: front.dmia }),
  };
}

/** A printer of told entries that remembers T0 and whether output stands in the middle of a line. */
export function progressPrinter(
  plan: Plan,
  lang: Lang,
  isAsked = false,
  t0?: string,
): (entry: Entry) => string {
  let context: ProgressContext = { ...progressContext(plan, t0), isAsked };
  const running = new Map<string, 'alone' | 'beside'>();
  let speaker = '';
  return entry => {
    if (entry.type === 'run-opened') context = { ...context, t0: entry.t0 };
    noteRunning(running, entry);
    let turn = '';
    if (entry.type === 'output-written') {
      turn = context.midLine === true && speaker !== entry.step ? '\n' : '';
      speaker = entry.step;
      const bar = running.get(entry.step) === 'beside' ? `  ${neutralise(entry.step, 'line')} │ ` : BAR;
      context = { ...context, bar, midLine: context.midLine === true && turn === '' };
    }
    const text = printEntry(entry, context, lang);
    if (text !== '') context = { ...context, midLine: !text.endsWith('\n') };
    return turn + text;
  };
}

/** A step that ran beside another is named before its output to its end, even when it ends alone. */
function noteRunning(running: Map<string, 'alone' | 'beside'>, entry: Entry): void {
  if (entry.type === 'step-finished' || entry.type === 'step-doubted') running.delete(entry.step);
  if (entry.type !== 'step-intended') return;
  running.set(entry.step, 'alone');
  if (running.size > 1) for (const step of running.keys()) running.set(step, 'beside');
}

/** The text that shows an entry, line feeds included; empty for what nobody needs to see. Neutralised. */
export function printEntry(entry: Entry, context: ProgressContext, lang: Lang): string {
  if (entry.type === 'output-written')
    return printOutput(entry.text, context.midLine === true, context.bar ?? BAR);
  const said = sayEntry(entry, context, lang);
  if (said === undefined) return '';
  const before = context.midLine === true ? '\n' : '';
  return `${before}${clockTime(entry.at, context.timeZone)} ${neutralise(said, 'line')}\n`;
}

function printOutput(text: string, midLine: boolean, bar: string): string {
  const shown = neutralise(text, 'terminal');
  if (shown === '') return '';
  const lines = shown.replace(/\n(?=[\s\S])/g, `\n${bar}`);
  return midLine ? lines : bar + lines;
}

/** How long is left of the objective at `at`; `undefined` without T0 or objective. */
export function sayTimeLeft(at: string, context: ProgressContext, lang: Lang): string | undefined {
  const { t0, dmia } = context;
  if (t0 === undefined || dmia === undefined) return undefined;
  const left = Date.parse(t0) + dmia * 60_000 - Date.parse(at);
  if (Number.isNaN(left)) return undefined;
  const words = wordsOf(lang).progress;
  return left >= 0
    ? fill(words.left, { left: duration(left, lang) })
    : fill(words.over, { over: duration(-left, lang) });
}

function join(parts: readonly (string | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(' · ');
}

function sayEntry(entry: Entry, context: ProgressContext, lang: Lang): string | undefined {
  const words = wordsOf(lang);
  const locale = { lang, timeZone: context.timeZone, roles: context.roles };
  const left = sayTimeLeft(entry.at, context, lang);
  switch (entry.type) {
    case 'run-opened': {
      const mode = words.mode[entry.mode];
      return join([fill(words.progress.opened, { run: entry.run, mode, target: entry.target }), left]);
    }
    case 'run-resumed':
      return join([
        `▶ ${fill(words.progress.resumed, { by: sayPerson(entry.operator, locale, entry.voice) })}`,
        left,
      ]);
    case 'run-paused':
      return `⏸ ${fill(words.progress.paused, { cause: words.pauseCause[entry.cause] })}`;
    case 'run-closed':
      return join([words.runOutcome[entry.outcome], sayPerson(entry.by, locale)]);
    case 'change-accepted':
      return fill(words.progress.changed, { by: sayPerson(entry.by, locale) });
    case 'journal-recovered':
      return fill(words.progress.recovered, { bytes: byteSize(entry.bytes, lang) });
    case 'clock-marked':
      return join([`◷ ${words.mark[entry.mark]}`, left]);
    case 'section-entered':
      return `${'#'.repeat(Math.max(1, entry.depth))} ${entry.title}${entry.item === undefined ? '' : ` [${sayValue(entry.item, lang)}]`}`;
    case 'fact-recorded':
      return `  • ${sayFact(entry.fact, locale)}`;
    case 'note-added':
      return `  ✎ ${entry.text}`;
    case 'evidence-attached':
      return `  + ${fill(words.progress.evidence, { name: entry.name })}`;
    case 'output-written':
    case 'addendum-opened':
    case 'addendum-closed':
      return undefined;
    case 'input-probed': {
      const said = entry.used ? words.progress.probed : words.progress.probedUnused;
      return `  • ${fill(said, { input: entry.input, answer: sayValue(entry.answer, lang) })}`;
    }
    case 'teardown-asked':
      return `  • ${words.progress.teardown[entry.scope]}`;
    case 'run-handed-over': {
      const [from, to] = [sayPerson(entry.from, locale), sayPerson(entry.to, locale, entry.voice)];
      return `⇄ ${fill(words.progress.handedOver, { from, to })}`;
    }
    case 'time-stamped': {
      const at = sayInstant(entry.stampedAt, locale);
      const mark = words.progress.stampMark[entry.mark];
      const { authority, policy } = entry;
      const said = `  ◷ ${fill(words.progress.stamped, { mark, at, authority, policy })}`;
      const seconds = secondsApart(entry);
      return seconds === undefined ? said : `${said} — ${fill(words.progress.clockDiffers, { seconds })}`;
    }
    case 'time-stamp-failed': {
      const mark = words.progress.stampMark[entry.mark];
      const fault = describeFault(entry.fault, entry.params, lang);
      return `  ◷ ${fill(words.progress.stampFailed, { mark, fault })}`;
    }
    default:
      return sayStepEntry(entry, context, lang, left);
  }
}

function nameOf(id: string, { titles }: ProgressContext): string {
  const title = titles.get(id);
  return title === undefined ? id : `${id} — ${title}`;
}

type StepEntry = EntryOf<
  | 'step-skipped'
  | 'step-intended'
  | 'step-started'
  | 'step-finished'
  | 'step-doubted'
  | 'doubt-settled'
  | 'manual-presented'
  | 'item-confirmed'
  | 'step-confirmed'
  | 'step-done-by-hand'
  | 'retry-asked'
  | 'approval-asked'
  | 'approval-refused'
  | 'step-approved'
>;

function sayStepEntry(
  entry: StepEntry,
  context: ProgressContext,
  lang: Lang,
  left: string | undefined,
): string | undefined {
  const words = wordsOf(lang);
  const speech = { lang, roles: context.roles };
  const id = entry.step;
  switch (entry.type) {
    case 'step-intended': {
      const again = entry.attempt > 1 ? fill(words.progress.attempt, { number: entry.attempt }) : undefined;
      return join([`▶ ${nameOf(id, context)}`, again, left]);
    }
    case 'step-finished': {
      const reason = entry.reason === undefined ? undefined : sayReason(entry.reason, lang);
      const status = `${SIGNS[entry.outcome]} ${id} ${words.status[entry.outcome]}`;
      return join([status, reason, duration(entry.duration, lang), left]);
    }
    case 'step-doubted':
      return join([
        `${SIGNS.doubtful} ${id} ${words.status.doubtful}`,
        fill(words.progress.doubt, { reason: sayReason(entry.reason, lang) }),
      ]);
    case 'doubt-settled':
      return `  ${saySettlement(entry, speech)}`;
    case 'step-skipped':
      return join([`${SIGNS.skipped} ${id} ${words.status.skipped}`, saySkip(entry, lang)]);
    case 'manual-presented': {
      const role = entry.role === undefined ? undefined : (context.roles.get(entry.role) ?? entry.role);
      const todo =
        role === undefined ? words.progress.presentedAnyone : fill(words.progress.presented, { role });
      return join([`${SIGNS.presented} ${nameOf(id, context)}`, todo, left]);
    }
    case 'step-confirmed':
      return join([
        `${SIGNS.confirmed} ${id} ${words.status.confirmed}`,
        sayPerson(entry.by, speech, entry.voice),
      ]);
    case 'step-done-by-hand':
      return join([
        `${SIGNS['done-by-hand']} ${id} ${words.status['done-by-hand']}`,
        sayPerson(entry.by, speech, entry.voice),
        entry.reason,
      ]);
    case 'approval-asked': {
      const role = context.roles.get(entry.role) ?? entry.role;
      const asked = `  ⚿ ${id} ${fill(words.progress.approvalAsked, { role })}`;
      return context.isAsked === true ? asked : `${asked}${noBreak(words.colon)}${entry.challenge}`;
    }
    case 'approval-refused': {
      const fault = describeFault(entry.fault, entry.params, lang);
      return `  ✘ ${id} ${fill(words.progress.approvalRefused, { fault })}`;
    }
    case 'step-approved':
      return `  ⚿ ${id} ${sayApproval(entry, speech)}`;
    case 'step-started':
    case 'item-confirmed':
    case 'retry-asked':
      return undefined;
  }
}
