/*
 * What goes between a run that waits for an answer and who has joined it. In: values that came over the socket. Out: questions
 * and answers of the operator port, proven by guards; nothing that comes from a socket is trusted by a cast.
 */
import {
  anyOf,
  choice,
  count,
  flag,
  type Guard,
  json,
  list,
  number,
  object,
  optional,
  record,
  said,
  shapeByName,
  text,
} from '../../journal/guard.ts';
import { fingerprint, person, reason, voice } from '../../journal/shape.ts';
import type { CellExport } from '../../model/runbook.ts';
import type { Answers, Question } from '../../ports.ts';
import { isOfType } from './export-value.ts';

/** A question that stands. `after` is how many entries the journal had when it was asked: they are to be seen first. */
export interface Standing {
  /** Which one it is, from 1. */
  readonly number: number;
  readonly question: Question;
  readonly after: number;
}

/** An answer to the question of that number, still to be checked. */
export interface Given {
  readonly number: number;
  readonly answer: unknown;
}

type Asked<K extends keyof Answers> = Extract<Question, { readonly ask: K }>;

const point = object<CellExport['place']['start']>({ line: number, column: number, offset: number });
const cellExport = object<CellExport>({
  name: text,
  type: choice('string', 'number', 'boolean', 'json'),
  secret: flag,
  place: object<CellExport['place']>({ start: point, end: point }),
});

const questions: { readonly [K in keyof Answers]: Guard<Asked<K>> } = {
  step: object<Asked<'step'>>({ ask: choice('step'), step: text, fingerprint: optional(fingerprint) }),
  item: object<Asked<'item'>>({
    ask: choice('item'),
    step: text,
    item: count,
    text,
    role: optional(text),
  }),
  confirmation: object<Asked<'confirmation'>>({
    ask: choice('confirmation'),
    step: text,
    evidence: choice('none', 'optional', 'required'),
    role: optional(text),
  }),
  'by-hand': object<Asked<'by-hand'>>({
    ask: choice('by-hand'),
    step: text,
    exports: list(cellExport),
    imports: record(json),
    neededBy: optional(text),
  }),
  doubt: object<Asked<'doubt'>>({
    ask: choice('doubt'),
    step: text,
    reason,
    exports: list(cellExport),
    checkPassed: optional(flag),
  }),
  failure: object<Asked<'failure'>>({ ask: choice('failure'), step: text, reason }),
  name: object<Asked<'name'>>({ ask: choice('name'), step: text, fingerprint }),
  approval: object<Asked<'approval'>>({
    ask: choice('approval'),
    step: text,
    role: text,
    challenge: text,
    expiresAt: text,
    isStanding: flag,
  }),
};

/** Whether a value that came is a question that stands. */
export const isStanding: Guard<Standing> = object<Standing>({
  number: count,
  question: shapeByName('ask', questions),
  after: count,
});

const signed = { by: person, voice };
type Choosing<K extends keyof Answers, C> = Extract<Answers[K], { readonly choice: C }>;
type Skipped = Choosing<'item', 'skip'>;
type Paused = Choosing<'item', 'pause'>;

const skipped = object<Skipped>({ ...signed, choice: choice('skip'), reason: said });
const paused = object<Paused>({ ...signed, choice: choice('pause') });

/** Whether a value that came answers a question of that kind. */
export const answers: { readonly [K in keyof Answers]: Guard<Answers[K]> } = {
  step: anyOf(
    skipped,
    object<Exclude<Answers['step'], Skipped>>({ ...signed, choice: choice('run', 'by-hand', 'pause') }),
  ),
  item: anyOf(skipped, paused, object<Choosing<'item', 'done'>>({ ...signed, choice: choice('done') })),
  confirmation: anyOf(
    skipped,
    paused,
    object<Choosing<'confirmation', 'done'>>({
      ...signed,
      choice: choice('done'),
      remark: optional(text),
      evidence: list(text),
    }),
  ),
  'by-hand': object<Answers['by-hand']>({
    ...signed,
    choice: choice('done', 'pause'),
    reason: text,
    exports: record(json),
  }),
  doubt: object<Answers['doubt']>({
    ...signed,
    choice: choice('done', 'not-done', 'redo', 'pause'),
    reason: text,
    exports: record(json),
  }),
  failure: anyOf(
    skipped,
    object<Exclude<Answers['failure'], Skipped>>({
      ...signed,
      choice: choice('retry', 'by-hand', 'pause'),
    }),
  ),
  name: object<Answers['name']>({ ...signed, choice: choice('typed', 'pause'), name: text }),
  approval: anyOf(
    paused,
    object<Choosing<'approval', 'signed'>>({ ...signed, choice: choice('signed'), answer: text }),
    object<Choosing<'approval', 'scripted'>>({ ...signed, choice: choice('scripted'), approver: text }),
  ),
};

/** Whether an answer that says that something is done gives the exports that its question asks for, and each of its type. */
export function givesExports(question: Question, answer: Answers[keyof Answers]): boolean {
  if (!('exports' in question) || !('exports' in answer) || answer.choice !== 'done') return true;
  const { exports } = answer;
  const isComplete = question.exports.every(declared => isOfType(declared, exports[declared.name]));
  return isComplete && Object.keys(exports).length === question.exports.length;
}

const anything: Guard<unknown> = (value): value is unknown => value !== undefined;

/** Whether a value that came is an answer, to whatever question. */
export const isGiven: Guard<Given> = object<Given>({ number: count, answer: anything });
