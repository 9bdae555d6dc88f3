/*
 * The operator at a terminal. Rules: what is about to happen, on which target and in which mode stand above every question;
 * Enter alone never starts anything that destroys; Ctrl-C at a question pauses the run; all text from outside is
 * neutralised before it is shown.
 */
import { lstatSync } from 'node:fs';
import type { Lang } from '../../diagnostic.ts';
import { joinLine, readAnswer } from '../../journal/challenge.ts';
import type { Entry, Person } from '../../journal/event.ts';
import type { CellExport, Json, Step } from '../../model/runbook.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Answered, Answers, Operator, Question } from '../../ports.ts';
import { approveCommand } from '../../report/challenge-view.ts';
import { neutralise } from '../../report/neutralise.ts';
import { sayReason } from '../../report/phrase.ts';
import { questionWords } from '../../report/question-words.ts';
import { viewDetails, viewFingerprint, viewStep } from '../../report/step-view.ts';
import { dateTime } from '../../report/time.ts';
import { fill } from '../../report/words.ts';
import { parseExport } from './export-value.ts';
import { prompt } from './prompt.ts';

/** What the terminal shows and who sits at it. */
export interface TerminalSettings {
  readonly plan: Plan;
  readonly run: string;
  readonly person: Person;
  readonly lang: Lang;
  readonly write: (text: string) => void;
  /** Time left against the objective, in words; `undefined` when the plan has none. */
  readonly left: () => string | undefined;
  readonly told: (entry: Entry) => void;
  /** Called when a question was left without an answer, before that is taken for a wish to pause. */
  readonly abandoned?: (() => void) | undefined;
}

type Asked<K extends keyof Answers> = Extract<Question, { readonly ask: K }>;
type Dialogue<K extends keyof Answers> = (question: Asked<K>) => Promise<Answers[K]>;

/** Asks whoever sits at the terminal, with `prompts`. */
export function terminalOperator(settings: TerminalSettings): Operator {
  const terminal = new Terminal(settings);
  const dialogues: { readonly [K in keyof Answers]: Dialogue<K> } = {
    step: question => terminal.step(question),
    item: question => terminal.item(question),
    confirmation: question => terminal.confirmation(question),
    'by-hand': question => terminal.byHand(question),
    doubt: question => terminal.doubt(question),
    failure: question => terminal.failure(question),
    name: question => terminal.name(question),
    approval: question => terminal.approval(question),
  };
  return {
    ask<K extends keyof Answers>(question: Asked<K>): Promise<Answers[K]> {
      const dialogue: Dialogue<K> = dialogues[question.ask as K];
      return dialogue(question);
    },
    told: settings.told,
  };
}

