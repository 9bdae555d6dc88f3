import type { Account } from './account.ts';

/** One kind of answer that is asked once and kept for a time: requests are counted, and most answers do not change. */
export class Memory<T> {
  readonly #kept = new WeakMap<Account, Map<string, { readonly until: number; readonly answer: T }>>();
  readonly #milliseconds: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** The answer by that name, asked when none is fresh. A failure is not kept. */
  async recall(account: Account, name: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#of(account).get(name);
    if (known !== undefined && account.clock.now() < known.until) return known.answer;
    const answer = await ask();
    this.#of(account).set(name, { until: account.clock.now() + this.#milliseconds, answer });
    return answer;
  }

  /** Drops an answer that turned out to be no longer true. */
  forget(account: Account, name: string): void {
    this.#of(account).delete(name);
  }

  #of(account: Account): Map<string, { readonly until: number; readonly answer: T }> {
    const known = this.#kept.get(account) ?? new Map();
    this.#kept.set(account, known);
    return known;
  }
}
