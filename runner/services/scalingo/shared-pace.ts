import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../system-error.ts';

/** The variable that names the folder in which the processes of a run share their pace. */
export const paceVariable = 'REPRISE_PACE';

/** How many requests may leave in how many ms. */
export interface Pace {
  readonly most: number;
  readonly window: number;
}

/**
 * The departures of all processes of a run, one file each: `n` holds the instant (ms) at which the nth request may leave. A file
 * is made whole by `link`, which one process alone succeeds at; so two branches never take the same turn, and each request leaves
 * a window after the one that is `most` before it.
 */
export class SharedPace {
  readonly #folder: string;
  readonly #pace: Pace;

  constructor(folder: string, pace: Pace) {
    this.#folder = folder;
    this.#pace = pace;
  }

  /** Takes the next turn, and gives the instant at which it comes: `now` or later. */
  async take(now: number): Promise<number> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (;;) {
      const number = (await this.#last()) + 1;
      const instant = Math.max(now, await this.#instantOf(number - 1), await this.#afterWindow(number));
      if (await this.#claim(number, instant)) {
        // Nobody asks any more for what is two windows back.
        await unlink(this.#file(number - 2 * this.#pace.most)).catch(() => undefined);
        return instant;
      }
    }
  }

  async #last(): Promise<number> {
    const numbers = (await readdir(this.#folder)).filter(name => /^\d+$/.test(name)).map(Number);
    return Math.max(0, ...numbers);
  }

  async #afterWindow(number: number): Promise<number> {
    const { most, window } = this.#pace;
    return number > most ? (await this.#instantOf(number - most)) + window : 0;
  }

  async #instantOf(number: number): Promise<number> {
    return Number(await readFile(this.#file(number), 'utf8').catch(() => '0'));
  }

  async #claim(number: number, instant: number): Promise<boolean> {
    const draft = join(this.#folder, randomUUID());
    await writeFile(draft, `${instant}`, { mode: 0o600 });
    try {
      await link(draft, this.#file(number));
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    } finally {
      await unlink(draft).catch(() => undefined);
    }
  }

  #file(number: number): string {
    return join(this.#folder, `${number}`);
  }
}
