/*
 * Readings of what the plan of APiLos is given: names, proofs, the vault. In: inputs, settings, texts of files. Out: names,
 * texts, numbers. Can never happen: an answer passed over in silence, a key of the vault in a drill.
 */
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

/** The texts that the proof page must show; blank ones prove nothing. */
export function proofsOf(inputs: Inputs): string[] {
  return textsOf(inputs['textes-de-preuve']).filter(text => text.trim() !== '');
}

/** Answers with which the plan could not be gone through, or would prove nothing: a sentence for each. */
export function contradictions(inputs: Inputs): string[] {
  const names = textsOf(inputs.applications).map(application => inputs[`application-${application}`]);
  const isElsewhere = inputs['application-siap'] !== inputs['application-perdue'];
  const isNew = inputs['recreer-application'] === 'oui' && isElsewhere;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      !textsOf(inputs.applications).includes('siap'),
      '« applications » doit contenir siap, qui porte la base',
    ],
    [new Set(names).size < names.length, 'deux applications ont le même nom'],
    [
      proofsOf(inputs).length === 0,
      '« textes-de-preuve » est vide : une page qui répond ne prouve pas que les données sont là',
    ],
    [
      isNew && inputs['restaurer-base'] !== 'oui',
      'une application neuve n’a pas de base : répondre oui à « restaurer-base », ou reprendre l’application d’origine',
    ],
  ];
  return rules.flatMap(([isBroken, words]) => (isBroken ? [words] : []));
}

/**
 * How long to wait between two looks, ms: what is asked for, but fifteen looks at least where the target says how long it
 * waits at most, as a sandbox does.
 */
export function between(target: { readonly patience?: number }, milliseconds: number): number {
  return Math.min(milliseconds, (target.patience ?? Number.POSITIVE_INFINITY) / 15);
}

/** How many containers an application has. A drill runs no worker, whose periodic tasks act on the real world. */
export function containersOf(mode: 'drill' | 'real'): Readonly<Record<string, number>> {
  return { web: 1, worker: mode === 'drill' ? 0 : 1 };
}

/** The stack that a version declares in its `scalingo.json`; `aucune` where it declares none. Throws when it is not JSON. */
export function stackOf(text: string): string {
  const value: unknown = JSON.parse(text);
  const isDeclared = typeof value === 'object' && value !== null && 'stack' in value;
  return isDeclared ? String(value.stack) : 'aucune';
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
