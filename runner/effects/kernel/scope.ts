/*
 * What a ts cell finds without importing it: zx, `resources`, `inputs`, `items`, `secrets`, `secret()`. In: a request.
 * Out: the cell's own scope of zx options, gone with the cell.
 * Can never happen: a secret that is printed before the run process knows it; output of zx that goes nowhere.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { readSync, writeSync } from 'node:fs';
import * as zx from 'zx';
import type { Fact } from '../../journal/event.ts';
import { fact as isFact } from '../../journal/shape.ts';
import { secretForms } from '../secret-forms.ts';
import type { CellRequest, SecretNotice } from './protocol.ts';
import { SECRETS_DESCRIPTOR } from './protocol.ts';

/** The step whose code is running, by asynchronous context: later output of its children still knows it. */
const running = new AsyncLocalStorage<string>();
let currentStep = '';

const secretObjects = new WeakSet<object>();
const secretValues = new Set<unknown>();

/** Whether `secret()` was called with this very value. */
export function isDeclaredSecret(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? secretObjects.has(value) : secretValues.has(value);
}

/** Puts zx and the functions of a cell in the global scope; once per kernel. */
export function prepareScope(record: (fact: Fact) => void): void {
  const { default: _, ...names } = Object.fromEntries(Object.entries(zx));
  Object.assign(globalThis, names);
  zx.$.verbose = true;
  zx.$.log = logEntry;
  const quote = zx.$.quote ?? zx.quote;
  zx.$.quote = argument => {
    refuseSecret(argument);
    return quote(argument);
  };
  define('secret', declareSecret);
  define(Symbol.for('reprise.record'), (value: unknown) => record(factOf(value)));
  define(Symbol.for('reprise.secret'), declareSecret);
}

/** Longest JSON text of a fact, in characters. */
const LONGEST_FACT = 1_048_576;

/** A value that is a fact. What is none would make the journal unreadable, so the cell that records it has failed. */
function factOf(value: unknown): Fact {
  const shown = JSON.stringify(value) ?? String(value);
  if (isFact(value) && shown.length <= LONGEST_FACT) return value;
  throw new TypeError(`not a fact of at most ${LONGEST_FACT} characters: ${shown.slice(0, 200)}`);
}

/** Runs a cell with its own zx options and values. */
export async function enterScope<T>(request: CellRequest, cell: () => Promise<T>): Promise<T> {
  currentStep = request.step;
  noteSecrets(request);
  for (const name of ['inputs', 'items', 'secrets', 'resources'] as const)
    define(name, freeze(request[name]));
  return running.run(request.step, () => zx.within(cell));
}

function define(name: PropertyKey, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: false, enumerable: true });
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}

type LogEntry = Parameters<typeof zx.log>[0];

/** Every command and its output, as it comes; `quiet` keeps a command and what it prints out of the record. */
function logEntry(entry: LogEntry): void {
  if (entry.verbose !== true) return;
  if (entry.kind === 'stdout') late(process.stdout).write(entry.data);
  else if (entry.kind === 'stderr') late(process.stderr).write(entry.data);
  else if (entry.kind === 'cmd') process.stderr.write(`$ ${entry.cmd.trim()}\n`);
  else if (entry.kind === 'cd') process.stderr.write(`$ cd ${entry.dir}\n`);
  else if (entry.kind === 'retry') process.stderr.write(`retry ${entry.attempt}: ${entry.error ?? ''}\n`);
}

/** Says whose output it is when a command prints after its cell. */
function late(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  const step = running.getStore();
  if (step !== undefined && step !== currentStep) stream.write(`[#${step}] `);
  return stream;
}

/** Every secret text that this kernel was given or made, and its forms once an argument was compared with them. */
const secretTexts = new Map<string, readonly Buffer[] | undefined>();

function noteSecret(text: string): void {
  if (!secretTexts.has(text)) secretTexts.set(text, undefined);
}

function noteSecrets({ secrets, doors, secretImports, imports }: CellRequest): void {
  const values: unknown[] = [...Object.values(secrets), ...doors];
  for (const known of secretImports) {
    const dot = known.lastIndexOf('.');
    values.push(imports[known.slice(0, dot)]?.[known.slice(dot + 1)]);
  }
  for (const text of values.flatMap(textsOf)) noteSecret(text);
}

/** Arguments of a process can be read by every user of the machine, so a secret in any of its forms stops the cell. */
function refuseSecret(argument: string): void {
  const bytes = Buffer.from(argument);
  for (const [text, known] of secretTexts) {
    const forms = known ?? secretForms(text);
    secretTexts.set(text, forms);
    if (forms.some(form => bytes.includes(form))) {
      throw new Error(
        'a secret in the arguments of a command, where any user can read it: use $({ input }) or $({ env })',
      );
    }
  }
}

/** Declares a value secret: it is masked from now on, and an export of it is journaled as a secret. */
function declareSecret<T>(value: T): T {
  const texts = textsOf(value);
  if (texts.length === 0) throw new Error('secret(): no text of at least 8 bytes in this value');
  for (const text of texts) {
    register({ name: currentStep, value: text });
    noteSecret(text);
  }
  if (typeof value === 'object' && value !== null) secretObjects.add(value);
  else secretValues.add(value);
  return value;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) {
    // A short member (a flag, a port) is no secret by itself.
    return Object.values(value)
      .flatMap(textsOf)
      .filter(text => Buffer.byteLength(text) >= 8);
  }
  return [String(value)];
}

/** Blocks until the run process has the value: nothing may be printed in between. */
function register(notice: SecretNotice): void {
  const line = Buffer.from(`${JSON.stringify(notice)}\n`);
  for (let sent = 0; sent < line.length; ) sent += writeSync(SECRETS_DESCRIPTOR, line, sent);
  const byte = Buffer.alloc(1);
  let answer = '';
  while (readSync(SECRETS_DESCRIPTOR, byte, 0, 1, null) === 1 && byte[0] !== 0x0a)
    answer += byte.toString('latin1');
  if (answer !== 'ok') throw new Error(`secret(): ${answer}`);
}
