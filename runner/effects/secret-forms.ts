/** The forms in which programs write a secret: what GitHub's runner, Jenkins and Buildkite's agent register, and more. */
import { base64Forms, hexForms, htmlForms, jsonForms, shellForms, urlForms } from './secret-encodings.ts';

/** Shortest form that is searched for: a fragment below it would mask ordinary text. */
const SHORTEST_FORM = 8;

/**
 * Every form of a value that is masked, as bytes: plain and as UTF-16, each of its lines, base64 in its three phases (RFC
 * 4648, both alphabets), hexadecimal with or without separators, URL (once and twice), JSON, shell and HTML escapes; the
 * same for the password of a URL, the secret members of its query, and for each text in a JSON value.
 */
export function secretForms(value: string): Buffer[] {
  const forms = new Set<string>();
  const wide: Buffer[] = [];
  for (const part of secretParts(value)) {
    for (const form of textForms(part)) forms.add(form);
    for (const form of binaryForms(Buffer.from(part))) forms.add(form);
    for (const form of breakableTexts(part)) forms.add(form);
    wide.push(Buffer.from(part, 'utf16le'), Buffer.from(part, 'utf16le').swap16());
  }
  return [...[...forms].map(form => Buffer.from(form)), ...wide].filter(longEnough);
}

/** The forms that are also found with line breaks and indentation inside them: plain, base64 and hexadecimal. */
export function breakableForms(value: string): Buffer[] {
  const forms = new Set([...secretParts(value)].flatMap(breakableTexts));
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

function secretParts(value: string): Set<string> {
  const lines = value.split(/\r?\n/).filter(line => !/^-+.*-+$/.test(line));
  const parts = [value, value.trim(), ...lines, ...urlParts(value), ...jsonParts(value)];
  return new Set(parts.filter(part => Buffer.byteLength(part) >= SHORTEST_FORM));
}

/** Names of the settings that are secret in a DSN: `password`, `sslpassword`, `auth_token`, `AccountKey`, `sig`. */
const SECRET_NAME = /pass|pwd|secret|token|key|credential|auth|^sig|signature/i;

/** `scheme://user:password@…?password=…`, and the `name=value` DSNs: drivers print the password alone. */
function urlParts(value: string): string[] {
  const password = /^[a-z][a-z0-9+.:-]*:\/\/[^/?#@]*?:([^/?#]*)@/i.exec(value)?.[1];
  const members = [...value.matchAll(/(?:^|[?&;\s])([\w.-]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|([^&;\s'#]+))/g)];
  const named = members.flatMap(([, name = '', quoted, plain = '']) =>
    SECRET_NAME.test(name) ? [quoted?.replaceAll(/\\(.)/g, '$1') ?? plain] : [],
  );
  const found = password === undefined ? named : [password, ...named];
  return found.flatMap(part => [part, decoded(part), decoded(part.replaceAll('+', ' '))]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function jsonParts(value: string): string[] {
  if (!/^\s*[[{"]/.test(value)) return [];
  try {
    return textsIn(JSON.parse(value));
  } catch {
    return [];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function textForms(text: string): string[] {
  const lines = text.replaceAll(/\r?\n/g, '\r\n');
  return [text, lines, ...jsonForms(text), ...urlForms(text), ...shellForms(text), ...htmlForms(text)];
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
