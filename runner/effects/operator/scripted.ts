import { dirname, resolve } from 'node:path';
import { Fault } from '../../fault.ts';
import type { Entry, Person } from '../../journal/event.ts';
import type { Answered, Answers, Operator, Question } from '../../ports.ts';
import type { AnswersFile, StepAnswers } from './answers-file.ts';
import { isOfType } from './export-value.ts';

/** Answers from an answers file, and nothing else: whatever it does not name is the fault `no-answer`. */
export function scriptedOperator(
  answers: AnswersFile,
  path: string,
  person: Person,
  told: (entry: Entry) => void,
): Operator {
  const retried = new Set<string>();
  return {
    ask: async question => {
      const answer = answerTo({ answers, path, person }, question);
      return isAgain(question, answer, retried) ? { ...answer, choice: 'pause' } : answer;
    },
    told,
  };
}

/**
 * A file cannot see that a step will fail, or leave a doubt, for ever: it has it tried again once, and then the run waits for a
 * person.
 */
function isAgain(
  { ask, step }: Question,
  { choice }: { readonly choice: string },
  retried: Set<string>,
): boolean {
  if (!['retry', 'redo', 'not-done'].includes(choice)) return false;
  if (retried.has(`${ask} ${step}`)) return true;
  retried.add(`${ask} ${step}`);
  return false;
}

/** Nobody: every question is the fault `no-answer`. */
export function absentOperator(told: (entry: Entry) => void): Operator {
  return {
    ask: question =>
      Promise.reject(new Fault('no-answer', { step: question.step, question: question.ask }, 'recorded')),
    told,
  };
}

type Replies = { readonly [K in keyof Answers]: (context: Context<K>) => Answers[K] };

interface Context<K extends keyof Answers> {
  readonly question: Extract<Question, { readonly ask: K }>;
  readonly given: StepAnswers;
  readonly answered: Answered;
  readonly path: string;
}

const replies: Replies = {
  step: ({ question, given, answered }) => {
    if (given.run === true) return { ...answered, choice: 'run' };
    if (given.skip !== undefined) return { ...answered, choice: 'skip', reason: given.skip };
    if (given['by-hand'] !== undefined) return { ...answered, choice: 'by-hand' };
    throw silence(question);
  },
  item: ({ question, given, answered }) => {
    const isDone = given.confirm === 'all' || given.confirm?.includes(question.item + 1) === true;
    if (isDone) return { ...answered, choice: 'done' };
    if (given.skip !== undefined) return { ...answered, choice: 'skip', reason: given.skip };
    throw silence(question);
  },
  confirmation: ({ question, given, answered, path }) => {
    if (given.confirm === undefined && given.skip !== undefined)
      return { ...answered, choice: 'skip', reason: given.skip };
    if (given.confirm === undefined) throw silence(question);
    const remark = given.remark === undefined ? {} : { remark: given.remark };
    const evidence = (given.evidence ?? []).map(file => resolve(dirname(path), file));
    return { ...answered, choice: 'done', ...remark, evidence };
  },
  'by-hand': ({ question, given, answered }) => {
    const reason = given['by-hand'];
    if (reason === undefined && question.neededBy === undefined) throw silence(question);
    return { ...answered, choice: 'done', reason: reason ?? '', exports: exportsOf(question, given) };
  },
  doubt: ({ question, given, answered }) => {
    if (given.doubt === undefined || given.reason === undefined) throw silence(question);
    const exports = given.doubt === 'done' ? exportsOf(question, given) : {};
    return { ...answered, choice: given.doubt, reason: given.reason, exports };
  },
  failure: ({ given, answered }) => {
    if (given.failure !== undefined) return { ...answered, choice: given.failure };
    if (given.skip !== undefined) return { ...answered, choice: 'skip', reason: given.skip };
    if (given['by-hand'] !== undefined) return { ...answered, choice: 'by-hand' };
    return { ...answered, choice: 'pause' };
  },
  name: ({ question, given, answered }) => {
    if (given.name === undefined) throw silence(question);
    return { ...answered, choice: 'typed', name: given.name };
  },
  approval: ({ question, given, answered }) => {
    if (given.approve === undefined) throw silence(question);
    return { ...answered, choice: 'scripted', approver: given.approve };
  },
};

interface Script {
  readonly answers: AnswersFile;
  readonly path: string;
  readonly person: Person;
}

function answerTo<K extends keyof Answers>(
  { answers, path, person }: Script,
  question: Extract<Question, { readonly ask: K }>,
): Answers[K] {
  const given = Object.hasOwn(answers.steps, question.step) ? (answers.steps[question.step] ?? {}) : {};
  const by = given.by === undefined || given.by === person.id ? person : { ...person, declaredFor: given.by };
  const reply: (context: Context<K>) => Answers[K] = replies[question.ask as K];
  return reply({ question, given, answered: { by, voice: 'scripted' }, path });
}

function silence(question: Question): Fault {
  return new Fault('no-answer', { step: question.step, question: question.ask }, 'recorded');
}

function exportsOf(question: Extract<Question, { readonly exports: unknown }>, given: StepAnswers) {
  const values = given.exports ?? {};
  for (const declared of question.exports) {
    if (!isOfType(declared, values[declared.name])) throw silence(question);
  }
  return values;
}
