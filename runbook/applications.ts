/** What the two applications of APiLos are called, and other readings of the plan's inputs. */
import { readFile } from 'node:fs/promises';
import { parseTemplate } from './variables.ts';

/** The inputs of a run, as cells are given them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** The texts of a list; anything else is an empty one. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/** The applications to bring back: `siap`, and `autonome` for the double architecture. Throws when the first is missing. */
export function applicationsOf(inputs: Inputs): string[] {
  const applications = textsOf(inputs.applications);
  if (!applications.includes('siap'))
    throw new Error('l’application « siap » porte la base : elle doit être dans la liste des applications');
  return applications;
}

/** The name that an application has at Scalingo, given when the run opened. */
export function applicationName(inputs: Inputs, application: unknown): string {
  return given(inputs, `application-${application}`);
}

/** The domain under which an application answers, given when the run opened. */
export function domainName(inputs: Inputs, application: unknown): string {
  return given(inputs, `domaine-${application}`);
}

function given(inputs: Inputs, name: string): string {
  const value = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
  if (typeof value !== 'string' || value === '') throw new Error(`la réponse « ${name} » manque`);
  return value;
}

/** The public half of the key with which the operator enters the platform; an agent gives its own by `ssh-add -L`. */
export async function publicKeyOf(
  identity: { readonly keyFile: string } | { readonly agent: string },
): Promise<string> {
  if ('keyFile' in identity) return (await readFile(`${identity.keyFile}.pub`, 'utf8')).trim();
  const { $ } = await import('zx');
  const listed = await $({ env: { ...process.env, SSH_AUTH_SOCK: identity.agent }, quiet: true })`ssh-add -L`;
  const [first] = listed.stdout.split('\n');
  if (first === undefined || first === '') throw new Error('l’agent SSH n’a aucune clé');
  return first;
}

/** Values that the vault holds: keys of the application itself, and those of outside services. Never those of a drill. */
export interface Vault {
  readonly given: Readonly<Record<string, string>>;
  /** A key of the application; undefined in a drill, which makes its own. Throws where a real one is missing. */
  keyOf(name: string): string | undefined;
}

const ownKeys = ['SECRET_KEY', 'JWT_SIGN_KEY', 'SIAP_CLIENT_JWT_SIGN_KEY'];

/** Reads the vault's text, `NAME=value` by line. In a drill nothing of it is used. */
export function vaultOf(mode: 'drill' | 'real', text: string | undefined): Vault {
  const lines = mode === 'drill' ? [] : parseTemplate(text ?? '').entries.filter(entry => !entry.commented);
  const values = new Map(lines.map(({ name, value }) => [name, value]));
  const keyOf = (name: string): string | undefined => {
    if (mode === 'drill') return undefined;
    const value = values.get(name);
    if (value === undefined) throw new Error(`le coffre ne donne pas ${name}`);
    return value;
  };
  return { given: Object.fromEntries([...values].filter(([name]) => !ownKeys.includes(name))), keyOf };
}
