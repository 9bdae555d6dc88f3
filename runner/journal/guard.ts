/*
 * Small type guards of which the table of events is made: each answers whether an unknown value has a type, and proves it to
 * the compiler. They are cheap, since verifying reads hundreds of thousands of lines.
 */
import type { Json } from '../model/runbook.ts';

/**
 * A test of an unknown value that proves its type. `accepts` never exists: it makes the compiler refuse a guard that knows
 * fewer values than the type has, as it refuses one that lets more pass.
 */
export type Guard<T> = ((value: unknown) => value is T) & { readonly accepts?: (value: T) => void };

/** A guard of a member that may be absent. */
export interface Optional<T> {
  readonly optional: Guard<T>;
}

/** Guards of the members of T, optional ones marked, none missing. */
export type Members<T> = {
  readonly [K in keyof T]-?: object extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Guard<T[K]>;
};

/** Any string. */
export const text: Guard<string> = (value: unknown): value is string => typeof value === 'string';
/** A text that says something, as a reason must. */
export const said: Guard<string> = (value: unknown): value is string => text(value) && value.trim() !== '';
/** Any finite number. */
export const number: Guard<number> = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
/** An integer that JSON carries without loss. */
export const integer: Guard<number> = (value: unknown): value is number => Number.isSafeInteger(value);
/** A whole number from 0. */
export const count: Guard<number> = (value: unknown): value is number => integer(value) && value >= 0;
/** A boolean. */
export const flag: Guard<boolean> = (value: unknown): value is boolean => typeof value === 'boolean';

/** sha256 in lower-case hexadecimal. */
export const digest: Guard<string> = (value: unknown): value is string =>
  text(value) && value.length === 64 && isHexadecimal(value);

// A loop is four times as fast as a regular expression here, and every line of a journal holds a digest.
function isHexadecimal(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x30 || code > 0x66 || (code > 0x39 && code < 0x61)) return false;
  }
  return true;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
/** An RFC 3339 time that exists. */
export const instant: Guard<string> = (value: unknown): value is string =>
  text(value) && rfc3339.test(value) && !Number.isNaN(Date.parse(value));

const unfit = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\\"]/u;
/** A path inside the bundle: relative, with `/`, no empty, `.` or `..` part, no quote, control or invisible character. */
export const bundlePath: Guard<string> = (value: unknown): value is string =>
  text(value) &&
  value.length <= 1024 &&
  !unfit.test(value) &&
  value.split('/').every(part => part !== '' && part !== '.' && part !== '..');

/** Nesting that no export needs; what bears one in the journal adds a little, and canonical JSON ends at 128. */
const DEEPEST = 100;

/** Any JSON value that a line of the journal can hold: nested at most 100 deep, in whole Unicode characters (RFC 7493, 2.1). */
export const json: Guard<Json> = (value: unknown): value is Json => isJson(value, 0);

function isJson(value: unknown, depth: number): boolean {
  if (text(value)) return value.isWellFormed();
  if (value === null || number(value) || flag(value)) return true;
  if (typeof value !== 'object' || depth === DEEPEST) return false;
  if (Array.isArray(value)) return value.every(member => isJson(member, depth + 1));
  return Object.entries(value).every(([name, member]) => name.isWellFormed() && isJson(member, depth + 1));
}

/** One of the given values. */
export function choice<const T extends string | number | boolean>(...values: readonly T[]): Guard<T> {
  return (value): value is T => values.some(known => known === value);
}

/** One of two or three types, tried in order. */
export function anyOf<A, B, C = never>(
  first: Guard<A>,
  second: Guard<B>,
  third?: Guard<C>,
): Guard<A | B | C> {
  return (value): value is A | B | C => first(value) || second(value) || (third?.(value) ?? false);
}

/** An array of T. */
export function list<T>(item: Guard<T>): Guard<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(item);
}

/** A plain object with values of T under any names. */
export function record<T>(item: Guard<T>): Guard<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> => isPlain(value) && Object.values(value).every(item);
}

/** Marks a member as one that may be absent; it is never `undefined`. */
export function optional<T>(guard: Guard<T>): Optional<T> {
  return { optional: guard };
}

/** A plain object with exactly the members of T. */
export function object<T extends object>(members: Members<T>): Guard<T> {
  const guards = new Map<string, Test>();
  const mandatory: string[] = [];
  for (const [name, member] of Object.entries<Test | { readonly optional: Test }>(members)) {
    if (typeof member === 'function') mandatory.push(name);
    guards.set(name, typeof member === 'function' ? member : member.optional);
  }
  return (value): value is T => {
    if (!isPlain(value)) return false;
    for (const name of mandatory) if (!Object.hasOwn(value, name)) return false;
    for (const name of Object.keys(value)) if (!guards.get(name)?.(value[name])) return false;
    return true;
  };
}

/** An object whose member `tag` names which guard of the table it must pass. */
export function shapeByName<M extends object>(
  tag: string,
  table: { readonly [N in keyof M]: Guard<M[N]> },
): Guard<M[keyof M]> {
  const guards = new Map<string, Test>(Object.entries<Test>(table));
  return (value): value is M[keyof M] => {
    if (!isPlain(value)) return false;
    const name = value[tag];
    return typeof name === 'string' && (guards.get(name)?.(value) ?? false);
  };
}

type Test = (value: unknown) => boolean;

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
