/*
 * The drawings of the page: where the recovery time went, and the phases along time. Drawn with attributes only, since the
 * page's policy allows no inline style; kinds of time differ by the height of their bars too, and a table says the same.
 */
import type { ElementContent } from 'hast';
import { h, s } from 'hastscript';
import type { Measure } from '../report/figures.ts';
import { percentages } from '../report/percentages.ts';
import { firstAfter, type SpanKind } from '../report/spans.ts';
import { clockTime, duration } from '../report/time.ts';
import { fill, noBreak } from '../report/words.ts';
import type { Account } from './account.ts';
import { row, table } from './html-parts.ts';
import type { Phase } from './phases.ts';

const WIDTH = 1000;
const HEIGHT = 24;
const IDLE_SHARE = 0.12;

/** The time axis: where an instant lies between 0 and 1000, long waits being shortened. */
interface Axis {
  readonly place: (at: number) => number;
  readonly instant: (x: number) => number;
  readonly cuts: readonly number[];
}

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly cut: boolean;
}

function isIdle(kind: SpanKind): boolean {
  return kind === 'paused' || kind === 'stopped' || kind === 'before';
}

/** Marks of so short a time would often bear the same minute. */
function isShort(axis: Axis): boolean {
  return axis.instant(WIDTH) - axis.instant(0) < 20 * 60_000;
}

function axisOf(account: Account): Axis {
  const { spans } = account.figures;
  const active = spans.reduce((sum, { kind, from, to }) => sum + (isIdle(kind) ? 0 : to - from), 0);
  const most = Math.max(active * IDLE_SHARE, 1000);
  const pieces: Piece[] = spans.map(({ kind, from, to }) => {
    const cut = isIdle(kind) && to - from > most && active > 0;
    return { from, to, width: cut ? most : to - from, cut };
  });
  const total = pieces.reduce((sum, piece) => sum + piece.width, 0) || 1;
  const starts: number[] = [];
  let x = 0;
  for (const piece of pieces) {
    starts.push(x);
    x += (piece.width / total) * WIDTH;
  }
  const widthOf = (piece: Piece) => (piece.width / total) * WIDTH;
  return {
    place: at => {
      const index = firstAfter(pieces, at);
      const piece = pieces[index];
      if (piece === undefined) return WIDTH;
      const share = Math.max(0, at - piece.from) / (piece.to - piece.from);
      return (starts[index] ?? 0) + share * widthOf(piece);
    },
    instant: place => {
      const index = Math.max(
        0,
        starts.findLastIndex(start => start <= place),
      );
      const piece = pieces[index];
      if (piece === undefined) return Date.parse(account.figures.t0);
      const share = Math.min(1, (place - (starts[index] ?? 0)) / (widthOf(piece) || 1));
      return piece.from + share * (piece.to - piece.from);
    },
    cuts: pieces.flatMap((piece, index) => (piece.cut ? [(starts[index] ?? 0) + widthOf(piece) / 2] : [])),
  };
}

/** A number for an attribute: two decimals at most, so that it is the same everywhere. */
function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Work is a bar, high for the machine and low for people; time without work is a line. */
function bar(kind: SpanKind, from: number, to: number): ElementContent {
  if (kind !== 'machine' && kind !== 'human') {
    const [x1, x2] = [fixed(from), fixed(to)];
    return s('line', { className: ['idle', kind], x1, x2, y1: HEIGHT / 2, y2: HEIGHT / 2 });
  }
  const thin = kind === 'machine' ? 2 : 6;
  return s('rect', {
    className: ['bar', kind],
    x: fixed(from),
    y: thin,
    width: fixed(Math.max(1.5, to - from)),
    height: HEIGHT - 2 * thin,
  });
}

/** The bars of some stretches in order; those of one kind that cannot be told apart on the drawing are one bar. */
function barsOf(
  axis: Axis,
  stretches: readonly { readonly kind: SpanKind; readonly from: number; readonly to: number }[],
): ElementContent[] {
  const merged: { kind: SpanKind; from: number; to: number }[] = [];
  for (const { kind, from, to } of stretches) {
    const last = merged.findLast(one => one.kind === kind);
    const [start, end] = [axis.place(from), axis.place(to)];
    if (last !== undefined && start - last.to < 0.5 && start >= last.from) last.to = Math.max(last.to, end);
    else merged.push({ kind, from: start, to: end });
  }
  return merged.map(({ kind, from, to }) => bar(kind, from, to));
}

function drawing(label: string, children: ElementContent[]): ElementContent {
  const { properties, ...svg } = s(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', ariaLabel: label },
    children,
  );
  return { ...svg, properties };
}

function cutMarks(axis: Axis): ElementContent[] {
  return axis.cuts.map(x =>
    s('line', { className: ['cutmark'], x1: fixed(x), x2: fixed(x), y1: 0, y2: HEIGHT }),
  );
}

function timeRow(name: string, className: string, content: ElementContent): ElementContent {
  return h('div', { className: ['row', className] }, [h('div.name', name), content]);
}

