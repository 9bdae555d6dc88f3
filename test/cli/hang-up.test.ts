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

const pidOf = (scene: Scene): number =>
  Number(/"pid":(\d+)/.exec(scene.read(join(scene.bundle, 'lock')))?.[1] ?? 0);

/** Types a command at an interactive shell, as over SSH, and hangs up once its first cell has begun; waits for the next question. */
async function hangUp(scene: Scene, command: string): Promise<void> {
  const screen = new Screen(scene.folder, "PS1='pret> ' bash --norc --noprofile -i");
  await screen.shows('pret>');
  screen.type(command, 'Enter');
  if (!command.includes('--auto')) await screen.answer('Que faire ?', 'Enter');
  await until(() => scene.has('la'));
  screen.close();
  const watched = await scene.call('join', scene.bundle);
  expect(watched.err).toContain('l’exécution attend une réponse');
  expect([watched.code, isAlive(pidOf(scene))]).toEqual([3, true]);
}

/** `reprise join` of the one run, at a terminal of its own. */
function joinRun(scene: Scene, ...args: readonly string[]): Screen {
  return new Screen(
    scene.folder,
    [process.execPath, programme, 'join', scene.bundle, '--key', 'cle', ...args].join(' '),
  );
}

const done = (scene: Scene): readonly string[] =>
  scene
    .story()
    .filter(line =>
      /^(step-finished|run-paused|run-resumed|run-handed-over|item-confirmed|run-closed)/.test(line),
    );

const begun = [
  'step-finished lente passed',
  'step-finished suivante passed',
  'step-finished verifiee passed',
];
const ended = ['item-confirmed relire', 'step-finished derniere passed', 'run-closed passed'];

describe.skipIf(!hasTmux)('a run whose terminal hangs up, as when SSH is lost', () => {
  test('ends its step, goes on as far as nothing is asked, waits at its next question, and is joined', async () => {
    const scene = new Scene(body);
    await hangUp(scene, `${run} --auto`);
    expect(done(scene)).toEqual(begun);
    const output = scene.entries().find(entry => entry.type === 'output-written');
    expect(output).toMatchObject({ step: 'lente', text: 'une ligne\n' });
    expect([scene.has('fini'), scene.has('derniere')]).toEqual([true, false]);
    const status = await scene.call('status', scene.bundle);
    expect(status.out).toContain(`processus ${pidOf(scene)}`);
    const refused = await scene.resume();
    expect(refused.err).toContain('[run-locked]');
    expect(refused.err).toContain('reprise join');
    const screen = joinRun(scene);
    await screen.answer('Relu', 'Enter');
    await screen.answer('Remarque', 'Enter');
    await screen.shows('SORTIE 0');
    expect(screen.text).toContain('dossier scellé');
    expect(done(scene)).toEqual([...begun, ...ended]);
    const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
    expect(verified.code).toBe(0);
  });

  test('that asks before each step ends the one that was let run, and begins no other', async () => {
    const scene = new Scene(body);
    await hangUp(scene, run);
    expect(done(scene)).toEqual(['step-finished lente passed']);
    expect(scene.has('suite')).toBe(false);
  });

  test('keeps its secrets for the steps after it was joined', async () => {
    const secret = `:::cell{#lente}

\`\`\`ts
import { appendFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
appendFileSync('la', '')
await setTimeout(2_000)
export const jeton = secret('un-jeton-' + 'bien-long')
\`\`\`

:::

${cell('suivante', 'wc -c < "$LENTE_JETON_FILE" > longueur')}`;
    const scene = new Scene(secret);
    await hangUp(scene, run);
    const screen = joinRun(scene);
    await screen.answer('Que faire ?', 'Enter');
    await screen.shows('SORTIE 0');
    expect(scene.read('longueur').trim()).toBe('18');
    expect(done(scene)).toEqual([
      'step-finished lente passed',
      'step-finished suivante passed',
      'run-closed passed',
    ]);
  });

  test('is paused by who joined it, and its process ends', async () => {
    const scene = new Scene(body);
    await hangUp(scene, `${run} --auto`);
    const pid = pidOf(scene);
    const screen = joinRun(scene);
    await screen.answer('Relu', 'Down', 'Enter');
    await screen.shows('SORTIE 3');
    expect(screen.text).toContain('reprise resume');
    expect([done(scene), isAlive(pid)]).toEqual([[...begun, 'run-paused asked'], false]);
  });

  test('still waits when the terminal of who joined it hangs up in its turn', async () => {
    const scene = new Scene(body);
    await hangUp(scene, `${run} --auto`);
    const first = joinRun(scene);
    await first.shows('Relu');
    first.close();
    const second = joinRun(scene);
    await second.answer('Relu', 'Enter');
    await second.answer('Remarque', 'Enter');
    await second.shows('SORTIE 0');
    expect(done(scene)).toEqual([...begun, ...ended]);
  });

  test('is answered by the terminal that joined last', async () => {
    const scene = new Scene(body);
    await hangUp(scene, `${run} --auto`);
    const first = joinRun(scene);
    await first.shows('Relu');
    const second = joinRun(scene);
    await second.shows('Relu');
    await first.shows('un autre terminal répond');
    await first.shows('SORTIE 0');
    await second.answer('Relu', 'Enter');
    await second.answer('Remarque', 'Enter');
    await second.shows('SORTIE 0');
    expect(done(scene)).toEqual([...begun, ...ended]);
  });

  test('is handed over to somebody else, who goes on in its stead', async () => {
    const scene = new Scene(body);
    scene.key('cle-noa', 'noa');
    await hangUp(scene, `${run} --auto`);
    const pid = pidOf(scene);
    const screen = joinRun(scene, '--as', 'noa', '--key', 'cle-noa');
    await screen.answer('Relu', 'Enter');
    await screen.answer('Remarque', 'Enter');
    await screen.answer('Que faire ?', 'Enter');
    await screen.shows('SORTIE 0');
    expect(isAlive(pid)).toBe(false);
    expect(done(scene)).toEqual([
      ...begun,
      'run-paused no-answer',
      'run-handed-over',
      'run-resumed',
      ...ended,
    ]);
  });

  test('is paused when its process is told to stop, and resumed', async () => {
    const scene = new Scene(body);
    await hangUp(scene, `${run} --auto`);
    process.kill(pidOf(scene), 'SIGTERM');
    await until(() => done(scene).includes('run-paused interrupted'));
    await until(() => !isAlive(pidOf(scene)));
    scene.answer('relire: { confirm: all }');
    expect((await scene.resume()).code).toBe(0);
    expect(done(scene)).toEqual([...begun, 'run-paused interrupted', 'run-resumed', ...ended]);
  });
});
