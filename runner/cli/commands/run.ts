import { Fault } from '../../fault.ts';
import { chooseTarget, loadPlan, parseSettings } from '../../load.ts';
import { type RunRequest, startRun } from '../../run.ts';
import type { Selection } from '../../session/session.ts';
import { flagOption, type Invocation, listOption, textOption } from '../arguments.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { inputsAnswered, manHelm } from '../helm.ts';
import { concludeRun } from '../outcome.ts';
import { faultsOf } from '../preparation.ts';
import { version } from '../version.ts';

/** `reprise run`: opens a run and carries it as far as it goes. */
export async function perform(invocation: Invocation): Promise<number> {
  const document = await openDocument(invocation);
  if (document === undefined) return exitCode.refused;
  const { runbook, lang } = document;
  const target = chooseTarget(runbook, textOption(invocation, 'target'));
  const given = {
    ...(await inputsAnswered(invocation, runbook, target)),
    ...parseSettings(runbook, listOption(invocation, 'set')),
  };
  const plan = loadPlan(runbook, target, given);
  const selection = selectionOf(invocation);
  if (flagOption(invocation, 'dry')) {
    if (faultsOf(invocation).length > 0)
      throw new Fault('bad-option', { command: 'run', detail: '--dry, --fault' });
    const { performDry } = await import('../dry.ts');
    return await performDry(invocation, { plan, selection, lang });
  }
  const { helm, t0, answersPath } = await manHelm(invocation, plan, lang);
  const runs = textOption(invocation, 'runs') ?? 'runs';
  const answers = answersPath === undefined ? {} : { answers: answersPath };
  const request: RunRequest = {
    plan,
    helm,
    t0,
    runs,
    runner: version,
    selection,
    given,
    undo: flagOption(invocation, 'undo'),
    ...answers,
  };
  return concludeRun(await startRun(request), lang);
}

function selectionOf(invocation: Invocation): Selection {
  const from = textOption(invocation, 'from');
  const until = textOption(invocation, 'until');
  const only = textOption(invocation, 'only')?.split(',');
  return {
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(only === undefined ? {} : { only }),
  };
}
