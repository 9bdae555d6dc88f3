/*
 * Four eyes: whose approval a step needs, and whether an entry about it can follow the state that the step is in. Whoever
 * writes a journal can only say that a step was approved by a holder of that role who was not the operator, for this very
 * step, attempt, code and target; whether the signature is good is checked where there is an `ssh-keygen`.
 */
import { approvedTarget, type Challenge, readChallenge } from '../journal/challenge.ts';
import type { Entry, EventOf, Fingerprint } from '../journal/event.ts';
import type { Step, Target } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import { offeredOn } from './offered.ts';
import { isSettled } from './over.ts';
import { selectionReason } from './selection.ts';
import type { Session, StepState } from './session.ts';

/** How long a challenge stands, in milliseconds. */
export const VALIDITY = 15 * 60_000;

/** By how much a clock may have been set back between the asking and its line in the journal, in milliseconds. */
const setBack = 60_000;

/** The role one of whose holders must approve a step on a target; nothing when nobody must. */
export function approverOf(target: Target, step: Step): string | undefined {
  const own = 'approve' in step ? step.approve : undefined;
  return own ?? (step.kind === 'cell' && step.effect === 'destroy' ? target.approve : undefined);
}

/** What an approval is about, in what the step is and what its server said. */
export interface Approvable {
  readonly act: Challenge['act'];
  readonly attempt: number;
  readonly code: string;
  readonly fingerprint?: Fingerprint | undefined;
}

/** Whether a challenge is about this act, attempt, code and target. */
export function isAbout(challenge: Challenge, { act, attempt, code, fingerprint }: Approvable): boolean {
  const seen = fingerprint === undefined ? undefined : approvedTarget(fingerprint).sha256;
  return (
    challenge.act === act &&
    challenge.attempt === attempt &&
    challenge.code === code &&
    challenge.fingerprint?.sha256 === seen
  );
}

/** Whether a step, by its instance id, must be approved at all. */
export function needsApproval({ plan }: Session, id: string): boolean {
  const step = plan.runbook.steps.get(id.replace(/\[.*$/u, ''));
  return step !== undefined && approverOf(plan.target, step) !== undefined;
}

/** Whether a step that needs an approval has one for this; true for one that needs none. */
export function isApproved(session: Session, id: string, wanted: Approvable): boolean {
  if (!needsApproval(session, id)) return true;
  const { approval } = session.steps.get(id);
  const challenge = approval?.isGiven === true ? readChallenge(approval.challenge) : undefined;
  // It was given to one operator: whoever took the run over may be the very person who gave it.
  return (
    challenge?.operator === session.operator?.id && challenge !== undefined && isAbout(challenge, wanted)
  );
}

/** Whether a step must still be approved: an approval that was given and not used expires with its challenge. */
export function lacksApproval(session: Session, id: string, wanted: Approvable, now: string): boolean {
  if (!isApproved(session, id, wanted)) return true;
  const challenge = readChallenge(session.steps.get(id).approval?.challenge ?? '');
  const isNeeded = session.steps.get(id).approval?.isGiven === true;
  return isNeeded && challenge !== undefined && Date.parse(challenge.expiresAt) < Date.parse(now);
}

/** Whether a step that is still to be done must be approved by a second person. */
export function approvalsDue({ plan, selection, steps }: Session): boolean {
  return plan.instances.some(
    instance =>
      approverOf(plan.target, instance.step) !== undefined &&
      instance.skip === undefined &&
      selectionReason(plan, selection, instance) === undefined &&
      !isSettled(steps.get(instance.id)),
  );
}

/** Whether a step was begun with the approval that it needs. */
export function isApprovedFor(session: Session, entry: EventOf<'step-intended'>): boolean {
  const { attempt, code, fingerprint } = entry;
  return isApproved(session, entry.step, { act: 'run', attempt, code, fingerprint });
}

/** What approving a step now would be about, on `act`; nothing when the state of the run does not offer that act. */
function offeredAct(session: Session, id: string, act: Challenge['act']): Instance | undefined {
  if (act === 'manual') return offeredOn(session, 'present-manual', id)?.instance;
  const run = offeredOn(session, 'execute-step', id)?.instance;
  return act === 'run' ? run : (run ?? offeredOn(session, 'resolve-failure', id)?.instance);
}

/** Whether the run could ask for this approval after the entries before it. */
function isAsked(session: Session, entry: EventOf<'approval-asked'> & Pick<Entry, 'prev' | 'at'>): boolean {
  const challenge = readChallenge(entry.challenge);
  if (challenge === undefined) return false;
  const instance = offeredAct(session, entry.step, challenge.act);
  const { target } = session.plan;
  const stands = Date.parse(challenge.expiresAt) - Date.parse(entry.at);
  return (
    instance !== undefined &&
    stands > 0 &&
    stands <= VALIDITY + setBack &&
    challenge.run === session.run &&
    challenge.step === entry.step &&
    challenge.title === instance.step.title &&
    challenge.target === target.name &&
    challenge.mode === session.mode &&
    challenge.operator === session.operator?.id &&
    challenge.role === entry.role &&
    entry.role === approverOf(target, instance.step) &&
    challenge.attempt === session.steps.get(entry.step).attempts + 1 &&
    challenge.code === instance.digest &&
    challenge.head === entry.prev
  );
}

/** Whether a second person could approve what was asked: another holder, another key, in time, and scripted in a drill alone. */
function isGiven(
  session: Session,
  entry: EventOf<'step-approved'> & Pick<Entry, 'at'>,
  { approval, attempts }: StepState,
): boolean {
  const challenge = approval?.isGiven === false ? readChallenge(approval.challenge) : undefined;
  if (challenge === undefined || entry.challenge !== approval?.challenge) return false;
  const { by, voice, signed } = entry;
  const holders = session.plan.runbook.front.roles.get(challenge.role)?.holders ?? [];
  const isWorded =
    signed === undefined
      ? voice === 'scripted' && session.mode !== 'real'
      : voice === 'typed' && !session.operatorKeys.includes(signed.key);
  return (
    isWorded &&
    challenge.attempt === attempts + 1 &&
    by.role === challenge.role &&
    by.declaredFor === undefined &&
    holders.includes(by.id) &&
    by.id !== session.operator?.id &&
    Date.parse(entry.at) <= Date.parse(challenge.expiresAt)
  );
}

/** Whether an entry about an approval can follow. */
export function isApprovalLegal(
  session: Session,
  entry: Entry & EventOf<'approval-asked' | 'approval-refused' | 'step-approved'>,
  state: StepState,
): boolean {
  switch (entry.type) {
    case 'approval-asked':
      return isAsked(session, entry);
    case 'approval-refused':
      return state.approval?.isGiven === false;
    case 'step-approved':
      return isGiven(session, entry, state);
  }
}

/** The challenge that still waits for its answer and is about this; nothing when another must be put. */
export function standingChallenge(
  session: Session,
  id: string,
  wanted: Approvable,
  now: string,
): { readonly line: string; readonly challenge: Challenge } | undefined {
  const line = session.steps.get(id).approval?.challenge ?? '';
  const challenge = readChallenge(line);
  if (challenge === undefined || !isAbout(challenge, wanted)) return undefined;
  const isStanding = Date.parse(challenge.expiresAt) > Date.parse(now);
  return isStanding && challenge.operator === session.operator?.id ? { line, challenge } : undefined;
}
