/*
 * Who speaks in an entry, and with what right. In: the state before it and the entry. Out: what is wrong, or nothing. A run hears
 * its operator, who may declare for somebody else, and whoever adds a note or a file; each of them holds a role. A real run
 * has no answers file, and what is decided against the plan has a reason.
 */
import type { Entry, Person } from '../journal/event.ts';
import { said } from '../journal/guard.ts';
import type { FrontMatter } from '../model/runbook.ts';
import type { Session } from './session.ts';

/** What can be wrong with who speaks. */
export type SpeakerProblem = 'wrong-person' | 'scripted-in-real' | 'no-reason';

/** What is wrong with who speaks in an entry; `before` is the one that it follows. */
export function wrongWithSpeaker(session: Session, entry: Entry, before?: Entry): SpeakerProblem | undefined {
  if (isScriptedInReal(session, entry)) return 'scripted-in-real';
  if (!isEntitled(session, entry, before)) return 'wrong-person';
  return lacksReason(entry) ? 'no-reason' : undefined;
}

function isScriptedInReal({ mode }: Session, entry: Entry): boolean {
  const real = entry.type === 'run-opened' ? entry.mode : mode;
  return real === 'real' && 'voice' in entry && entry.voice === 'scripted';
}

function isEntitled(session: Session, entry: Entry, before: Entry | undefined): boolean {
  const { front } = session.plan.runbook;
  switch (entry.type) {
    case 'run-opened':
      return isHolder(front, entry.operator);
    case 'run-resumed':
      // A handover says so before, and is looked at there.
      return (
        isHolder(front, entry.operator) &&
        (isOperator(session, entry.operator) || isNewcomer(session, before))
      );
    case 'note-added':
    case 'evidence-attached':
    case 'change-accepted':
      return isHolder(front, entry.by);
    case 'item-confirmed':
    case 'step-confirmed':
      return isSpokenBy(session, entry.by) && isDeclared(session, entry.step, entry.by);
    case 'step-approved':
    case 'run-closed':
    case 'addendum-opened':
    case 'addendum-closed':
      return true;
    default:
      return (
        !('by' in entry) || entry.by === undefined || 'check' in entry.by || isSpokenBy(session, entry.by)
      );
  }
}

/** In an addendum any holder goes on with a teardown; a run goes from one operator to another by a handover. */
function isNewcomer({ inAddendum }: Session, before: Entry | undefined): boolean {
  return inAddendum || before?.type === 'run-handed-over';
}

function isOperator({ operator }: Session, { id }: Person): boolean {
  return operator?.id === id;
}

/** The operator speaks, for themselves or for one who holds a role. */
function isSpokenBy(session: Session, person: Person): boolean {
  return isOperator(session, person) && isHolder(session.plan.runbook.front, person);
}

/** A person of the runbook, in a role that is theirs; whoever they declare for is one too. */
function isHolder({ roles }: FrontMatter, { id, role, declaredFor }: Person): boolean {
  const all = [...roles.values()];
  const own = role === undefined ? all : all.filter(({ name }) => name === role);
  const others = all.flatMap(({ holders }) => [...holders, holders.join(', ')]);
  return (
    own.some(({ holders }) => holders.includes(id)) &&
    (declaredFor === undefined || others.includes(declaredFor))
  );
}

/** Whoever does not hold the role of a manual step confirms it for those who do, and says so. */
function isDeclared({ plan }: Session, id: string, by: Person): boolean {
  const step = plan.instances.find(instance => instance.id === id)?.step;
  const role = step?.kind === 'manual' ? plan.runbook.front.roles.get(step.role ?? '') : undefined;
  return role === undefined || role.holders.includes(by.id) || by.declaredFor !== undefined;
}

/** A skip, a doubt that a person settled, and work done by hand say why. */
function lacksReason(entry: Entry): boolean {
  switch (entry.type) {
    case 'step-skipped':
      return entry.cause === 'operator' && (entry.by === undefined || !said(entry.reason));
    case 'doubt-settled':
    case 'step-done-by-hand':
      return !said(entry.reason);
    default:
      return false;
  }
}
