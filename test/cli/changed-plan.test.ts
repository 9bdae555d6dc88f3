import { expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { Scene } from './scene.ts';

const failing = `:::cell{#lire on=dossier effect=read}

Lire :

\`\`\`sh
cat la.txt
\`\`\`

:::
`;

/** A run that stopped at a failure, whose plan was then edited. */
async function edited(): Promise<Scene> {
  const scene = new Scene(failing);
  // The copy in the bundle lies in another folder.
  scene.write('plan.md', scene.read('plan.md').replace('la.txt', `${scene.folder}/la.txt`));
  expect((await scene.run()).code).toBe(1);
  scene.write('la.txt', 'là\n');
  scene.answer('lire: { failure: retry }');
  scene.write('plan.md', scene.read('plan.md').replace(/cat .*/, 'echo autre chose'));
  return scene;
}

test('a plan that has changed is refused on resuming, and nothing is journaled', async () => {
  const scene = await edited();
  const before = scene.read(`${scene.bundle}/journal.jsonl`);
  const { code, err } = await scene.resume();
  expect(err).toContain(
    'erreur[origin-changed]: le plan a changé depuis l’ouverture de l’exécution : plan.md',
  );
  expect([code, scene.read(`${scene.bundle}/journal.jsonl`)]).toEqual([2, before]);
});

test('it goes on with the plan of its opening once that is accepted, and the difference is journaled', async () => {
  const scene = await edited();
  const { code, out } = await scene.resume('--accept-changes');
  expect([code, out.includes('autre chose'), out.includes('│ là')]).toEqual([0, false, true]);
  const events: Event[] = scene
    .read(`${scene.bundle}/journal.jsonl`)
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  const accepted = events.flatMap(event =>
    event.type === 'change-accepted' ? [[event.by.id, event.diff]] : [],
  );
  expect(accepted).toEqual([
    [
      'camille',
      expect.stringMatching(
        /^--- plan\.md\n\+\+\+ plan\.md\n@@ -\d+,1 \+\d+,1 @@\n-cat \S+la\.txt\n\+echo autre chose$/,
      ),
    ],
  ]);
  expect((await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires')).code).toBe(0);
});
