import type { Fact } from '../journal/event.ts';

type Retried = Extract<Fact, { readonly kind: 'requests-retried' }>;

/** What a step's requests were refused and made again for: a service tells each, and the record says their sums once. */
export class Retries {
  readonly #sums = new Map<string, Retried>();

  /** Adds a fact to the sums; false when it is of another kind, and to be journaled as it comes. */
  add(fact: Fact): boolean {
    if (fact.kind !== 'requests-retried') return false;
    const name = JSON.stringify([fact.resource, fact.refusal]);
    const known = this.#sums.get(name);
    const [requests, waited] = [fact.requests + (known?.requests ?? 0), fact.waited + (known?.waited ?? 0)];
    this.#sums.set(name, { ...fact, requests, waited });
    return true;
  }

  /** One fact for each resource and refusal, in the order in which they first came. */
  sums(): readonly Fact[] {
    return [...this.#sums.values()];
  }
}
