import { join } from 'node:path';
import { openBundle } from '../../effects/bundle.ts';
import { systemClock } from '../../effects/clock.ts';
import { followJournal, type Position } from '../../effects/follow.ts';
import { runnerOf } from '../../effects/lock.ts';
import { readBundle } from '../../replay.ts';
import { progressPrinter } from '../../report/progress.ts';
import { printStatus } from '../../report/status.ts';
import { LAYOUT } from '../../seal/layout.ts';
import type { Invocation } from '../arguments.ts';
import { bundleOperand } from '../bundle-operand.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';
import { codeOf } from '../outcome.ts';
import { goOn } from './resume.ts';

/**
 * `reprise join`: shows what the process that carries a run on does, and goes on here once it has stopped, as it does at its
 * next question when its terminal is gone. Ctrl-C stops looking, never the run.
 */
export async function perform(invocation: Invocation): Promise<number> {
  const bundle = openBundle(bundleOperand(invocation));
  const { session, entries, head } = readBundle(bundle);
  const lang = langOf(invocation, session.plan.runbook);
  const runner = runnerOf(bundle.directory);
  process.stdout.write(printStatus(session, entries, lang, { now: systemClock().now(), runner }));
  if (runner !== undefined) {
    const print = progressPrinter(session.plan, lang);
    const isOver = watchInterrupt();
    const from: Position = { ...head, count: entries.length };
    const run = { directory: bundle.directory, journal: join(bundle.directory, LAYOUT.journal) };
    await followJournal(run, from, { told: entry => process.stdout.write(print(entry)), over: isOver });
    if (isOver()) return exitCode.success;
  }
  const now = readBundle(bundle).session;
  return now.status === 'closed' ? codeOf(now) : await goOn(invocation, false);
}

function watchInterrupt(): () => boolean {
  let interrupted = false;
  process.once('SIGINT', () => {
    interrupted = true;
  });
  return () => interrupted;
}
