import type { Clock } from './clock.ts';

/** Scalingo admits 60 requests a minute. */
const scalingoPace = 60;
/** A few are left to the operator's own browser and command line. */
const leftToOthers = 5;
const window = 60_000;

/** Lets requests through at the pace that Scalingo admits; `turn` resolves when one may leave. */
export class Limiter {
  readonly #clock: Clock;
  readonly #most: number;
  #instants: number[] = [];

  /** `pace` is what the account may ask in a minute. */
  constructor(clock: Clock, pace = scalingoPace) {
    this.#clock = clock;
    this.#most = Math.max(1, pace - leftToOthers);
  }

  /** Waits for a turn, in the order of arrival. */
  async turn(): Promise<void> {
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