/** The phases along time, with the table that says the same. */
export function timeline(account: Account, phases: readonly Phase[]): ElementContent[] {
  const { figures, words, locale } = account;
  const played = phases.filter(phase => phase.start !== undefined);
  if (played.length === 0 || figures.spans.length === 0) return [];
  const axis = axisOf(account);
  const clock = (at: number) => clockTime(new Date(at).toISOString(), locale.timeZone);
  const [from, to] = [clock(axis.instant(0)), clock(axis.instant(WIDTH))];
  const whole = barsOf(axis, figures.spans);
  const ticks = [0, 250, 500, 750, 1000].map((x, index) =>
    h(index % 2 === 1 ? 'span.minor' : 'span', clock(axis.instant(x)).slice(0, isShort(axis) ? 8 : 5)),
  );
  return [
    h('div.timeline', [
      timeRow('', 'axis-row', h('div.axis', ticks)),
      timeRow(
        words.report.fromT0,
        'all',
        drawing(fill(words.report.timelineAlt, { count: played.length, from, to }), [
          ...whole,
          ...cutMarks(axis),
        ]),
      ),
      ...played.map(phase =>
        timeRow(
          phase.title,
          'phase',
          drawing(phaseLabel(account, phase), [...barsOf(axis, phase.work), ...cutMarks(axis)]),
        ),
      ),
      legend(
        account,
        figures.spans.map(span => span.kind),
      ),
      ...(axis.cuts.length === 0 ? [] : [h('p.small.muted', words.report.timelineBreak)]),
    ]),
    table(
      words.report.timeline,
      [
        words.table.phase,
        words.table.start,
        words.table.end,
        words.table.duration,
        words.span.machine,
        words.span.human,
      ],
      [
        h(
          'tbody',
          phases.map(phase => phaseRow(account, phase)),
        ),
      ],
      true,
    ),
  ];
}

function phaseLabel({ locale, words }: Account, phase: Phase): string {
  const clock = (at: string | undefined) => (at === undefined ? '' : clockTime(at, locale.timeZone));
  return `${phase.title}${noBreak(words.colon)}${clock(phase.start)} → ${clock(phase.end)}`;
}

function phaseRow({ locale, lang, words }: Account, phase: Phase): ElementContent {
  const { start, end } = phase;
  if (start === undefined || end === undefined) {
    return h('tr', [
      h('th', { scope: 'row' }, phase.title),
      h('td.muted', { colSpan: 5 }, words.status['not-reached']),
    ]);
  }
  const took = Date.parse(end) - Date.parse(start);
  const cells = [
    clockTime(start, locale.timeZone),
    clockTime(end, locale.timeZone),
    ...[took, phase.machine, phase.human].map(value => duration(value, lang)),
  ];
  return h('tr', [h('th', { scope: 'row' }, phase.title), ...cells.map(cell => h('td.time', cell))]);
}

function legend({ words, lang }: Account, kinds: readonly SpanKind[], objective?: number): ElementContent {
  const order: readonly SpanKind[] = ['machine', 'human', 'between', 'before', 'paused', 'stopped'];
  const present = order.filter(kind => kinds.includes(kind));
  const entry = (drawn: ElementContent, name: string) =>
    h('li', [s('svg', { viewBox: `0 0 36 ${HEIGHT}`, ariaHidden: 'true' }, [drawn]), name]);
  const mark = s('line', { className: ['limit'], x1: 18, x2: 18, y1: 0, y2: HEIGHT });
  return h('ul.legend', [
    ...present.map(kind => entry(bar(kind, 0, 36), words.span[kind])),
    ...(objective === undefined ? [] : [entry(mark, `${words.report.dmia} (${duration(objective, lang)})`)]),
  ]);
}

/** The recovery time as one bar, its parts in order of kind, the objective as a mark. */
export function recoveryBar(account: Account, measure: Measure): ElementContent[] {
  const { figures, words, lang } = account;
  const objective = figures.dmia === undefined ? undefined : figures.dmia * 60_000;
  const end = Math.max(measure.total, objective ?? 0, 1) * 1.02;
  const place = (value: number) => (value / end) * WIDTH;
  const kinds = (['machine', 'human', 'between', 'before', 'paused', 'stopped'] as const).filter(
    kind => measure.by[kind] > 0,
  );
  const bars: ElementContent[] = [];
  let x = 0;
  for (const kind of kinds) {
    bars.push(bar(kind, place(x), place(x + measure.by[kind])));
    x += measure.by[kind];
  }
  if (objective !== undefined) {
    const at = fixed(place(objective));
    bars.push(s('line', { className: ['limit'], x1: at, x2: at, y1: 0, y2: HEIGHT }));
  }
  const shares = percentages(kinds.map(kind => measure.by[kind]));
  const rows = kinds.map((kind, index) =>
    row([words.span[kind], duration(measure.by[kind], lang), `${shares[index]}${words.percent}`]),
  );
  const label = `${words.report.shares}${words.colon}${kinds.map(kind => `${words.span[kind]} ${duration(measure.by[kind], lang)}`).join(', ')}`;
  return [
    h('div.measure', [drawing(noBreak(label), bars), legend(account, kinds, objective)]),
    table(
      words.report.shares,
      [words.table.nature, words.table.duration, words.table.share],
      [h('tbody', rows)],
      true,
    ),
  ];
}
