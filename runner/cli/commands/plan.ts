import { type Preparation, preparePlatform } from '../../effects/platform.ts';
import { askProbes } from '../../effects/probes.ts';
import { Fault } from '../../fault.ts';
import { chooseTarget, loadPlan, parseSettings } from '../../load.ts';
import type { Json } from '../../model/runbook.ts';
import type { Plan } from '../../plan/plan.ts';
import { viewPlan } from '../../report/plan-view.ts';
import { withAnswers } from '../../run.ts';
import { flagOption, type Invocation, listOption, textOption } from '../arguments.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { faultsOf, preparationOf } from '../preparation.ts';

/** `reprise plan`: what a run would do, in order, and what it would skip and why. */
export async function perform(invocation: Invocation): Promise<number> {
  const document = await openDocument(invocation);
  if (document === undefined) return exitCode.refused;
  const { runbook, lang } = document;
  const target = chooseTarget(runbook, textOption(invocation, 'target'));
  const given = parseSettings(runbook, listOption(invocation, 'set'));
  const known = loadPlan(runbook, target, given);
  if (faultsOf(invocation).length > 0 && !flagOption(invocation, 'probe'))
    throw new Fault('bad-option', { command: 'plan', detail: '--fault, --probe' });
  const plan = flagOption(invocation, 'probe')
    ? await probed(known, given, preparationOf(invocation, lang))
    : known;
  process.stdout.write(flagOption(invocation, 'json') ? jsonOf(plan) : viewPlan(plan, lang));
  return exitCode.success;
}

async function probed(
  plan: Plan,
  given: Readonly<Record<string, Json>>,
  preparation: Preparation,
): Promise<Plan> {
  const platform = await preparePlatform(plan, 'probe', preparation);
  try {
    const fixed = { ...plan.target.inputs, ...given };
    return withAnswers(plan, given, await askProbes(plan, platform, fixed));
  } finally {
    await platform.close();
  }
}

function jsonOf(plan: Plan): string {
  const { target, inputs, nodes } = plan;
  return `${JSON.stringify({ target: target.name, mode: target.mode, inputs, nodes }, undefined, 2)}\n`;
}
