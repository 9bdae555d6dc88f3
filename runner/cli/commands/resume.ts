import { resumeRun } from '../../resume.ts';
import { flagOption, type Invocation } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { langOf } from '../document.ts';
import { manHelm } from '../helm.ts';
import { concludeRun } from '../outcome.ts';
import { version } from '../version.ts';

/** `reprise resume`: replays a run's journal and goes on from there. */
export async function perform(invocation: Invocation): Promise<number> {
  return await goOn(invocation, false);
}

/** Goes on with a run; with `undo`, to take its cells back. */
export async function goOn(invocation: Invocation, undo: boolean): Promise<number> {
  let lang = langOf(invocation);
  const report = await resumeRun({
    path: bundleOperand(invocation),
    runner: version,
    undo,
    acceptChanges: flagOption(invocation, 'accept-changes'),
    helm: async (plan, opened, last) => {
      lang = langOf(invocation, plan.runbook);
      // Who goes on is who stopped, and not who opened the run: there may have been a handover.
      const known = last === undefined ? opened : { ...opened, operator: last };
      return (await manHelm(invocation, plan, lang, known)).helm;
    },
  });
  return concludeRun(report, lang);
}
