/*
 * The one loop of a run: next → perform → append → apply, until the run is paused or closed. It decides nothing; what is
 * to be done comes from `next`, what was done goes into the journal, and the journal makes the session.
 */
import { Fault } from '../fault.ts';
import type { Instance } from '../plan/plan.ts';
import type { RunSettings, World } from '../ports.ts';
import { next } from '../session/next.ts';
import type { Action, Session } from '../session/session.ts';
import { performCell } from './cell.ts';
import { performCheck } from './check.ts';
import { settleDoubt } from './doubt.ts';
import { resolveFailure } from './failure.ts';
import { performManual } from './manual.ts';
import { recoverSecrets } from './secrets.ts';
import { Stage } from './stage.ts';
import { stampEnd } from './time-stamp.ts';
import { performUndo } from './undo.ts';

/**
 * Carries an open session on until nothing is left to do or somebody stops it, and returns the state it came to.
 * A write error, or a fault after which the state is not certain, is thrown: nothing further starts.
 */
export async function conduct(session: Session, world: World, settings: RunSettings): Promise<Session> {
  const stage = new Stage(session, world, settings);
  const underWay = new Map<string, Promise<void>>();
  try {
    for (;;) {
      for (const action of next(stage.session)) startAction(stage, underWay, action);
      if (underWay.size === 0) return stage.session;
      await Promise.race(underWay.values());
    }
  } finally {
    await Promise.allSettled(underWay.values());
  }
}

/** Starts what is not under way yet; side by side there is one action for each branch. */
function startAction(stage: Stage, underWay: Map<string, Promise<void>>, action: Action): void {
  const key = 'instance' in action ? action.instance.id : action.do;
  if (underWay.has(key) || stage.session.status !== 'open') return;
  const done = performOrPause(stage, action).finally(() => underWay.delete(key));
  underWay.set(key, done);
}

async function performOrPause(stage: Stage, action: Action): Promise<void> {
  if (stage.world.interrupted()) return stage.pause(stage.operator, 'interrupted');
  try {
    await perform(stage, action);
  } catch (error) {
    if (!(error instanceof Fault) || !stops.includes(error.code)) throw error;
    const cause = error.code === 'journal-full' ? 'interrupted' : 'no-answer';
    if (stage.session.status === 'open') stage.pause(stage.operator, cause);
  }
}

/** Faults by which the run is paused, or was already. */
const stops = ['no-answer', 'run-is-paused', 'journal-full'];

async function perform(stage: Stage, action: Action): Promise<void> {
  switch (action.do) {
    case 'execute-step':
      return await performCode(stage, action.instance, action.attempt);
    case 'present-manual':
      return await performManual(stage, action.instance);
    case 'settle-doubt':
      return await settleDoubt(stage, action);
    case 'resolve-failure':
      return await resolveFailure(stage, action);
    case 'skip-step': {
      const { cause, reason } = action;
      return stage.record([{ type: 'step-skipped', step: action.instance.id, cause, reason }]);
    }
    case 'mark-clock':
      return stage.record([{ type: 'clock-marked', mark: action.mark, id: action.id }]);
    case 'enter-section':
      return stage.record([entered(action)], false);
    case 'close-run':
      return await closeRun(stage, action.outcome);
  }
}

async function closeRun(
  stage: Stage,
  outcome: Extract<Action, { do: 'close-run' }>['outcome'],
): Promise<void> {
  if (stage.session.inAddendum) return stage.record([{ type: 'addendum-closed', by: stage.operator }]);
  const stamped = await stampEnd(stage);
  stage.record([...stamped, { type: 'run-closed', outcome, by: stage.operator }]);
}

async function performCode(stage: Stage, instance: Instance, attempt: number): Promise<void> {
  if (!(await recoverSecrets(stage, instance))) return;
  if (instance.step.kind === 'check') return await performCheck(stage, instance, attempt);
  if (instance.step.kind === 'undo') return await performUndo(stage, instance, attempt);
  await performCell(stage, instance, attempt);
}

function entered(action: Extract<Action, { do: 'enter-section' }>) {
  const { slug, title, depth } = action;
  const item = action.item === undefined ? {} : { item: action.item };
  return { type: 'section-entered', slug, title, depth, ...item } as const;
}
