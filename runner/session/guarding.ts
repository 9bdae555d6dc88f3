import type { EventOf } from '../journal/event.ts';
import type { Session } from './session.ts';

/**
 * Whether a step was begun as its effect asks for. A cell that destroys is let start by somebody, on a resource whose server was
 * asked what it is; so is, by somebody, one of which a doubt was settled as not done. What was not can only have been refused.
 */
export function isGuarded({ plan, steps }: Session, entry: EventOf<'step-intended'>): boolean {
  const step = plan.instances.find(instance => instance.id === entry.step)?.step;
  if (step?.kind !== 'cell') return true;
  const isDestructive = step.effect === 'destroy';
  const isAsked = isDestructive || steps.get(entry.step).settled === 'not-done';
  if (isAsked && entry.by === undefined) return false;
  return !isDestructive || step.on === entry.fingerprint?.resource;
}
