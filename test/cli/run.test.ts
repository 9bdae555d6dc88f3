import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { normal, programme, Scene } from './scene.ts';

const small = `## Préparer

:::cell{#compter on=dossier effect=read}

Compter :

\`\`\`ts
export const nombre: number = 2 + 2
console.log('quatre :', nombre)
\`\`\`

:::

:::cell{#ecrire on=dossier effect=write}

Écrire le compte :

\`\`\`sh
echo "nombre=$COMPTER_NOMBRE refaire=$INPUT_REFAIRE" > compte.txt
\`\`\`

:::

## Confirmer

:::manual{#relire role=operateur evidence=none}

- [ ] Le compte a été relu

:::
`;

const yes = 'relire: { confirm: all, remark: vu }';

describe('a run with an answers file', () => {
  test('goes from the first step to a sealed bundle, and says where it is', async () => {
    const scene = new Scene(small, yes);
    const { code, out, err } = await scene.run();
    expect(code).toBe(0);
    expect(normal(out)).toMatchInlineSnapshot(`
      "TIME exécution RUN ouverte · EXERCICE · cible essai · reste TEMPS sur la DMIA
      TIME # Essai
      TIME ## Préparer
      TIME ▶ compter — Compter · reste TEMPS sur la DMIA
        │ quatre : 4
      TIME ✔ compter réussie · DURÉE · reste TEMPS sur la DMIA
      TIME ▶ ecrire — Écrire le compte · reste TEMPS sur la DMIA
      TIME ✔ ecrire réussie · DURÉE · reste TEMPS sur la DMIA
      TIME ## Confirmer
      TIME ☐ relire · à faire par Opérateur · reste TEMPS sur la DMIA
      TIME ✔ relire confirmée · camille (Opérateur), réponse scriptée
      TIME exécution terminée : réussie · camille (Opérateur)
      "
    `);
    expect(normal(err)).toMatchInlineSnapshot(`
      "dossier scellé : runs/RUN
      procès-verbal : runs/RUN/transcript.html
      vérifier : npx reprise verify runs/RUN
      "
    `);
    expect(scene.read('compte.txt')).toBe('nombre=4 refaire=oui\n');
    expect(readdirSync(join(scene.folder, scene.bundle)).sort()).toMatchInlineSnapshot(`
      [
        "allowed_signers",
        "evidence",
        "journal.jsonl",
        "lock",
        "outputs",
        "seals",
        "source",
        "statement.json",
        "transcript.html",
        "transcript.json",
        "transcript.md",
        "verify.sh",
      ]
    `);
    const confirmed = scene.entries().find(entry => entry.type === 'item-confirmed');
    expect(confirmed).toMatchObject({ voice: 'scripted', by: { id: 'camille' } });
  });

  test('is verified as its signer deserves, and told from what was changed', async () => {
    const scene = new Scene(small, yes);
    await scene.run();
    const verify = async (...args: string[]) => (await scene.call('verify', scene.bundle, ...args)).code;
    expect(await verify('--allowed-signers', 'cle.signataires')).toBe(0);
    expect(await verify()).toBe(6);
    scene.key('etrangere', 'camille');
    expect(await verify('--allowed-signers', 'etrangere.signataires')).toBe(6);
    const transcript = join(scene.folder, scene.bundle, 'transcript.md');
    writeFileSync(transcript, readFileSync(transcript, 'utf8').replace('quatre : 4', 'quatre : 5'));
    const tampered = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
    expect(tampered.code).toBe(5);
    expect(tampered.out).toContain('transcript.md');
  });

  test('is found again by its bare id', async () => {
    const scene = new Scene(small, yes);
    await scene.run();
    const id = scene.bundle.replace('runs/', '');
    const found = await scene.call('status', id);
    expect([found.code, found.err]).toEqual([0, '']);
    expect(found.out).toContain(id);
    expect((await scene.call('verify', id)).code).toBe(6);
    expect((await scene.call('render', id)).out).toContain('<html');
    const again = await scene.call('resume', id, '--key', 'cle');
    expect(again.code).toBe(2);
    expect(normal(again.err)).toMatchInlineSnapshot(`
      "erreur[run-closed]: l’exécution RUN est close et scellée : il n’y a rien à reprendre
        état : rien n’a été modifié
        que faire : la vérifier avec \`reprise verify\`, ou en ouvrir une autre avec \`reprise run\`
      "
    `);
  });

  test('tells each entry as a line of JSON, the same as in the journal', async () => {
    const scene = new Scene(small, yes);
    const { out } = await scene.run('--json');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line)),
    ).toEqual(scene.entries());
  });

  test('takes inputs from the command line, else from the answers file', async () => {
    const scene = new Scene(small, yes);
    scene.write('reponses.yaml', `operator: camille\ninputs: { refaire: non }\nsteps:\n  ${yes}\n`);
    await scene.run('--until', 'ecrire');
    expect(scene.read('compte.txt')).toBe('nombre=4 refaire=non\n');
    await scene.run('--until', 'ecrire', '--set', 'refaire=oui');
    expect(scene.read('compte.txt')).toBe('nombre=4 refaire=oui\n');
  });

  test('is refused on a real target, and nothing is made', async () => {
    const scene = new Scene(small, yes);
    const args = ['run', 'plan.md', '--target', 'reel', '--key', 'cle', '--answers', 'reponses.yaml'];
    const { code, err } = await scene.call(...args);
    expect([code, scene.has('runs')]).toEqual([2, false]);
    expect(err).toContain('erreur[answers-in-real]');
  });
});

