/*
 * Where things are in a document: the lines of a source and the way from an offset to a line and a column.
 * A byte order mark is not a column; `\n`, `\r\n` and a lone `\r` end a line, as in CommonMark.
 */
import type { Place, Point } from '../diagnostic.ts';

/** One line, without its ending. */
export interface Line {
  /** Offset of the first character. */
  readonly start: number;
  /** Offset just after the last character, the ending excluded. */
  readonly end: number;
  readonly text: string;
}

/** The lines of a source. */
export interface Lines {
  readonly source: string;
  readonly all: readonly Line[];
  /** The point at a 0-based offset; an offset out of the source is taken to its nearest end. */
  point(offset: number): Point;
  /** The place from one offset to another. */
  place(start: number, end: number): Place;
}

function splitLines(source: string): Line[] {
  const lines: Line[] = [];
  const ending = /\r\n|\n|\r/g;
  let start = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let match = ending.exec(source); match; match = ending.exec(source)) {
    lines.push({ start, end: match.index, text: source.slice(start, match.index) });
    start = ending.lastIndex;
  }
  lines.push({ start, end: source.length, text: source.slice(start) });
  return lines;
}

function lineIndexAt(lines: readonly Line[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Splits a source into lines and answers for every offset; linear once, then logarithmic. */
export function readLines(source: string): Lines {
  const all = splitLines(source);
  const point = (offset: number): Point => {
    const inside = Math.min(Math.max(offset, all[0]?.start ?? 0), source.length);
    const index = lineIndexAt(all, inside);
    return { line: index + 1, column: inside - (all[index]?.start ?? 0) + 1, offset: inside };
  };
  return {
    source,
    all,
    point,
    place: (start, end) => ({ start: point(start), end: point(Math.max(start, end)) }),
  };
}
