/*
 * What a cell tells the record beyond its exports: which backup was used or refused, what was verified, what was loaded.
 * In: a fact. Out: nothing; the kernel journals it with the step that is running.
 * Can never happen: a fact that carries a row, a secret or the content of a file. Outside a kernel nothing is recorded.
 */
import type { Fact } from '../journal/event.ts';

/** What a fact says besides its kind, as `fact` events of the journal have it (docs/journal.md). */
type FactOf<K extends Fact['kind']> = Omit<Extract<Fact, { readonly kind: K }>, 'kind'>;

/** The name under which a kernel offers the function that journals facts. */
export const recordKey = Symbol.for('reprise.record');

function record(fact: Fact): void {
  const sink: unknown = Reflect.get(globalThis, recordKey);
  if (typeof sink === 'function') sink(fact);
}

/** Records the backup that the restoration uses; data loss is judged from `takenAt`. */
export function recordBackupUsed(backup: FactOf<'backup-used'>): void {
  record({ kind: 'backup-used', ...backup });
}

/** Records requests that a service refused for a time and that were made again; the journal says their sums, step by step. */
export function recordRetries(retries: FactOf<'requests-retried'>): void {
  record({ kind: 'requests-retried', ...retries, waited: Math.round(retries.waited) });
}

/** Records a backup that was tried and refused, with the reason. */
export function recordBackupRejected(backup: FactOf<'backup-rejected'>): void {
  record({ kind: 'backup-rejected', ...backup });
}

/** Records a gap between the plan and what was found; it becomes a line of the action plan. */
export function recordFinding(severity: 'minor' | 'major', text: string): void {
  record({ kind: 'finding', severity, text });
}

/** Records a comparison of what was expected with what was found. Returns `ok`, so that a check can export it. */
export function recordVerification(verification: FactOf<'verification'>): boolean {
  record({ kind: 'verification', ...verification });
  return verification.ok;
}

/** Records that data were loaded on a resource, and whether they are personal data. */
export function recordDataLoaded(resource: string, what: string, personal: boolean): void {
  record({ kind: 'data-loaded', resource, what, personal });
}

/** Records that loaded or copied data were erased. */
export function recordDataErased(resource: string, what: string): void {
  record({ kind: 'data-erased', resource, what });
}

/** Records that a person or an account was given access to restored data. */
export function recordAccessGranted(resource: string, who: string): void {
  record({ kind: 'access-granted', resource, who });
}
