/*
 * Canonical JSON (RFC 8785): one value has exactly one text, so two readers cannot disagree about a signed line.
 * What JSON cannot say without loss is refused here instead of being dropped or rounded by `JSON.stringify`.
 */

/** Nesting that no event needs; deeper values come from hostile input and would exhaust the stack. */
const MAX_DEPTH = 128;

const loneSurrogate = /[\uD800-\uDFFF]/u;

/**
 * Text of `value` after RFC 8785: members sorted by UTF-16 code units (3.2.3), strings and numbers as ECMAScript writes them
 * (3.2.2). Throws a TypeError on undefined, functions, symbols, bigints, non-finite numbers, lone
 * surrogates, sparse arrays, objects that are not plain, and nesting deeper than 128.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new TypeError(`nesting deeper than ${MAX_DEPTH}`);
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return Array.isArray(value) ? writeArray(value, depth) : writeObject(value, depth);
    default:
      throw new TypeError(`${typeof value} has no canonical JSON`);
  }
}

function writeString(value: string): string {
  if (loneSurrogate.test(value)) throw new TypeError('lone surrogate in a string');
  return JSON.stringify(value);
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`);
  return JSON.stringify(value);
}

function writeArray(value: readonly unknown[], depth: number): string {
  const parts: string[] = [];
  for (let index = 0; index < value.length; index++) {
    if (!(index in value)) throw new TypeError('sparse array has no canonical JSON');
    parts.push(write(value[index], depth + 1));
  }
  return `[${parts.join(',')}]`;
}

function writeObject(value: object, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`${value.constructor?.name ?? 'object'} has no canonical JSON`);
  }
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const member: unknown = Reflect.get(value, name);
    text += `${text === '' ? '' : ','}${writeString(name)}:${write(member, depth + 1)}`;
  }
  return `{${text}}`;
}

/**
 * Whether `text` is the canonical JSON of `value`, which must come from parsing it. The quick way is as strict as the slow one:
 * it is left for every text that it cannot vouch for (names not in order, escaped surrogates, deep nesting).
 */
export function isCanonical(value: unknown, text: string): boolean {
  try {
    if (!text.includes('\\ud') && isOrdered(value, 0) && JSON.stringify(value) === text) return true;
    return canonicalJson(value) === text;
  } catch {
    return false;
  }
}

function isOrdered(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every(item => isOrdered(item, depth + 1));
  let last = '';
  for (const name of Object.keys(value)) {
    if (name < last) return false;
    last = name;
  }
  return Object.values(value).every(member => isOrdered(member, depth + 1));
}
