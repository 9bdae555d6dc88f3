/*
 * What can be said of SQL without a server: quotes, dollar quotes, comments and parentheses that are never closed, and a last
 * statement that stops in the middle. In: the sql cells. Out: findings at the mark that is wrong. The lexical rules are those of
 * PostgreSQL's manual, "Lexical Structure". What can never happen: a statement that PostgreSQL accepts and that is refused here.
 */
import { codeLocator } from '../model/code.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';

/** Something wrong in a text of SQL, with offsets in it. */
export interface SqlProblem {
  readonly code: 'sql-unclosed' | 'sql-unopened' | 'sql-incomplete';
  readonly found: string;
  readonly start: number;
  readonly end: number;
}

/** Reads every sql cell of a runbook. */
export function lintSql(runbook: Runbook, findings: Findings): void {
  for (const step of runbook.steps.values()) {
    if (step.kind === 'manual' || step.code.language !== 'sql') continue;
    const locate = codeLocator(step.code, findings.lines);
    for (const { code, found, ...span } of readSql(step.code.text)) {
      findings.error(code, locate(span), { found });
    }
  }
}

/** One mark, word, text or comment; `isOpen` when it runs on to the end of the code. */
interface Token {
  readonly kind: 'word' | 'text' | 'mark' | 'comment';
  readonly text: string;
  readonly start: number;
  readonly isOpen: boolean;
}

const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']' };

/** What is wrong with a text of SQL; nothing when it could be whole. */
export function readSql(sql: string): readonly SqlProblem[] {
  const tokens = tokensOf(sql);
  const open = tokens.find(token => token.isOpen);
  if (open) return [problem('sql-unclosed', open, openingMark(open.text))];
  const written = tokens.filter(token => token.kind !== 'comment');
  const unbalanced = balance(written);
  return unbalanced.length > 0 ? unbalanced : incomplete(written);
}

function problem(code: SqlProblem['code'], { start, text }: Token, found = text): SqlProblem {
  return { code, found, start, end: start + found.length };
}

function openingMark(text: string): string {
  return /^(?:[EeBbXxNn]?'|(?:U&)?["']|\$\w*\$|\/\*)/.exec(text)?.[0] ?? text.slice(0, 1);
}

function balance(tokens: readonly Token[]): readonly SqlProblem[] {
  const open: Token[] = [];
  for (const token of tokens) {
    if (token.kind !== 'mark') continue;
    if (token.text in closers) open.push(token);
    else if (token.text === ')' || token.text === ']') {
      const last = open.pop();
      if (last === undefined || closers[last.text] !== token.text) return [problem('sql-unopened', token)];
    }
  }
  const last = open.at(-1);
  return last === undefined ? [] : [problem('sql-unclosed', last)];
}

/** Reserved words (PostgreSQL's manual, appendix C) after which something must come. */
const leading =
  /^(?:from|where|and|or|not|join|on|having|into|as|in|like|ilike|union|except|intersect|case|when|then|else|with|using|returning|limit|offset|create|grant|to)$/i;

function incomplete(tokens: readonly Token[]): readonly SqlProblem[] {
  return statements(tokens).flatMap(statement => {
    const last = statement.at(-1);
    return last && hangs(last, statement.at(-2)) ? [problem('sql-incomplete', last)] : [];
  });
}

/** Whether a statement cannot end with a token; after `as` or a dot, any word may be a name. */
function hangs(last: Token, before: Token | undefined): boolean {
  if (last.kind === 'mark') return /^[,.=<>+/|-]$/.test(last.text);
  if (last.kind !== 'word' || before?.text === '.' || /^as$/i.test(before?.text ?? '')) return false;
  if (/^by$/i.test(last.text)) return /^(?:order|group)$/i.test(before?.text ?? '');
  return leading.test(last.text);
}

function statements(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const all: Token[][] = [[]];
  for (const token of tokens) {
    if (token.kind === 'mark' && token.text === ';') all.push([]);
    else all.at(-1)?.push(token);
  }
  return all;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['comment', /--[^\n]*/y],
  ['text', /[Ee]'(?:[^'\\]|''|\\[\s\S])*('?)/y],
  ['text', /(?:[BbXxNn]|[Uu]&)?'(?:[^']|'')*('?)/y],
  ['text', /(?:[Uu]&)?"(?:[^"]|"")*("?)/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['word', /\$\d+|\d[\w.]*/y],
  ['mark', /[^\s]/uy],
];

function tokensOf(sql: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < sql.length; ) {
    const token = special(sql, at) ?? plain(sql, at);
    if (token) tokens.push(token);
    at += token?.text.length ?? 1;
  }
  return tokens;
}

/** Comments that nest and dollar quotes, which no single pattern reads. */
function special(sql: string, start: number): Token | undefined {
  if (sql.startsWith('/*', start)) return blockComment(sql, start);
  const tag = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
  tag.lastIndex = start;
  const mark = tag.exec(sql)?.[0];
  if (mark === undefined) return undefined;
  const end = sql.indexOf(mark, start + mark.length);
  const text = end === -1 ? sql.slice(start) : sql.slice(start, end + mark.length);
  return { kind: 'text', text, start, isOpen: end === -1 };
}

function blockComment(sql: string, start: number): Token {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = start;
  let depth = 0;
  for (let match = marks.exec(sql); match; match = marks.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0)
      return { kind: 'comment', text: sql.slice(start, marks.lastIndex), start, isOpen: false };
  }
  return { kind: 'comment', text: sql.slice(start), start, isOpen: true };
}

function plain(sql: string, start: number): Token | undefined {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = start;
    const match = pattern.exec(sql);
    if (match) return { kind, text: match[0], start, isOpen: match[1] === '' };
  }
  return undefined;
}
