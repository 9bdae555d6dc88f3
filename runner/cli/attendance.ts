/*
 * Attending a run that another process carries on. In: its journal as it grows, and the questions that it puts to who has joined.
 * Out: how it ended. It shows each entry once, and a question only after what was written before it. Can never happen: an
 * answer that the person at this terminal did not give.
 */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bundle } from '../effects/bundle.ts';
import { type Call, callRun } from '../effects/door.ts';
import { followJournal, type Position } from '../effects/follow.ts';
import type { Line } from '../effects/lines.ts';
import { isStanding, type Standing } from '../effects/operator/dialogue.ts';
import { abandonPrompt } from '../effects/operator/prompt.ts';
import type { Entry } from '../journal/event.ts';
import { choice, object } from '../journal/guard.ts';
import type { Operator } from '../ports.ts';
import { LAYOUT } from '../seal/layout.ts';

/** Milliseconds between two tries to come in. */
const KNOCKING = 1_000;

/** What there is to attend. `from` is what was shown already. */
export interface Attendance {
  readonly bundle: Bundle;
  readonly from: Position;
  readonly call: Call;
  /** Makes who is asked here; `abandoned` is called when a question was left without an answer. */
  readonly operator: (abandoned: () => void) => Operator;
}

/**
 * How it ended: the run process has stopped (`paused` when it was told to, here); it waits for an answer that cannot be given
 * here; somebody stopped looking; another terminal of the same person answers now.
 */
export type End = 'stopped' | 'paused' | 'waiting' | 'left' | 'replaced';

/** Shows what the run process does and answers it, until that has an end. Ctrl-C stops looking, never the run. */
export async function attend({ bundle, from, call, operator }: Attendance): Promise<End> {
  const { directory } = bundle;
  const run = { directory, journal: join(directory, LAYOUT.journal) };
  const desk = new Desk(call, operator, from.count);
  process.once('SIGINT', desk.leave);
  void comeIn(directory, call, desk);
  try {
    const told = (entry: Entry): void => desk.told(entry);
    const followed = followJournal(run, from, { told, over: () => desk.isOver });
    await Promise.race([followed, desk.dismissed]);
    return await desk.rise();
  } finally {
    process.off('SIGINT', desk.leave);
    desk.close();
  }
}

/** Comes in once the door is there: a run whose door was taken away hangs it anew. */
async function comeIn(directory: string, call: Call, desk: Desk): Promise<void> {
  while (!desk.isOver) {
    const line = await callRun(directory, call);
    if (line !== undefined) return desk.sit(line);
    await sleep(KNOCKING, undefined, { ref: false });
  }
}

/** Where a person sits who attends: what was shown, and the question that waits. */
class Desk {
  /** Resolves when this person need not wait any more, whatever is on the screen. */
  readonly dismissed: Promise<void>;
  readonly #call: Call;
  readonly #operator: Operator;
  #dismiss = (): void => {};
  #end: End | undefined;
  #isPaused = false;
  #asking: Promise<void> | undefined;
  #seen: number;
  #line: Line | undefined;
  #standing: Standing | undefined;

  constructor(call: Call, operator: Attendance['operator'], seen: number) {
    this.#call = call;
    this.#operator = operator(() => this.leave());
    this.#seen = seen;
    this.dismissed = new Promise(resolve => {
      this.#dismiss = resolve;
    });
  }

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  sit(line: Line): void {
    this.#line = line;
    if (this.isOver) this.close();
    line.onMessage(message => {
      if (isReplaced(message)) return this.#finish('replaced');
      if (isStanding(message)) this.#standing = message;
      this.#consider();
    });
  }

  told(entry: Entry): void {
    this.#seen = entry.seq + 1;
    this.#operator.told(entry);
    this.#consider();
  }

  close(): void {
    this.#line?.close();
  }

  readonly leave = (): void => this.#finish('left');

  /** Takes away a question that still stands here, which nobody could answer any more, and gives the end. */
  async rise(): Promise<End> {
    this.#end = this.#end ?? (this.#isPaused ? 'paused' : 'stopped');
    abandonPrompt();
    await this.#asking;
    return this.#end;
  }

  #finish(end: End): void {
    this.#end ??= end;
    this.#dismiss();
  }

  #consider(): void {
    const standing = this.#standing;
    if (standing === undefined || this.#seen < standing.after) return;
    this.#standing = undefined;
    if (this.#call.join === 'watch') this.#finish('waiting');
    else this.#asking = this.#answer(standing);
  }

  async #answer({ number, question }: Standing): Promise<void> {
    try {
      const answer = await this.#operator.ask(question);
      if (this.isOver) return;
      // The run process has a working directory of its own.
      const located =
        'evidence' in answer ? { ...answer, evidence: answer.evidence.map(path => resolve(path)) } : answer;
      this.#isPaused = answer.choice === 'pause';
      this.#line?.send({ number, answer: located });
    } catch {
      // The terminal is gone, too: the question stands until somebody else joins.
      this.#finish('left');
    }
  }
}

const isReplaced = object<{ readonly replaced: true }>({ replaced: choice(true) });
