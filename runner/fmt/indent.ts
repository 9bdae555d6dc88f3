/*
 * Two spaces for each level of a YAML text. A line that begins a key or an item is put where its level says; every other line
 * (folded text, a flow broken over lines) moves with the one above, and a comment with the key that it stands before.
 */
import { type CST, Parser } from 'yaml';

/** Where the items of one block collection begin, and where they should. */
interface Start {
  readonly from: number;
  readonly to: number;
}

/** The text with its lines indented anew. It may no longer mean the same for odd YAML; whoever calls compares. */
export function indentLines(yaml: string): string {
  const starts = new Map<number, Start>();
  for (const token of new Parser().parse(yaml)) {
    if (token.type === 'document' && token.value) place(token.value, 0, yaml, starts);
  }
  const lines = yaml.split('\n');
  const offsets: number[] = [];
  let offset = 0;
  for (const line of lines) {
    offsets.push(offset);
    offset += line.length + 1;
  }
  let shift = 0;
  return lines
    .map((line, index) => {
      const own = starts.get(offsets[index] ?? -1);
      if (own !== undefined) shift = own.to - own.from;
      const wanted =
        own === undefined && /^ *#/.test(line) ? nextShift(line, offsets.slice(index), starts) : shift;
      return shiftLine(line, wanted ?? shift);
    })
    .join('\n');
}

function shiftLine(line: string, shift: number): string {
  if (/^\s*$/.test(line) || shift === 0) return line;
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  return ' '.repeat(Math.max(0, indent + shift)) + line.slice(indent);
}

/** The shift of the next key, when the comment is in line with it. */
function nextShift(
  line: string,
  offsets: readonly number[],
  starts: ReadonlyMap<number, Start>,
): number | undefined {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const next = offsets.map(at => starts.get(at)).find(found => found !== undefined);
  return next?.from === indent ? next.to - next.from : undefined;
}

/** Notes by the offset of its line where each item begins that is first on its line. */
function place(token: CST.Token, to: number, yaml: string, starts: Map<number, Start>): void {
  if (token.type !== 'block-map' && token.type !== 'block-seq') return;
  const inner = to + 2;
  for (const { start, key, value } of token.items) {
    const at = key?.offset ?? start.find(({ type }) => type === 'seq-item-ind')?.offset;
    if (at !== undefined) {
      const line = yaml.lastIndexOf('\n', at - 1) + 1;
      if (/^ *$/.test(yaml.slice(line, at))) starts.set(line, { from: at - line, to });
    }
    if (value) place(value, inner, yaml, starts);
  }
}
