import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive, normal, Scene, until } from './scene.ts';

const slow = (effect: string) => `:::cell{#avant effect=read}

Avant :

\`\`\`ts
export const valeur: number = 41
\`\`\`

:::

:::cell{#lente effect=${effect}}

Longue :

\`\`\`sh
if [ ! -e vite ]; then sleep 300 & echo $! > enfant.pid; echo $$ > mere.pid; wait; fi
echo fait >> fait.txt
\`\`\`

:::

:::cell{#apres effect=read}

Après :

\`\`\`ts
import { valeur } from '#avant'
console.log('valeur', valeur + 1)
\`\`\`

:::
`;

function pids(scene: Scene): readonly number[] {
  return ['enfant.pid', 'mere.pid'].map(name => Number(scene.read(name)));
}

async function interrupted(effect: string) {
  const scene = new Scene(slow(effect));
  const { child, ended } = scene.start(...scene.runArguments());
  await until(() => scene.has('mere.pid'));
  child.kill('SIGINT');
  return { scene, ended: await ended };
}

describe('Ctrl-C while a cell writes', () => {
  test('ends its whole group, leaves a doubt and says how to go on', async () => {
    const { scene, ended } = await interrupted('write');
    expect(ended.code).toBe(4);
    expect(normal(ended.err)).toMatchInlineSnapshot(`
      "en doute : \`lente\` a commencé et son issue n’est pas connue ; elle ne sera pas refaite d’elle-même. Vérifier ce qu’elle a produit ; à la reprise, il sera demandé si elle est faite, non faite ou à refaire
      pour continuer : npx reprise resume runs/RUN
      pour voir où elle en est : npx reprise status runs/RUN
      "
    `);
    expect(pids(scene).filter(isAlive)).toEqual([]);
    expect(scene.story().slice(-2)).toEqual(['step-doubted lente', 'run-paused interrupted']);
    expect((await scene.call('status', scene.bundle)).code).toBe(4);
  });

  test('is never followed by a repetition that nobody asked for', async () => {
    const { scene } = await interrupted('write');
    scene.write('vite', '');
    expect((await scene.resume()).code).toBe(4);
    expect(scene.has('fait.txt')).toBe(false);
  });

  test.each([
    ['done', 0, undefined],
    ['redo', 0, 'fait\n'],
    ['not-done', 4, undefined],
  ])('is settled as %s', async (as, code, written) => {
    const { scene } = await interrupted('write');
    scene.write('vite', '');
    scene.answer(`lente: { doubt: ${as}, reason: vu sur place }`);
    const ended = await scene.resume();
    const settled = scene.entries().find(entry => entry.type === 'doubt-settled');
    expect(settled).toMatchObject({ as, by: { id: 'camille' }, reason: 'vu sur place' });
    expect(scene.has('fait.txt') ? scene.read('fait.txt') : undefined).toBe(written);
    expect(ended.code).toBe(as === 'not-done' ? 3 : code);
    if (code === 0) expect(ended.out).toContain('valeur 42');
  });
});

test('Ctrl-C while a cell reads has it run again on resuming', async () => {
  const { scene, ended } = await interrupted('read');
  expect(ended.code).toBe(3);
  scene.write('vite', '');
  expect((await scene.resume()).code).toBe(0);
  expect(scene.story().filter(line => line.startsWith('step-intended lente'))).toHaveLength(2);
});

