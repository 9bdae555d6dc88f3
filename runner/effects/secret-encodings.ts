/** How programs write a text or its bytes: each function gives every form of one family, of which some may be the same. */

/** JSON, JSON in JSON, and JSON with what its writers escape beyond need (RFC 8259, section 7, allows any character). */
export function jsonForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const plain = [json, json.replaceAll('/', '\\/')];
  const forms = plain.flatMap(form => JSON_SETS.flatMap(set => unicodeEscapes(form, set)));
  return [...plain, JSON.stringify(json).slice(1, -1), ...forms, ...unicodeEscapes(text, /./gs)];
}

/** What goes into `\uXXXX`: nothing but what is not ASCII; Go and gson; PHP's JSON_HEX; .NET; escapers for scripts. */
const JSON_SETS = [
  /[^\0-\x7f]/g,
  /[<>&]|[^\0-\x7f]/g,
  /[<>&]/g,
  /[<>&=']/g,
  /[<>&']|\\"|[^\0-\x7f]/g,
  /[<>&'`+]|\\"|[^\0-\x7f]/g,
  /[<>&'`=;-]|\\["\\]|[^\0-\x7f]/g,
];

function unicodeEscapes(text: string, set: RegExp): string[] {
  const escaped = (digits: (code: string) => string): string =>
    text.replaceAll(set, match => `\\u${digits(hexOf(match.slice(-1))).padStart(4, '0')}`);
  return [escaped(code => code), escaped(code => code.toUpperCase())];
}

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16);
}

/** Percent-encoding (RFC 3986), of all but the unreserved, as forms do or as Python's `quote`, in either case, once and twice. */
export function urlForms(text: string): string[] {
  if (/\p{Surrogate}/u.test(text)) return [];
  const component = encodeURIComponent(text);
  const strict = component.replaceAll(/[!'()*]/g, sign => `%${hexOf(sign).toUpperCase()}`);
  const lower = (form: string) => form.replaceAll(/%[0-9A-F]{2}/g, code => code.toLowerCase());
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  const every = [...Buffer.from(text)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join('');
  // Python's `urllib.parse.quote` keeps slashes.
  const quoted = strict.replaceAll('%2F', '/');
  const upper = [component, strict, form, quoted];
  const once = [...upper, ...upper.map(lower)];
  const twice = once.map(encodeURIComponent);
  return [...once, encodeURI(text), every, every.toUpperCase(), ...twice, ...twice.map(lower)];
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

/** Quoting of SQL literals, and of shells: single, double, by backslashes as `printf %q`, and `$'…'` with bytes in octal or as they are. */
export function quotedForms(text: string): string[] {
  const single = text.replaceAll("'", "'\\''");
  const double = text.replaceAll(/[\\"$`]/g, '\\$&');
  // The signs that bash's `printf %q` escapes; `~` and `#` only at the beginning.
  const spaced = text.replaceAll(/[ !"$&'()*,;<>?[\\\]^`{|}]|^[~#]/g, '\\$&');
  const ansi = text.replaceAll(/[\0\x07-\r\x1b'\\]/g, sign => ANSI_C[sign] ?? sign);
  const octal = [...Buffer.from(ansi)].map(byte =>
    byte < 128 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`,
  );
  return [text.replaceAll("'", "''"), single, double, spaced, ansi, octal.join('')];
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** HTML and XML: names for the four signs, quotes by name or number, all signs or all characters by number. */
export function htmlForms(text: string): string[] {
  const named = (set: RegExp) => text.replaceAll(set, sign => NAMES[sign] ?? sign);
  const base = named(/[&<>]/g);
  const quoted = named(/[&<>"]/g);
  const apostrophes = ['&#39;', '&#039;', '&#x27;', '&apos;'];
  const mixed = [quoted, base.replaceAll('"', '&#34;'), base.replaceAll('"', '&#x22;')];
  const both = mixed.flatMap(form => apostrophes.map(code => form.replaceAll("'", code)));
  const templates = both.map(form => form.replaceAll('/', '&#x2F;').replaceAll('`', '&#x60;'));
  const signs = [/[^\p{L}\p{N}\s]/gu, /[&<>"']/g, /[^\w\s]/g, /./gsu];
  const numbers = signs.flatMap(set => numericEntities(text, set));
  const western = [base, quoted].flatMap(form => numericEntities(form, /[^\0-\x7f]/gu));
  const equals = templates.map(form => form.replaceAll('=', '&#x3D;'));
  return [base, ...mixed, ...both, ...templates, ...equals, ...numbers, ...western];
}

function numericEntities(text: string, set: RegExp): string[] {
  const codes = (word: (code: number) => string) =>
    text.replaceAll(set, sign => `&#${word(sign.codePointAt(0) ?? 0)};`);
  const hex = (code: number) => code.toString(16);
  return [
    codes(String),
    codes(code => `x${hex(code)}`),
    codes(code => `x${hex(code).toUpperCase()}`),
    codes(code => `X${hex(code).toUpperCase()}`),
  ];
}

/** Base64 (RFC 4648) in both alphabets and the three phases: the characters that depend on these bytes alone. */
export function base64Forms(bytes: Buffer): string[] {
  const standard = [0, 1, 2].map(phase => base64Core(bytes, phase));
  return [...standard, ...standard.map(form => form.replaceAll('+', '-').replaceAll('/', '_'))];
}

function base64Core(bytes: Buffer, phase: number): string {
  const encoded = Buffer.concat([Buffer.alloc(phase), bytes])
    .toString('base64')
    .replaceAll('=', '');
  const first = Math.ceil((phase * 8) / 6);
  const whole = Math.floor(((phase + bytes.length) * 8) / 6);
  return encoded.slice(first, whole);
}

/** Hexadecimal in either case: run together, in groups of one, two or four bytes from any byte on, and as escapes. */
export function hexForms(bytes: Buffer): string[] {
  const pairs = [...bytes].map(byte => byte.toString(16).padStart(2, '0'));
  const groups = (size: number, first: number): string =>
    [pairs.slice(0, first), ...grouped(pairs.slice(first), size)]
      .map(group => group.join(''))
      .join(' ')
      .trim();
  const apart = [':', ' ', '-', '\\x', ', 0x', ',0x', ' 0x'].map(sign => pairs.join(sign));
  const phases = [groups(2, 0), groups(2, 1), ...[0, 1, 2, 3].map(first => groups(4, first))];
  const lower = [pairs.join(''), ...apart, ...phases];
  // The signs of an escape stay in lower case.
  const upper = lower.map(form => form.replaceAll(/[a-f]/g, digit => digit.toUpperCase()));
  return [...lower, ...upper];
}

function grouped(pairs: readonly string[], size: number): (readonly string[])[] {
  const count = Math.ceil(pairs.length / size);
  return Array.from({ length: count }, (_, index) => pairs.slice(index * size, (index + 1) * size));
}
