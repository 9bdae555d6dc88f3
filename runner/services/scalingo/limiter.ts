import type { Clock } from './clock.ts';

/** Scalingo admits 60 requests a minute; a few are left to the operator's own browser and command line. */
const mostRequests = 55;
const window = 60_000;

/** Lets requests through at the pace that Scalingo admits; `turn` resolves when one may leave. */
export class Limiter {
  readonly #clock: Clock;
  #instants: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits for a turn, in the order of arrival. */
  async turn(): Promise<void> {
    for (;;) {
      const now = this.#clock.now();
      this.#instants = this.#instants.filter(instant => instant > now - window);
      const [oldest] = this.#instants;
      if (oldest === undefined || this.#instants.length < mostRequests) break;
      await this.#clock.sleep(oldest + window - now);
    }
    this.#instants.push(this.#clock.now());
  }
}
