import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import type { Instance } from '../../runner/plan/plan.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';

const file = fileURLToPath(new URL('../../runbook/plan-de-reprise.md', import.meta.url));

function planned(inputs: Readonly<Record<string, string>>) {
  const { runbook } = readRunbook(readFileSync(file, 'utf8'), 'plan-de-reprise.md');
  if (runbook === undefined) throw new Error('the runbook is not whole');
  return planRunbook(runbook, { target: 'sandbox', inputs: { applications: ['siap'], ...inputs } });
}

function lineOf({ id, step }: Instance): string {
  return `${step.kind} ${id}\n`;
}

const triage = ['recreer-application', 'restaurer-base', 'restaurer-fichiers'];

test.each([
  ['seule la base', 'restaurer-base'],
  ['seuls les fichiers', 'restaurer-fichiers'],
  ['seule l’application', 'recreer-application'],
])('%s: the steps that apply are those that this loss needs', async (title, lost) => {
  const answers = triage.map(input => [input, input === lost ? 'oui' : 'non']);
  const { instances } = planned(Object.fromEntries(answers));
  const applying = instances.filter(({ skip }) => skip === undefined);
  await expect(applying.map(lineOf).join('')).toMatchFileSnapshot(
    `golden/${title.replaceAll(/[ ’]/g, '-')}.txt`,
  );
});
