import type { StepState } from './session.ts';

const untouched: StepState = {
  status: 'waiting',
  attempts: 0,
  failures: 0,
  confirmedItems: [],
  evidence: 0,
  exports: {},
};

/**
 * The states of all steps, immutable. It is kept in chunks of about the square root of their number, since a fold that
 * copied the whole table at each event would be quadratic in the length of the runbook.
 */
export class StepTable {
  readonly #places: ReadonlyMap<string, number>;
  readonly #chunks: readonly (readonly StepState[])[];
  readonly #width: number;

  private constructor(
    places: ReadonlyMap<string, number>,
    chunks: readonly (readonly StepState[])[],
    width: number,
  ) {
    this.#places = places;
    this.#chunks = chunks;
    this.#width = width;
  }

  /** A table in which every one of `ids` is waiting. */
  static of(ids: readonly string[]): StepTable {
    const width = Math.max(8, Math.ceil(Math.sqrt(ids.length)));
    const count = Math.ceil(ids.length / width);
    const chunks = Array.from({ length: count }, () => new Array<StepState>(width).fill(untouched));
    return new StepTable(new Map(ids.map((id, index) => [id, index])), chunks, width);
  }

  /** The state of a step; throws for an id that the plan does not have. */
  get(id: string): StepState {
    const state = this.find(id);
    if (state === undefined) throw new Error(`no step \`${id}\` in this plan`);
    return state;
  }

  /** The state of a step, or `undefined` for an id that the plan does not have. */
  find(id: string): StepState | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    return this.#chunks[Math.floor(place / this.#width)]?.[place % this.#width];
  }

  /** A table in which the state of `id` has changed; throws for an id that the plan does not have. */
  with(id: string, change: Partial<StepState>): StepTable {
    const place = this.#places.get(id);
    if (place === undefined) throw new Error(`no step \`${id}\` in this plan`);
    const index = Math.floor(place / this.#width);
    const chunk = [...(this.#chunks[index] ?? [])];
    chunk[place % this.#width] = { ...this.get(id), ...change };
    const chunks = [...this.#chunks];
    chunks[index] = chunk;
    return new StepTable(this.#places, chunks, this.#width);
  }

  /** Every id with its state, in the order of the plan. */
  *entries(): Generator<readonly [string, StepState]> {
    for (const id of this.#places.keys()) yield [id, this.get(id)];
  }
}
