import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';
import { startFindings } from '../../runner/syntax/findings.ts';
import { readLines } from '../../runner/syntax/lines.ts';
import { reportComments } from '../../runner/toolchain/shellcheck.ts';
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
