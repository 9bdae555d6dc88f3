import { expect, it } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import type { Runbook, Step } from '../../runner/model/runbook.ts';
import { viewDetails, viewStep } from '../../runner/report/step-view.ts';

function cellOf(lines: number): { readonly runbook: Runbook; readonly step: Step } {
  const code = Array.from({ length: lines }, (_, line) => `console.log(${line})`).join('\n');
  const source = `---
title: Plan
inputs: { sites: { label: Sites, type: list, default: [nord] } }
---

# Plan

:::cell{#lire effect=read}

\`\`\`ts
export const taille: number = 3
\`\`\`

:::

## Les sites

::each{in=sites as=site}

:::cell{#copier effect=write timeout=90m}

\`\`\`ts
import { readFile } from 'node:fs/promises'
import { taille } from '#lire'
${code}
export const vu: number = taille + (await readFile('/dev/null')).length
\`\`\`

:::
`;
  const { runbook, diagnostics } = readRunbook(source, 'plan.md');
  const step = runbook?.steps.get('copier');
  if (runbook === undefined || step === undefined) throw new Error(JSON.stringify(diagnostics));
  return { runbook, step };
}

const head = { mode: 'drill', target: 'essai', id: 'copier[nord]', left: 'reste 3 h' } as const;
const line = '── EXERCICE · cible essai · #copier[nord] · écrit · reste 3 h ──';

it('names the instance, and says so again below a step that fills the screen', () => {
  const [short, long] = [cellOf(2), cellOf(30)].map(({ runbook, step }) =>
    viewStep(runbook, step, head, 'fr').split('\n'),
  );
  expect(short?.filter(text => text === line)).toEqual([line]);
  expect(long?.filter(text => text === line)).toEqual([line, line]);
});

it('tells a closer look in words', () => {
  const { runbook, step } = cellOf(1);
  expect(viewDetails(runbook, step, 'fr').replaceAll('\u00a0', ' ')).toBe(
    [
      '  dans le document : plan.md:20',
      '  délai : 1 h 30 min',
      '  reçoit de : node:fs/promises, #lire',
      '  produit : vu (number)',
    ].join('\n'),
  );
});
