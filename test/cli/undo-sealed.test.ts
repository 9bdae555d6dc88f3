import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Scene } from './scene.ts';

const body = `## Préparer

:::cell{#ecrire on=dossier effect=write}

Écrire :

\`\`\`sh
echo essai > trace.txt
\`\`\`

:::

:::undo{#effacer of=ecrire}

Effacer :

\`\`\`sh
[ ! -e obstacle ] && rm -f trace.txt && echo efface
\`\`\`

:::
`;

const key = ['--key', 'cle', '--answers', 'reponses.yaml'];

async function verify(scene: Scene) {
  return await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
}

function added(scene: Scene, folder: string): readonly string[] {
  const lines = scene
    .read(join(scene.bundle, 'addenda', folder, 'journal.jsonl'))
    .trimEnd()
    .split('\n');
  return lines.map(line => {
    const { type, step = '', outcome = '' } = JSON.parse(line);
    return `${type} ${step} ${outcome}`.trim();
  });
}

describe('the teardown of a sealed drill', () => {
  test('is an addendum, sealed, and what was sealed stays as it was', async () => {
    const scene = new Scene(body);
    expect((await scene.run()).code).toBe(0);
    const sealed = scene.read(join(scene.bundle, 'statement.json'));
    const { code, err } = await scene.call('undo', scene.bundle, ...key);
    expect([code, err]).toEqual([0, expect.stringContaining('dossier scellé')]);
    expect(scene.has('trace.txt')).toBe(false);
    expect(added(scene, '001')).toEqual([
      'addendum-opened',
      'teardown-asked',
      'step-intended effacer',
      'step-started effacer',
      'output-written effacer',
      'step-finished effacer passed',
      'addendum-closed',
    ]);
    expect(scene.read(join(scene.bundle, 'addenda/001/addendum.md'))).toContain('`effacer`');
    expect(scene.read(join(scene.bundle, 'statement.json'))).toBe(sealed);
    expect((await verify(scene)).code).toBe(0);
    const again = await scene.call('undo', scene.bundle, ...key);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('[nothing-to-undo]')]);
    expect((await scene.call('note', scene.bundle, 'fait', '--as', 'camille', '--key', 'cle')).code).toBe(0);
    expect((await verify(scene)).code).toBe(0);
  });

  test('that failed goes on later, and nothing else is added before', async () => {
    const scene = new Scene(body);
    await scene.run();
    scene.write('obstacle', '');
    expect((await scene.call('undo', scene.bundle, ...key)).code).not.toBe(0);
    expect(readdirSync(join(scene.folder, scene.bundle, 'addenda'))).toEqual(['pending']);
    expect((await verify(scene)).code).toBe(8);
    const note = await scene.call('note', scene.bundle, 'x', '--as', 'camille', '--key', 'cle');
    expect([note.code, note.err]).toEqual([2, expect.stringContaining('[addendum-pending]')]);
    scene.answer('effacer: { failure: retry }');
    rmSync(join(scene.folder, 'obstacle'));
    const { code, err } = await scene.call('undo', scene.bundle, ...key);
    expect([code, err]).toEqual([0, expect.stringContaining('dossier scellé')]);
    expect(readdirSync(join(scene.folder, scene.bundle, 'addenda'))).toEqual(['001']);
    expect(added(scene, '001')).toContain('run-resumed');
    expect((await verify(scene)).code).toBe(0);
  });
});
