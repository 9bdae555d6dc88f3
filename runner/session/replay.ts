import type { Entry } from '../journal/event.ts';
import type { Plan } from '../plan/plan.ts';
import { apply, emptySession } from './apply.ts';
import type { Session } from './session.ts';

/** The state to which a journal leads. Throws when an entry names a step that the plan does not have. */
export function replay(plan: Plan, entries: readonly Entry[]): Session {
  return entries.reduce(apply, emptySession(plan));
}
