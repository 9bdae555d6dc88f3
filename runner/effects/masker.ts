/*
 * The only place that knows secrets by their value. In: bytes as a process wrote them. Out: the same bytes with every
 * registered secret, in each documented form and across chunk borders, replaced by «secret:NAME».
 * Can never happen: a form of a registered secret that leaves a stream because it was cut in two; a stream that holds
 * back more than the longest form, its breaks and its colours. What no masker can see (reversed, compressed, re-cased) is
 * documented, not promised.
 */
import { Fault } from '../fault.ts';
import type { Match, Needle } from './blocks.ts';
import { colourBlind } from './coloured-matcher.ts';
import { foldedPercents } from './folded-matcher.ts';
import { createMatcher, type Matcher } from './matcher.ts';
import { breakableForms, secretForms } from './secret-forms.ts';

/** Shortest secret that is accepted, in bytes of UTF-8: a shorter one would mask half of a log. */
export const SHORTEST_SECRET = 8;

/**
 * Masks one stream of bytes; `end` gives what was held back. What either gives holds until the next call, since its memory
 * is used again. A stream may be used again after `end`.
 */
export interface MaskStream {
  write(chunk: Buffer): Buffer[];
  end(): Buffer[];
}

/** Registered secrets, and what finds them in text. */
export interface Masker {
  /** Registers a value, at once and for every open stream. Throws the `Fault` `secret-too-short` below 8 bytes. */
  add(name: string, value: string): void;
  /** The text with every secret replaced, and half characters (lone surrogates) by U+FFFD. */
  mask(text: string): string;
  /** The name of the first secret that the bytes hold in any form; nothing when there is none. */
  find(data: string | Buffer): string | undefined;
  /** True when the text holds a registered secret in any form. */
  finds(text: string): boolean;
  stream(): MaskStream;
}

/** What stands in the place of a secret. */
export function replacementFor(name: string): string {
  return `«secret:${name}»`;
}

/** A masker without secrets. */
export function createMasker(): Masker {
  const needles = new Map<string, Needle>();
  const values = new Set<string>();
  let matcher: Matcher | undefined;
  const add = (name: string, value: string): void => {
    if (Buffer.byteLength(value) < SHORTEST_SECRET) {
      throw new Fault('secret-too-short', { secret: name, shortest: SHORTEST_SECRET });
    }
    if (values.has(value)) return;
    values.add(value);
    keep(needles, name, secretForms(value), false);
    keep(needles, name, breakableForms(value), true);
    matcher = undefined;
  };
  // The tables are made when they are needed, since secrets come one by one.
  const current = (): Matcher | undefined => {
    if (values.size > 0) matcher ??= colourBlind(foldedPercents(createMatcher([...needles.values()])));
    return matcher;
  };
  const mask = (text: string): string => {
    if (current() === undefined) return text.toWellFormed();
    const stream = createStream(current);
    return Buffer.concat([...stream.write(Buffer.from(text)), ...stream.end()]).toString();
  };
  const find = (data: string | Buffer): string | undefined => {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    return current()?.scan(bytes).matches[0]?.name;
  };
  return { add, mask, find, finds: text => find(text) !== undefined, stream: () => createStream(current) };
}

/** The first secret that has a form keeps it, so that its name does not change. */
function keep(
  needles: Map<string, Needle>,
  name: string,
  forms: readonly Buffer[],
  breakable: boolean,
): void {
  for (const bytes of forms) {
    const key = bytes.toString('latin1');
    const known = needles.get(key);
    if (known === undefined) needles.set(key, { bytes, name, breakable });
    else if (breakable && !known.breakable) needles.set(key, { ...known, breakable });
  }
}

const NOTHING = Buffer.alloc(0);

/** `covered` counts the first bytes of `held` that an emitted replacement already stands for. */
interface Held {
  held: Buffer;
  covered: number;
}

function createStream(current: () => Matcher | undefined): MaskStream {
  const state: Held = { held: NOTHING, covered: 0 };
  const join = createJoiner();
  const write = (chunk: Buffer): Buffer[] => {
    const matcher = current();
    if (matcher === undefined) return [chunk];
    const data = state.held.length === 0 ? chunk : join(state.held, chunk);
    const { matches, partial } = matcher.scan(data);
    return release(state, data, matches, partial);
  };
  const end = (): Buffer[] => {
    const matcher = current();
    return matcher === undefined
      ? []
      : release(state, state.held, matcher.scan(state.held).matches, state.held.length);
  };
  return { write, end };
}

/** Joins in memory that is used again each time, since a gigabyte of fresh chunks outruns the garbage collector. */
function createJoiner(): (first: Buffer, second: Buffer) => Buffer {
  let room = NOTHING;
  return (first, second) => {
    const length = first.length + second.length;
    if (room.length < length) room = Buffer.allocUnsafeSlow(length + SLACK);
    first.copy(room);
    second.copy(room, first.length);
    return room.subarray(0, length);
  };
}

/** What is held back differs from one chunk to the next. */
const SLACK = 4096;

/** Gives out everything before `cut`; a match that begins there or later could still grow, so it waits. */
function release(state: Held, data: Buffer, matches: readonly Match[], cut: number): Buffer[] {
  const parts: Buffer[] = [];
  let masked = state.covered;
  for (const match of matches) {
    if (match.start >= cut) break;
    if (match.start >= masked) {
      if (match.start > masked) parts.push(data.subarray(masked, match.start));
      parts.push(Buffer.from(replacementFor(match.name)));
    }
    masked = Math.max(masked, match.end);
  }
  if (masked < cut) parts.push(data.subarray(masked, cut));
  // A copy, because the memory is used again, here or by whoever gave the chunk.
  state.held = cut === data.length ? NOTHING : Buffer.from(data.subarray(cut));
  state.covered = Math.max(0, masked - cut);
  return parts;
}
