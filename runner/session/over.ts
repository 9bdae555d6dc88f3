import { sectionKey } from './agenda.ts';
import type { AgendaItem, Session, StepState } from './session.ts';

/** Whether nothing more is to be done about a step. */
export function isSettled(state: StepState): boolean {
  return ['passed', 'skipped', 'confirmed', 'done-by-hand'].includes(state.status);
}

/** Whether the run has gone through an item of its agenda. */
export function isOver(session: Session, item: AgendaItem): boolean {
  switch (item.kind) {
    case 'instance':
      return isSettled(session.steps.get(item.instance.id));
    case 'clock':
      return session.passed.has(item.id);
    case 'section':
      return session.passed.has(sectionKey(item));
    case 'parallel':
      return item.branches.every(branch => branch.every(each => isOver(session, each)));
  }
}
