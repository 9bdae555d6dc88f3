/*
 * A run that outlives its terminal. In: its questions, and callers who come by the door of the run process. Out: the answer of
 * the terminal while it is there; once it is gone, that of the operator who has joined, however late. Can never happen: an
 * answer that nobody gave; one to another question than the one that stands; one in the name of somebody else.
 */
import { Fault } from '../../fault.ts';
import type { Entry, Person } from '../../journal/event.ts';
import type { Guard } from '../../journal/guard.ts';
import type { Answers, Question } from '../../ports.ts';
import type { Call } from '../door.ts';
import type { HangUp } from '../hang-up.ts';
import type { Line } from '../lines.ts';
import { answers, givesExports, isGiven, type Standing } from './dialogue.ts';

type Asked<K extends keyof Answers> = Extract<Question, { readonly ask: K }>;

interface Pending extends Standing {
  /** Takes an answer; false when it is none. */
  take(answer: unknown): boolean;
  /** Ends the wait without an answer: the run is then paused. */
  drop(): void;
}

/** Milliseconds after a pause within which the loss of the terminal explains it: its end comes before the signal. */
const HANG_UP_DELAY = 100;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Between a run's questions and whoever can answer them. */
export class Relay {
  readonly #person: Person;
  readonly #hangUp: HangUp;
  readonly #lines = new Map<Line, Call['join']>();
  #pending: Pending | undefined;
  #isOpen = false;
  #told = 0;
  #asked = 0;

  /** `person` operates the run, and is the only one who may answer. */
  constructor(person: Person, hangUp: HangUp) {
    this.#person = person;
    this.#hangUp = hangUp;
  }

  /** Says that callers can come in, so that a question may wait for one. */
  open(): void {
    this.#isOpen = true;
  }

  /** Counts the entries that are written, which who joins must have seen before a question. */
  told(entry: Entry): void {
    this.#told = entry.seq + 1;
  }

  /**
   * The answer of the terminal; when it is gone, that of whoever joins. Throws the fault `no-answer` when nobody can join, when
   * the process is told to stop, and when somebody is to go on with the run in its stead.
   */
  async ask<K extends keyof Answers>(
    question: Asked<K>,
    atTerminal: () => Promise<Answers[K]>,
  ): Promise<Answers[K]> {
    if (!this.#hangUp.isOver()) {
      const gone = this.#hangUp.happened.then(() => undefined);
      const answer = await Promise.race([atTerminal(), gone]);
      if (answer !== undefined && !(await this.#isAbandoned(answer))) return answer;
    }
    return await this.#wait(question);
  }

  /** Takes in somebody who came to the door. The operator who comes last answers: an earlier connection may be half lost. */
  stay({ join, as }: Call, line: Line): void {
    const part = join === 'answer' && as !== this.#person.id ? 'watch' : join;
    if (part === 'answer') this.#dismiss();
    this.#lines.set(line, part);
    line.onClose(() => this.#lines.delete(line));
    line.onMessage(message => this.#hear(line, message));
    if (part === 'relieve') this.#pending?.drop();
    else this.#put(line);
  }

  /** A terminal that goes away ends its input first, which reads like a wish to pause. */
  async #isAbandoned(answer: Answers[keyof Answers]): Promise<boolean> {
    if (answer.choice !== 'pause') return false;
    const delay = new Promise(resolve => setTimeout(resolve, HANG_UP_DELAY));
    await Promise.race([this.#hangUp.happened, delay]);
    return this.#hangUp.isOver();
  }

  async #wait<K extends keyof Answers>(question: Asked<K>): Promise<Answers[K]> {
    const silence = new Fault('no-answer', { step: question.step, question: 'terminal' }, 'recorded');
    if (!this.#isOpen || [...this.#lines.values()].includes('relieve')) throw silence;
    const guard: Guard<Answers[K]> = answers[question.ask as K];
    // Sockets hold no process, and a run that waits for somebody must live.
    const life = setInterval(() => {}, 2 ** 30);
    let drop = (): void => {};
    try {
      return await new Promise<Answers[K]>((resolve, reject) => {
        drop = () => reject(silence);
        for (const signal of SIGNALS) process.on(signal, drop);
        const take = (answer: unknown): boolean => {
          const isTaken = guard(answer) && this.#isOwn(answer) && givesExports(question, answer);
          if (isTaken) resolve(answer);
          return isTaken;
        };
        this.#asked += 1;
        this.#pending = { number: this.#asked, question, after: this.#told, take, drop };
        for (const line of this.#lines.keys()) this.#put(line);
      });
    } finally {
      this.#pending = undefined;
      clearInterval(life);
      for (const signal of SIGNALS) process.off(signal, drop);
    }
  }

  #isOwn({ by, voice }: Answers[keyof Answers]): boolean {
    return by.id === this.#person.id && by.declaredFor === undefined && voice === 'typed';
  }

  #dismiss(): void {
    for (const [line, part] of this.#lines) {
      if (part !== 'answer') continue;
      line.send({ replaced: true });
      line.close();
    }
  }

  #put(line: Line): void {
    if (this.#pending === undefined) return;
    const { number, question, after } = this.#pending;
    line.send({ number, question, after });
  }

  /** What does not answer the question that stands has it put again. */
  #hear(line: Line, message: unknown): void {
    const pending = this.#pending;
    if (pending === undefined || this.#lines.get(line) !== 'answer') return;
    const isAnswered = isGiven(message) && message.number === pending.number && pending.take(message.answer);
    if (isAnswered) this.#pending = undefined;
    else this.#put(line);
  }
}
