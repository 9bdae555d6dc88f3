import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive, programme, Scene, until } from './scene.ts';
import { hasTmux, Screen } from './tmux.ts';

const cell = (id: string, code: string) =>
  `:::cell{#${id} on=dossier}\n\nFaire ${id}.\n\n\`\`\`sh\n${code}\n\`\`\`\n\n:::\n\n`;

const body = `${cell('lente', 'touch la\nsleep 3\necho une ligne\ntouch fini')}${cell('suivante', 'echo suite; touch suite')}:::check{#verifiee of=suivante}

Vérifiée ?

\`\`\`sh
test -e suite
\`\`\`

:::

:::manual{#relire role=operateur}

- [ ] Relu

:::

${cell('derniere', 'touch derniere')}`;

const run = `${process.execPath} ${programme} run plan.md -t essai --key cle --as camille --t0 now`;

/** Types a command at an interactive shell, as over SSH, and hangs up once its first cell has begun. */
async function hangUp(scene: Scene, command: string): Promise<void> {
  const screen = new Screen(scene.folder, "PS1='pret> ' bash --norc --noprofile -i");
  await screen.shows('pret>');
  screen.type(command, 'Enter');
  if (!command.includes('--auto')) await screen.answer('Que faire ?', 'Enter');
  await until(() => scene.has('la'));
  screen.close();
  await until(() => scene.story().some(line => line.startsWith('run-paused')));
  await until(() => !isAlive(Number(/"pid":(\d+)/.exec(scene.read(join(scene.bundle, 'lock')))?.[1] ?? 0)));
}

const done = (scene: Scene): readonly string[] =>
  scene.story().filter(line => /^(step-finished|run-paused|run-resumed|item-confirmed)/.test(line));

describe.skipIf(!hasTmux)('a run whose terminal hangs up, as when SSH is lost', () => {
  test('ends its step, goes on as far as nothing is asked, ends at its next question, and is resumed', async () => {
    const scene = new Scene(body);
    await hangUp(scene, `${run} --auto`);
    expect(done(scene)).toEqual([
      'step-finished lente passed',
      'step-finished suivante passed',
      'step-finished verifiee passed',
      'run-paused no-answer',
    ]);
    const output = scene.entries().find(entry => entry.type === 'output-written');
    expect(output).toMatchObject({ step: 'lente', text: 'une ligne\n' });
    expect([scene.has('fini'), scene.has('derniere')]).toEqual([true, false]);
    expect((await scene.call('status', scene.bundle)).code).toBe(3);
    scene.answer('relire: { confirm: all }');
    expect((await scene.resume()).code).toBe(0);
    expect(done(scene).slice(4)).toEqual([
      'run-resumed',
      'item-confirmed relire',
      'step-finished derniere passed',
    ]);
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
    expect(verified.code).toBe(0);
  });

  test('that asks before each step ends the one that was let run, and begins no other', async () => {
    const scene = new Scene(body);
    await hangUp(scene, run);
    expect(done(scene)).toEqual(['step-finished lente passed', 'run-paused no-answer']);
    expect(scene.has('suite')).toBe(false);
  });
});
