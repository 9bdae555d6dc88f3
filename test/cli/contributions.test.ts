import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { normal, Scene, until } from './scene.ts';

const source = `---
title: Essai
lang: fr
timezone: Europe/Paris
secrets:
  jeton: { label: Jeton }
roles:
  operateur: { label: Opérateur, holders: [camille], sign: true }
  observateur: { label: Observateur, holders: [noa], sign: true }
targets:
  essai:
    mode: drill
    label: Essai
    secrets: { jeton: { env: JETON } }
---

# Essai

:::cell{#compter effect=read}

Compter :

\`\`\`sh
while [ -e attendre ]; do sleep 0.05; done; echo quatre
\`\`\`

:::

:::manual{#relire role=operateur evidence=none}

- [ ] Le compte a été relu

:::
`;

const secret = 'sesame-ouvre-toi';
const yes = 'relire: { confirm: all, remark: vu }';

function sceneOf(answers: string): Scene {
  const scene = new Scene('', answers);
  scene.write('plan.md', source);
  scene.key('cle-noa', 'noa');
  scene.write('tous', scene.read('cle.signataires') + scene.read('cle-noa.signataires'));
  scene.write('capture.png', 'une image');
  process.env.JETON = secret;
  return scene;
}

const camille = ['--as', 'camille', '--key', 'cle'];
const noa = ['--as', 'noa', '--key', 'cle-noa'];

/** Text as `normal` has it, with plain spaces. */
const told = (text: string): string => normal(text).replaceAll('\u00a0', ' ');

async function verify(scene: Scene) {
  return await scene.call('verify', scene.bundle, '--allowed-signers', 'tous');
}

describe('a run that is paused', () => {
  test('takes notes and files between two processes, goes on, and its transcript shows them', async () => {
    const scene = sceneOf('');
    expect((await scene.run()).code).toBe(3);
    const noted = await scene.call(
      'note',
      scene.bundle,
      `Le jeton ${secret} a servi`,
      '--as',
      'noa',
      '--step',
      'compter',
    );
    expect([noted.code, told(noted.out), noted.err]).toEqual([0, 'note inscrite : entrée n° 8\n', '']);
    const corrected = await scene.call(
      'note',
      scene.bundle,
      'Non : pas lui',
      '--as',
      'noa',
      '--corrects',
      '8',
    );
    expect([corrected.code, told(corrected.out)]).toEqual([0, 'note inscrite : entrée n° 9\n']);
    const attached = await scene.call('attach', scene.bundle, 'capture.png', '--as', 'camille');
    expect([attached.code, normal(attached.out)]).toMatchInlineSnapshot(`
      [
        0,
        "pièce jointe : entrée n° 10, evidence/751dd05cb586-capture.png (9 octets, sha256 DIGEST)
      ",
      ]
    `);
    scene.answer(yes);
    expect((await scene.resume()).code).toBe(0);
    expect(scene.story().slice(7)).toEqual([
      'run-paused no-answer',
      'note-added compter',
      'note-added',
      'evidence-attached',
      'run-resumed',
      'item-confirmed relire',
      'step-confirmed relire',
      'run-closed passed',
    ]);
    const transcript = told(scene.read(join(scene.bundle, 'transcript.md')));
    expect(transcript).toContain('Le jeton «secret:jeton» a servi');
    expect(transcript).toContain('Rectificatif de l’entrée n° 8');
    expect(scene.read(join(scene.bundle, 'journal.jsonl'))).not.toContain(secret);
    expect((await verify(scene)).code).toBe(8);
  });

  const refusals: readonly (readonly [string, (scene: Scene) => string[], string])[] = [
    ['a step that is not in the plan', () => ['note', 'x', '--step', 'autre'], 'unknown-step'],
    ['an empty note', () => ['note', ' '], 'note-unfit'],
    ['a note that is too long', () => ['note', 'x'.repeat(10_001)], 'note-unfit'],
    ['a correction of what is not there', () => ['note', 'x', '--corrects', '8'], 'nothing-to-correct'],
    ['a correction by no number', () => ['note', 'x', '--corrects', 'un'], 'bad-option'],
    ['someone who holds no role', () => ['note', 'x', '--as', 'eve'], 'not-a-holder'],
    ['a file that is not there', () => ['attach', '../nulle-part/x.png'], 'evidence-refused'],
    ['a folder', () => ['attach', 'runs'], 'evidence-refused'],
    ['a device', () => ['attach', '/dev/zero'], 'evidence-refused'],
    [
      'a link',
      ({ folder }) => {
        symlinkSync('capture.png', join(folder, 'lien.png'));
        return ['attach', 'lien.png'];
      },
      'evidence-refused',
    ],
    [
      'a pipe',
      ({ folder }) => {
        execFileSync('mkfifo', [join(folder, 'tube')]);
        return ['attach', 'tube'];
      },
      'evidence-refused',
    ],
    [
      'a name that reads backwards',
      scene => {
        scene.write('a\u202egnp.txt', '');
        return ['attach', 'a\u202egnp.txt'];
      },
      'evidence-refused',
    ],
    [
      'a file that holds a secret',
      scene => {
        scene.write('journal.log', `jeton=${secret}`);
        return ['attach', 'journal.log'];
      },
      'evidence-holds-secret',
    ],
  ];

  test('refuses what cannot be added, and writes nothing', async () => {
    const scene = sceneOf('');
    await scene.run();
    const before = scene.read(join(scene.bundle, 'journal.jsonl'));
    for (const [name, prepare, fault] of refusals) {
      const [command = '', ...rest] = prepare(scene);
      const who = rest.includes('--as') ? [] : ['--as', 'noa'];
      const { code, err } = await scene.call(command, scene.bundle, ...rest, ...who);
      expect([code, err], name).toEqual([2, expect.stringContaining(`[${fault}]`)]);
      expect(err).not.toMatch(/\u202e/);
    }
    expect(scene.read(join(scene.bundle, 'journal.jsonl'))).toBe(before);
    expect(readdirSync(join(scene.folder, scene.bundle, 'evidence'))).toEqual([]);
  });
});

