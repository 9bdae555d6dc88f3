/*
 * What people say goes through here before it is written. In: the answers of an operator, and the events that are made of
 * them. Out: the same, once the masker knows every secret among the answers, and with no secret in what is written.
 * Can never happen: a remark, a reason, a typed name or an export that reaches the journal, and so a document or another
 * screen, with a registered secret in it. The output, facts and results of code were masked where they came from.
 */
import { Fault } from '../fault.ts';
import type { Event, Exported } from '../journal/event.ts';
import type { Json } from '../model/runbook.ts';
import type { Answers, JournalWriter, Operator, Question } from '../ports.ts';
import type { Masker } from './masker.ts';
import { addSecret } from './register-secrets.ts';

/** An operator whose secret exports are registered as soon as they were given. Throws the fault `secret-too-short`. */
export function registeringOperator(operator: Operator, masker: Masker): Operator {
  return {
    async ask<K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>) {
      const answer = await operator.ask<K>(question);
      if ('exports' in question && 'exports' in answer) {
        for (const { name, secret } of question.exports) {
          const value = answer.exports[name];
          if (secret && value !== undefined) addSecret(masker, `${question.step}.${name}`, value);
        }
      }
      return answer;
    },
    told: entry => operator.told(entry),
  };
}

/** A journal in whose entries what people said is masked; all else is written as it comes. */
export function maskedJournal(journal: JournalWriter, masker: Masker): JournalWriter {
  return {
    append: (events, durable) =>
      journal.append(
        events.map(event => maskEvent(event, masker)),
        durable,
      ),
    get isLow() {
      return journal.isLow === true;
    },
    get head() {
      return journal.head;
    },
  };
}

/** Masked where they came from, or without any text of a person: left alone, since most events are of these types. */
const LEFT_ALONE: ReadonlySet<Event['type']> = new Set<Event['type']>([
  'step-started',
  'output-written',
  'fact-recorded',
  'section-entered',
]);

/** Members that hold what somebody said or wrote, what a probe answered, or what a fault repeats of it. */
const SAID: ReadonlySet<string> = new Set([
  'answer',
  'by',
  'diff',
  'name',
  'reason',
  'remark',
  'text',
  'typedName',
]);

function maskEvent(event: Event, masker: Masker): Event {
  if (LEFT_ALONE.has(event.type)) return event;
  const changed = Object.entries(event).flatMap(([key, value]): [string, unknown][] => {
    if (key === 'exports') return [[key, maskExports(Object.entries<Exported>(value), masker)]];
    return SAID.has(key) ? [[key, masked(value, masker)]] : [];
  });
  return Object.assign({ ...event }, Object.fromEntries(changed));
}

/** An export that holds a secret leaves only its sign, as that of a cell does. */
function maskExports(exports: readonly [string, Exported][], masker: Masker): Record<string, Exported> {
  const rest = exports.map(([name, exported]): [string, Exported] =>
    'value' in exported && masker.finds(textOf(exported.value)) ? [name, { secret: true }] : [name, exported],
  );
  return Object.fromEntries(rest);
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Codes are words of this programme, by which a reason is understood. */
function masked(value: unknown, masker: Masker): unknown {
  if (typeof value === 'string') return masker.mask(value);
  if (Array.isArray(value)) return value.map(member => masked(member, masker));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([key, member]) =>
    key === 'code' || key === 'fault' ? [key, member] : [key, masked(member, masker)],
  );
  return Object.fromEntries(members);
}

/** What was thrown, without a secret in what it repeats, for whoever is told of it on a screen: a fault, or a bug with its stack. */
export function maskedFault(error: unknown, masker: Masker): unknown {
  if (!(error instanceof Error)) return error;
  if (!(error instanceof Fault)) return maskedBug(error, masker);
  const params = Object.entries(error.params).map(([name, value]): [string, string | number] => [
    name,
    typeof value === 'string' ? masker.mask(value) : value,
  ]);
  return new Fault(error.code, Object.fromEntries(params), error.state);
}

function maskedBug(bug: Error, masker: Masker): Error {
  const stack = masker.mask(bug.stack ?? bug.message);
  return Object.assign(bug, { message: masker.mask(bug.message), stack });
}
