/*
 * The line scanner: which lines of a document are directives, found without Markdown, in one linear pass.
 * In: the lines. Out: the containers and leaf directives at the margin, the front matter, and a `cleaned` source in which
 * lines that cannot be directives (malformed, stray, never closed, cut) are blanked, offsets unchanged.
 * What can never happen: a line at the margin that begins with `::` and is neither in a fence, nor listed, nor diagnosed;
 * an open container in `cleaned`, which costs remark quadratic time; two containers one in the other in `cleaned`.
 */
import type { Place } from '../diagnostic.ts';
import { type DirectiveLine, readDirectiveLine } from './directive-line.ts';
import { lineInFence, type OpenFence, openFence, openHtml } from './fences.ts';
import type { Findings } from './findings.ts';
import type { Line } from './lines.ts';

/** A directive at the margin. Lines are indexes into the lines of the document. */
export interface Scanned {
  readonly directive: DirectiveLine;
  readonly line: number;
  /** Index of the closing line; that of the opening one for a leaf. */
  readonly close: number;
}

/** The result of a scan. */
export interface Scan {
  readonly directives: readonly Scanned[];
  /** Ids of directives that were blanked, so that what refers to them is not diagnosed as well. */
  readonly lostIds: ReadonlySet<string>;
  /** Offsets of the YAML between the `---` lines. */
  readonly frontMatter?: { readonly start: number; readonly end: number };
  /** Ranges of lines of containers that were never closed: [first, last], for muting what follows from it. */
  readonly muted: readonly (readonly [number, number])[];
  readonly cleaned: string;
}

interface Container {
  readonly directive?: DirectiveLine;
  readonly line: number;
  readonly colons: number;
  readonly parent?: Container;
  close?: number;
}

interface State {
  readonly findings: Findings;
  readonly lines: readonly Line[];
  readonly blanked: Set<number>;
  readonly muted: (readonly [number, number])[];
  readonly containers: Container[];
  readonly leaves: Scanned[];
  readonly lostIds: Set<string>;
  /** For each line, the next line that decides whether a `:::` in a fence cuts it. */
  readonly ahead: Ahead;
  current: Container | undefined;
  fence: OpenFence | undefined;
  html: RegExp | undefined;
  inList: boolean;
  /** Line of the last opener in a list or a quote that has not been closed. */
  nested: number | undefined;
}

/** Line indexes found by one backward pass, so that looking ahead stays linear. */
interface Ahead {
  readonly closingFence: Int32Array;
  readonly openingFence: Int32Array;
  readonly opener: Int32Array;
  readonly closer: Int32Array;
}

const none = 0x7fffffff;

