import { describe, expect, test } from 'vitest';
import { Scene } from './scene.ts';

const body = `:::manual{#read role=operateur}

- [ ] The count was read

:::
`;

const camille = ['--as', 'camille', '--key', 'cle'];

/** A runbook in English on a machine that speaks French. */
function english(answers: string): Scene {
  const scene = new Scene(body, answers);
  scene.write('plan.md', scene.read('plan.md').replace('lang: fr', 'lang: en'));
  return scene;
}

describe('what is said of a run', () => {
  test('is in the language of its runbook, whatever that of the machine is', async () => {
    const scene = english('');
    expect((await scene.run()).err).toContain('paused');
    scene.answer('read: { confirm: all }');
    const said = async (...args: readonly string[]) => {
      const { out, err } = await scene.call(...args);
      return out + err;
    };
    expect(await said('status', scene.bundle)).toContain('To go on');
    expect(await said('note', scene.bundle, 'seen', ...camille)).toContain('note written');
    expect(await said('join', scene.bundle, '--key', 'cle', '--answers', 'reponses.yaml')).toContain(
      'bundle sealed',
    );
    expect(await said('attach', scene.bundle, 'plan.md', ...camille)).toContain('file attached');
    scene.key('cle-noa', 'noa');
    expect(await said('sign', scene.bundle, '--as', 'noa', '--key', 'cle-noa')).toContain(
      'seal of noa added',
    );
    expect(await said('verify', scene.bundle)).toContain('INTACT, SIGNER NOT VERIFIED');
    expect(await said('verify', scene.bundle, '--lang', 'fr')).toContain('INTÈGRE, SIGNATAIRE NON VÉRIFIÉ');
  });

  test('as is what was refused', async () => {
    const scene = english('read: { confirm: all }');
    const refused = async (...args: readonly string[]) => (await scene.call(...args)).err;
    const [inEnglish, inFrench] = ['  what to do: ', '  que faire : '];
    expect(await refused('run', 'plan.md', '--target', 'lune')).toContain(inEnglish);
    expect(await refused('run', 'plan.md', '--lang', 'fr', '--target', 'lune')).toContain(inFrench);
    expect((await scene.run()).code).toBe(0);
    expect(await refused('resume', scene.bundle, '--as', 'camille', '--key', 'cle')).toContain(inEnglish);
    expect(await refused('note', scene.bundle, 'seen', '--as', 'nobody')).toContain(inEnglish);
    expect(await refused('resume', 'runs/none')).toContain(inFrench);
    expect(await refused('note', scene.bundle)).toContain(inFrench);
  });
});
