import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';
import { startFindings } from '../../runner/syntax/findings.ts';
import { readLines } from '../../runner/syntax/lines.ts';
import { checkWithShellCheck, reportComments } from '../../runner/toolchain/shellcheck.ts';
import { stepsIn } from '../../runner/toolchain/steps.ts';

const source = `---
title: Essai
---

# Essai

:::cell{#a}

\`\`\`sh
nom=$(date)
\trm /tmp/$nom
\`\`\`

:::
`;

/** What ShellCheck 0.9.0 prints for this code, with \`--format=json1\`. */
const answer = {
  comments: [
    {
      file: '-',
      line: 2,
      endLine: 2,
      column: 10,
      endColumn: 14,
      level: 'info',
      code: 2086,
      message: 'Double quote to prevent globbing and word splitting.',
      fix: null,
    },
  ],
};

test('should show a comment of ShellCheck under its rule, in the document', () => {
  const { runbook } = readRunbook(source, 'plan.md');
  const [step] = runbook ? stepsIn(runbook, 'sh') : [];
  const findings = startFindings('plan.md', readLines(source));
  if (step) reportComments(JSON.stringify(answer), step, findings);
  expect(printDiagnostics(findings.sorted(), source, 'en', { color: false })).toBe(
    `plan.md:11:10: warning[shellcheck]: ShellCheck (SC2086): Double quote to prevent globbing and word splitting.
11 |     rm /tmp/$nom
   |             ^^^^
   = what to do: see https://www.shellcheck.net/wiki/SC2086

0 errors, 1 warning
`,
  );
});

/** What is found with a `shellcheck` that keeps its arguments and its input, and prints this. */
async function foundWith(printed: string) {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-shellcheck-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tool = join(folder, 'shellcheck');
  writeFileSync(join(folder, 'answer'), printed);
  writeFileSync(
    tool,
    `#!/bin/sh\nprintf '%s\\n' "$@" >'${folder}/argv'\ncat >'${folder}/stdin'\ncat '${folder}/answer'\n`,
  );
  chmodSync(tool, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { runbook } = readRunbook(source, 'plan.md');
  if (runbook === undefined) throw new Error('the runbook is not whole');
  const findings = startFindings('plan.md', readLines(source));
  await checkWithShellCheck(runbook, findings);
  const kept = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { argv: kept('argv').trimEnd().split('\n'), stdin: kept('stdin'), found: findings.sorted() };
}

test('should give ShellCheck the code of each cell as bash, and take what it says', async () => {
  const { argv, stdin, found } = await foundWith(JSON.stringify(answer));
  expect({ argv, stdin }).toEqual({
    argv: ['--format=json1', '--shell=bash', '--severity=info', '--exclude=SC2154,SC2034', '-'],
    stdin: 'nom=$(date)\n\trm /tmp/$nom\n',
  });
  expect(found.map(({ code, params, place }) => [code, params.rule, place.start.line])).toEqual([
    ['shellcheck', 'SC2086', 11],
  ]);
});

test('should find nothing when ShellCheck prints nothing', async () => {
  expect((await foundWith('')).found).toEqual([]);
});
