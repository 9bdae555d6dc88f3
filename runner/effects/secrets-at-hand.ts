/*
 * The secrets that this machine can give without asking anyone. In: a run, and where to look. Out: a masker that knows them, and
 * the names of those that it does not. What somebody adds to a record long after a run is masked with these; what is not at
 * hand cannot be recognised, and is said.
 */
import { Fault } from '../fault.ts';
import type { ValueSource } from '../model/runbook.ts';
import { settingNames } from '../model/setting-names.ts';
import type { Plan } from '../plan/plan.ts';
import type { Session } from '../session/session.ts';
import { createMasker, type Masker } from './masker.ts';
import { addSecret } from './register-secrets.ts';
import { commandOutput } from './settings.ts';

/** A masker, and the names of the secrets of the run that it could not be told. */
export interface SecretsAtHand {
  readonly masker: Masker;
  readonly unknown: readonly string[];
}

/** Where secrets are looked for. */
export interface Reach {
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the commands of the target may be run, and for how many milliseconds each. */
  readonly commands: boolean;
  readonly patience?: number;
}

/** Long enough for a password manager on the network, short enough for one that waits for somebody. */
const PATIENCE = 10_000;

/** Registers what the target reads from variables and commands; a secret that was typed or exported is known to nobody. */
export async function secretsAtHand(session: Session, reach: Reach): Promise<SecretsAtHand> {
  const masker = createMasker();
  const unknown: string[] = [];
  for (const [name, source] of Object.entries(session.plan.target.secrets))
    if (!register(masker, name, await valueAtHand(name, source, reach))) unknown.push(name);
  for (const { resource, key, variable, isDoor } of settingsOf(session.plan)) {
    const value = reach.environment[variable];
    const secret = isDoor || value === undefined ? value : passwordIn(value);
    const isWanted = value === undefined ? isDoor || key === 'url' : secret !== undefined;
    if (isWanted && !register(masker, resource, secret)) unknown.push(`${resource}.${key}`);
  }
  return { masker, unknown: [...unknown, ...exportedSecrets(session)] };
}

async function valueAtHand(name: string, source: ValueSource, reach: Reach): Promise<string | undefined> {
  if (source.from === 'env') return reach.environment[source.name];
  if (source.from !== 'command' || !reach.commands) return undefined;
  return await commandOutput(name, source.command, reach.patience ?? PATIENCE).catch(unlessFault);
}

function unlessFault(error: unknown): undefined {
  if (!(error instanceof Fault)) throw error;
}

/** Settings that come from a variable; what is written in the document holds no secret. */
function settingsOf({ target, runbook }: Plan) {
  return Object.entries(target.resources).flatMap(([resource, written]) => {
    const kind = runbook.front.resources.get(resource)?.kind;
    const doors = kind === undefined ? [] : settingNames(kind, written).doors;
    return Object.entries(written).flatMap(([key, source]) =>
      source.from === 'env' ? [{ resource, key, variable: source.name, isDoor: doors.includes(key) }] : [],
    );
  });
}

/** A setting is public but for the password of an address. */
function passwordIn(value: string): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const { password } = new URL(value);
  return password === '' ? undefined : decodeURIComponent(password);
}

function exportedSecrets({ plan, steps }: Session): string[] {
  return plan.instances.flatMap(({ id }) =>
    Object.entries(steps.get(id).exports).flatMap(([name, exported]) =>
      'secret' in exported ? [`${id}.${name}`] : [],
    ),
  );
}

function register(masker: Masker, name: string, value: string | undefined): boolean {
  if (value === undefined || value === '') return false;
  try {
    addSecret(masker, name, value);
    return true;
  } catch (error) {
    return unlessFault(error) ?? false;
  }
}
