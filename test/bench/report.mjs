// How figures are told: a ratio with its least and greatest, absolute medians, the aim, and whether it is reached.
import { ratio, spread } from './measure.mjs';

/** Wall time of a measure, in ms. */
export const wall = each => each.wall;

/** The line above a section's figures, with the load before and after. */
export function heading(print, name, what, { load }) {
  print(`\n${name}: ${what} (load ${load.map(each => each.toFixed(1)).join(' → ')})`);
}

/** The ratio of two measures round by round, beside both medians. */
export function row(print, label, ours, theirs, { aim, of = wall, unit = 'ms' } = {}) {
  const { median, min, max } = ratio(ours, theirs, of);
  const [a, b] = [ours, theirs].map(each => rounded(spread(each.map(of)).median));
  const figures = `${median.toFixed(2)} (${min.toFixed(2)}..${max.toFixed(2)})`;
  print(
    `  ${label.padEnd(36)} ${figures.padEnd(20)} ${`${a} / ${b} ${unit}`.padEnd(20)} ${verdict(median, aim)}`,
  );
}

/** One measure, beside its aim. */
export function value(print, label, { median, min, max }, { unit, aim }) {
  const figures = `${rounded(median)} ${unit} (${rounded(min)}..${rounded(max)})`;
  print(`  ${label.padEnd(36)} ${figures.padEnd(41)} ${verdict(median, aim)}`);
}

/** One measure, without an aim. */
export function absolute(print, label, { median, min, max }, unit) {
  print(`  ${label.padEnd(36)} ${rounded(median)} ${unit} (${rounded(min)}..${rounded(max)})`);
}

function rounded(number) {
  return Math.abs(number) >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

function verdict(median, aim) {
  if (aim === undefined) return '';
  return `aim ≤ ${aim}: ${median <= aim ? 'reached' : 'missed'}`;
}
