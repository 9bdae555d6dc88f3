/** What programs print of a secret without the rest: the password of an address, a line of a key, a text in JSON. */

/** How deep parts of parts are looked for: an address in JSON in a line of a file is at 4. */
const DEEPEST = 5;

/** Most parts of one secret, each of which has some hundreds of forms: a key of 16 kbit has 200 lines. */
const MOST_PARTS = 512;

/** What a text holds: parts that are secret, and others that may only hold some. */
interface Inside {
  readonly secret: readonly string[];
  readonly open?: readonly string[];
}

/**
 * The value, and every part of it that is secret by itself: lines, passwords and tokens of addresses, members whose name
 * says so (DSN, `.env`, YAML), texts and long numbers of JSON; the same of each part. Those nearest the whole come first.
 */
export function secretParts(value: string): string[] {
  const parts = new Set([value]);
  const seen = new Set([value]);
  let level = [value];
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const inside = level.flatMap(text => FINDERS.map(find => find(text)));
    const secret = inside.flatMap(one => one.secret).filter(text => text !== '');
    for (const text of secret) if (parts.size < MOST_PARTS) parts.add(text);
    const next = [...secret, ...inside.flatMap(({ open = [] }) => open)].filter(text => !seen.has(text));
    level = [...new Set(next)].slice(0, MOST_PARTS);
    for (const text of level) seen.add(text);
  }
  return [...parts];
}

const FINDERS: readonly ((text: string) => Inside)[] = [linesIn, namedLine, membersIn, addressesIn, jsonIn];

function linesIn(text: string): Inside {
  const lines = text.split(/\r?\n/).filter(line => !/^-+.*-+$/.test(line));
  return { secret: [text.trim(), ...lines].filter(line => line !== text) };
}

/** Names of the settings that are secret: `password`, `DB_PASSWORD`, `sslpassword`, `auth_token`, `AccountKey`, `sig`. */
const SECRET_NAME = /pass|pwd|secret|token|key|credential|auth|^sig|signature/i;

/** A line of a `.env` file, `NAME=value`, or of YAML, `name: value`; a value under another name may be an address. */
function namedLine(text: string): Inside {
  const found = /^[\s-]*(?:export\s+)?["']?([\w.-]+)["']?(?:\s*=|:\s)\s*(\S.*?)\s*$/.exec(text);
  const [, name = '', value = ''] = found ?? [];
  const values = [value, value.replace(/\s+#.*$/, '')].flatMap(one => [one, unquoted(one)]);
  return SECRET_NAME.test(name) ? { secret: values } : { secret: [], open: values };
}

function unquoted(text: string): string {
  if (/^".*"$/s.test(text)) return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  return /^'.*'$/s.test(text) ? text.slice(1, -1).replaceAll("''", "'") : text;
}

/** `?name=value&…`, `name=value;…` and the DSNs of libpq, where blanks separate and quotes hold. */
function membersIn(text: string): Inside {
  const members = /(?:^|[?&;\s])([\w.-]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^&;\s'"#]+))/g;
  const secret = [...text.matchAll(members)].flatMap(([, name = '', single, double, plain = '']) =>
    SECRET_NAME.test(name) ? [(single ?? double)?.replaceAll(/\\(.)/g, '$1') ?? plain] : [],
  );
  return { secret: secret.flatMap(decodings) };
}

/** `scheme://user:password@…`, of which drivers print the password alone; with HTTP, a token may be the user. */
function addressesIn(text: string): Inside {
  const password = /^[a-z][a-z0-9+.:-]*:\/\/[^/?#@]*?:([^/?#]*)@/i.exec(text)?.[1];
  const addresses = /(https?)?:\/\/([^\s/?#"'@:]*)(?::([^\s/?#"']*))?@/gi;
  const found = [...text.matchAll(addresses)].flatMap(([, http, user = '', word = '']) =>
    http !== undefined && /^(x-oauth-basic)?$/.test(word) ? [user] : [word],
  );
  return { secret: [password ?? '', ...found].flatMap(decodings) };
}

function decodings(text: string): string[] {
  return [text, decoded(text), decoded(text.replaceAll('+', ' '))];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Numbers are taken as they are written: one of more than 15 digits would be rounded. */
function jsonIn(text: string): Inside {
  if (!/^\s*[[{"]/.test(text)) return { secret: [] };
  try {
    const texts = textsIn(JSON.parse(text));
    return {
      secret: [...texts, ...(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/-?\d[\d.eE+-]+/g) ?? [])],
    };
  } catch {
    return { secret: [] };
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
