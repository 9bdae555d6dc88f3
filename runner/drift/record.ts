/*
 * Facts of today into the document. In: its text, and readings of its sources. Out: the text with another `is` where the fact
 * is another one, and every other character as it was. What can never happen: a change to a source that nobody could look at.
 */
import { readDirectiveLine } from '../syntax/directive-line.ts';
import type { SourceReading } from './reading.ts';

/** A stretch of the text and what takes its place. Offsets are UTF-16 code units. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function written(fact: string): string {
  return /^[^\s"'<=>`}]+$/.test(fact) ? `is=${fact}` : `is="${fact}"`;
}

function editOf(text: string, { source, present }: SourceReading): readonly Edit[] {
  if (present.state !== 'found' || (source.is !== undefined && present.holds)) return [];
  const { start, end } = source.place;
  const line = text.slice(start.offset, end.offset);
  const read = readDirectiveLine(line, start.offset);
  if ('problem' in read) throw new Error('a directive that was read cannot be read again');
  const found = read.attributes.find(({ name }) => name === 'is');
  if (found) return [{ start: found.start, end: found.end, text: written(present.fact) }];
  const closing = start.offset + line.lastIndexOf('}');
  return [{ start: closing, end: closing, text: ` ${written(present.fact)}` }];
}

/** The document with the present facts; `changed` counts the directives that were written. */
export function recordFacts(
  text: string,
  readings: readonly SourceReading[],
): { readonly text: string; readonly changed: number } {
  const edits = readings.flatMap(reading => editOf(text, reading)).sort((a, b) => b.start - a.start);
  const edited = edits.reduce(
    (whole, { start, end, text: by }) => whole.slice(0, start) + by + whole.slice(end),
    text,
  );
  return { text: edited, changed: edits.length };
}
