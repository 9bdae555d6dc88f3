/*
 * Bounds on what is given to remark, found in one linear pass over the lines. Remark takes about 2 µs a character for
 * ordinary text, but the square of the length, or worse, for some: deep quotes and lists, thousands of emphasis marks or
 * brackets in one paragraph. A document beyond these bounds is refused, on the line that goes beyond them, before it is parsed.
 * What can never happen: a document accepted here that takes remark more than two seconds.
 */
import type { Place } from '../diagnostic.ts';
import { lineInFence, type OpenFence, openFence, openHtml } from './fences.ts';
import type { Findings } from './findings.ts';
import type { Line } from './lines.ts';

/** The bounds; `docs/format.md` states them. */
export const limits = {
  /** Characters of a document. */
  size: 160 * 1024,
  /** Characters of the front matter. */
  frontMatter: 16 * 1024,
  /** Levels of quotes and lists, one in the other. */
  depth: 8,
  /** Lines that Markdown reads: a list costs the square of its items. */
  lines: 8_200,
  /** Lines in fences at the margin, of which each costs the same. */
  codeLines: 16_000,
  /** Marks that could be emphasis, links, code, HTML or addresses in one paragraph. */
  marks: 3_000,
  /** The same in the whole document. */
  allMarks: 12_000,
  /** Sum over the paragraphs of the square of their marks. */
  squares: 20_000_000,
  /** Sum over the paragraphs of their length times their marks that are looked for to the end (links, HTML). */
  scans: 8_000_000,
  /** Lengths of the runs of backticks in one paragraph, each counted once. */
  backticks: 12,
  /** Lines that look like directives and stand in a quote or a list. */
  nestedDirectives: 50,
  /** Lines that begin a list in a list, or stand in a quote. */
  nestedLines: 2_000,
  /** Sum over the paragraphs of quotes and lists of the square of their lines that do not repeat the mark. */
  lazySquares: 4_000_000,
  /** Headings marked by `#`. */
  headings: 500,
  /** Headings marked by a line below them. */
  underlines: 100,
  /** Link definitions and footnotes. */
  definitions: 500,
  /** Cells of tables, counted by `|`. */
  pipes: 8_000,
} as const;

const bounds = [
  'lines',
  'codeLines',
  'depth',
  'marks',
  'allMarks',
  'squares',
  'scans',
  'backticks',
  'nestedDirectives',
  'nestedLines',
  'lazySquares',
  'headings',
  'underlines',
  'definitions',
  'pipes',
] as const;

type Bound = (typeof bounds)[number];

interface Tally {
  readonly findings: Findings;
  /** Columns of the list marks that are open, outermost first. */
  readonly lists: number[];
  readonly counts: Record<Bound, number>;
  /** What the paragraphs that have ended add up to. */
  squares: number;
  scans: number;
  lazySquares: number;
  /** The paragraph under way. */
  length: number;
  scanMarks: number;
  isMarked: boolean;
  lazyLines: number;
  readonly runs: Set<number>;
  /** Whether fences can be trusted to hide their content from Markdown: not when raw HTML could hide the fence. */
  readonly trustFences: boolean;
  fence: OpenFence | undefined;
}

function placeOf({ findings }: Tally, line: Line): Place {
  return findings.lines.place(line.start, Math.min(line.end, line.start + 80));
}

/** The part of a line before its text: spaces, quote and list marks. */
function prefixOf(text: string): string {
  const from = text.search(/[^\s>*+.)\d-]/);
  return from === -1 ? text : text.slice(0, from);
}

/** Whether a line of marks is a thematic break, which nests nothing. */
function isRule(text: string): boolean {
  return text.length <= 200 && /^[\s>]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,})$/.test(text);
}

/** How many quotes and lists a line stands in, at most. */
function depthOf(tally: Tally, text: string, prefix: string): number {
  let depth = 0;
  let marks = 0;
  for (const match of prefix.matchAll(/>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)/g)) {
    if (match[0] !== '>') {
      while ((tally.lists.at(-1) ?? -1) >= match.index) tally.lists.pop();
      tally.lists.push(match.index);
    } else depth++;
    marks++;
  }
  if (/^\S/.test(text) && marks === 0) tally.lists.length = 0;
  if (marks > 1 || depth > 0 || (marks === 1 && tally.lists.length > 1)) tally.counts.nestedLines++;
  countLazy(tally, marks, depth > 0);
  return depth + tally.lists.length;
}

/** Counts the lines that go on a quote or an item; each item of a list that is in no quote begins anew. */
function countLazy(tally: Tally, marks: number, isQuote: boolean): void {
  if (marks === 0 && tally.isMarked) tally.lazyLines++;
  if (marks > 0 && !isQuote) endItem(tally);
  if (marks > 0) tally.isMarked = true;
  tally.counts.lazySquares = tally.lazySquares + tally.lazyLines ** 2;
}

function endItem(tally: Tally): void {
  tally.lazySquares = tally.counts.lazySquares;
  tally.lazyLines = 0;
}

