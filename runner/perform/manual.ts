import type { Person, Voice } from '../journal/event.ts';
import type { ManualStep } from '../model/runbook.ts';
import type { Instance } from '../plan/plan.ts';
import type { Answers } from '../ports.ts';
import { obtainApproval } from './approval.ts';
import type { Stage } from './stage.ts';

/** Presents `instance`, which is a manual step, and takes each confirmation on its own. */
export async function performManual(stage: Stage, instance: Instance): Promise<void> {
  const step = manualOf(instance);
  if (stage.session.steps.get(instance.id).status !== 'presented') {
    if (!(await obtainApproval(stage, instance, { act: 'manual', attempt: 1, code: instance.digest })))
      return;
    stage.record([{ type: 'manual-presented', step: instance.id, ...roleOf(step) }]);
  }
  for (const [item, { text }] of step.items.entries()) {
    if (stage.session.steps.get(instance.id).confirmedItems.includes(item)) continue;
    const answer = await stage.ask<'item'>({
      ask: 'item',
      step: instance.id,
      item,
      text,
      ...roleOf(step),
    });
    if (answer.choice === 'pause') return stage.pause(answer.by);
    if (answer.choice === 'skip') return skip(stage, instance, answer);
    stage.record([{ type: 'item-confirmed', step: instance.id, item, ...saidBy(stage, step, answer) }]);
  }
  await confirm(stage, instance, step);
}

function manualOf(instance: Instance): ManualStep {
  if (instance.step.kind !== 'manual') throw new Error(`\`${instance.id}\` is not a manual step`);
  return instance.step;
}

/** Who said it, and in whose name when the step belongs to a role that they do not hold. */
function saidBy(
  stage: Stage,
  step: ManualStep,
  { by, voice }: { readonly by: Person; readonly voice: Voice },
): { readonly by: Person; readonly voice: Voice } {
  const holders = stage.session.plan.runbook.front.roles.get(step.role ?? '')?.holders;
  if (holders === undefined || by.declaredFor !== undefined) return { by, voice };
  if (step.role !== undefined && holders.includes(by.id)) return { by: { ...by, role: step.role }, voice };
  return { by: { ...by, declaredFor: holders.join(', ') }, voice };
}

function roleOf(step: ManualStep): { readonly role?: string } {
  return step.role === undefined ? {} : { role: step.role };
}

async function confirm(stage: Stage, instance: Instance, step: ManualStep): Promise<void> {
  const { evidence } = step;
  const question = { ask: 'confirmation', step: instance.id, evidence, ...roleOf(step) } as const;
  const answer = await stage.ask<'confirmation'>(question);
  if (answer.choice === 'pause') return stage.pause(answer.by);
  if (answer.choice === 'skip') return skip(stage, instance, answer);
  await attach(stage, instance, answer);
  if (evidence === 'required' && stage.session.steps.get(instance.id).evidence === 0) {
    return stage.pause(answer.by, 'no-answer');
  }
  const remark = answer.remark === undefined || answer.remark === '' ? {} : { remark: answer.remark };
  stage.record([{ type: 'step-confirmed', step: instance.id, ...saidBy(stage, step, answer), ...remark }]);
}

/** A step that was presented and is not done after all; what was confirmed of it stays confirmed. */
function skip(
  stage: Stage,
  { id }: Instance,
  { by, reason }: { readonly by: Person; readonly reason: string },
): void {
  stage.record([{ type: 'step-skipped', step: id, cause: 'operator', reason, by }]);
}

async function attach(
  stage: Stage,
  instance: Instance,
  answer: Extract<Answers['confirmation'], { readonly choice: 'done' }>,
): Promise<void> {
  for (const path of answer.evidence) {
    const kept = await stage.world.evidence.keep(path).catch((error: unknown) => {
      // The process ends with the fault's own words; the journal must say by then that the run waits.
      stage.pause(answer.by, 'no-answer');
      throw error;
    });
    stage.record([{ type: 'evidence-attached', step: instance.id, ...kept, by: answer.by }]);
  }
}
