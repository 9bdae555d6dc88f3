import { canonicalJson } from '../journal/canonical.ts';
import type { Instance } from '../plan/plan.ts';
import { offers } from './next.ts';
import type { Action, Session } from './session.ts';

type ActionOf<K extends Action['do']> = Extract<Action, { readonly do: K }>;
type StepAction = Extract<Action, { readonly instance: Instance }>;

/** The actions of one kind that may be begun now. */
export function offered<K extends Action['do']>(session: Session, kind: K): readonly ActionOf<K>[] {
  return offers(session).filter((action): action is ActionOf<K> => action.do === kind);
}

/** The action of one kind that may be begun now on a step, by its instance id. */
export function offeredOn<K extends StepAction['do']>(
  session: Session,
  kind: K,
  step: string,
): Extract<StepAction, { readonly do: K }> | undefined {
  return offers(session).find(
    (action): action is Extract<StepAction, { readonly do: K }> =>
      action.do === kind && 'instance' in action && action.instance.id === step,
  );
}

/** Whether two values have the same members of these names, absent ones included. */
export function same(one: object, other: object, members: readonly string[]): boolean {
  const [left, right] = [one, other].map(each => new Map<string, unknown>(Object.entries(each)));
  return members.every(
    name => canonicalJson(left?.get(name) ?? null) === canonicalJson(right?.get(name) ?? null),
  );
}
