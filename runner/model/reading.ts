/*
 * Reading written values: the YAML at hand with the places of its parts, and what an input's value must be.
 */
import type { Findings } from '../syntax/findings.ts';
import type { Json } from './runbook.ts';
import type { WrittenInput } from './schema.ts';
import type { Yaml } from './yaml.ts';

/** Where a front matter is being read: its values with their places, and the list of findings. */
export interface Reading {
  readonly yaml: Yaml;
  readonly findings: Findings;
}

/** The last name of a path. */
export function lastName(path: readonly PropertyKey[]): string {
  return String(path.at(-1) ?? '');
}

/** The value at a path of plain values; undefined when there is none. */
export function valueIn(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.entries(inner).find(([name]) => name === String(key))?.[1];
  }, value);
}

/** The number that a text writes in decimal; undefined for any other text, and beyond what a number of JavaScript can hold. */
export function readNumber(text: string): number | undefined {
  const number = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/**
 * The value of an input from what is written, by the input's type; a finding, and undefined, when it does not fit. `path`
 * says where it is written.
 */
export function readInputValue(
  { yaml, findings }: Reading,
  written: WrittenInput,
  value: string | readonly string[],
  path: readonly PropertyKey[],
): Json | undefined {
  const refuse = (expected: string): undefined => {
    findings.error('malformed-input', yaml.valueAt(path), {
      name: lastName(path),
      type: written.type,
      expected,
    });
  };
  if (written.type === 'list') return typeof value === 'string' ? refuse('list') : value;
  if (typeof value !== 'string') return refuse('text');
  if (written.type === 'number') return readNumber(value) ?? refuse('number');
  if (written.type === 'choice' && !written.choices?.includes(value))
    return refuse((written.choices ?? []).join(' | '));
  return value;
}
