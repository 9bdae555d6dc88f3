/*
 * Session in, actions out: what is to be done now, and nothing else. Invariants S1–S3 stand in `session.ts`; the order is
 * the document's, so that one action is offered at a time.
 */
import type { Instance } from '../plan/plan.ts';
import { isOver, isSettled } from './over.ts';
import { selectionReason } from './selection.ts';
import type { Action, AgendaItem, Session, StepState } from './session.ts';

/** The actions that the state of the run calls for; none when it is not open. */
export function next(session: Session): readonly Action[] {
  if (session.status !== 'open') return [];
  const item = session.agenda[session.cursor];
  return item === undefined ? [afterAll(session)] : actionsOn(session, item);
}

/** All that may be begun now, whatever else is under way or waits for a decision: what a journal may go on with. */
export function offers(session: Session): readonly Action[] {
  const item = session.agenda[session.cursor];
  return item === undefined ? [afterAll(session)] : offersOn(session, item);
}

function offersOn(session: Session, item: AgendaItem): readonly Action[] {
  if (item.kind !== 'parallel') return actionsOn(session, item);
  return item.branches.flatMap(branch => {
    const first = branch.find(each => !isOver(session, each));
    return first === undefined ? [] : offersOn(session, first);
  });
}

function actionsOn(session: Session, item: AgendaItem): readonly Action[] {
  switch (item.kind) {
    case 'clock':
      return [{ do: 'mark-clock', mark: item.mark, id: item.id }];
    case 'section':
      return [enter(item)];
    case 'instance':
      return actionsOnInstance(session, item.instance);
    case 'parallel':
      return sideBySide(session, item.branches);
  }
}

/** One action a branch; but while a branch needs a decision, nothing new starts in the others. */
function sideBySide(session: Session, branches: readonly (readonly AgendaItem[])[]): readonly Action[] {
  const actions = branches.flatMap(branch => {
    const item = branch.find(each => !isOver(session, each));
    return item === undefined ? [] : actionsOn(session, item);
  });
  const decisions = actions.filter(action => action.do === 'settle-doubt' || action.do === 'resolve-failure');
  return decisions.length > 0 ? decisions : actions;
}

function enter(item: Extract<AgendaItem, { kind: 'section' }>): Action {
  const { slug, title, depth } = item;
  return { do: 'enter-section', slug, title, depth, ...(item.item === undefined ? {} : { item: item.item }) };
}

function actionsOnInstance(session: Session, instance: Instance): readonly Action[] {
  const state = session.steps.get(instance.id);
  return state.status === 'running' ? [] : [actionOnInstance(session, instance)];
}

function actionOnInstance(session: Session, instance: Instance): Action {
  const state = session.steps.get(instance.id);
  const isLeftOut = session.teardown === 'now' && instance.step.kind !== 'undo';
  if (isLeftOut) return { do: 'skip-step', instance, cause: 'selection', reason: 'undo' };
  switch (state.status) {
    case 'lost':
      if (isRead(instance)) return execute(instance, state);
      return doubt(session, instance, { ...state, reason: { code: 'crashed' } });
    case 'doubtful':
      return doubt(session, instance, state);
    case 'failed':
      return afterFailure(instance, state);
    default:
      return start(session, instance, state);
  }
}

function start(session: Session, instance: Instance, state: StepState): Action {
  if (instance.skip !== undefined) {
    const { input, is, found } = instance.skip;
    return { do: 'skip-step', instance, cause: 'condition', reason: `${input}=${found} (≠ ${is})` };
  }
  const unselected = selectionReason(session.plan, session.selection, instance);
  if (unselected !== undefined) return { do: 'skip-step', instance, cause: 'selection', reason: unselected };
  if (session.dry) return { do: 'skip-step', instance, cause: 'dry', reason: '--dry' };
  if (instance.step.kind === 'manual') return { do: 'present-manual', instance };
  return execute(instance, state);
}

function execute(instance: Instance, state: StepState): Action {
  return { do: 'execute-step', instance, attempt: state.attempts + 1 };
}

/** What reads may be repeated freely, and so may an undo: no doubt can come of them. */
export function isRead(instance: Instance): boolean {
  return (
    instance.step.kind === 'undo' ||
    instance.step.kind === 'check' ||
    (instance.step.kind === 'cell' && instance.step.effect === 'read')
  );
}

function doubt(session: Session, instance: Instance, state: StepState): Action {
  const checks = session.plan.instances.filter(
    other => other.step.kind === 'check' && checksOf(other, instance),
  );
  return { do: 'settle-doubt', instance, reason: state.reason ?? { code: 'crashed' }, checks };
}

function checksOf(check: Instance, cell: Instance): boolean {
  if (check.step.kind !== 'check' || check.step.of !== cell.step.id) return false;
  return isWithin(check, cell);
}

function afterFailure(instance: Instance, state: StepState): Action {
  const retry = instance.step.kind === 'cell' ? instance.step.retry : 0;
  if (state.reason?.code === 'interrupted') return execute(instance, state);
  if (state.failures <= retry && state.reason?.code !== 'refused') return execute(instance, state);
  return { do: 'resolve-failure', instance, reason: state.reason ?? { code: 'error', message: '' } };
}

function outcomeOf(session: Session): 'passed' | 'passed-with-reservations' {
  if (session.reserved) return 'passed-with-reservations';
  for (const instance of session.plan.instances) {
    if (session.steps.get(instance.id).status === 'skipped' && instance.skip === undefined)
      return 'passed-with-reservations';
  }
  return 'passed';
}

/** Once all is done, the cells are taken back in reverse order if that was asked for, and the run is closed. */
function afterAll(session: Session): Action {
  const undos = session.teardown === undefined ? [] : [...session.plan.undos].reverse();
  const due = undos.find(undo => !isSettled(session.steps.get(undo.id)));
  if (due === undefined) return { do: 'close-run', outcome: outcomeOf(session) };
  if (hasIntent(session, due)) return actionOnInstance(session, due);
  // Nothing was done that it would take back; the sign is read in any language.
  const of = due.step.kind === 'undo' ? due.step.of : '';
  return { do: 'skip-step', instance: due, cause: 'condition', reason: `${of} = ∅` };
}

function hasIntent(session: Session, undo: Instance): boolean {
  const { step } = undo;
  return session.plan.instances.some(
    cell =>
      step.kind === 'undo' &&
      cell.step.id === step.of &&
      isWithin(cell, undo) &&
      session.steps.get(cell.id).attempts > 0,
  );
}

/** Whether every item of an `each` in which `outer` stands is also that of `inner`. */
function isWithin(outer: Instance, inner: Instance): boolean {
  return Object.entries(outer.items).every(([name, item]) => inner.items[name] === item);
}