describe('a run in which nobody answers', () => {
  test('is paused and goes on when somebody does', async () => {
    const scene = new Scene(small);
    const paused = await scene.run();
    expect(paused.code).toBe(3);
    expect(normal(paused.err)).toMatchInlineSnapshot(`
      "en pause : tout ce qui a été fait est inscrit à la main courante
      pour continuer : npx reprise resume runs/RUN
      pour voir où elle en est : npx reprise status runs/RUN
      "
    `);
    expect(scene.story().at(-1)).toBe('run-paused no-answer');
    const status = await scene.call('status', scene.bundle);
    expect(status.code).toBe(3);
    expect(normal(status.out)).toMatchInlineSnapshot(`
      "Exécution RUN — Essai
        État             en pause (faute de réponse)
        Cible            essai · EXERCICE
        Avancement       2 étapes sur 3
        Prochaine étape  relire (étape manuelle) — relire
        DMIA             reste TEMPS (échéance le 23 novembre 2026 à TIME (UTC+1))
        Dernière entrée  23 novembre 2026 à TIME (UTC+1)
        Pour continuer   npx reprise resume RUN
      "
    `);
    scene.answer(yes);
    expect((await scene.resume()).code).toBe(0);
    expect(scene.story()).toMatchInlineSnapshot(`
      [
        "run-opened",
        "section-entered",
        "section-entered",
        "step-intended compter",
        "step-started compter",
        "output-written compter",
        "step-finished compter passed",
        "step-intended ecrire",
        "step-started ecrire",
        "step-finished ecrire passed",
        "section-entered",
        "manual-presented relire",
        "run-paused no-answer",
        "run-resumed",
        "item-confirmed relire",
        "step-confirmed relire",
        "run-closed passed",
      ]
    `);
  });

  test('without an answers file too, since there is no terminal', async () => {
    const scene = new Scene(small);
    const { code, out } = await scene.call(
      'run',
      'plan.md',
      '-t',
      'reel',
      '--key',
      'cle',
      '--as',
      'camille',
      '--auto',
    );
    expect(code).toBe(3);
    expect(out).toContain('RÉEL');
    expect(scene.story().at(-1)).toBe('run-paused no-answer');
  });
});

const failing = `:::cell{#lire on=dossier effect=read}

Lire :

\`\`\`sh
cat la.txt
\`\`\`

:::
`;

test('no shell of a run reads the start-up file of the operator', async () => {
  const zx = failing.replace('#lire', '#zx').replace('```sh\ncat la.txt', () => '```ts\nawait $`true`');
  const scene = new Scene(`${failing.replace('cat la.txt', 'true')}\n${zx}`);
  scene.write('.bashrc', 'echo "$$ $0" >> ~/lu\n');
  // As from cron, where no shell came before.
  const { SHLVL: _, ...environment } = process.env;
  for (const args of [
    ['check', 'plan.md'],
    ['run', 'plan.md', '-t', 'essai', '--key', 'cle', '--as', 'camille', '--auto'],
  ]) {
    const options = { cwd: scene.folder, env: { ...environment, HOME: scene.folder } };
    const { status, stderr } = spawnSync(process.execPath, [programme, ...args], options);
    expect(status, String(stderr)).toBe(0);
  }
  expect(scene.has('lu') ? scene.read('lu') : '').toBe('');
});

test('a cell that fails stops the run, which goes on once the cause is gone', async () => {
  const scene = new Scene(failing);
  const failed = await scene.run();
  expect(failed.code).toBe(1);
  expect(normal(failed.err)).toMatchInlineSnapshot(`
    "en échec : \`lire\` ; lever la cause, puis reprendre (réessayer, faire à la main ou ignorer avec un motif)
    pour continuer : npx reprise resume runs/RUN
    pour voir où elle en est : npx reprise status runs/RUN
    "
  `);
  scene.write('la.txt', 'là\n');
  scene.answer('lire: { failure: retry }');
  expect((await scene.resume()).code).toBe(0);
  expect(scene.story()).toMatchInlineSnapshot(`
    [
      "run-opened",
      "section-entered",
      "step-intended lire",
      "step-started lire",
      "output-written lire",
      "step-finished lire failed",
      "run-paused failed",
      "run-resumed",
      "retry-asked lire",
      "step-intended lire",
      "step-started lire",
      "output-written lire",
      "step-finished lire passed",
      "run-closed passed",
    ]
  `);
});