describe('a run that is sealed', () => {
  test('is co-signed, then added to, and everything is verified with the list of both', async () => {
    const scene = sceneOf(yes);
    expect((await scene.run()).code).toBe(0);
    expect((await verify(scene)).code).toBe(8);
    const sealed = scene.read(join(scene.bundle, 'statement.json'));
    const signed = await scene.call('sign', scene.bundle, ...noa);
    expect([signed.code, normal(signed.out)]).toMatchInlineSnapshot(`
      [
        0,
        "sceau de noa ajouté
      tous ceux qui doivent signer l’ont fait
      vérifier : npx reprise verify runs/RUN --allowed-signers LISTE
      ",
      ]
    `);
    expect((await verify(scene)).code).toBe(0);
    const noted = await scene.call(
      'note',
      scene.bundle,
      `Vu le lendemain ; ${secret}`,
      '--corrects',
      '3',
      ...noa,
    );
    expect([noted.code, normal(noted.out)]).toMatchInlineSnapshot(`
      [
        0,
        "note inscrite : entrée n° 11, dans l’addendum n° 1, scellé
      vérifier : npx reprise verify runs/RUN --allowed-signers LISTE
      ",
      ]
    `);
    const attached = await scene.call('attach', scene.bundle, 'capture.png', '--step', 'relire', ...camille);
    expect(attached.code).toBe(0);
    const { code, out } = await verify(scene);
    expect([code, normal(out)]).toMatchInlineSnapshot(`
      [
        0,
        "exécution : RUN
      VÉRIFIÉ : le dossier est celui qui a été signé, par des signataires de la liste fournie
        sceau : camille (KEY), vérifié
        sceau : noa (KEY), vérifié
        addendum 1 : par noa, le INSTANT ; notes : 1, pièces : 0
          sceau : noa (KEY), vérifié
        addendum 2 : par camille, le INSTANT ; notes : 0, pièces : 1
          sceau : camille (KEY), vérifié
        heures déclarées par la machine : aucun horodatage extérieur ne les prouve
      ",
      ]
    `);
    const script = execFileSync('sh', [
      join(scene.folder, scene.bundle, 'verify.sh'),
      join(scene.folder, 'tous'),
    ]);
    expect(script.toString()).toContain('VERIFIED');
    expect(scene.read(join(scene.bundle, 'statement.json'))).toBe(sealed);
    expect(scene.read(join(scene.bundle, 'addenda/001/addendum.md'))).toContain('«secret:jeton»');
    expect(scene.read(join(scene.bundle, 'addenda/001/journal.jsonl'))).not.toContain(secret);
  });

  test('is not signed twice, nor by one key for two people, nor once it was touched', async () => {
    const scene = sceneOf(yes);
    await scene.run();
    const refused = async (...args: string[]) => /\[([a-z-]+)\]/.exec((await scene.call(...args)).err)?.[1];
    const { bundle } = scene;
    expect(await refused('sign', bundle, ...camille)).toBe('already-signed');
    expect(await refused('sign', bundle, '--as', 'noa', '--key', 'cle')).toBe('seal-key-shared');
    expect(await refused('sign', bundle, '--as', 'eve', '--key', 'cle-noa')).toBe('not-a-holder');
    scene.write(join(bundle, 'transcript.html'), 'autre chose');
    expect(await refused('sign', bundle, ...noa)).toBe('bundle-tampered');
    expect(await refused('note', bundle, 'x', ...noa)).toBe('bundle-tampered');
    expect(readdirSync(join(scene.folder, bundle, 'seals'))).toEqual(['camille.sig']);
  });

  test('is not signed before it is', async () => {
    const scene = sceneOf('');
    await scene.run();
    const { code, err } = await scene.call('sign', scene.bundle, ...noa);
    expect([code, err]).toEqual([2, expect.stringContaining('[not-sealed]')]);
  });
});

