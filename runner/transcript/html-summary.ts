/*
 * The first thing that a reader sees: the assessment, the recovery time against its objective, data loss, steps, and the
 * timeline.
 */
import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { DataLoss, Judgement } from '../report/figures.ts';
import { sayInstant } from '../report/phrase.ts';
import { duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import type { Account } from './account.ts';
import { section, sign } from './html-parts.ts';
import { recoveryBar, timeline } from './html-timeline.ts';
import type { Phase } from './phases.ts';
import {
  clockText,
  judgementOf,
  reservationsOf,
  reservesOf,
  shareText,
  stepCounts,
  voiceOf,
} from './summary.ts';

interface Card {
  readonly label: string;
  readonly value: string;
  readonly notes: readonly string[];
  readonly tone: 'ok' | 'bad' | 'warn';
  readonly sign: string;
}

/** The head of the page. */
export function summarySection(account: Account, phases: readonly Phase[]): ElementContent {
  const { words, figures } = account;
  const cards = [
    outcomeCard(account),
    recoveryCard(account),
    ...figures.dataLoss.map(loss => lossCard(account, loss)),
    stepsCard(account),
  ];
  const notes = [clockText(account), ...reservationsOf(account)];
  if (voiceOf(account) !== 'typed') notes.unshift(words.banner.scriptedLong);
  return section(
    'essentiel',
    [words.report.summary],
    [
      h('ul.cards', cards.map(cardItem)),
      h('div.callout.caution', [
        h(
          'ul',
          notes.map(note => h('li', noBreak(note))),
        ),
      ]),
      ...(figures.recovery === undefined
        ? []
        : [h('h3', words.report.shares), ...recoveryBar(account, figures.recovery)]),
      ...(phases.some(phase => phase.start !== undefined)
        ? [h('h3', words.report.timeline), ...timeline(account, phases)]
        : []),
    ],
  );
}

function cardItem(card: Card): ElementContent {
  return h('li', { className: ['card', card.tone] }, [
    h('p.label', noBreak(card.label)),
    h('p.value', [sign(`${card.sign} `), card.value]),
    ...card.notes.map(note => h('p.small', noBreak(note))),
  ]);
}

function toneOf(judgement: Judgement): Pick<Card, 'tone' | 'sign'> {
  if (judgement === 'met') return { tone: 'ok', sign: '✔' };
  return judgement === 'missed' ? { tone: 'bad', sign: '✘' } : { tone: 'warn', sign: '○' };
}

function outcomeCard(account: Account): Card {
  const { words, record } = account;
  const outcome = record.closed?.outcome ?? 'open';
  const looks = {
    passed: { tone: 'ok', sign: '✔' },
    'passed-with-reservations': { tone: 'warn', sign: '✔' },
    failed: { tone: 'bad', sign: '✘' },
    abandoned: { tone: 'bad', sign: '✘' },
    open: { tone: 'warn', sign: '○' },
  } as const;
  const reserves = reservesOf(account).length;
  const notes = reserves === 0 ? [] : [fill(words.report.reservesTold, { count: reserves })];
  return { label: words.report.outcome, value: words.outcome[outcome], notes, ...looks[outcome] };
}

function recoveryCard(account: Account): Card {
  const { words, figures, lang } = account;
  const { recovery, dmia } = figures;
  const notes: string[] = recovery === undefined ? [] : [judgementOf(account)];
  if (dmia !== undefined) notes.push(`${words.report.dmia}${words.colon}${duration(dmia * 60_000, lang)}`);
  if (recovery === undefined) notes.push(words.report.noStop);
  else notes.push(words.report.recoveryNote, shareText(account, recovery));
  return {
    label: words.report.recovery,
    value: recovery === undefined ? words.notMeasured : duration(recovery.total, lang),
    notes,
    ...toneOf(figures.recoveryJudgement),
  };
}

function lossCard(account: Account, loss: DataLoss): Card {
  const { words, lang, locale } = account;
  const notes: string[] = loss.loss === undefined ? [] : [words.judgement[loss.judgement]];
  if (loss.objective !== undefined) {
    notes.push(`${words.report.pdma}${words.colon}${duration(loss.objective * 60_000, lang)}`);
  }
  notes.push(
    loss.takenAt === undefined
      ? words.report.noBackupUsed
      : `${words.report.image}${words.colon}${sayInstant(loss.takenAt, locale)}`,
  );
  if (loss.loss !== undefined && loss.loss < 0) notes.push(words.report.lossNegative);
  return {
    label: `${words.report.dataLoss}${words.colon}${loss.label}`,
    value: loss.loss === undefined ? words.notMeasured : duration(loss.loss, lang),
    notes,
    ...toneOf(loss.judgement),
  };
}

function stepsCard(account: Account): Card {
  const { words, figures } = account;
  const { counts, retries, doubts } = figures;
  const wrong = counts.failed + counts.doubtful;
  const total = Object.values(counts).reduce((sum, value) => sum + value, 0);
  const left = counts['not-reached'] + counts.skipped;
  return {
    label: words.report.steps,
    value: String(total),
    notes: [
      stepCounts(account),
      `${words.report.retries}${words.colon}${retries} · ${words.report.doubts}${words.colon}${doubts}`,
    ],
    tone: wrong > 0 ? 'bad' : left > 0 ? 'warn' : 'ok',
    sign: wrong > 0 ? '✘' : left > 0 ? '○' : '✔',
  };
}
