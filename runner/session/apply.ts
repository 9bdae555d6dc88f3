/*
 * Session and entry in, session out. Every event has its case and says by itself what it changes; an event that this
 * version does not know is a compile error here, and a refusal when a journal is read.
 */
import { keyFingerprint } from '../journal/challenge.ts';
import type { Entry, EventOf, Fact } from '../journal/event.ts';
import type { Plan } from '../plan/plan.ts';
import { agendaOf, branchesOf, sectionKey } from './agenda.ts';
import { isApprovedFor } from './approval.ts';
import { isGuarded } from './guarding.ts';
import { isOver } from './over.ts';
import type { Session, StepState } from './session.ts';
import { StepTable } from './step-table.ts';

/** A session in which nothing has happened yet. */
export function emptySession(plan: Plan): Session {
  const agenda = agendaOf(plan);
  return {
    plan,
    run: '',
    mode: plan.target.mode,
    status: 'unopened',
    steps: StepTable.of([...plan.instances, ...plan.undos].map(instance => instance.id)),
    agenda,
    cursor: 0,
    passed: new Set(),
    operatorKeys: [],
    usedChallenges: [],
    branches: branchesOf(agenda),
    selection: {},
    dry: false,
    reserved: false,
    inAddendum: false,
  };
}

/** The session after `entry`. Throws when the entry names a step that the plan does not have. */
export function apply(session: Session, entry: Entry): Session {
  switch (entry.type) {
    case 'run-opened':
      return opened(session, entry);
    case 'run-resumed':
      return resumed(session, entry);
    case 'fact-recorded':
      return isReservation(entry.fact) ? { ...session, reserved: true } : session;
    case 'teardown-asked':
      // What was sealed is opened again for its teardown alone.
      return { ...session, teardown: entry.scope, ...(session.inAddendum ? { status: 'open' } : {}) };
    case 'run-paused':
      return { ...session, status: 'paused' };
    case 'run-closed':
      return { ...session, status: 'closed', outcome: entry.outcome };
    case 'addendum-opened':
      return { ...session, inAddendum: true, operator: entry.by };
    case 'addendum-closed':
      return { ...session, inAddendum: false, status: 'closed' };
    case 'clock-marked':
      return pass(session, entry.id);
    case 'section-entered':
      return pass(session, sectionKey(entry));
    case 'step-skipped':
      return settle(session, entry.step, { status: 'skipped' });
    case 'approval-asked':
      return change(session, entry.step, { approval: { challenge: entry.challenge, isGiven: false } });
    case 'step-approved':
      return approved(session, entry);
    case 'step-intended':
      return intended(session, entry);
    case 'step-finished':
      return finished(session, entry);
    case 'step-doubted':
      return change(session, entry.step, { status: 'doubtful', reason: entry.reason });
    case 'doubt-settled':
      return settled(session, entry);
    case 'manual-presented':
      return change(session, entry.step, { status: 'presented' });
    case 'item-confirmed':
      return confirmItem(session, entry);
    case 'step-confirmed':
      return settle(session, entry.step, { status: 'confirmed' });
    case 'step-done-by-hand':
      return settle(session, entry.step, { status: 'done-by-hand', exports: entry.exports });
    case 'retry-asked':
      return change(session, entry.step, { status: 'waiting', failures: 0 });
    case 'evidence-attached':
      return entry.step === undefined ? session : countEvidence(session, entry.step);
    case 'step-started':
    case 'output-written':
    case 'note-added':
    case 'journal-recovered':
    case 'change-accepted':
    case 'input-probed':
    case 'approval-refused':
    case 'run-handed-over':
    case 'time-stamped':
    case 'time-stamp-failed':
      return session;
  }
}

function opened(session: Session, entry: EventOf<'run-opened'>): Session {
  const { run, mode, operator, t0, selection, dry, signer } = entry;
  const operatorKeys = [keyFingerprint(signer.publicKey)];
  return { ...session, run, mode, operator, t0, selection, dry, operatorKeys, status: 'open' };
}

function resumed(session: Session, { operator, signer }: EventOf<'run-resumed'>): Session {
  const { operatorKeys } = session;
  const more = signer === undefined ? [] : [keyFingerprint(signer.publicKey)];
  return { ...losing(session), status: 'open', operator, operatorKeys: [...operatorKeys, ...more] };
}

function approved(session: Session, { step, challenge }: EventOf<'step-approved'>): Session {
  const usedChallenges = [...session.usedChallenges, challenge];
  return change({ ...session, usedChallenges }, step, { approval: { challenge, isGiven: true } });
}

/** An intent uses up the approval that was given for it. */
function intended(session: Session, entry: EventOf<'step-intended'>): Session {
  const { attempt, fingerprint, step } = entry;
  const { approval } = session.steps.get(step);
  return change(session, step, {
    status: 'running',
    attempts: attempt,
    isApproved: isApprovedFor(session, entry),
    isGuarded: isGuarded(session, entry),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(approval === undefined ? {} : { approval: { ...approval, isGiven: false } }),
  });
}

function finished(session: Session, entry: EventOf<'step-finished'>): Session {
  if (entry.outcome === 'passed')
    return settle(session, entry.step, { status: 'passed', exports: entry.exports });
  const failures = session.steps.get(entry.step).failures + 1;
  const reason = entry.reason === undefined ? {} : { reason: entry.reason };
  return change(session, entry.step, { status: 'failed', failures, ...reason });
}

function settled(session: Session, entry: EventOf<'doubt-settled'>): Session {
  if (entry.as === 'done') {
    return settle(session, entry.step, { status: 'passed', settled: 'done', exports: entry.exports });
  }
  return change(session, entry.step, { status: 'waiting', settled: entry.as });
}

function confirmItem(session: Session, entry: EventOf<'item-confirmed'>): Session {
  const { confirmedItems } = session.steps.get(entry.step);
  return change(session, entry.step, { confirmedItems: [...confirmedItems, entry.item] });
}

function countEvidence(session: Session, step: string): Session {
  return change(session, step, { evidence: session.steps.get(step).evidence + 1 });
}

function change(session: Session, step: string, state: Partial<StepState>): Session {
  return { ...session, steps: session.steps.with(step, state) };
}

function settle(session: Session, step: string, state: Partial<StepState>): Session {
  const { reason: _, ...kept } = session.steps.get(step);
  return advance({ ...session, steps: session.steps.with(step, { ...kept, ...state }) });
}

function pass(session: Session, key: string): Session {
  return advance({ ...session, passed: new Set(session.passed).add(key) });
}

function advance(session: Session): Session {
  let { cursor } = session;
  for (
    let item = session.agenda[cursor];
    item !== undefined && isOver(session, item);
    item = session.agenda[cursor]
  ) {
    cursor += 1;
  }
  return cursor === session.cursor ? session : { ...session, cursor };
}

function isReservation(fact: Fact): boolean {
  return (fact.kind === 'verification' && !fact.ok) || (fact.kind === 'finding' && fact.severity === 'major');
}

/** What was running in a process that is gone will never report: it is lost. */
function losing(session: Session): Session {
  let { steps } = session;
  for (const [id, state] of session.steps.entries()) {
    // What was begun without the approval that it needs can only have been refused, so nothing of it ran.
    const status = state.isApproved === false ? 'waiting' : 'lost';
    if (state.status === 'running') steps = steps.with(id, { status });
  }
  return { ...session, steps };
}