describe('secrets that another process would have to know', () => {
  const word = 'donne-par-la-commande';

  /** A paused or sealed run whose secrets come from a variable and a command, which leaves a trace, and from a cell. */
  async function sceneWithCommand(answers: string): Promise<Scene> {
    const scene = sceneOf(answers);
    const text = source
      .replace('  jeton: { label: Jeton }\n', '  jeton: { label: Jeton }\n  mot: { label: Mot }\n')
      .replace('JETON } }', "JETON }, mot: { command: [sh, -c, 'echo x >> trace; cat mot.txt'] } }")
      .replace(
        ':::manual',
        ":::cell{#coder effect=read}\n\nCoder :\n\n```ts\nexport const code = secret('code-' + 'du-jour')\n```\n\n:::\n\n:::manual",
      );
    scene.write('plan.md', text);
    scene.write('mot.txt', `${word}\n`);
    expect((await scene.run()).code).toBe(answers === '' ? 3 : 0);
    return scene;
  }

  const unmasked = (names: string): string =>
    `secrets qui n’étaient pas à portée, et n’ont donc pas pu être masqués : ${names}\n`;

  test.each([
    ['paused', '', 'journal.jsonl'],
    ['sealed', yes, 'addenda/001/journal.jsonl'],
  ])(
    'a note on a %s run is masked with what a command prints, and the others are named',
    async (_, answers, journal) => {
      const scene = await sceneWithCommand(answers);
      const { code, out, err } = await scene.call('note', scene.bundle, `Le mot ${word}, ${secret}`, ...noa);
      expect([code, told(err)]).toEqual([0, unmasked('coder.code')]);
      expect(out).not.toContain('coder.code');
      const kept = scene.read(join(scene.bundle, journal));
      expect([kept.includes(word), kept.includes('Le mot «secret:mot», «secret:jeton»')]).toEqual([
        false,
        true,
      ]);
      scene.write('releve.log', `mot=${word}`);
      const attached = await scene.call('attach', scene.bundle, 'releve.log', ...noa);
      expect([attached.code, attached.err]).toEqual([2, expect.stringContaining('[evidence-holds-secret]')]);
    },
  );

  test('a run whose runbook is no longer the one that it was opened with has no command run', async () => {
    const scene = await sceneWithCommand('');
    const trace = scene.read('trace');
    scene.write('plan.md', `${scene.read('plan.md')}\nAutre chose.\n`);
    const { code, err } = await scene.call('note', scene.bundle, 'vu', ...noa, '--lang', 'en');
    expect([code, told(err), scene.read('trace')]).toEqual([
      0,
      'secrets that were not at hand, so that they could not be masked: mot, coder.code\n',
      trace,
    ]);
  });
});

