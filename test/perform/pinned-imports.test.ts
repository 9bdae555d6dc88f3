import { expect, test } from 'vitest';
import { Scene } from '../cli/scene.ts';

const body = `:::cell{#changer effect=write}

Changer un fichier importé :

\`\`\`sh
echo "export const mot: string = 'autre'" > outil.ts
\`\`\`

:::

:::cell{#employer effect=write}

L’employer :

\`\`\`ts
import { mot } from './outil.ts'
import { writeFileSync } from 'node:fs'
writeFileSync('mot.txt', mot)
\`\`\`

:::
`;

test('a file that changes beside the runbook during a run is not executed', async () => {
  const scene = new Scene(body);
  scene.write('outil.ts', "export const mot: string = 'prévu'\n");
  const changed = await scene.run();
  const refused = scene.entries().find(({ step, type }) => step === 'employer' && type === 'step-finished');
  expect([changed.code === 0, refused?.reason, scene.has('mot.txt')]).toEqual([
    false,
    expect.objectContaining({ fault: 'import-changed', params: { file: 'outil.ts' } }),
    false,
  ]);
  scene.write('outil.ts', "export const mot: string = 'prévu'\n");
  scene.answer('employer: { failure: retry }');
  expect([(await scene.resume()).code, scene.read('mot.txt')]).toEqual([0, 'prévu']);
});
