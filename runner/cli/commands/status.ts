import { openBundle } from '../../effects/bundle.ts';
import { systemClock } from '../../effects/clock.ts';
import { runnerOf } from '../../effects/lock.ts';
import { Fault } from '../../fault.ts';
import { readBundle } from '../../replay.ts';
import { printStatus } from '../../report/status.ts';
import { flagOption, type Invocation } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { langOf } from '../document.ts';
import { codeOf } from '../outcome.ts';
import { showProofs } from '../proof.ts';

/** `reprise status`: where a run stands, read from its journal without touching it; with `--all`, what drills prove of a plan. */
export async function perform(invocation: Invocation): Promise<number> {
  if (flagOption(invocation, 'all')) return showProofs(invocation);
  const alone = ['runs', 'format'].find(name => invocation.options[name] !== undefined);
  if (alone !== undefined) throw new Fault('bad-option', { command: 'status', detail: `--${alone}, --all` });
  const bundle = openBundle(bundleOperand(invocation));
  const { session, entries } = readBundle(bundle);
  const runner = runnerOf(bundle.directory);
  if (flagOption(invocation, 'json')) {
    const steps = Object.fromEntries([...session.steps.entries()].map(([id, state]) => [id, state.status]));
    const { run, status, outcome, mode, t0 } = session;
    process.stdout.write(
      `${JSON.stringify({ run, status, outcome, runner: runner ?? null, mode, t0, target: session.plan.target.name, steps })}\n`,
    );
  } else {
    const lang = langOf(invocation, session.plan.runbook);
    process.stdout.write(printStatus(session, entries, lang, { now: systemClock().now(), runner }));
  }
  return codeOf(session);
}
