/*
 * Text that came from outside, made harmless for one surface. In: what a command printed, a file's name, a remark, a server's
 * answer. Out: the same text, in which every character that a terminal, a Markdown renderer or a browser could obey is shown
 * instead of obeyed. It never drops a character silently, but for colours (SGR), which carry no content.
 */

/** Where the text will be shown. `line` is one line of a terminal or table; `markdown` is inline Markdown prose. */
export type Surface = 'terminal' | 'line' | 'markdown' | 'html';

// C0 but tab and line feed, DEL, C1, format characters (bidi, zero-width, tags), line separators, lone surrogates.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const EACH_UNSAFE = new RegExp(UNSAFE.source, 'gu');

/** Colours (SGR, ECMA-48 8.3.117), one after the other: what the record drops, so that the masker must look past it. */
export const COLOURS = /(?:\u001b\[[0-9;:]*m)+/g;

/** Most characters of colours in a row that are dropped: more is shown, since the masker cannot wait for ever. */
export const LONGEST_COLOURS = 256;

const MARKDOWN_PUNCTUATION = /[\\`*_{}[\]<>#|&~$!]/g;
// Addresses become links even when their punctuation is escaped (GitHub looks for them after parsing), but not inside code.
const ADDRESS = /https?:|ftp:|mailto:|xmpp:|www\.|@/i;

/** True when `text` holds nothing that a terminal or a reader's eye could be fooled with. */
export function isClean(text: string): boolean {
  return !UNSAFE.test(text);
}

/**
 * Makes `text` harmless on `surface`. Tab and line feed stay on `terminal` and `html`; on `line` and `markdown`, which hold one
 * line, they are shown. HTML entities are the HTML library's work, never this function's.
 */
export function neutralise(text: string, surface: Surface): string {
  const visible = isClean(text) ? text : showUnsafe(text);
  if (surface === 'line') return oneLine(visible);
  return surface === 'markdown' ? escapeMarkdown(oneLine(visible)) : visible;
}

function showUnsafe(text: string): string {
  const bare = text.replace(COLOURS, run => (run.length > LONGEST_COLOURS ? run : ''));
  return bare.replace(/\r+\n/g, '\n').replace(EACH_UNSAFE, token);
}

/** The visible token of one character: a control picture where Unicode has one, else its code point. */
function token(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

function oneLine(text: string): string {
  return text.replace(/\n/g, '␊').replace(/\t/g, ' ');
}

function escapeMarkdown(text: string): string {
  return text
    .split(/([\s|]+)/)
    .map(word => (ADDRESS.test(word) ? codeSpan(word) : escapePunctuation(word)))
    .join('');
}

function escapePunctuation(text: string): string {
  return text.replace(MARKDOWN_PUNCTUATION, '\\$&');
}

/** An inline code span of `text`, which no run of backticks in it can close. */
export function codeSpan(text: string): string {
  const inner = neutralise(text, 'line');
  if (inner.trim() === '') return '` `';
  const marks = '`'.repeat(longestRun(inner, '`') + 1);
  const pad = /^[` ]|[` ]$/.test(inner) ? ' ' : '';
  return `${marks}${pad}${inner}${pad}${marks}`;
}

/** The lines of a fenced block of `text`, its fence longer than any run of backticks in it; no forged record inside. */
export function fencedLines(text: string, info = 'text'): string[] {
  const inner = neutralise(text, 'terminal').replace(/<(?=!--\s*\/?reprise:)/gi, '‹');
  const fence = '`'.repeat(Math.max(3, longestRun(inner, '`') + 1));
  return [`${fence}${info}`, ...inner.replace(/\n$/, '').split('\n'), fence];
}

function longestRun(text: string, character: string): number {
  let longest = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at)) {
    const start = at;
    while (text[at] === character) at += 1;
    longest = Math.max(longest, at - start);
  }
  return longest;
}
