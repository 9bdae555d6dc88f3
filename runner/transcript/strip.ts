/*
 * Records set into a source, and taken out again. A record stands between two delimiter lines that bear the transcript's
 * nonce, a digest that the source does not contain; inside a record every line begins with `>`. So neither the source nor
 * what a command printed can open, close or forge one, and `sed` can take them all out.
 */
import { createHash } from 'node:crypto';

/** A record to set in after the line that holds `offset`. Its lines must not contain line ends. */
export interface Insertion {
  readonly offset: number;
  readonly lines: readonly string[];
}

const TAIL = /^<!-- reprise:end ([0-9a-f]{32})( newline)? -->$/;

/** 32 hexadecimal digits made from the source, that do not occur in it. */
export function nonceOf(source: string): string {
  for (let count = 0; ; count += 1) {
    const nonce = createHash('sha256')
      .update(`reprise transcript ${count}\n`)
      .update(source)
      .digest('hex')
      .slice(0, 32);
    if (!source.includes(nonce)) return nonce;
  }
}

/** Sets records into `source`, in the order of their offsets. `stripAnnotations` of the result is `source` for any source. */
export function insertAnnotations(source: string, insertions: readonly Insertion[]): string {
  const nonce = nonceOf(source);
  const unfinished = source !== '' && !source.endsWith('\n');
  const parts: string[] = [];
  let written = 0;
  for (const { offset, lines } of [...insertions].sort((one, other) => one.offset - other.offset)) {
    const at = Math.max(written, nextLine(source, offset));
    parts.push(source.slice(written, at));
    if (at === source.length && unfinished && written < at) parts.push('\n');
    parts.push(delimited(nonce, lines));
    written = at;
  }
  parts.push(source.slice(written));
  if (unfinished && written < source.length) parts.push('\n');
  parts.push(`<!-- reprise:end ${nonce}${unfinished ? ' newline' : ''} -->\n`);
  return parts.join('');
}

function delimited(nonce: string, lines: readonly string[]): string {
  const quoted = lines.map(line => (line === '' ? '>' : `> ${line.replaceAll('\n', ' ')}`));
  return [`<!-- reprise:record ${nonce} -->`, ...quoted, `<!-- /reprise:record ${nonce} -->`, ''].join('\n');
}

/** The start of the line after the one that holds `offset`; `offset` itself when it starts a line. */
function nextLine(source: string, offset: number): number {
  const at = Math.min(Math.max(offset, 0), source.length);
  if (at === 0 || source[at - 1] === '\n') return at;
  const end = source.indexOf('\n', at);
  return end === -1 ? source.length : end + 1;
}

/** The source of an annotated transcript, byte for byte. Throws `RangeError` for a text that is not one. */
export function stripAnnotations(markdown: string): string {
  const body = markdown.slice(0, markdown.lastIndexOf('\n', markdown.length - 2) + 1);
  const tail = TAIL.exec(markdown.slice(body.length, -1));
  if (tail?.[1] === undefined) throw new RangeError('no end of transcript');
  const opening = `<!-- reprise:record ${tail[1]} -->\n`;
  const closing = `\n<!-- /reprise:record ${tail[1]} -->\n`;
  const parts: string[] = [];
  let at = 0;
  for (let open = body.indexOf(opening); open !== -1; open = body.indexOf(opening, at)) {
    const close = body.indexOf(closing, open);
    if (close === -1) throw new RangeError('a record without its end');
    parts.push(body.slice(at, open));
    at = close + closing.length;
  }
  parts.push(body.slice(at));
  const source = parts.join('');
  return tail[2] === undefined ? source : source.slice(0, -1);
}
