import { chooseTarget, loadPlan } from '../../load.ts';
import { viewPlan } from '../../report/plan-view.ts';
import { flagOption, type Invocation, listOption, textOption } from '../arguments.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';

/** `reprise plan`: what a run would do, in order, and what it would skip and why. */
export async function perform(invocation: Invocation): Promise<number> {
  const document = await openDocument(invocation);
  if (document === undefined) return exitCode.refused;
  const { runbook, lang } = document;
  const target = chooseTarget(runbook, textOption(invocation, 'target'));
  const plan = loadPlan(runbook, target, listOption(invocation, 'set'));
  if (flagOption(invocation, 'json')) {
    const { target: where, inputs, nodes } = plan;
    process.stdout.write(
      `${JSON.stringify({ target: where.name, mode: where.mode, inputs, nodes }, undefined, 2)}\n`,
    );
    return exitCode.success;
  }
  process.stdout.write(viewPlan(plan, lang));
  return exitCode.success;
}
