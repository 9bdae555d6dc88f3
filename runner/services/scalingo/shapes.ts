import { z } from 'zod';
import { Fault, type FaultState } from '../../fault.ts';

/*
 * What is read of Scalingo's answers, and no more: a field that is not used cannot break a recovery. Where documentation and
 * clients disagree on a shape, both are taken.
 */

export const exchanged = z.object({ token: z.string() });

/** Deployments, newest first. */
export const deployment = z.object({ id: z.string(), status: z.string(), git_ref: z.string().nullish() });
export type Deployment = z.infer<typeof deployment>;

export const app = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  url: z.string().nullish(),
  git_url: z.string(),
  region: z.string().nullish(),
  stack_id: z.string().nullish(),
  force_https: z.boolean().nullish(),
  created_at: z.string().nullish(),
  owner: z.object({ email: z.string() }),
});
export type App = z.infer<typeof app>;

export const collaborator = z.object({ id: z.string(), email: z.string(), status: z.string() });
export type Collaborator = z.infer<typeof collaborator>;

export const plan = z.object({
  id: z.string(),
  name: z.string(),
  disabled: z.boolean().nullish(),
  on_demand: z.boolean().nullish(),
  to_be_discontinued: z.boolean().nullish(),
});
export type Plan = z.infer<typeof plan>;

export const addon = z.object({
  id: z.string(),
  status: z.string(),
  resource_id: z.string().nullish(),
  plan: z.object({ name: z.string() }),
  addon_provider: z.object({ id: z.string() }),
  token: z.string().nullish(),
});
export type Addon = z.infer<typeof addon>;

export const backup = z.object({
  id: z.string(),
  name: z.string().nullish(),
  created_at: z.string(),
  started_at: z.string().nullish(),
  size: z.number().nullish(),
  status: z.string(),
});

export const databaseUser = z.object({
  name: z.string(),
  read_only: z.boolean().nullish(),
  password: z.string().nullish(),
});

export const variable = z.object({ id: z.string(), name: z.string(), value: z.string() });
export const domain = z.object({
  id: z.string(),
  name: z.string(),
  letsencrypt_status: z.string().nullish(),
});
export type Domain = z.infer<typeof domain>;

export const container = z.object({ name: z.string(), amount: z.number() });
export const operation = z.object({ status: z.string(), error: z.string().nullish() });
export const key = z.object({ id: z.string(), name: z.string(), content: z.string() });
export const region = z.object({ name: z.string(), ssh: z.string().nullish() });

/**
 * Takes `{root: value}`, `{root: [value]}`, `{other_root: value}` or the bare value. Fault `scalingo-answer-unknown` when none
 * of them fits.
 */
export function unwrap<T>(body: unknown, roots: readonly string[], shape: z.ZodType<T>): T {
  const inside = rooted(body, roots) ?? body;
  const read = shape.safeParse(Array.isArray(inside) ? inside[0] : inside);
  if (read.success) return read.data;
  throw unknownAnswer(body, roots, read.error, 'step-may-have-run');
}

/**
 * The list under the first of `roots` that is there, or the bare list. Fault `scalingo-answer-unknown` without any: an add-on
 * that is not seen would be bought again.
 */
export function unwrapAll<T>(body: unknown, roots: readonly string[], shape: z.ZodType<T>): T[] {
  const inside = Array.isArray(body) ? body : rooted(body, roots);
  // An empty list may be written `null`.
  const list = inside === null ? [] : inside;
  const read = z.array(shape).safeParse(isObject(list) ? [list] : list);
  if (read.success) return read.data;
  throw unknownAnswer(body, roots, read.error, 'nothing-changed');
}

/** Names only: the values of an answer may be secrets. */
function unknownAnswer(body: unknown, roots: readonly string[], error: z.ZodError, state: FaultState): Fault {
  const names = isObject(body) ? Object.keys(body).join(', ') : Array.isArray(body) ? '[…]' : typeof body;
  const [first] = error.issues.filter(issue => issue.path.length > 0);
  const found = first === undefined ? names : `${names} / ${first.path.join('.')}`;
  return new Fault('scalingo-answer-unknown', { expected: roots.join(', '), found }, state);
}

function rooted(body: unknown, roots: readonly string[]): unknown {
  return roots.map(root => property(body, root)).find(found => found !== undefined);
}

function property(body: unknown, name: string): unknown {
  return isObject(body) ? Reflect.get(body, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
