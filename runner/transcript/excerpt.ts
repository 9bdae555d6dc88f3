/*
 * The output of a step as the record shows it: whole when it is short, else its first and last lines. The limits keep a
 * transcript readable and its size in proportion to the number of steps, not to what they print.
 */
import { neutralise } from '../report/neutralise.ts';

const WHOLE = 40;
const HEAD = 20;
const TAIL = 15;
const LINE = 500;

/** Lines of an output; `omitted` lines stand between `head` and `tail`. */
export interface Excerpt {
  readonly head: readonly string[];
  readonly tail: readonly string[];
  readonly omitted: number;
  /** Characters cut from the longest line. */
  readonly cut: number;
}

/**
 * The lines to show of the chunks of an output, neutralised. `recorded` is the number of lines of the whole output, which
 * may be more than the chunks hold when the rest lies in a file.
 */
export function excerptOf(chunks: readonly string[], recorded: number): Excerpt {
  const text = neutralise(chunks.join(''), 'terminal');
  const lines = text.replace(/\n$/, '').split('\n');
  if (text === '') return { head: [], tail: [], omitted: Math.max(0, recorded), cut: 0 };
  let longest = 0;
  const shown = (some: readonly string[]) =>
    some.map(line => {
      longest = Math.max(longest, line.length - LINE);
      return line.length > LINE ? `${line.slice(0, LINE).replace(/[\ud800-\udbff]$/, '')}…` : line;
    });
  const missing = Math.max(0, recorded - lines.length);
  if (lines.length <= WHOLE && missing === 0) {
    return { head: shown(lines), tail: [], omitted: 0, cut: Math.max(0, longest) };
  }
  // What lies in a file was cut at its end, so the last inline lines are not the last of the output.
  const tail = missing > 0 ? [] : shown(lines.slice(-TAIL));
  const head = shown(lines.slice(0, HEAD));
  const omitted = lines.length + missing - head.length - tail.length;
  return { head, tail, omitted, cut: Math.max(0, longest) };
}