test('an answers file has a doubt settled so that the step runs again once, and then the run waits for a person', async () => {
  for (const settled of ['redo', 'not-done']) {
    const answers = `lire: { run: true, doubt: ${settled}, reason: tuée }`;
    const scene = new Scene(
      failing.replace('cat la.txt', 'kill -9 $BASHPID').replace('read', 'write'),
      answers,
    );
    expect((await scene.run()).code).toBe(4);
    expect(scene.story().filter(line => /doubt|intended|paused/.test(line))).toEqual([
      'step-intended lire',
      'step-doubted lire',
      `doubt-settled lire ${settled}`,
      'step-intended lire',
      'step-doubted lire',
      'run-paused asked',
    ]);
  }
});

test('a reason that says nothing, or half a character, is refused before the run opens', async () => {
  for (const answer of [
    "{ skip: ' ' }",
    '{ by-hand: "" }',
    '{ doubt: done, reason: "\\t" }',
    '{ skip: "\\ud800" }',
  ]) {
    const scene = new Scene(failing, `lire: ${answer}`);
    const { code, err } = await scene.run();
    expect([code, err]).toEqual([2, expect.stringContaining('bad-answers')]);
    expect(scene.has('runs')).toBe(false);
  }
});

test('a manual step is skipped by its answers with a reason, and what was confirmed of it stays so', async () => {
  const two = small.replace('- [ ] Le compte', '- [ ] Le fichier est là\n- [ ] Le compte');
  const scene = new Scene(two, 'relire: { confirm: [1], skip: sans objet à l’exercice }');
  const { code, out } = await scene.run();
  expect([code, out]).toEqual([0, expect.stringContaining('↷ relire ignorée · sans objet à l’exercice')]);
  expect(scene.story().filter(line => line.includes('relire'))).toEqual([
    'manual-presented relire',
    'item-confirmed relire',
    'step-skipped relire operator',
  ]);
  const page = scene.read(join(scene.bundle, 'transcript.md'));
  expect(page).toContain('sans objet à l’exercice, camille (Opérateur)');
  const verified = await scene.call('verify', scene.bundle, '--allowed-signers', 'cle.signataires');
  expect(verified.code).toBe(0);
});

const needing = `:::manual{#joindre role=operateur evidence=required}

- [ ] Le reçu est joint

:::
`;

test('evidence that is due and absent pauses the run, and is taken at the next try', async () => {
  const scene = new Scene(needing, 'joindre: { confirm: all }');
  expect((await scene.run()).code).toBe(3);
  expect(scene.story()).not.toContain('step-confirmed joindre');
  scene.answer('joindre: { confirm: all, evidence: [recu.txt] }');
  const missing = await scene.resume();
  expect(missing.code).toBe(2);
  expect(normal(missing.err)).toMatchInlineSnapshot(`
    "erreur[evidence-refused]: la pièce \`SCENE/recu.txt\` est refusée (ENOENT)
      état : tout ce qui a été fait est inscrit à la main courante
      que faire : joindre un fichier ordinaire, au nom lisible et de moins de 100 Mio, et non un lien, un dossier ou un tube
    "
  `);
  scene.write('recu.txt', 'reçu\n');
  expect((await scene.resume()).code).toBe(0);
  expect(scene.story().slice(-4)).toMatchInlineSnapshot(`
    [
      "run-resumed",
      "evidence-attached joindre",
      "step-confirmed joindre",
      "run-closed passed",
    ]
  `);
});

const chained = `:::cell{#un effect=read}

Un :

\`\`\`ts
export const n: number = 1
\`\`\`

:::

:::cell{#deux effect=read}

Deux :

\`\`\`ts
import { n } from '#un'
export const m: number = n + 1
\`\`\`

:::

:::cell{#trois effect=read}

Trois :

\`\`\`ts
import { m } from '#deux'
console.log('m', m)
\`\`\`

:::
`;

describe('a selection', () => {
  test.each([
    [['--from', 'deux'], 'selection-lacks-import'],
    [['--only', 'trois'], 'selection-lacks-import'],
    [['--until', 'quatre'], 'unknown-step'],
  ])('%j is refused as %s', async (args, code) => {
    const scene = new Scene(chained);
    const { code: exit, err } = await scene.run(...args);
    expect([exit, scene.has('runs')]).toEqual([2, false]);
    expect(err).toContain(`erreur[${code}]`);
  });

  test.each([
    [
      ['--until', 'un'],
      ['deux', 'trois'],
    ],
    [['--only', 'un,deux'], ['trois']],
  ])('%j leaves out %j', async (args, left) => {
    const scene = new Scene(chained);
    expect((await scene.run(...args)).code).toBe(0);
    const skipped = scene.entries().filter(entry => entry.type === 'step-skipped');
    expect(skipped.map(entry => entry.step)).toEqual(left);
  });
});

describe('a dry run', () => {
  test('writes nothing anywhere and its transcript says so', async () => {
    const scene = new Scene(small, yes);
    const before = treeOf(scene.folder);
    const { code, out, err } = await scene.run('--dry');
    expect([code, treeOf(scene.folder)]).toEqual([0, before]);
    expect(out).toMatch(/à blanc/i);
    expect(err).toBe('à blanc : rien n’a été exécuté ni écrit\n');
  });
});

function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => `${name} ${statSync(join(folder, name)).size} ${statSync(join(folder, name)).mtimeMs}`)
    .sort();
}
