/** Counts requests of the last minute: 60 are let through (Scalingo, "Rate limiting"), the others wait their turn. */
export class Limiter {
  readonly #most: number;
  #instants: number[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** True, and counted, when a request may pass at `now` (ms). */
  admits(now: number): boolean {
    this.#instants = this.#instants.filter(instant => instant > now - 60_000);
    if (this.#instants.length >= this.#most) return false;
    this.#instants.push(now);
    return true;
  }
}
