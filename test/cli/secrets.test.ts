import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Scene } from './scene.ts';

const body = `:::cell{#tirer effect=read}

Tirer un jeton :

\`\`\`ts
export const jeton = secret('sesame-' + 'ouvre-toi')
\`\`\`

:::

:::manual{#attendre role=operateur evidence=none}

- [ ] Prêt

:::

:::cell{#employer effect=write}

Employer le jeton :

\`\`\`ts
import { jeton } from '#tirer'
import { writeFileSync } from 'node:fs'
writeFileSync('longueur.txt', String(jeton.length))
\`\`\`

:::
`;

test('a secret export that did not outlive its process is asked for again, and stays out of the bundle', async () => {
  const scene = new Scene(body);
  expect((await scene.run()).code).toBe(3);
  scene.answer('attendre: { confirm: all }');
  const asked = await scene.resume();
  expect([asked.code, scene.has('longueur.txt')]).toEqual([3, false]);
  expect(scene.story().at(-1)).toBe('run-paused no-answer');
  expect(scene.story()).not.toContain('step-intended employer');
  scene.answer('tirer: { exports: { jeton: sesame-ouvre-toi } }');
  expect((await scene.resume()).code).toBe(0);
  expect(scene.read('longueur.txt')).toBe('16');
  const bundle = join(scene.folder, scene.bundle);
  const files = readdirSync(bundle, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const kept = files.filter(({ parentPath, name }) =>
    readFileSync(join(parentPath, name)).includes('sesame-ouvre-toi'),
  );
  expect(kept.map(({ name }) => name)).toEqual([]);
});
