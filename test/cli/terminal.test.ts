import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { programme, Scene } from './scene.ts';
import { hasTmux, Screen } from './tmux.ts';

const body = `:::cell{#compter effect=read}

Compter les fichiers du dossier :

\`\`\`ts
export const nombre: number = 4
\`\`\`

:::

:::cell{#relever effect=read}

Relever le numéro affiché :

\`\`\`ts
import { nombre } from '#compter'
export const numero: number = nombre + 1
\`\`\`

:::

:::cell{#inutile effect=write}

Faire une chose inutile :

\`\`\`sh
touch inutile
\`\`\`

:::

:::manual{#relire role=operateur evidence=required}

- [ ] Le numéro a été relu

:::
`;

function erase(count: number): readonly string[] {
  return Array.from({ length: count }, () => 'BSpace');
}

describe.skipIf(!hasTmux)('a run at a terminal', () => {
  test('goes cell by cell: run, look closer, by hand, skip, pause, and on to the seal', async () => {
    const scene = new Scene(body);
    mkdirSync(join(scene.folder, 'pieces'));
    scene.write('pieces/recu.txt', 'reçu\n');
    const node = `${process.execPath} ${programme}`;
    const first = new Screen(scene.folder, `${node} run plan.md -t essai --key cle --as camille --t0 now`);
    await first.answer('#compter', 'Down', 'Down', 'Down', 'Enter');
    await first.answer('plan.md:', 'Enter');
    await first.answer('#relever', 'Down', 'Enter');
    await first.answer('compter.nombre = 4', 'lu sur l’écran', 'Enter');
    await first.answer('numero (number)', 'douze', 'Enter');
    await first.answer('valeur attendue', ...erase(5), '12', 'Enter');
    await first.answer('#inutile', 'Down', 'Down', 'Enter');
    await first.answer('✔ Que faire ? › L’ignorer', 'sans objet', 'Enter');
    await first.answer('Le numéro a été relu — Fait ?', 'C-c');
    await first.shows('SORTIE 3');
    if (process.env.SCREENS !== undefined) process.stderr.write(first.text);
    expect(scene.story().at(-1)).toBe('run-paused asked');
    const second = new Screen(scene.folder, `${node} resume ${scene.bundle} --key cle`);
    await second.answer('Le numéro a été relu — Fait ?', 'Enter');
    await second.answer('Remarque', 'rien à dire', 'Enter');
    await second.answer('exigées', 'absent.txt', 'Enter');
    await second.answer('absent.txt : introuvable', ...erase(10), 'pieces/recu.txt', 'Enter');
    await second.shows('SORTIE 0');
    if (process.env.SCREENS !== undefined) process.stderr.write(second.text);
    expect([
      scene.has('inutile'),
      readFileSync(join(scene.folder, scene.bundle, 'statement.json')).length > 0,
    ]).toEqual([false, true]);
  });

  test('skips a manual step with a reason, with items or without', async () => {
    const scene = new Scene(
      ':::manual{#relire role=operateur}\n\n- [ ] Relu\n\n:::\n\n:::manual{#prevenir role=operateur}\n\nPrévenir.\n\n:::\n',
    );
    const run = `${process.execPath} ${programme} run plan.md -t essai --key cle --as camille --t0 now`;
    const screen = new Screen(scene.folder, run);
    await screen.answer('Relu — Fait ?', 'Down', 'Down', 'Enter');
    await screen.answer('Motif', 'déjà relu', 'Enter');
    await screen.answer('❯ Fait', 'Down', 'Down', 'Enter');
    await screen.answer('Fait ? › L’ignorer, avec un motif ? Motif', 'personne à prévenir', 'Enter');
    await screen.shows('SORTIE 0');
    const skipped = scene.entries().filter(entry => entry.type === 'step-skipped');
    expect(skipped.map(({ step, reason }) => [step, reason])).toEqual([
      ['relire', 'déjà relu'],
      ['prevenir', 'personne à prévenir'],
    ]);
  });

  test('takes nothing that was typed before its question for an answer', async () => {
    const waiting = `:::cell{#attendre effect=read}\n\nAttendre.\n\n\`\`\`sh\ntouch la\nsleep 2\n\`\`\`\n\n:::\n\n`;
    const scene = new Scene(
      `${waiting}:::manual{#relire role=operateur}\n\n- [ ] Relu\n- [ ] Rerelu\n\n:::\n`,
    );
    const run = `${process.execPath} ${programme} run plan.md -t essai --key cle --as camille --t0 now --auto`;
    const screen = new Screen(scene.folder, run);
    while (!scene.has('la')) await sleep(20);
    screen.type('Enter', 'Enter', 'Enter');
    await screen.answer('Relu — Fait ?', 'C-c');
    await screen.shows('SORTIE 3');
    expect(scene.story().filter(line => line.startsWith('item-confirmed'))).toEqual([]);
  });

  test('goes on with the step under way when the terminal is closed, and waits', async () => {
    const slow = `:::cell{#lente on=dossier}\n\nÉcrire lentement.\n\n\`\`\`sh\ntouch la\nsleep 2\ntouch fini\n\`\`\`\n\n:::\n\n`;
    const scene = new Scene(`${slow}:::manual{#relire role=operateur}\n\n- [ ] Relu\n\n:::\n`);
    const run = `${process.execPath} ${programme} run plan.md -t essai --key cle --as camille --t0 now --auto`;
    const screen = new Screen(scene.folder, `exec ${run}`);
    while (!scene.has('la')) await sleep(20);
    screen.close();
    expect((await scene.call('join', scene.bundle)).err).toContain('l’exécution attend une réponse');
    expect([scene.has('fini'), scene.story().slice(1)]).toEqual([
      true,
      [
        'section-entered',
        'step-intended lente',
        'step-started lente',
        'step-finished lente passed',
        'manual-presented relire',
      ],
    ]);
  });

  test('is joined from another terminal once its own is gone, and asks its questions there', async () => {
    const slow = `:::cell{#lente on=dossier}\n\nÉcrire lentement.\n\n\`\`\`sh\ntouch la\nsleep 4\necho écrit\n\`\`\`\n\n:::\n\n`;
    const scene = new Scene(`${slow}:::manual{#relire role=operateur}\n\n- [ ] Relu\n\n:::\n`);
    const reprise = `${process.execPath} ${programme}`;
    const first = new Screen(
      scene.folder,
      `exec ${reprise} run plan.md -t essai --key cle --as camille --t0 now --auto`,
    );
    while (!scene.has('la')) await sleep(20);
    first.close();
    const second = new Screen(scene.folder, `${reprise} join ${scene.bundle} --key cle --as camille --auto`);
    await second.shows('lente réussie');
    await second.answer('Relu — Fait ?', 'Enter');
    await second.answer('Remarque', 'Enter');
    await second.shows('SORTIE 0');
    expect(second.text).toContain('│ écrit');
    expect(scene.story().filter(line => / lente/.test(line))).toEqual([
      'step-intended lente',
      'step-started lente',
      'output-written lente',
      'step-finished lente passed',
    ]);
  });
});
