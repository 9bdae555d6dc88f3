/** The forms in which programs write a secret: what GitHub's runner, Jenkins and Buildkite's agent register, and more. */

/** Shortest form that is searched for: a fragment below it would mask ordinary text. */
const SHORTEST_FORM = 8;

/**
 * Every form of a value that is masked, as bytes: plain, each of its lines, base64 in its three phases (RFC 4648, both
 * alphabets, and broken at 64 and 76 columns), hexadecimal, URL, JSON, shell and HTML escapes; the same for the password
 * of a URL and for each text in a JSON value.
 */
export function secretForms(value: string): Buffer[] {
  const forms = new Set<string>();
  for (const part of secretParts(value)) {
    for (const form of textForms(part)) forms.add(form);
    for (const form of binaryForms(Buffer.from(part))) forms.add(form);
  }
  return [...forms].map(form => Buffer.from(form)).filter(form => form.length >= SHORTEST_FORM);
}

function secretParts(value: string): Set<string> {
  const lines = value.split(/\r?\n/).filter(line => !/^-+.*-+$/.test(line));
  const parts = [value, value.trim(), ...lines, ...urlParts(value), ...jsonParts(value)];
  return new Set(parts.filter(part => Buffer.byteLength(part) >= SHORTEST_FORM));
}

/** `scheme://user:password@…`: drivers print the password alone. */
function urlParts(value: string): string[] {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@]*?:([^/?#]*)@/i.exec(value)?.[1];
  return password === undefined ? [] : [password, decoded(password)];
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
  const json = JSON.stringify(text).slice(1, -1);
  return [
    text,
    text.replaceAll(/\r?\n/g, '\r\n'),
    json,
    JSON.stringify(json).slice(1, -1),
    asciiJson(json),
    ...urlForms(text),
    ...shellForms(text),
    ...htmlForms(text),
  ];
}

/** Python's `json.dumps` and `jq --ascii-output` escape everything beyond ASCII. */
function asciiJson(json: string): string {
  return json.replaceAll(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function urlForms(text: string): string[] {
  if (/\p{Surrogate}/u.test(text)) return [];
  const component = encodeURIComponent(text);
  const strict = component.replaceAll(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const lower = (form: string) => form.replaceAll(/%[0-9A-F]{2}/g, code => code.toLowerCase());
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  return [component, strict, encodeURI(text), form, lower(component), lower(strict)];
}

/** Escapes of `$'…'` (Bash manual, "ANSI-C Quoting"). */
const ANSI_C: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\E',
  "'": "\\'",
  '\\': '\\\\',
};

function shellForms(text: string): string[] {
  const single = text.replaceAll("'", "'\\''");
  const double = text.replaceAll(/[\\"$`]/g, '\\$&');
  // The signs that bash's `printf %q` escapes; `~` and `#` only at the beginning.
  const spaced = text.replaceAll(/[ !"$&'()*,;<>?[\\\]^`{|}]|^[~#]/g, '\\$&');
  const ansi = text.replaceAll(/[\0\x07-\r\x1b'\\]/g, sign => ANSI_C[sign] ?? sign);
  const octal = [...Buffer.from(ansi)].map(byte =>
    byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`,
  );
  return [single, double, spaced, ansi, octal.join('')];
}

function htmlForms(text: string): string[] {
  const base = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quoted = base.replaceAll('"', '&quot;');
  return [base, quoted, quoted.replaceAll("'", '&#39;'), quoted.replaceAll("'", '&#x27;')];
}

function binaryForms(bytes: Buffer): string[] {
  const hex = bytes.toString('hex');
  const base64 = [0, 1, 2].map(phase => base64Core(bytes, phase));
  const url = base64.map(form => form.replaceAll('+', '-').replaceAll('/', '_'));
  const whole = bytes.toString('base64');
  return [hex, hex.toUpperCase(), ...base64, ...url, ...broken(whole, 64), ...broken(whole, 76)];
}

/** The characters that depend on the secret alone when `phase` bytes come before it. */
function base64Core(bytes: Buffer, phase: number): string {
  const encoded = Buffer.concat([Buffer.alloc(phase), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const first = Math.ceil((phase * 8) / 6);
  const whole = Math.floor(((phase + bytes.length) * 8) / 6);
  return encoded.slice(first, whole);
}

function broken(text: string, columns: number): string[] {
  if (text.length <= columns) return [];
  return text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
}
