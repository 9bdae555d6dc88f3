/*
 * A line of a document with marks under a stretch of it. Tabs are expanded, wide and combining characters measured, control
 * and bidi characters made visible, and a long line is clipped around the stretch.
 */
import type { Place } from '../diagnostic.ts';
import { neutralise } from './neutralise.ts';

/** Two lines of text: the source, and the marks under it. */
export interface Frame {
  readonly text: string;
  readonly marks: string;
}

interface Cell {
  readonly text: string;
  readonly width: number;
  /** 0-based column in UTF-16 code units. */
  readonly column: number;
}

const widest = 100;
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u;

/** Columns that a text takes on a terminal. */
function widthOf(character: string): number {
  if (/^\p{M}/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let column = 0;
  for (const character of line) {
    const text = character === '\t' ? '    ' : neutralise(character, 'line');
    const width = text === character ? widthOf(character) : [...text].length;
    cells.push({ text, width, column });
    column += character.length;
  }
  return cells;
}

function total(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}

/** The cells to show: all of them, or those around the first marked one. */
function clip(
  cells: readonly Cell[],
  from: number,
): { shown: readonly Cell[]; before: boolean; after: boolean } {
  if (total(cells) <= widest) return { shown: cells, before: false, after: false };
  const first = cells.findIndex(({ column }) => column >= from);
  const start = Math.max(0, (first === -1 ? cells.length : first) - widest / 2);
  let end = start;
  for (let width = 0; end < cells.length && width < widest; end++) width += cells[end]?.width ?? 0;
  return { shown: cells.slice(start, end), before: start > 0, after: end < cells.length };
}

/** The line of a source on which a place begins, and marks under as much of the place as is on that line. */
export function frameOf(lines: readonly string[], place: Place): Frame {
  const line = lines[place.start.line - 1] ?? '';
  const from = place.start.column - 1;
  const to = place.end.line === place.start.line ? Math.max(place.end.column - 1, from + 1) : line.length;
  const { shown, before, after } = clip(cellsOf(line.slice(0, 20_000)), from);
  const lead = before ? '…' : '';
  const text = `${lead}${shown.map(cell => cell.text).join('')}${after ? '…' : ''}`;
  const indent = lead.length + total(shown.filter(({ column }) => column < from));
  const marked = total(shown.filter(({ column }) => column >= from && column < to));
  return { text: text.trimEnd(), marks: `${' '.repeat(indent)}${'^'.repeat(Math.max(1, marked))}` };
}
