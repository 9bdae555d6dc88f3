import { Fault } from '../fault.ts';
import type { Entry, Event, Person, Voice } from '../journal/event.ts';
import { said } from '../journal/guard.ts';
import type { Json } from '../model/runbook.ts';
import type { Answers, Executor, Question, RunSettings, World } from '../ports.ts';
import { apply } from '../session/apply.ts';
import type { Session } from '../session/session.ts';

/**
 * Where a run is performed: the world, how the run goes, and the one session that every appended event moves on. Nothing
 * changes the session but `record`, so that what is remembered is never more than what is written.
 */
export class Stage {
  readonly world: World;
  readonly settings: RunSettings;
  /** Clear values of exports of this process, by step then name; the only place where an exported secret is. */
  readonly vault = new Map<string, Readonly<Record<string, Json>>>();
  #session: Session;
  #turn: Promise<void> = Promise.resolve();

  /** A stage for `session`, as `replay` or `run-opened` left it. */
  constructor(session: Session, world: World, settings: RunSettings) {
    this.#session = session;
    this.world = world;
    this.settings = settings;
  }

  /** The state of the run, all appended events applied. */
  get session(): Session {
    return this.#session;
  }

  /** The executor of the branch in which `step` is performed. */
  executorOf(step: string): Executor {
    return this.world.executorOf(this.#session.branches.get(step) ?? '');
  }

  /** Who answers for the run when nobody else was named. */
  get operator(): Person {
    if (this.#session.operator === undefined) throw new Error('a run that is not open has no operator');
    return this.#session.operator;
  }

  /**
   * Asks the operator, one question at a time however many branches have one. Throws the fault `run-is-paused` when the
   * answer to an earlier question stopped the run, and `no-answer` when the process was told to stop meanwhile (what was
   * answered must not begin anything then, and is asked again), or when a decision comes without a reason.
   */
  async ask<K extends keyof Answers>(question: Extract<Question, { readonly ask: K }>): Promise<Answers[K]> {
    const before = this.#turn;
    let release = (): void => {};
    this.#turn = new Promise(resolve => {
      release = resolve;
    });
    await before;
    try {
      if (this.#session.status !== 'open') throw new Fault('run-is-paused', {}, 'recorded');
      const answer = await this.world.operator.ask<K>(question);
      if (!this.world.interrupted() && saysWhy(question, answer)) return answer;
      throw new Fault('no-answer', { step: question.step, question: question.ask }, 'recorded');
    } finally {
      release();
    }
  }

  /** Appends events (on disk before it returns, unless told otherwise), applies them and tells the operator. */
  record(events: readonly Event[], durable = true): void {
    const entries = this.world.journal.append(events, durable);
    this.#session = entries.reduce((before: Session, entry: Entry) => apply(before, entry), this.#session);
    for (const entry of entries) this.world.operator.told(entry);
  }

  /** Pauses the run, at the operator's word or for another cause; an interruption is the cause of what came of it. */
  pause(by: Person, cause: 'asked' | 'interrupted' | 'no-answer' | 'failed' = 'asked'): void {
    const isEffect = cause === 'no-answer' && this.world.interrupted();
    this.record([{ type: 'run-paused', by, cause: isEffect ? 'interrupted' : cause }]);
  }
}

/** A decision without a reason would make a journal that no reader accepts. A value that is needed again decides nothing. */
function saysWhy(question: Question, answer: Answers[keyof Answers]): boolean {
  if (!('reason' in answer) || answer.choice === 'pause') return true;
  const isDone = question.ask === 'doubt' || (question.ask === 'by-hand' && question.neededBy === undefined);
  return !(isDone || answer.choice === 'skip') || said(answer.reason);
}

/** The person and the voice of an answer, without the rest of it. */
export function voiceOf(answer: { readonly by: Person; readonly voice: Voice }): {
  by: Person;
  voice: Voice;
} {
  return { by: answer.by, voice: answer.voice };
}