function lookAhead(lines: readonly Line[]): Ahead {
  const make = (): Int32Array => new Int32Array(lines.length + 1).fill(none);
  const ahead: Ahead = { closingFence: make(), openingFence: make(), opener: make(), closer: make() };
  for (let index = lines.length - 1; index >= 0; index--) {
    const text = lines[index]?.text ?? '';
    const mark = (column: Int32Array, found: boolean): void => {
      column[index] = found ? index : (column[index + 1] ?? none);
    };
    mark(ahead.closingFence, /^ {0,3}(?:`{3,}|~{3,})[ \t]*$/.test(text));
    mark(ahead.openingFence, /^ {0,3}(?:`{3,}[^`\s]|~{3,}[^\s])/.test(text));
    mark(ahead.opener, /^:{3,}[ \t]*[^:\s]/.test(text));
    mark(ahead.closer, isCloser(text));
  }
  return ahead;
}

function isCloser(text: string): boolean {
  return /^ {0,3}:{3,}[ \t]*$/.test(text);
}

function lineText(state: State, index: number): string {
  return state.lines[index]?.text ?? '';
}

function linePlace(state: State, index: number): Place {
  const line = state.lines[index] ?? { start: 0, end: 0, text: '' };
  const indent = line.text.length - line.text.trimStart().length;
  return state.findings.lines.place(line.start + indent, line.start + line.text.trimEnd().length);
}

function requireBlankLines(state: State, index: number, firstLine: number): void {
  const before = index > firstLine && lineText(state, index - 1).trim() !== '';
  const after = index + 1 < state.lines.length && lineText(state, index + 1).trim() !== '';
  if (!before && !after) return;
  const side = before && after ? 'both' : before ? 'before' : 'after';
  state.findings.error('missing-blank-line', linePlace(state, index), { side });
}

/** A step never contains a heading, so a heading shows that what is open was forgotten, unless it is closed at once. */
function headingInContainer(state: State, index: number): void {
  const { current, ahead } = state;
  if (!current) return;
  const closer = ahead.closer[index] ?? none;
  if (closer < (ahead.opener[index] ?? none)) {
    state.findings.error('heading-in-step', linePlace(state, index), {}, linePlace(state, current.line));
    return;
  }
  leaveOpen(state, index);
}

/** Reports every open container as unclosed, the place where something else begins being what shows it. */
function leaveOpen(state: State, index: number): void {
  for (let container = state.current; container; container = container.parent) {
    forget(state, container);
    if (container.directive) {
      const shows = Math.min(index, state.ahead.opener[container.line + 1] ?? none);
      const related = shows < state.lines.length ? linePlace(state, shows) : undefined;
      const params = { name: container.directive.name, colons: ':'.repeat(container.colons) };
      state.findings.error('unclosed-container', linePlace(state, container.line), params, related);
    }
    state.muted.push([container.line, index - 1]);
  }
  state.current = undefined;
}

function forget(state: State, container: Container): void {
  state.blanked.add(container.line);
  if (container.close !== undefined) state.blanked.add(container.close);
  for (const attribute of container.directive?.attributes ?? []) {
    if (attribute.name === '#' && attribute.value !== undefined) state.lostIds.add(attribute.value);
  }
}

function closeContainer(state: State, index: number, colons: number): void {
  const { current } = state;
  if (!current) {
    state.findings.error('stray-closer', linePlace(state, index));
    state.blanked.add(index);
    return;
  }
  current.close = index;
  state.current = current.parent;
  if (current.directive && colons >= current.colons) return;
  if (current.directive) {
    const params = { expected: ':'.repeat(current.colons), found: ':'.repeat(colons) };
    state.findings.error('short-closer', linePlace(state, index), params, linePlace(state, current.line));
  }
  forget(state, current);
  state.muted.push([current.line, index]);
}

function openContainer(state: State, index: number, colons: number, directive?: DirectiveLine): void {
  const parent = state.current;
  const container: Container = {
    line: index,
    colons,
    ...(directive ? { directive } : {}),
    ...(parent ? { parent } : {}),
  };
  if (directive) state.containers.push(container);
  else state.blanked.add(index);
  state.current = container;
}

function directiveLine(state: State, index: number, firstLine: number): void {
  const line = state.lines[index];
  if (!line) return;
  const indent = line.text.length - line.text.trimStart().length;
  const read = readDirectiveLine(line.text.slice(indent), line.start + indent);
  if ('problem' in read) {
    state.findings.error(read.problem, state.findings.lines.place(read.start, read.end), {
      found: line.text.trim(),
    });
    state.blanked.add(index);
    if (/^\s*:{3}/.test(line.text)) openContainer(state, index, 3);
    return;
  }
  requireBlankLines(state, index, firstLine);
  if (indent > 0) {
    state.findings.error('indented-directive', linePlace(state, index));
  }
  if (read.name === '') closeContainer(state, index, read.colons);
  else if (read.colons === 2) leafDirective(state, index, read);
  else openContainer(state, index, read.colons, read);
}

function leafDirective(state: State, index: number, directive: DirectiveLine): void {
  if (state.current?.directive) {
    const opened = linePlace(state, state.current.line);
    state.findings.error('leaf-in-step', linePlace(state, index), { name: directive.name }, opened);
  }
  state.leaves.push({ directive, line: index, close: index });
}

/**
 * A `:::` line in a fence of an open container ends both in Markdown. If the fence is closed further down, the author meant
 * the line as content; otherwise the author forgot to close the fence.
 */
function closerInFence(state: State, index: number, fence: OpenFence): void {
  const { ahead, current } = state;
  const closing = ahead.closingFence[index] ?? none;
  const other = Math.min(ahead.openingFence[index] ?? none, ahead.opener[index] ?? none);
  if (closing < other) {
    const params = { colons: ':'.repeat((current?.colons ?? 3) + 1) };
    state.findings.error('fence-cut', linePlace(state, index), params, linePlace(state, fence.line));
    state.blanked.add(index);
    return;
  }
  state.findings.error('unterminated-fence', linePlace(state, fence.line), {}, linePlace(state, index));
  state.fence = undefined;
  closeContainer(state, index, /:+/.exec(lineText(state, index))?.[0].length ?? 3);
}

function lineInOpenFence(state: State, index: number, fence: OpenFence): boolean {
  const text = lineText(state, index);
  const kind = lineInFence(text, fence);
  if (kind === 'closing') state.fence = undefined;
  if (kind === 'left') {
    state.fence = undefined;
    return false;
  }
  if (kind === 'content' && fence.quoted && nestedLine(state, index)) return true;
  if (kind === 'content' && state.current?.directive && isCloser(text)) {
    const colons = /:+/.exec(text)?.[0].length ?? 0;
    if (colons >= state.current.colons) closerInFence(state, index, fence);
  }
  return true;
}

/**
 * A directive in a list or a quote is never one; it is blanked as well, for an open container in a quote costs remark
 * quadratic time.
 */
function nestedLine(state: State, index: number): boolean {
  const text = lineText(state, index);
  const from = text.search(/[^\s>*+.)\d-]/);
  if (from <= 0 || text[from] !== ':') return false;
  const prefix = text.slice(0, from);
  const quoted = prefix.includes('>');
  if (!quoted && !/[-*+\d]/.test(prefix) && !state.inList) return false;
  const rest = text.slice(from).trimEnd();
  const place = state.findings.lines.place(
    (state.lines[index]?.start ?? 0) + from,
    state.lines[index]?.end ?? 0,
  );
  const name = /^:{2,}([A-Za-z][\w-]*)/.exec(rest)?.[1];
  if (name !== undefined) {
    state.findings.error(quoted ? 'step-in-quote' : 'step-in-list', place, { name });
    if (rest.startsWith(':::')) state.nested = index;
  } else if (/^:{3,}$/.test(rest)) {
    if (state.nested === undefined) state.findings.error('stray-closer', place);
    else state.muted.push([state.nested, index]);
    state.nested = undefined;
  } else return false;
  state.blanked.add(index);
  return true;
}

/** Colons as Chinese and Japanese keyboards write them look like a directive to everybody but Markdown. */
function refuseWideColons(state: State, index: number): void {
  if (!/^[\s>*+-]*:*：[：:]+\s*(?:[A-Za-z]|$)/.test(lineText(state, index))) return;
  state.findings.error('full-width-colons', linePlace(state, index));
}

function plainLine(state: State, index: number, firstLine: number): void {
  const text = lineText(state, index);
  if (text.includes('：')) refuseWideColons(state, index);
  if (/^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/.test(text)) state.inList = true;
  else if (/^\S/.test(text) && lineText(state, index - 1).trim() === '') state.inList = false;
  if (nestedLine(state, index)) return;
  state.fence = openFence(text, index, state.inList);
  if (state.fence) return;
  state.html = openHtml(text);
  if (/^:{2}/.test(text)) directiveLine(state, index, firstLine);
  else if (/^[ \t]+:{2,}/.test(text) && !state.inList) directiveLine(state, index, firstLine);
  else if (/^ {0,3}#{1,6}(?:[ \t]|$)/.test(text)) headingInContainer(state, index);
}

function lineInHtml(state: State, index: number, end: RegExp): void {
  const text = lineText(state, index);
  if (end.test(text)) state.html = undefined;
  if (/^\s*:{2,}[A-Za-z]/.test(text)) {
    state.findings.error('step-in-html', linePlace(state, index), { tag: 'HTML' });
  }
}

function scanFrontMatter(state: State): number {
  if (!/^---[ \t]*$/.test(lineText(state, 0))) return 0;
  for (let index = 1; index < state.lines.length; index++) {
    if (/^---[ \t]*$/.test(lineText(state, index))) return index + 1;
  }
  state.findings.error('unterminated-front-matter', linePlace(state, 0));
  return 0;
}

function closedAncestor(container: Container): Container | undefined {
  let parent = container.parent;
  while (parent && (parent.close === undefined || parent.directive === undefined)) parent = parent.parent;
  return parent;
}

function settleNesting(state: State): void {
  for (const container of state.containers) {
    if (container.close === undefined) continue;
    const outer = closedAncestor(container);
    if (!outer) continue;
    const params = { name: container.directive?.name ?? '' };
    state.findings.error(
      'step-in-step',
      linePlace(state, container.line),
      params,
      linePlace(state, outer.line),
    );
    forget(state, container);
    state.muted.push([container.line, container.close]);
  }
}

function cleanSource(state: State): string {
  const { source } = state.findings.lines;
  const parts: string[] = [];
  let from = 0;
  for (const index of [...state.blanked].sort((left, right) => left - right)) {
    const line = state.lines[index];
    if (!line) continue;
    parts.push(source.slice(from, line.start), ' '.repeat(line.end - line.start));
    from = line.end;
  }
  parts.push(source.slice(from));
  return parts.join('');
}

function result(state: State, firstLine: number): Scan {
  const steps = state.containers.flatMap(({ directive, line, close }) =>
    directive && close !== undefined && !state.blanked.has(line) ? [{ directive, line, close }] : [],
  );
  const directives = [...steps, ...state.leaves].sort((left, right) => left.line - right.line);
  const { lostIds, muted } = state;
  const scan = { directives, lostIds, muted, cleaned: cleanSource(state) };
  if (firstLine === 0) return scan;
  const frontMatter = { start: state.lines[1]?.start ?? 0, end: state.lines[firstLine - 1]?.start ?? 0 };
  return { ...scan, frontMatter };
}

/** Scans a document; what it finds wrong goes to `findings`. Linear in the size of the source. */
export function scanDirectives(findings: Findings): Scan {
  const lines = findings.lines.all;
  const state: State = {
    findings,
    lines,
    blanked: new Set(),
    muted: [],
    containers: [],
    leaves: [],
    lostIds: new Set(),
    ahead: lookAhead(lines),
    current: undefined,
    fence: undefined,
    html: undefined,
    inList: false,
    nested: undefined,
  };
  const firstLine = scanFrontMatter(state);
  for (let index = firstLine; index < lines.length; index++) {
    if (state.fence && lineInOpenFence(state, index, state.fence)) continue;
    if (state.html) lineInHtml(state, index, state.html);
    else plainLine(state, index, firstLine);
  }
  if (state.fence) state.findings.error('unterminated-fence', linePlace(state, state.fence.line));
  leaveOpen(state, lines.length);
  settleNesting(state);
  return result(state, firstLine);
}
