/*
 * The one loop of a run: next → perform → append → apply, until the run is paused or closed. It decides nothing; what is
 * to be done comes from `next`, what was done goes into the journal, and the journal makes the session.
 */
import { Fault } from '../fault.ts';
import type { RunSettings, World } from '../ports.ts';
import { next } from '../session/next.ts';
import type { Action, Session } from '../session/session.ts';
import { performCell } from './cell.ts';
import { performCheck } from './check.ts';
import { settleDoubt } from './doubt.ts';
import { resolveFailure } from './failure.ts';
import { performManual } from './manual.ts';
import { Stage } from './stage.ts';

/**
 * Carries an open session on until nothing is left to do or somebody stops it, and returns the state it came to.
 * A write error, or a fault after which the state is not certain, is thrown: nothing further starts.
 */
export async function conduct(session: Session, world: World, settings: RunSettings): Promise<Session> {
  const stage = new Stage(session, world, settings);
  for (let [action] = next(session); action !== undefined; [action] = next(stage.session)) {
    if (world.interrupted()) stage.pause(stage.operator, 'interrupted');
    else await performOrPause(stage, action);
  }
  return stage.session;
}

async function performOrPause(stage: Stage, action: Action): Promise<void> {
  try {
    await perform(stage, action);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'no-answer') throw error;
    stage.pause(stage.operator, 'no-answer');
  }
}

async function perform(stage: Stage, action: Action): Promise<void> {
  switch (action.do) {
    case 'execute-step':
      return action.instance.step.kind === 'check'
        ? await performCheck(stage, action.instance, action.attempt)
        : await performCell(stage, action.instance, action.attempt);
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
      return stage.record([{ type: 'run-closed', outcome: action.outcome, by: stage.operator }]);
  }
}

function entered(action: Extract<Action, { do: 'enter-section' }>) {
  const { slug, title, depth } = action;
  const item = action.item === undefined ? {} : { item: action.item };
  return { type: 'section-entered', slug, title, depth, ...item } as const;
}