/** Counts the marks of a paragraph's line that make Markdown look further. */
function countMarks(tally: Tally, text: string): void {
  const { counts } = tally;
  let marks = 0;
  for (const [mark] of text.matchAll(/[*_~[\]@&\\]|<[!?/A-Za-z]?|`+|www\.|:\/\//g)) {
    marks++;
    if (mark.startsWith('`')) tally.runs.add(mark.length);
    else if (mark.startsWith('<') || mark === ']') tally.scanMarks++;
  }
  tally.length += text.length + 1;
  counts.marks += marks;
  counts.allMarks += marks;
  counts.squares = tally.squares + counts.marks ** 2;
  counts.scans = tally.scans + tally.scanMarks * tally.length;
  counts.backticks = tally.runs.size;
}

function endParagraph(tally: Tally): void {
  tally.squares = tally.counts.squares;
  tally.scans = tally.counts.scans;
  tally.isMarked = false;
  endItem(tally);
  tally.counts.marks = 0;
  tally.length = 0;
  tally.scanMarks = 0;
  tally.runs.clear();
}

function countLine(tally: Tally, text: string): void {
  const { counts } = tally;
  const prefix = prefixOf(text);
  const rest = text.slice(prefix.length, prefix.length + 200);
  counts.depth = isRule(text) ? 0 : depthOf(tally, text, prefix);
  if (prefix !== '' && /^:{3,}[^:\s]/.test(rest)) counts.nestedDirectives++;
  if (/^#{1,6}(?:\s|$)/.test(rest)) counts.headings++;
  if (/^\s*(?:=+|-+)[ \t]*$/.test(text)) counts.underlines++;
  if (rest.startsWith('[') && /^\[[^\]]*\]:/.test(rest)) counts.definitions++;
  counts.pipes += text.split('|').length - 1;
  countMarks(tally, text);
}

/**
 * Whether a line belongs to a fence at the margin, whose content costs little. Only a fence after a blank line counts, and
 * none in a document with raw HTML that runs through blank lines, so that what Markdown reads is never taken for code.
 */
function isCode(tally: Tally, text: string, blankBefore: boolean): boolean {
  if (tally.fence) {
    if (lineInFence(text, tally.fence) !== 'content') tally.fence = undefined;
    return true;
  }
  if (tally.trustFences && blankBefore && /^(?:`{3}|~{3})/.test(text))
    tally.fence = openFence(text, 0, false);
  return tally.fence !== undefined;
}

function countText(tally: Tally, text: string): void {
  tally.counts.lines++;
  if (text.trim() === '') endParagraph(tally);
  else countLine(tally, text);
}

/** Counts a line; true when it goes beyond a bound, which is reported. */
function refuseLine(tally: Tally, line: Line, before: string): boolean {
  if (isCode(tally, line.text, before.trim() === '')) tally.counts.codeLines++;
  else countText(tally, line.text);
  const what = bounds.find(bound => tally.counts[bound] > limits[bound]);
  if (what === undefined) return false;
  tally.findings.error('too-costly', placeOf(tally, line), { what, limit: limits[what] });
  return true;
}

function refuseCharacters({ lines, error }: Findings): void {
  const nul = lines.source.indexOf('\u0000');
  if (nul !== -1) error('nul-character', lines.place(nul, nul + 1));
}

/** The first line after the front matter, which has bounds of its own. */
function skipFrontMatter(findings: Findings): number {
  const { all } = findings.lines;
  if (!/^---[ \t]*$/.test(all[0]?.text ?? '')) return 0;
  const end = all.findIndex((line, index) => index > 0 && /^---[ \t]*$/.test(line.text));
  if (end === -1) return 0;
  const start = all[1]?.start ?? 0;
  if ((all[end]?.start ?? 0) - start > limits.frontMatter) {
    findings.error('front-matter-too-large', findings.lines.place(start, start), {
      limit: limits.frontMatter,
    });
  }
  const deep = all.slice(1, end).find(({ text }) => /^\s{64}|(?:[-?]\s+){8}|[[{]{16}/.test(text));
  if (deep)
    findings.error('too-costly', findings.lines.place(deep.start, deep.start + 1), {
      what: 'depth',
      limit: 16,
    });
  return end + 1;
}

function startTally(findings: Findings): Tally {
  const counts = {
    lines: 0,
    codeLines: 0,
    depth: 0,
    marks: 0,
    allMarks: 0,
    squares: 0,
    scans: 0,
    backticks: 0,
    nestedDirectives: 0,
    nestedLines: 0,
    lazySquares: 0,
    headings: 0,
    underlines: 0,
    definitions: 0,
    pipes: 0,
  };
  const trustFences = !findings.lines.all.some(({ text }) => openHtml(text));
  const paragraph = { length: 0, scanMarks: 0, isMarked: false, lazyLines: 0, runs: new Set<number>() };
  const sums = { squares: 0, scans: 0, lazySquares: 0 };
  return { findings, lists: [], counts, ...sums, ...paragraph, trustFences, fence: undefined };
}

/** Reports what would cost too much to parse; true when the source must not be parsed. */
export function refuseCostly(findings: Findings): boolean {
  const { lines } = findings;
  if (lines.source.length > limits.size) {
    const at = lines.point(limits.size).offset;
    findings.error('too-large', lines.place(at, at + 1), { size: lines.source.length, limit: limits.size });
    return true;
  }
  refuseCharacters(findings);
  const tally = startTally(findings);
  const first = skipFrontMatter(findings);
  lines.all
    .slice(first)
    .some((line, index) => refuseLine(tally, line, lines.all[first + index - 1]?.text ?? ''));
  return findings.failed();
}
