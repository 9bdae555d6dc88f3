/*
 * A fault is the operator's situation, not the author's document and not a bug: a lock held by someone else, a disk that is
 * full, a target that is not empty. It carries what the printer needs to say what happened, what state things are in now,
 * and what to do next.
 */

/** What the world was left like: nothing was touched, a step may have run, or the journal holds all that happened. */
export type FaultState = 'nothing-changed' | 'step-may-have-run' | 'recorded';

/** An error that a person can act on; `report/` words it by `code` in French and English. */
export class Fault extends Error {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly state: FaultState;

  /** `code` is permanent kebab-case; `params` fill its sentence; `state` says what was left behind. */
  constructor(
    code: string,
    params: Readonly<Record<string, string | number>> = {},
    state: FaultState = 'nothing-changed',
  ) {
    super(`${code} ${JSON.stringify(params)}`);
    this.name = 'Fault';
    this.code = code;
    this.params = params;
    this.state = state;
  }
}
