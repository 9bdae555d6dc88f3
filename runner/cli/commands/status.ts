import { openBundle } from '../../effects/bundle.ts';
import { readBundle } from '../../replay.ts';
import { printStatus } from '../../report/status.ts';
import { flagOption, type Invocation } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { langOf } from '../document.ts';
import { codeOf } from '../outcome.ts';

/** `reprise status`: where a run stands, read from its journal without touching it. */
export async function perform(invocation: Invocation): Promise<number> {
  const { session, entries } = readBundle(openBundle(bundleOperand(invocation)));
  if (flagOption(invocation, 'json')) {
    const steps = Object.fromEntries([...session.steps.entries()].map(([id, state]) => [id, state.status]));
    const { run, status, outcome, mode, t0 } = session;
    process.stdout.write(
      `${JSON.stringify({ run, status, outcome, mode, t0, target: session.plan.target.name, steps })}\n`,
    );
  } else {
    process.stdout.write(printStatus(session, entries, langOf(invocation, session.plan.runbook)));
  }
  return codeOf(session);
}
