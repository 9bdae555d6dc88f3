import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { startFindings } from '../../runner/syntax/findings.ts';
import { readLines } from '../../runner/syntax/lines.ts';
import { checkShellSyntax } from '../../runner/toolchain/bash.ts';

/** A runbook with a cell for each of these codes. */
function runbookOf(codes: readonly string[]): string {
  const cells = codes.map(
    (code, index) => `:::cell{#c${index}}\n\nTexte.\n\n\`\`\`sh\n${code}\n\`\`\`\n\n:::\n`,
  );
  return `---\ntitle: Essai\n---\n\n# Essai\n\n${cells.join('\n')}`;
}

/** The code of each cell in which bash finds something wrong. */
async function wrongIn(codes: readonly string[]): Promise<readonly string[]> {
  const { runbook, diagnostics } = readRunbook(runbookOf(codes), 'plan.md');
  if (runbook === undefined) throw new Error(JSON.stringify(diagnostics[0]));
  const findings = startFindings('plan.md', readLines(runbook.source));
  await checkShellSyntax(runbook, findings);
  const wrong = findings.sorted().map(({ place }) => place.start.offset);
  return [...runbook.steps.values()].flatMap(({ place, ...step }) =>
    'code' in step && wrong.some(at => at > place.start.offset && at < place.end.offset)
      ? [step.code.text]
      : [],
  );
}

test('bash reads every cell, however many, however long, whatever they begin with', async () => {
  const sound = Array.from({ length: 40 }, (_, index) => `echo ${index}`);
  const long = `${'# une longue remarque\n'.repeat(2_000)}fi`;
  const broken = ['fi', '-x; (', 'echo "a', long];
  expect(await wrongIn([...sound, ...broken])).toEqual(broken.map(code => `${code}\n`));
});

test('a cell that is read is not performed', async () => {
  expect(await wrongIn(['kill $PPID', 'exit 3', 'exec false', 'printf "\\0" >&2', 'fi'])).toEqual(['fi\n']);
});
