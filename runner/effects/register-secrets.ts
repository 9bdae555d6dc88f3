/** Which values of steps become known to the masker, and when. */
import { Fault } from '../fault.ts';
import type { Json } from '../model/runbook.ts';
import type { Execution } from '../ports.ts';
import type { Masker } from './masker.ts';
import { ended, type Outcome, reasonOf } from './step-context.ts';

/** Registers every text of a value. Throws the `Fault` `secret-too-short` when none of them can be masked. */
export function addSecret(masker: Masker, name: string, value: Json): void {
  let refused: unknown;
  let isKnown = false;
  for (const text of textsOf(value)) {
    try {
      masker.add(name, text);
      isKnown = true;
    } catch (error) {
      // A short member (a flag, a port) beside others is no secret by itself.
      if (!(error instanceof Fault)) throw error;
      refused = error;
    }
  }
  if (!isKnown && refused !== undefined) throw refused;
}

/** Every text in a value. */
function textsOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).flatMap(textsOf);
}

/** Registers the secret imports of a step: one that was asked for again is not known to the masker yet. */
export function registerImports(execution: Execution, masker: Masker): void {
  for (const known of execution.secretImports) {
    const dot = known.lastIndexOf('.');
    const value = execution.imports[known.slice(0, dot)]?.[known.slice(dot + 1)];
    if (value !== undefined) addSecret(masker, known, value);
  }
}

/** Registers what a step exports as secret; a step whose secret cannot be masked has failed, and exports nothing. */
export function registerExports(outcome: Outcome, step: string, masker: Masker): Outcome {
  try {
    for (const name of outcome.secrets) {
      const value = outcome.values[name];
      if (value !== undefined) addSecret(masker, `${step}.${name}`, value);
    }
    return outcome;
  } catch (error) {
    if (error instanceof Fault) return ended('failed', reasonOf(error));
    throw error;
  }
}
