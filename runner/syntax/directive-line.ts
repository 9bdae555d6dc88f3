/*
 * One line that begins with colons, read character by character: name, label and attributes with their offsets, or what is
 * wrong with it. Stricter than micromark, so that a line accepted here is always a directive there, and a line refused here
 * is a diagnostic instead of a paragraph.
 */

/** An attribute as written; a flag has no `value`. Offsets are in the document. */
export interface Attribute {
  readonly name: string;
  readonly value?: string;
  readonly start: number;
  readonly end: number;
}

/** A directive line that is well formed. */
export interface DirectiveLine {
  readonly colons: number;
  readonly name: string;
  readonly label?: string;
  readonly attributes: readonly Attribute[];
}

/** Why a line is not a directive: a diagnostic code and the offsets that it concerns. */
export interface DirectiveProblem {
  readonly problem: string;
  readonly start: number;
  readonly end: number;
}

interface Cursor {
  readonly text: string;
  readonly base: number;
  at: number;
}

const namePattern = /\p{L}[\p{L}\p{N}_-]*/uy;
const keyPattern = /[\p{L}_][\p{L}\p{N}_.:-]*/uy;
const valuePattern = /[^\s"'<=>`}]+/y;
const idPattern = /[^\s"'<=>`}#.]+/y;

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

function problem(
  cursor: Cursor,
  code: string,
  from: number,
  to = cursor.text.trimEnd().length,
): DirectiveProblem {
  return { problem: code, start: cursor.base + from, end: cursor.base + Math.max(to, from + 1) };
}

function readLabel(cursor: Cursor): string | DirectiveProblem | undefined {
  if (cursor.text[cursor.at] !== '[') return undefined;
  const start = cursor.at;
  let depth = 0;
  for (let index = start; index < cursor.text.length; index++) {
    const character = cursor.text[index];
    if (character === '\\') index++;
    else if (character === '[') depth++;
    else if (character === ']') depth--;
    if (depth > 8) break;
    if (depth === 0) {
      cursor.at = index + 1;
      return cursor.text.slice(start + 1, index);
    }
  }
  return problem(cursor, 'unbalanced-bracket', start);
}

function readValue(cursor: Cursor): string | DirectiveProblem {
  const start = cursor.at;
  const quote = cursor.text[start];
  if (quote !== '"' && quote !== "'") {
    return take(cursor, valuePattern) ?? problem(cursor, 'malformed-attributes', start, start + 1);
  }
  const end = cursor.text.indexOf(quote, start + 1);
  if (end === -1) return problem(cursor, 'unbalanced-quote', start);
  cursor.at = end + 1;
  return cursor.text.slice(start + 1, end);
}

function readAttribute(cursor: Cursor): Attribute | DirectiveProblem {
  const from = cursor.at;
  const start = cursor.base + from;
  if (cursor.text[from] === '#') {
    cursor.at++;
    const value = take(cursor, idPattern) ?? '';
    return { name: '#', value, start, end: cursor.base + cursor.at };
  }
  const name = take(cursor, keyPattern);
  if (name === undefined) {
    const quoted = cursor.text[from] === '"' || cursor.text[from] === "'";
    return problem(cursor, quoted ? 'unbalanced-quote' : 'malformed-attributes', from, from + 1);
  }
  if (cursor.text[cursor.at] !== '=') return { name, start, end: cursor.base + cursor.at };
  cursor.at++;
  const value = readValue(cursor);
  return typeof value === 'string' ? { name, value, start, end: cursor.base + cursor.at } : value;
}

function readAttributes(cursor: Cursor): readonly Attribute[] | DirectiveProblem {
  const attributes: Attribute[] = [];
  if (cursor.text[cursor.at] !== '{') return attributes;
  const open = cursor.at++;
  for (;;) {
    const before = cursor.at;
    take(cursor, /[ \t]+/y);
    const next = cursor.text[cursor.at];
    if (next === undefined) return problem(cursor, 'unbalanced-brace', open);
    if (next === '}') break;
    if (attributes.length > 0 && before === cursor.at)
      return problem(cursor, 'malformed-attributes', cursor.at, cursor.at + 1);
    const attribute = readAttribute(cursor);
    if ('problem' in attribute) return attribute;
    attributes.push(attribute);
  }
  cursor.at++;
  return attributes;
}

function afterName(cursor: Cursor): DirectiveProblem | undefined {
  const from = cursor.at;
  if (/^[ \t]*$/.test(cursor.text.slice(from))) return undefined;
  const gap = /^[ \t]+[{[]/.test(cursor.text.slice(from));
  return problem(cursor, gap ? 'space-before-brace' : 'text-after-directive', from);
}

/**
 * Reads a line that begins with at least one colon. `offset` is that of the first colon in the document; a bare closing
 * line (`:::`) has an empty name.
 */
export function readDirectiveLine(text: string, offset: number): DirectiveLine | DirectiveProblem {
  const cursor: Cursor = { text, base: offset, at: 0 };
  const colons = take(cursor, /:+/y)?.length ?? 0;
  if (/^[ \t]*$/.test(text.slice(colons)) && colons >= 3) return { colons, name: '', attributes: [] };
  if (/^[ \t]/.test(text.slice(colons)) && text.slice(colons).trim() !== '') {
    return problem(cursor, 'space-after-colons', 0);
  }
  const name = take(cursor, namePattern);
  if (name === undefined || /[-_]$/.test(name)) return problem(cursor, 'malformed-directive', 0);
  const label = readLabel(cursor);
  if (typeof label === 'object') return label;
  const attributes = readAttributes(cursor);
  if ('problem' in attributes) return attributes;
  return afterName(cursor) ?? { colons, name, attributes, ...(label === undefined ? {} : { label }) };
}
