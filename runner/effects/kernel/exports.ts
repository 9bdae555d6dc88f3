/** The exports of a cell as JSON: what is not JSON cannot be given to a later cell, and is refused by name. */
import type { Json } from '../../model/runbook.ts';
import { isDeclaredSecret } from './scope.ts';

/** Longest JSON text of all exports of a cell, in characters. */
const LONGEST_EXPORTS = 1_048_576;

/** Reads a module's exports. Throws an error that names the export which is not JSON, or the size when too much. */
export function readExports(namespace: object): {
  readonly values: Readonly<Record<string, Json>>;
  readonly secrets: readonly string[];
} {
  const entries = Object.entries(namespace);
  const values = Object.fromEntries(entries.map(([name, value]) => [name, jsonOf(value, name, [])]));
  const size = JSON.stringify(values).length;
  if (size > LONGEST_EXPORTS) {
    throw new Error(
      `exports of ${size} characters; at most ${LONGEST_EXPORTS}: write a file and export its path`,
    );
  }
  return { values, secrets: entries.filter(([, value]) => isDeclaredSecret(value)).map(([name]) => name) };
}

function jsonOf(value: unknown, path: string, above: readonly object[]): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw notJson(path, String(value));
  }
  if (typeof value !== 'object') throw notJson(path, typeof value);
  if (above.includes(value)) throw notJson(path, 'cycle');
  const inside = [...above, value];
  if (Array.isArray(value)) return value.map((member, index) => jsonOf(member, `${path}[${index}]`, inside));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) throw notJson(path, kindOf(value));
  const members = Object.entries(value).map(([key, member]) => [
    key,
    jsonOf(member, `${path}.${key}`, inside),
  ]);
  return Object.fromEntries(members);
}

function kindOf(value: object): string {
  return value.constructor?.name ?? 'object';
}

function notJson(path: string, found: string): Error {
  return new Error(`export ${path}: ${found} is not JSON, and only JSON can be handed to later cells`);
}
