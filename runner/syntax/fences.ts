/*
 * Code fences and raw HTML, line by line: what a `:::` line must not be looked for in.
 */

/** An open code fence: its character, its length, and how it stands in the page. */
export interface OpenFence {
  readonly character: string;
  readonly length: number;
  /** Index of the opening line. */
  readonly line: number;
  /** Whether it stands in a quote, which ends it when a line does not begin with `>`. */
  readonly quoted: boolean;
  /** Whether it stands in a list item, which ends it when a line is not indented. */
  readonly listed: boolean;
  /** Whether something follows the marks on the opening line. */
  readonly info: string;
}

const listMarker = /(?:^|[\s>])(?:[-*+]|\d{1,9}[.)])(?=[ \t])/g;

/** Splits a line before its fence marks, without a pattern that could backtrack over a long prefix. */
function splitPrefix(text: string): { prefix: string; marks: string; info: string } | undefined {
  const from = text.search(/[^\s>*+.)\d-]/);
  if (from === -1) return undefined;
  const run = /(?:`{3,}|~{3,})/y;
  run.lastIndex = from;
  const marks = run.exec(text)?.[0];
  return marks === undefined
    ? undefined
    : { prefix: text.slice(0, from), marks, info: text.slice(from + marks.length).trim() };
}

/** The fence that a line opens, if it opens one. */
export function openFence(text: string, line: number, inList: boolean): OpenFence | undefined {
  const parts = splitPrefix(text);
  if (!parts) return undefined;
  const { prefix, marks, info } = parts;
  const character = marks.charAt(0);
  if (character === '`' && info.includes('`')) return undefined;
  const unmarked = prefix.replace(listMarker, ' ');
  if (/[^\s>]/.test(unmarked)) return undefined;
  const marker = unmarked !== prefix;
  const quoted = prefix.includes('>');
  const indent = prefix.replace(/\t/g, '    ').length;
  if (!quoted && !marker && indent > 3 && !inList) return undefined;
  return { character, length: marks.length, line, quoted, listed: marker || (inList && indent > 0), info };
}

/** What a line is to an open fence: its content, its closing line, or a line that ends it by leaving its list or quote. */
export function lineInFence(text: string, fence: OpenFence): 'content' | 'closing' | 'left' {
  const bare = fence.quoted ? text.replace(/^[\s>]*/, '') : text.trimStart();
  const marks = /^(`{3,}|~{3,})[ \t]*$/.exec(bare)?.[1];
  if (marks !== undefined && marks[0] === fence.character && marks.length >= fence.length) return 'closing';
  if (fence.quoted && !/^[ \t]*>/.test(text)) return 'left';
  if (fence.listed && text.trim() !== '' && !/^[ \t]/.test(text)) return 'left';
  return 'content';
}

const htmlOpenings: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)/i, /<\/(?:script|pre|style|textarea)>/i],
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
];

/** The pattern that ends the raw HTML that a line opens and leaves open: HTML that runs on through blank lines. */
export function openHtml(text: string): RegExp | undefined {
  const found = htmlOpenings.find(([start]) => start.test(text));
  if (!found) return undefined;
  const [start, end] = found;
  const rest = text.replace(start, '');
  return end.test(rest) ? undefined : end;
}