describe('a run that a process carries on', () => {
  /** A run whose first cell waits, and what lets it go on. */
  async function underWay(scene: Scene, environment: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(scene.folder, 'attendre'));
    Object.assign(process.env, environment);
    const { ended } = scene.start(...scene.runArguments());
    await until(() => scene.has('runs') && readdirSync(join(scene.folder, 'runs')).length === 1);
    await until(() => scene.has(join(scene.bundle, 'journal.jsonl')));
    await until(() => scene.read(join(scene.bundle, 'journal.jsonl')).includes('step-started'));
    return { ended, release: () => rmdirSync(join(scene.folder, 'attendre')) };
  }

  function runtimeFolder(scene: Scene): string {
    const folder = join(scene.folder, 'x');
    mkdirSync(folder, { mode: 0o700 });
    return folder;
  }

  test('writes what others add, between its own entries, and leaves no socket behind', async () => {
    const scene = sceneOf(yes);
    const folder = runtimeFolder(scene);
    const { ended, release } = await underWay(scene, { XDG_RUNTIME_DIR: folder });
    const door = join(folder, 'reprise');
    const [socket = ''] = readdirSync(door);
    expect([statSync(door).mode & 0o777, statSync(join(door, socket)).mode & 0o777]).toEqual([0o700, 0o600]);
    const noted = await scene.call(
      'note',
      scene.bundle,
      `Vu ; ${secret}`,
      '--as',
      'noa',
      '--step',
      'compter',
    );
    expect([noted.code, told(noted.out)]).toEqual([0, 'note inscrite : entrée n° 4\n']);
    const attached = await scene.call('attach', scene.bundle, 'capture.png', '--as', 'camille');
    expect(attached.code).toBe(0);
    for (const [args, fault] of [
      [['note', scene.bundle, 'x', '--as', 'noa', '--corrects', '6'], 'nothing-to-correct'],
      [['attach', scene.bundle, 'attendre', '--as', 'noa'], 'evidence-refused'],
    ] as const) {
      expect((await scene.call(...args)).err).toContain(`[${fault}]`);
    }
    release();
    const { code, out } = await ended;
    expect(code).toBe(0);
    expect(out).toContain('✎ Vu ; «secret:jeton»');
    expect(scene.story().slice(2, 8)).toEqual([
      'step-intended compter',
      'step-started compter',
      'note-added compter',
      'evidence-attached',
      'output-written compter',
      'step-finished compter passed',
    ]);
    expect(readdirSync(door)).toEqual([]);
    await scene.call('sign', scene.bundle, ...noa);
    expect((await verify(scene)).code).toBe(0);
    expect(scene.read(join(scene.bundle, 'journal.jsonl'))).not.toContain(secret);
  });

  test('is not written to where there is no private place for a socket', async () => {
    const scene = sceneOf(yes);
    const folder = runtimeFolder(scene);
    mkdirSync(join(folder, 'reprise'));
    chmodSync(join(folder, 'reprise'), 0o777);
    const { ended, release } = await underWay(scene, { XDG_RUNTIME_DIR: folder });
    const { code, err } = await scene.call('note', scene.bundle, 'x', ...noa);
    expect([code, err]).toEqual([2, expect.stringContaining('[run-locked]')]);
    release();
    expect((await ended).code).toBe(0);
  });
});
