/** The forms in which programs write a secret: what GitHub's runner, Jenkins and Buildkite's agent register, and more. */
import { base64Forms, hexForms, htmlForms, jsonForms, quotedForms, urlForms } from './secret-encodings.ts';
import { secretParts } from './secret-parts.ts';

/** Shortest form that is searched for: a fragment below it would mask ordinary text. */
const SHORTEST_FORM = 8;

/**
 * Every form of a value that is masked, as bytes: plain and as UTF-16, base64 in its three phases (RFC 4648, both
 * alphabets), hexadecimal with or without separators, URL (once and twice), JSON, shell and HTML escapes; the same for each
 * of its parts.
 */
export function secretForms(value: string): Buffer[] {
  const forms = new Set<string>();
  const wide: Buffer[] = [];
  for (const part of longParts(value)) {
    for (const form of textForms(part)) forms.add(form);
    for (const form of binaryForms(Buffer.from(part))) forms.add(form);
    for (const form of breakableTexts(part)) forms.add(form);
    wide.push(Buffer.from(part, 'utf16le'), Buffer.from(part, 'utf16le').swap16());
  }
  return [...[...forms].map(form => Buffer.from(form)), ...wide].filter(longEnough);
}

/** The forms that are also found with line breaks and indentation inside them: plain, base64 and hexadecimal. */
export function breakableForms(value: string): Buffer[] {
  const forms = new Set(longParts(value).flatMap(breakableTexts));
  return [...forms].map(form => Buffer.from(form)).filter(longEnough);
}

/** Each form twice: without its first two characters it is found where a line ends just after them. */
function breakableTexts(part: string): string[] {
  const bytes = Buffer.from(part);
  const forms = [part, ...base64Forms(bytes), ...hexForms(bytes)];
  return [...forms, ...forms.map(form => form.slice(2))];
}

function longEnough(form: Buffer): boolean {
  return form.length >= SHORTEST_FORM;
}

function longParts(value: string): string[] {
  return secretParts(value).filter(part => Buffer.byteLength(part) >= SHORTEST_FORM);
}

function textForms(text: string): string[] {
  const lines = text.replaceAll(/\r?\n/g, '\r\n');
  return [text, lines, ...jsonForms(text), ...urlForms(text), ...quotedForms(text), ...htmlForms(text)];
}

/** Lines of a broken base64 text are found alone, too, since something may stand before each. */
function binaryForms(bytes: Buffer): string[] {
  const whole = bytes.toString('base64');
  return [...hexForms(bytes), ...base64Forms(bytes), ...broken(whole, 64), ...broken(whole, 76)];
}

function broken(text: string, columns: number): string[] {
  if (text.length <= columns) return [];
  return text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
}
