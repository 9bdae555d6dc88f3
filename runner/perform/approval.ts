/*
 * Four eyes. In: a step that a second person must approve before it acts. Out: true once a holder of the role, who is not the
 * operator and signs with another key, has approved this very step, attempt, code and target; false when the run was paused.
 * Can never happen: an approval of anything else taken for this one, one that came too late, or one that nobody gave.
 */
import { Fault } from '../fault.ts';
import {
  approvedTarget,
  digestChallenge,
  readAnswer,
  readChallenge,
  writeChallenge,
} from '../journal/challenge.ts';
import type { EventOf } from '../journal/event.ts';
import type { Instance } from '../plan/plan.ts';
import type { Answers } from '../ports.ts';
import {
  type Approvable,
  approverOf,
  lacksApproval,
  standingChallenge,
  VALIDITY,
} from '../session/approval.ts';
import type { Stage } from './stage.ts';

/** How long before its end an answer is refused already: it is checked, and then written, which takes time. */
const margin = 2_000;

/** What is put to the second person. */
interface Asked {
  readonly line: string;
  readonly role: string;
  readonly expiresAt: string;
  readonly isStanding: boolean;
}

/** Sees to it that `instance` is approved when it must be; false when the run was paused instead. */
export async function obtainApproval(stage: Stage, instance: Instance, wanted: Approvable): Promise<boolean> {
  while (lacksApproval(stage.session, instance.id, wanted, stage.world.clock.now())) {
    const { line, role, expiresAt, isStanding } = put(stage, instance, wanted);
    const answer = await stage.ask<'approval'>({
      ask: 'approval',
      step: instance.id,
      role,
      challenge: line,
      expiresAt,
      isStanding,
    });
    if (answer.choice === 'pause') {
      stage.pause(answer.by);
      return false;
    }
    if (!(await take(stage, instance, { line, role, expiresAt, isStanding }, answer))) return false;
  }
  return true;
}

/** The challenge that still waits for an answer, or another one, once it is in the journal. */
function put(stage: Stage, instance: Instance, wanted: Approvable): Asked {
  const standing = standingChallenge(stage.session, instance.id, wanted, stage.world.clock.now());
  if (standing !== undefined) {
    const { role, expiresAt } = standing.challenge;
    return { line: standing.line, role, expiresAt, isStanding: true };
  }
  const { plan, run, mode } = stage.session;
  const { act, attempt, code, fingerprint } = wanted;
  const role = approverOf(plan.target, instance.step) ?? '';
  const expiresAt = new Date(Date.parse(stage.world.clock.now()) + VALIDITY).toISOString();
  const line = writeChallenge({
    run,
    target: plan.target.name,
    mode,
    step: instance.id,
    title: instance.step.title,
    act,
    attempt,
    role,
    operator: stage.operator.id,
    code,
    ...(fingerprint === undefined ? {} : { fingerprint: approvedTarget(fingerprint) }),
    head: stage.world.journal.head,
    expiresAt,
  });
  stage.record([{ type: 'approval-asked', step: instance.id, role, challenge: line }]);
  return { line, role, expiresAt, isStanding: false };
}

type Given = Exclude<Answers['approval'], { readonly choice: 'pause' }>;

/** Records what an answer is worth; false when it was refused and no other can come, and the run is paused. */
async function take(stage: Stage, instance: Instance, asked: Asked, answer: Given): Promise<boolean> {
  const { by, voice } = answer;
  try {
    stage.record([await approvalBy(stage, instance, asked, answer)]);
    return true;
  } catch (error) {
    if (!(error instanceof Fault) || error.state !== 'nothing-changed') throw error;
    const { code: fault, params } = error;
    stage.record([{ type: 'approval-refused', step: instance.id, by, voice, fault, params }]);
    if (voice === 'scripted') stage.pause(by, 'no-answer');
    return voice !== 'scripted';
  }
}

/** The approval that an answer amounts to; a Fault for each way in which it is none. */
async function approvalBy(
  stage: Stage,
  instance: Instance,
  asked: Asked,
  answer: Given,
): Promise<EventOf<'step-approved'>> {
  const approved = { type: 'step-approved', step: instance.id, challenge: asked.line } as const;
  if (answer.choice === 'scripted') {
    if (stage.session.mode === 'real')
      throw new Fault('answers-in-real', { target: stage.session.plan.target.name });
    refuseUnfit(stage, instance, asked.role, answer.approver);
    return { ...approved, by: { id: answer.approver, role: asked.role }, voice: 'scripted' };
  }
  const { by, signature } = answerTo(stage, instance, asked, answer.answer);
  refuseUnfit(stage, instance, asked.role, by);
  const signed = await signedBy(stage, { step: instance.id, line: asked.line, by, signature });
  refuseLate(stage, instance, asked);
  return { ...approved, by: { id: by, role: asked.role }, voice: 'typed', signed };
}

/** The answer, which must be to the challenge that was put. */
function answerTo(stage: Stage, instance: Instance, { line }: Asked, text: string) {
  const answer = readAnswer(text);
  const step = instance.id;
  if (answer === undefined) {
    const isChallenge = readChallenge(text) !== undefined;
    throw new Fault(isChallenge ? 'approval-not-signed' : 'approval-unreadable', { step });
  }
  if (answer.challenge === digestChallenge(line)) return answer;
  const isUsed = stage.session.usedChallenges.some(used => digestChallenge(used) === answer.challenge);
  throw new Fault(isUsed ? 'approval-replayed' : 'approval-foreign', { step });
}

/** Who approves holds the role, and is not the person who operates. */
function refuseUnfit(stage: Stage, instance: Instance, role: string, by: string): void {
  const holders = stage.session.plan.runbook.front.roles.get(role)?.holders ?? [];
  const step = instance.id;
  if (by === stage.operator.id) throw new Fault('approval-same-person', { step, by });
  if (!holders.includes(by)) {
    throw new Fault('approval-not-a-holder', { step, by, role, holders: holders.join(', ') });
  }
}

function refuseLate(stage: Stage, instance: Instance, { expiresAt }: Asked): void {
  const now = stage.world.clock.now();
  if (Date.parse(now) + margin <= Date.parse(expiresAt)) return;
  throw new Fault('approval-expired', { step: instance.id, expiresAt });
}

interface Signed {
  readonly step: string;
  readonly line: string;
  readonly by: string;
  readonly signature: string;
}

/** A signature by a key of this person in the list from outside, and of no operator of the run. */
async function signedBy(
  stage: Stage,
  { step, line, by, signature }: Signed,
): Promise<NonNullable<EventOf<'step-approved'>['signed']>> {
  const { approvals } = stage.world;
  if (approvals === undefined) throw new Fault('approval-without-list', { step });
  const { worth, key = '' } = await approvals.check({ challenge: line, by, signature });
  if (worth === 'unsupported') throw new Fault('approval-unsupported', { step, by });
  if (worth === 'bad-signature' || worth === 'unreadable') throw new Fault('approval-altered', { step, by });
  if (stage.session.operatorKeys.includes(key)) throw new Fault('approval-same-key', { step, by, key });
  if (worth === 'unknown-signer') throw new Fault('approval-key-unknown', { step, by, key });
  return { key, signature, signers: approvals.signers };
}
