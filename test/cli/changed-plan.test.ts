import { describe, expect, test } from 'vitest';
import { linkEntry } from '../../runner/journal/chain.ts';
import type { Entry, Event } from '../../runner/journal/event.ts';
import { digestSources } from '../../runner/journal/sources.ts';
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
    'erreur[origin-changed]: le plan, ou ce dont il dépend, a changé depuis l’ouverture de l’exécution : plan.md',
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

const importing = `:::cell{#lire on=dossier effect=read}

Lire :

\`\`\`ts
import { nom } from './nom.mjs';
import { readFileSync } from 'node:fs';

console.log(nom, readFileSync('la.txt', 'utf8'));
\`\`\`

:::
`;

/** A run that stopped at a failure and would now pass, with an imported file and a lock file beside its plan. */
async function stopped(): Promise<Scene> {
  const scene = new Scene(importing);
  scene.write('nom.mjs', "export const nom = 'ancien';\n");
  scene.write('package-lock.json', '{\n  "lockfileVersion": 3\n}\n');
  expect((await scene.run()).code).toBe(1);
  scene.write('la.txt', 'là\n');
  scene.answer('lire: { failure: retry }');
  return scene;
}

/** Makes the journal the one that another version would have written. */
function openedBy(runner: string, scene: Scene): void {
  const journal = `${scene.bundle}/journal.jsonl`;
  const entries: Entry[] = scene.entries().map(entry => JSON.parse(JSON.stringify(entry)));
  let [text, prev] = ['', entries[0]?.prev ?? ''];
  for (const { seq, prev: _, at, ...event } of entries) {
    const digest = event.type === 'run-opened' ? digestSources(event.files, runner) : '';
    const linked = linkEntry(
      { seq, prev, at },
      event.type === 'run-opened' ? { ...event, runner, digest } : event,
    );
    text += linked.line;
    prev = linked.digest;
  }
  scene.write(journal, text);
}

const changes: Readonly<Record<string, readonly [(scene: Scene) => void, code: string, diff: RegExp]>> = {
  'an imported file': [
    scene => scene.write('nom.mjs', "export const nom = 'nouveau';\n"),
    'origin-changed',
    /^--- nom\.mjs\n\+\+\+ nom\.mjs\n@@ .* @@\n-export const nom = 'ancien';\n\+export const nom = 'nouveau';$/,
  ],
  'the lock file': [
    scene => scene.write('package-lock.json', '{\n  "lockfileVersion": 2\n}\n'),
    'origin-changed',
    /^--- package-lock\.json\n\+\+\+ package-lock\.json\n@@ .* @@\n- {2}"lockfileVersion": 3\n\+ {2}"lockfileVersion": 2$/,
  ],
  'the version of the runner': [
    scene => openedBy('0.0.1-autre', scene),
    'runner-changed',
    /^runner: 0\.0\.1-autre → \S+$/,
  ],
};

describe.each(Object.entries(changes))('when %s has changed', (_, [change, code, diff]) => {
  test('it is refused, and nothing is journaled', async () => {
    const scene = await stopped();
    change(scene);
    const before = scene.read(`${scene.bundle}/journal.jsonl`);
    const refused = await scene.resume();
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(`erreur[${code}]`)]);
    expect(scene.read(`${scene.bundle}/journal.jsonl`)).toBe(before);
  });

  test('once that is accepted, the difference is journaled', async () => {
    const scene = await stopped();
    change(scene);
    await scene.resume('--accept-changes');
    const accepted = scene.entries().filter(entry => entry.type === 'change-accepted');
    expect(accepted.map(entry => entry.diff)).toEqual([expect.stringMatching(diff)]);
  });
});

test('an edited source of the bundle is refused, accepted or not', async () => {
  const scene = await stopped();
  const source = `${scene.bundle}/source/nom.mjs`;
  scene.write(source, scene.read(source).replace('ancien', 'autre'));
  const before = scene.read(`${scene.bundle}/journal.jsonl`);
  for (const options of [[], ['--accept-changes']]) {
    const { code, err } = await scene.resume(...options);
    expect([code, err]).toEqual([2, expect.stringContaining('erreur[source-changed]')]);
  }
  expect(scene.read(`${scene.bundle}/journal.jsonl`)).toBe(before);
});
