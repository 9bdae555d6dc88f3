import type { Clock } from './clock.ts';
import { SharedPace } from './shared-pace.ts';

/** Scalingo admits 60 requests a minute. */
const scalingoPace = 60;
/** A few are left to the operator's own browser and command line. */
const leftToOthers = 5;
const window = 60_000;

/** What the account may ask in a minute, and the folder in which other processes do the same; without one, it asks alone. */
export interface Sharing {
  readonly pace?: number | undefined;
  readonly folder?: string | undefined;
}

/** Lets requests through at the pace that Scalingo admits; `turn` resolves when one may leave. */
export class Limiter {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #shared: SharedPace | undefined;
  #instants: number[] = [];

  constructor(clock: Clock, { pace = scalingoPace, folder }: Sharing = {}) {
    this.#clock = clock;
    this.#most = Math.max(1, pace - leftToOthers);
    this.#shared = folder === undefined ? undefined : new SharedPace(folder, { most: this.#most, window });
  }

  /** Waits for a turn, in the order of arrival. */
  async turn(): Promise<void> {
    if (this.#shared === undefined) return await this.#turnAlone();
    const instant = await this.#shared.take(this.#clock.now());
    const wait = instant - this.#clock.now();
    if (wait > 0) await this.#clock.sleep(wait);
  }

  async #turnAlone(): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      this.#instants = this.#instants.filter(instant => instant > now - window);
      const [oldest] = this.#instants;
      if (oldest === undefined || this.#instants.length < this.#most) break;
      await this.#clock.sleep(oldest + window - now);
    }
    this.#instants.push(this.#clock.now());
  }
}
