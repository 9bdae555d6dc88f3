/*
 * The secrets that this machine can give without asking anyone. In: a plan and the environment. Out: a masker that knows
 * them, and the names of those that it does not. What somebody adds to a record long after a run is masked with these; what is
 * not at hand cannot be recognised, and is said.
 */
import { Fault } from '../fault.ts';
import type { ValueSource } from '../model/runbook.ts';
import type { Plan } from '../plan/plan.ts';
import { createMasker, type Masker } from './masker.ts';
import { addSecret } from './register-secrets.ts';

/** A masker, and the names of the declared secrets that it could not be told. */
export interface SecretsAtHand {
  readonly masker: Masker;
  readonly unknown: readonly string[];
}

/** Registers the target's secrets that stand in the environment, and what its resources take from there. */
export function secretsAtHand({ target }: Plan, environment: NodeJS.ProcessEnv): SecretsAtHand {
  const masker = createMasker();
  const unknown = Object.entries(target.secrets).flatMap(([name, source]) =>
    register(masker, name, valueAtHand(source, environment)) ? [] : [name],
  );
  for (const [name, settings] of Object.entries(target.resources)) {
    for (const source of Object.values(settings))
      register(masker, name, passwordIn(valueAtHand(source, environment)));
  }
  return { masker, unknown };
}

function valueAtHand(source: ValueSource, environment: NodeJS.ProcessEnv): string | undefined {
  return source.from === 'env' ? environment[source.name] : undefined;
}

/** A setting is public but for the password of an address. */
function passwordIn(value: string | undefined): string | undefined {
  if (value === undefined || !URL.canParse(value)) return undefined;
  const { password } = new URL(value);
  return password === '' ? undefined : decodeURIComponent(password);
}

function register(masker: Masker, name: string, value: string | undefined): boolean {
  if (value === undefined || value === '') return false;
  try {
    addSecret(masker, name, value);
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}