function pathsIn(text: string): readonly string[] {
  return text
    .split(',')
    .map(path => path.trim())
    .filter(path => path !== '');
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

class Terminal {
  readonly #settings: TerminalSettings;
  readonly #answered: Answered;
  #shown = '';

  constructor(settings: TerminalSettings) {
    this.#settings = settings;
    this.#answered = { by: settings.person, voice: 'typed' };
  }

  async step(question: Asked<'step'>): Promise<Answers['step']> {
    const words = this.#words;
    this.#show(question.step);
    if (question.fingerprint !== undefined)
      this.#print(viewFingerprint(question.fingerprint, this.#settings.run, this.#settings.lang));
    const isDestructive = question.fingerprint !== undefined;
    const choices = ['run', 'by-hand', 'skip', 'look', 'pause'] as const;
    const titles = [words.run, words.byHand, words.skip, words.look, words.pause];
    const choice = await this.#select(words.choose, choices, titles, isDestructive ? 4 : 0);
    if (choice === 'look') return await this.#lookCloser(question);
    if (choice === 'skip')
      return await this.#withReason(reason => ({ ...this.#answered, choice: 'skip', reason }));
    return { ...this.#answered, choice: choice ?? 'pause' };
  }

  async item(question: Asked<'item'>): Promise<Answers['item']> {
    this.#show(question.step);
    const message = `${neutralise(question.text, 'line')} — ${this.#words.item}`;
    return await this.#doneOrNot(message);
  }

  async confirmation(question: Asked<'confirmation'>): Promise<Answers['confirmation']> {
    this.#show(question.step);
    const step = this.#stepOf(question.step);
    if (step.kind === 'manual' && step.items.length === 0) {
      const whole = await this.#doneOrNot(this.#words.item);
      if (whole.choice !== 'done') return whole;
    }
    const remark = await this.#text(this.#words.remark);
    if (remark === undefined) return { ...this.#answered, choice: 'pause' };
    const evidence = await this.#evidence(question);
    if (evidence === undefined) return { ...this.#answered, choice: 'pause' };
    return { ...this.#answered, choice: 'done', ...(remark === '' ? {} : { remark }), evidence };
  }

  async byHand(question: Asked<'by-hand'>): Promise<Answers['by-hand']> {
    const stop = { ...this.#answered, choice: 'pause', reason: '', exports: {} } as const;
    this.#show(question.step);
    this.#printImports(question.imports);
    const isLost = question.neededBy !== undefined;
    if (isLost)
      this.#print(
        `${neutralise(question.step, 'line')} → ${neutralise(question.neededBy ?? '', 'line')}\n${this.#words.secretLost}`,
      );
    const reason = isLost ? '' : await this.#required(this.#words.why);
    const exports = reason === undefined ? undefined : await this.#exports(question.exports);
    if (reason === undefined || exports === undefined) return stop;
    return { ...this.#answered, choice: 'done', reason, exports };
  }

  async doubt(question: Asked<'doubt'>): Promise<Answers['doubt']> {
    const words = this.#words;
    const stop = { ...this.#answered, choice: 'pause', reason: '', exports: {} } as const;
    this.#show(question.step);
    this.#print(
      [
        words.doubt,
        neutralise(sayReason(question.reason, this.#settings.lang), 'line'),
        question.checkPassed === true ? words.checkPassed : '',
      ]
        .filter(Boolean)
        .join('\n'),
    );
    const choices = ['pause', 'done', 'not-done', 'redo'] as const;
    const choice = await this.#select(
      words.choose,
      choices,
      [words.pause, words.done, words.notDone, words.redo],
      0,
    );
    if (choice === undefined || choice === 'pause') return stop;
    const reason = await this.#required(words.why);
    const exports = reason === undefined || choice !== 'done' ? {} : await this.#exports(question.exports);
    return reason === undefined || exports === undefined
      ? stop
      : { ...this.#answered, choice, reason, exports };
  }

  async failure(question: Asked<'failure'>): Promise<Answers['failure']> {
    const words = this.#words;
    this.#show(question.step);
    this.#print(`${words.failed} ${neutralise(sayReason(question.reason, this.#settings.lang), 'line')}`);
    const choices = ['retry', 'by-hand', 'skip', 'pause'] as const;
    const choice = await this.#select(
      words.choose,
      choices,
      [words.retry, words.byHand, words.skip, words.pause],
      3,
    );
    if (choice === 'skip')
      return await this.#withReason(reason => ({ ...this.#answered, choice: 'skip', reason }));
    return { ...this.#answered, choice: choice ?? 'pause' };
  }

  async name(question: Asked<'name'>): Promise<Answers['name']> {
    this.#show(question.step);
    this.#print(viewFingerprint(question.fingerprint, this.#settings.run, this.#settings.lang));
    const name = await this.#text(this.#words.typeName);
    return { ...this.#answered, choice: name === undefined ? 'pause' : 'typed', name: name ?? '' };
  }

  async approval(question: Asked<'approval'>): Promise<Answers['approval']> {
    this.#show(question.step);
    const { plan, lang } = this.#settings;
    const { label } = plan.runbook.front.roles.get(question.role) ?? { label: question.role };
    const until = dateTime(question.expiresAt, plan.runbook.front.timeZone, lang);
    this.#print(neutralise(fill(this.#words.approval, { role: label, until }), 'line'));
    this.#print(`  ${approveCommand(question.challenge, plan.runbook.front)}`);
    const isAnswer = (text: string) =>
      text.trim() === '' || readAnswer(joinLine(text)) !== undefined || this.#words.notAnAnswer;
    const answer = joinLine((await this.#text(this.#words.approvalAnswer, isAnswer)) ?? '');
    if (answer === '') return { ...this.#answered, choice: 'pause' };
    return { ...this.#answered, choice: 'signed', answer };
  }

  get #words() {
    return questionWords[this.#settings.lang];
  }

  /** Whoever worded it has neutralised each part; this is the last gate before the terminal. */
  #print(text: string): void {
    this.#settings.write(`${neutralise(text, 'terminal')}\n`);
  }

  #show(id: string): void {
    if (this.#shown === id) return;
    this.#shown = id;
    const { plan, lang, left } = this.#settings;
    const time = left();
    const head = {
      mode: plan.target.mode,
      target: plan.target.name,
      id,
      ...(time === undefined ? {} : { left: time }),
    };
    this.#print(`\n${viewStep(plan.runbook, this.#stepOf(id), head, lang)}`);
  }

  #stepOf(id: string): Step {
    const instance = this.#settings.plan.instances.find(candidate => candidate.id === id);
    if (instance === undefined) throw new Error(`no step \`${id}\` in this plan`);
    return instance.step;
  }

  async #doneOrNot(message: string): Promise<Answers['item']> {
    const { done, pause, skip } = this.#words;
    const titles = [done.split(' ')[0] ?? '', pause, skip];
    const choice = await this.#select(message, ['done', 'pause', 'skip'] as const, titles, 0);
    if (choice === 'skip')
      return await this.#withReason(reason => ({ ...this.#answered, choice: 'skip', reason }));
    return { ...this.#answered, choice: choice ?? 'pause' };
  }

  async #lookCloser(question: Asked<'step'>): Promise<Answers['step']> {
    const { plan, lang } = this.#settings;
    this.#print(viewDetails(plan.runbook, this.#stepOf(question.step), lang));
    return await this.step(question);
  }

  async #withReason<T>(make: (reason: string) => T): Promise<T | (Answered & { readonly choice: 'pause' })> {
    const reason = await this.#required(this.#words.why);
    return reason === undefined ? { ...this.#answered, choice: 'pause' } : make(reason);
  }

  async #evidence(question: Asked<'confirmation'>): Promise<readonly string[] | undefined> {
    if (question.evidence === 'none') return [];
    const isRequired = question.evidence === 'required';
    const message = isRequired ? this.#words.evidenceRequired : this.#words.evidence;
    const validate = (text: string): boolean | string => {
      if (isRequired && pathsIn(text).length === 0) return message;
      const missing = pathsIn(text).find(path => !isFile(path));
      return missing === undefined || `${neutralise(missing, 'line')} : ${this.#words.noSuchFile}`;
    };
    const typed = await this.#text(message, validate);
    return typed === undefined ? undefined : pathsIn(typed);
  }

  async #exports(declared: readonly CellExport[]): Promise<Readonly<Record<string, Json>> | undefined> {
    const values: Record<string, Json> = {};
    for (const each of declared) {
      const message = neutralise(`${this.#words.exportValue} ${each.name} (${each.type})`, 'line');
      const validate = (text: string) =>
        parseExport(each, text) !== undefined || `${this.#words.invalidExport} ${each.type}`;
      const typed = await this.#text(message, validate, each.secret ? 'password' : 'text');
      const value = typed === undefined ? undefined : parseExport(each, typed);
      if (value === undefined) return undefined;
      values[each.name] = value;
    }
    return values;
  }

  #printImports(imports: Readonly<Record<string, Json>>): void {
    const rows = Object.entries(imports).map(
      ([name, value]) => `  ${name} = ${neutralise(JSON.stringify(value), 'line')}`,
    );
    if (rows.length > 0) this.#print([`${this.#words.imports} :`, ...rows].join('\n'));
  }

  async #select<T extends string>(
    message: string,
    values: readonly T[],
    titles: readonly string[],
    initial: number,
  ): Promise<T | undefined> {
    const choices = values.map((value, index) => ({ title: titles[index] ?? value, value }));
    const answer = await this.#prompt({
      type: 'select',
      message,
      choices,
      initial,
      hint: this.#words.arrows,
    });
    return values.find(value => value === answer);
  }

  async #required(message: string): Promise<string | undefined> {
    return await this.#text(message, text => text.trim() !== '' || message);
  }

  async #text(
    message: string,
    validate: (text: string) => boolean | string = () => true,
    type: 'text' | 'password' = 'text',
  ): Promise<string | undefined> {
    const answer = await this.#prompt({ type, message, validate });
    return typeof answer === 'string' ? answer : undefined;
  }

  async #prompt(question: Parameters<typeof prompt>[0]): Promise<unknown> {
    const answer = await prompt(question);
    if (answer === undefined) this.#settings.abandoned?.();
    return answer;
  }
}
