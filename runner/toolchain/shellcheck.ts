/*
 * ShellCheck on the sh cells, where it is installed. In: a runbook. Out: a warning for each of its comments, under its own
 * rule (`SC2086`), at the line and column of the document. Its own `# shellcheck disable=…` silences it in place.
 */
import { z } from 'zod';
import { codeLocator } from '../model/code.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';
import { runTool } from './bash.ts';
import { type CodeStep, stepsIn } from './steps.ts';

/** `shellcheck --format=json1`, in which a tab is one column (shellcheck(1), FORMATS). */
const answer = z.object({
  comments: z.array(
    z.object({
      line: z.number(),
      endLine: z.number(),
      column: z.number(),
      endColumn: z.number(),
      level: z.enum(['error', 'warning', 'info', 'style']),
      code: z.number(),
      message: z.string(),
    }),
  ),
});

/** What surrounds a cell when it runs: its flags, and variables that it is given and ShellCheck cannot know. */
const args = ['--format=json1', '--shell=bash', '--severity=info', '--exclude=SC2154,SC2034', '-'];

/** Reads every sh cell with ShellCheck; without it on this machine, or when it prints nothing, nothing is found. */
export async function checkWithShellCheck(runbook: Runbook, findings: Findings): Promise<void> {
  const steps = stepsIn(runbook, 'sh');
  for (const step of steps) {
    const said = await runTool('shellcheck', args, step.code.text);
    if (said === undefined) return;
    if (said.stdout.trim() !== '') reportComments(said.stdout, step, findings);
  }
}

/** Adds what ShellCheck printed for the code of a step. */
export function reportComments(stdout: string, { code }: CodeStep, findings: Findings): void {
  const { comments } = answer.parse(JSON.parse(stdout));
  const lines = code.text.split('\n');
  const offset = (line: number, column: number): number =>
    lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  const locate = codeLocator(code, findings.lines);
  for (const { line, endLine, column, endColumn, code: rule, message } of comments) {
    const place = locate({ start: offset(line, column), end: offset(endLine, endColumn) });
    findings.warning('shellcheck', place, { rule: `SC${rule}`, message });
  }
}