describe('a run process that is killed', () => {
  test('takes its cells with it, leaves a doubt, and frees the run', async () => {
    const scene = new Scene(slow('write'));
    const { child, ended } = scene.start(...scene.runArguments());
    await until(() => scene.has('mere.pid'));
    const second = await scene.resume();
    expect(second.code).toBe(2);
    expect(second.err).toContain(
      `erreur[run-locked]: l’exécution est déjà tenue par le processus ${child.pid}`,
    );
    child.kill('SIGKILL');
    await ended;
    await until(() => !pids(scene).some(isAlive));
    const status = await scene.call('status', scene.bundle);
    expect(status.code).toBe(4);
    expect(status.out).toContain('lente');
    expect(status.out.replaceAll('\u00a0', ' ')).toContain('plus personne ne l’exécute');
    const asked = await scene.resume();
    expect(asked.code).toBe(4);
    expect(normal(asked.err)).toMatchInlineSnapshot(`
      "en doute : \`lente\` a commencé et son issue n’est pas connue ; elle ne sera pas refaite d’elle-même. Vérifier ce qu’elle a produit ; à la reprise, il sera demandé si elle est faite, non faite ou à refaire
      pour continuer : npx reprise resume runs/RUN
      pour voir où elle en est : npx reprise status runs/RUN
      "
    `);
    scene.answer('lente: { doubt: done, reason: vu }');
    const over = await scene.resume();
    expect([over.code, over.out.includes('valeur 42')]).toEqual([0, true]);
  });
});

test('a pipe that is closed under a run stops nothing: its step is recorded, and it goes on', async () => {
  const lines = 'for i in 1 2 3 4 5; do echo ligne $i; touch la; sleep 0.1; done';
  const cell = `:::cell{#lente effect=write}\n\nLongue :\n\n\`\`\`sh\n${lines}\n\`\`\`\n\n:::\n\n`;
  const scene = new Scene(`${cell}:::manual{#relire role=operateur}\n\n- [ ] Relu\n\n:::\n`);
  const { child, ended } = scene.start(...scene.runArguments());
  await until(() => scene.has('la'));
  for (const pipe of [child.stdout, child.stderr]) pipe?.destroy();
  expect((await ended).code).toBe(3);
  const output = scene.entries().flatMap(entry => (entry.type === 'output-written' ? [entry.text] : []));
  expect(output.join('')).toBe('ligne 1\nligne 2\nligne 3\nligne 4\nligne 5\n');
  expect(scene.story().slice(-3)).toEqual([
    'step-finished lente passed',
    'manual-presented relire',
    'run-paused no-answer',
  ]);
});

test('a hang-up of a run that has no terminal stops nothing, and does not hide how it ended', async () => {
  const scene = new Scene(slow('write'));
  scene.write('vite', '');
  const { child, ended } = scene.start(...scene.runArguments());
  await until(() => scene.has('runs') && scene.story().includes('step-finished avant passed'));
  child.kill('SIGHUP');
  expect([(await ended).code, scene.story().at(-1)]).toEqual([0, 'run-closed passed']);
});

const wild = (code: string, attributes = '') => `:::cell{#folle effect=read ${attributes}}

Folle :

\`\`\`ts
${code}
\`\`\`

:::
`;

describe('a ts cell that goes wild fails, and the run lives', () => {
  test.each([
    ['a runaway loop', 'while (true) {}', 'timeout=2s'],
    ['a wait without end', 'await new Promise(() => setInterval(() => {}, 1000))', 'timeout=2s'],
    ['an exit', 'process.exit(0)', ''],
    [
      'an unhandled rejection',
      "void Promise.reject(new Error('oubliée'))\nawait new Promise(r => setTimeout(r, 200))",
      '',
    ],
    ['an error', "throw new Error('voulue')", ''],
  ])('%s', async (_, code, attributes) => {
    const scene = new Scene(wild(code, attributes));
    const { code: exit, out, err } = await scene.run();
    expect(exit).toBe(1);
    expect(
      normal(out)
        .split('\n')
        .filter(line => line.includes('✘')),
    ).toMatchSnapshot();
    expect(err).toMatch(/^en échec\s: `folle`/);
    const started = scene.entries().find(entry => entry.type === 'step-started');
    expect(isAlive(Number(started?.pid))).toBe(false);
    expect(scene.story().at(-1)).toBe('run-paused failed');
  });
});

test('nothing is left in the bundle but the run', async () => {
  const { scene } = await interrupted('write');
  const lock = join(scene.folder, scene.bundle, 'lock');
  expect(existsSync(lock) ? readFileSync(lock, 'utf8') : '').toBe('');
});
