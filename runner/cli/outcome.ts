import { join, relative } from 'node:path';
import type { Lang } from '../diagnostic.ts';
import { leaveDeadTerminal } from '../effects/hang-up.ts';
import { forgetSandbox } from '../effects/sandbox-process.ts';
import type { RunReport } from '../open-run.ts';
import { neutralise } from '../report/neutralise.ts';
import { fill } from '../report/words.ts';
import type { Session, StepState } from '../session/session.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { helmWords } from './helm-words.ts';

/** Says on standard error what a run came to and how to go on, and gives its exit code. */
export function concludeRun(report: RunReport, lang: Lang): ExitCode {
  const words = helmWords[lang];
  const path = relative(process.cwd(), report.bundle.directory) || report.bundle.directory;
  const colon = lang === 'fr' ? ' :' : ':';
  const lines = report.sealed
    ? [
        `${words.sealed}${colon} ${path}`,
        `${words.transcript}${colon} ${join(path, 'transcript.html')}`,
        `${words.verify}${colon} npx reprise verify ${path}`,
      ]
    : [
        ...troubles(report.session, lang),
        `${words.goOn}${colon} npx reprise resume ${path}`,
        `${words.status}${colon} npx reprise status ${path}`,
      ];
  if (report.sealed && report.session.plan.target.embedded) forgetSandbox(report.session.run);
  process.stderr.write(`${lines.map(line => neutralise(line, 'line')).join('\n')}\n`);
  leaveDeadTerminal();
  return codeOf(report.session);
}

/** A line for each step that keeps the run from going on, or that the run is merely paused. */
function troubles(session: Session, lang: Lang): readonly string[] {
  const words = helmWords[lang];
  const lines = [...session.steps.entries()].flatMap(([step, state]) => {
    if (isDoubtful(state)) return [fill(words.doubtful, { step })];
    return isFailed(state) ? [fill(words.failed, { step })] : [];
  });
  return lines.length === 0 ? [words.paused] : lines;
}

/** The exit code of the state in which a run was left. */
export function codeOf(session: Session): ExitCode {
  if (session.status === 'closed') return exitCode.success;
  for (const [, state] of session.steps.entries()) {
    if (isDoubtful(state)) return exitCode.doubt;
    if (isFailed(state)) return exitCode.failedStep;
  }
  return exitCode.paused;
}

function isDoubtful({ status }: StepState): boolean {
  return status === 'doubtful' || status === 'running' || status === 'lost';
}

/** What was interrupted while it read is run again on resuming, and waits for nobody's decision. */
function isFailed({ status, reason }: StepState): boolean {
  return status === 'failed' && reason?.code !== 'interrupted';
}
