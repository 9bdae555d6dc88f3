/*
 * An entry about a step, and the state of that step, in; what is wrong with it, or nothing, out. An effect has its intent, an
 * intent and a decision were offered, and a destructive cell was confirmed as its target asks for.
 */
import type { Entry, EventOf } from '../journal/event.ts';
import { isApprovalLegal, isApproved, needsApproval } from './approval.ts';
import { isRead } from './next.ts';
import { offeredOn, same } from './offered.ts';
import type { Session, StepState } from './session.ts';

/** What is wrong with an entry about a step of the plan that stands in `state`. */
export function wrongWithStep(
  session: Session,
  entry: Entry,
  state: StepState,
): 'no-intent' | 'not-offered' | 'not-confirmed' | 'not-approved' | 'code-differs' | undefined {
  if (!isApprovedSoFar(session, entry, state)) return 'not-approved';
  if (state.isGuarded === false && state.status !== 'lost' && isActing(entry)) return 'not-confirmed';
  switch (entry.type) {
    case 'approval-asked':
    case 'approval-refused':
    case 'step-approved':
      return isApprovalLegal(session, entry, state) ? undefined : 'not-approved';
    case 'step-intended':
      return wrongWithIntent(session, entry);
    case 'output-written':
      // What a child of the step printed may come in after its outcome.
      return state.attempts > 0 && state.attempts === entry.attempt ? undefined : 'no-intent';
    case 'step-started':
    case 'fact-recorded':
    case 'step-finished':
      return isRunning(state, entry.attempt) ? undefined : 'no-intent';
    case 'step-doubted':
      return isDoubt(session, entry, state) ? undefined : 'no-intent';
    default:
      return isDecided(session, entry, state) ? undefined : 'not-offered';
  }
}

/** Whether an entry says that the attempt under way did something. */
function isActing(entry: Entry): boolean {
  switch (entry.type) {
    case 'step-started':
    case 'output-written':
    case 'fact-recorded':
    case 'step-doubted':
      return true;
    default:
      return entry.type === 'step-finished' && entry.reason?.code !== 'refused';
  }
}

/** What needs an approval and was begun without one can only have been refused, and nobody does it by hand unapproved. */
function isApprovedSoFar(session: Session, entry: Entry, state: StepState): boolean {
  if (entry.type !== 'step-done-by-hand' && entry.type !== 'manual-presented')
    return state.isApproved !== false || !isActing(entry);
  if (!needsApproval(session, entry.step)) return true;
  const act = entry.type === 'manual-presented' ? 'manual' : 'by-hand';
  const code = session.plan.instances.find(each => each.id === entry.step)?.digest ?? '';
  return isApproved(session, entry.step, { act, attempt: state.attempts + 1, code });
}

function isRunning(state: StepState, attempt: number): boolean {
  return state.status === 'running' && state.attempts === attempt;
}

function wrongWithIntent(session: Session, entry: EventOf<'step-intended'>) {
  const action = offeredOn(session, 'execute-step', entry.step);
  if (action === undefined || action.attempt !== entry.attempt) return 'not-offered';
  if (action.instance.digest !== entry.code) return 'code-differs';
  return isConfirmed(session, entry) ? undefined : 'not-confirmed';
}

/** An intent with a fingerprint was let start by somebody, who typed the name of what is not empty and not this run's. */
function isConfirmed(session: Session, { fingerprint, by, typedName }: EventOf<'step-intended'>): boolean {
  if (fingerprint === undefined) return typedName === undefined;
  const isForeign = !fingerprint.empty && fingerprint.marker !== session.run;
  return by !== undefined && (!isForeign || typedName === fingerprint.name);
}

function isDoubt(session: Session, entry: EventOf<'step-doubted'>, state: StepState): boolean {
  if (state.attempts !== entry.attempt) return false;
  if (state.status === 'lost') return offeredOn(session, 'settle-doubt', entry.step) !== undefined;
  const instance = session.plan.instances.find(each => each.id === entry.step);
  return state.status === 'running' && instance !== undefined && !isRead(instance);
}

function isDecided(session: Session, entry: Entry, state: StepState): boolean {
  switch (entry.type) {
    case 'step-skipped':
      return isSkip(session, entry, state);
    case 'step-done-by-hand':
      return isOpenToDecision(session, entry.step);
    case 'retry-asked':
      return offeredOn(session, 'resolve-failure', entry.step) !== undefined;
    case 'doubt-settled':
      return isSettlement(session, entry, state);
    case 'manual-presented':
      return state.status === 'waiting' && isPresentation(session, entry);
    case 'item-confirmed':
    case 'step-confirmed':
      return isConfirmation(session, entry, state);
    default:
      return true;
  }
}

function isSkip(session: Session, entry: EventOf<'step-skipped'>, state: StepState): boolean {
  if (entry.cause === 'operator')
    return isOpenToDecision(session, entry.step) || isPresented(session, entry.step, state);
  const action = offeredOn(session, 'skip-step', entry.step);
  return action !== undefined && same(action, entry, ['cause', 'reason']);
}

function isOpenToDecision(session: Session, step: string): boolean {
  return (
    offeredOn(session, 'execute-step', step) !== undefined ||
    offeredOn(session, 'resolve-failure', step) !== undefined
  );
}

function isSettlement(session: Session, entry: EventOf<'doubt-settled'>, state: StepState): boolean {
  const action = offeredOn(session, 'settle-doubt', entry.step);
  if (state.status !== 'doubtful' || action === undefined) return false;
  const { by } = entry;
  return !('check' in by) || (entry.as === 'done' && action.checks.some(check => check.id === by.check));
}

function isPresentation(session: Session, entry: EventOf<'manual-presented'>): boolean {
  const step = offeredOn(session, 'present-manual', entry.step)?.instance.step;
  return step?.kind === 'manual' && step.role === entry.role;
}

function isPresented(session: Session, step: string, state: StepState): boolean {
  return state.status === 'presented' && offeredOn(session, 'present-manual', step) !== undefined;
}

function isConfirmation(
  session: Session,
  entry: EventOf<'item-confirmed' | 'step-confirmed'>,
  state: StepState,
): boolean {
  const manual = offeredOn(session, 'present-manual', entry.step)?.instance.step;
  if (manual?.kind !== 'manual' || !isPresented(session, entry.step, state)) return false;
  const items = manual.items.length;
  if (entry.type === 'item-confirmed')
    return entry.item < items && !state.confirmedItems.includes(entry.item);
  const isComplete = state.confirmedItems.length === items;
  return isComplete && (manual.evidence !== 'required' || state.evidence > 0);
}
