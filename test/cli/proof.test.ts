import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normal, Scene } from './scene.ts';

const body = `## Lire

:::cell{#lire effect=read}

Lire.

\`\`\`sh
echo lu
\`\`\`

:::

## Compter

:::cell{#compter effect=read}

Compter avec un module.

\`\`\`ts
import { deux } from './nombres.ts'
export const nombre: number = deux
\`\`\`

:::

:::cell{#recompter effect=read}

Recompter.

\`\`\`sh
echo encore
\`\`\`

:::

## Refaire

::when{input=refaire is=non}

:::cell{#refaire effect=read}

Refaire.

\`\`\`sh
echo refait
\`\`\`

:::
`;

/** Commits everything in the scene's folder, on a day. */
function commit(scene: Scene, day: string): void {
  const at = `${day}T10:00:00+00:00`;
  const person = ['AUTHOR', 'COMMITTER'].flatMap(part => [
    [`GIT_${part}_NAME`, 'Essai'],
    [`GIT_${part}_EMAIL`, 'essai@exemple.invalid'],
    [`GIT_${part}_DATE`, at],
  ]);
  const env = { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', ...Object.fromEntries(person) };
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', scene.folder, ...args], { env });
  git('init', '--quiet');
  git('add', 'plan.md', 'nombres.ts');
  git('commit', '--quiet', '-m', day);
}

/** A scene with one sealed drill. */
async function drilled(): Promise<Scene> {
  const scene = new Scene(body);
  scene.write('nombres.ts', 'export const deux = 2\n');
  commit(scene, '2026-01-05');
  expect((await scene.run()).code).toBe(0);
  return scene;
}

/** What is shown, with the day of the drill, which is today, put out of sight. */
function shown(text: string): string {
  return normal(text).replaceAll(/(le|on) \d+\S* \S+ \d{4}(?=, (?:aujourd|today))/g, '$1 DATE');
}

test('each section is told with the last sealed drill that exercised it, and what has changed since', async () => {
  const scene = await drilled();
  expect(shown((await scene.call('status', '--all', 'plan.md')).out)).toMatchInlineSnapshot(`
    "Preuve de vie : Essai
        ✔ Lire — réussie le DATE, aujourd’hui (RUN, essai)
        ✔ Compter — réussie le DATE, aujourd’hui (RUN, essai)
        ○ Refaire — jamais jouée
    sections : 3 ; jouées telles quelles : 2 ; modifiées depuis : 0 ; jamais jouées : 1
    "
  `);
  scene.write(
    'plan.md',
    scene.read('plan.md').replace('echo lu', 'echo relu').replace('Recompter.', 'Recompter bien.'),
  );
  scene.write('nombres.ts', 'export const deux = 1 + 1\n');
  commit(scene, '2026-02-03');
  expect(shown((await scene.call('status', '--all', 'plan.md')).out)).toMatchInlineSnapshot(`
    "Preuve de vie : Essai
        △ Lire — jamais jouée depuis la modification du 3 février 2026 (lire) ; avant elle, réussie le DATE, aujourd’hui (RUN, essai)
        △ Compter — jamais jouée depuis la modification du 3 février 2026 (compter) ; avant elle, réussie le DATE, aujourd’hui (RUN, essai)
        ○ Refaire — jamais jouée
    sections : 3 ; jouées telles quelles : 0 ; modifiées depuis : 2 ; jamais jouées : 1
    "
  `);
  expect(shown((await scene.call('status', '--all', 'plan.md', '--lang', 'en')).out)).toMatchInlineSnapshot(`
    "Proof of life: Essai
        △ Lire — never exercised since the change of 3 February 2026 (lire); before it, passed on DATE, today (RUN, essai)
        △ Compter — never exercised since the change of 3 February 2026 (compter); before it, passed on DATE, today (RUN, essai)
        ○ Refaire — never exercised
    sections: 3; exercised as they stand: 0; changed since: 2; never exercised: 1
    "
  `);
  const github = await scene.call('status', '--all', 'plan.md', '--format', 'github', '--lang', 'en');
  expect(shown(github.out)).toMatchInlineSnapshot(`
    "::warning file=plan.md,line=26,endLine=26,col=1,endColumn=8,title=proof-stale::the section “Lire” was never exercised since the change of 3 February 2026 (lire)%0Aexercise it in the next drill
    ::warning file=plan.md,line=38,endLine=38,col=1,endColumn=11,title=proof-stale::the section “Compter” was never exercised since the change of 3 February 2026 (compter)%0Aexercise it in the next drill
    ::warning file=plan.md,line=61,endLine=61,col=1,endColumn=11,title=proof-never::no sealed drill has exercised the section “Refaire”%0Aexercise it in the next drill
    "
  `);
  const lines = (await scene.call('status', '--all', 'plan.md', '--json')).out.trimEnd().split('\n');
  expect(
    lines
      .map(line => JSON.parse(line))
      .map(({ slug, standing, changed, modified }) => [slug, standing, changed, modified]),
  ).toEqual([
    ['lire', 'stale', ['lire'], '2026-02-03T10:00:00.000Z'],
    ['compter', 'stale', ['compter'], '2026-02-03T10:00:00.000Z'],
    ['refaire', 'never', [], null],
  ]);
});

test('a drill that was tampered with proves nothing, and is named', async () => {
  const scene = await drilled();
  const run = scene.bundle;
  scene.write(`${run}/transcript.md`, `${scene.read(`${run}/transcript.md`)} `);
  const { out, err } = await scene.call('status', '--all', 'plan.md');
  expect(normal(err)).toBe('exécution écartée, illisible, non scellée ou altérée\u00a0: RUN\n');
  expect(out.split('\n').filter(line => line.includes('jamais jouée'))).toHaveLength(4);
});

/** The codes and the words of what a pull request is told. */
async function findings(scene: Scene): Promise<readonly string[]> {
  const { out } = await scene.call('status', '--all', 'plan.md', '--format', 'github', '--lang', 'en');
  return normal(out)
    .split('\n')
    .flatMap(line => /title=(.*)%0A/.exec(line)?.[1] ?? []);
}

/** A cell that reads, with this line of code. */
function cell(id: string, code: string): string {
  return `:::cell{#${id} effect=read}\n\nLire.\n\n\`\`\`sh\n${code}\n\`\`\`\n\n:::\n\n`;
}

const looked = ':::manual{#regarder role=operateur}\n\n- [ ] Vu\n\n:::\n\n';
const reserved = `## Seule

${cell('seule', 'false')}## Accompagnée

${cell('avant', 'true')}${cell('apres', 'false')}## En partie

${cell('entiere', 'true')}${looked}## Passée

${looked.replace('#regarder', '#passer')}`;

test('a step that failed and was passed over has failed its section; one that was only passed over is missing', async () => {
  const why = 'skip: absent à l’exercice';
  const scene = new Scene(
    reserved,
    ['seule', 'apres', 'regarder', 'passer'].map(id => `${id}: { ${why} }`).join('\n'),
  );
  expect([(await scene.run()).code, scene.story().at(-1)]).toEqual([
    0,
    'run-closed passed-with-reservations',
  ]);
  expect(await findings(scene)).toEqual([
    'proof-failed::the last drill of the section “Seule”, RUN, failed',
    'proof-failed::the last drill of the section “Accompagnée”, RUN, failed',
    'proof-partial::the last drill of the section “En partie”, RUN, performed only 1 of its 2 steps',
    'proof-never::no sealed drill has exercised the section “Passée”',
  ]);
  const { out } = await scene.call('status', '--all', 'plan.md', '--lang', 'en');
  expect(shown(out)).toMatchInlineSnapshot(`
    "Proof of life: Essai
        ✘ Seule — failed on DATE, today (RUN, essai)
        ✘ Accompagnée — failed on DATE, today (RUN, essai)
        ◐ En partie — performed in part (1 of 2 steps) on DATE, today (RUN, essai)
        ○ Passée — never exercised
    sections: 4; exercised as they stand: 0; changed since: 0; never exercised: 1
    "
  `);
});

const related = `${cell('seul', 'true')}## Code

:::cell{#importer effect=read}

Lire par un module.

\`\`\`ts
import { deux } from './nombres.ts'
export const nombre: number = deux
\`\`\`

:::

## Condition

::when{input=refaire is=oui}

${cell('condition', 'true')}## Retrait

${cell('garder', 'true')}${cell('retirer', 'true')}## Retour

${cell('faire', 'true').replace('effect=read', 'effect=write')}:::undo{#defaire of=faire}

Revenir.

\`\`\`sh
true
\`\`\`

:::
`;

test('what a section depends on beyond its own cells counts as a change of it', async () => {
  const scene = new Scene(related);
  scene.write('nombres.ts', "export { deux } from './interne.ts'\n");
  scene.write('interne.ts', 'export const deux = 2\n');
  expect(await scene.run()).toMatchObject({ code: 0 });
  expect(await findings(scene)).toEqual([]);
  const plan = scene.read('plan.md');
  const findingsOf = async (from: string, to: string) => {
    expect(plan).toContain(from);
    scene.write('plan.md', plan.replace(from, to));
    const found = await findings(scene);
    scene.write('plan.md', plan);
    return found;
  };
  expect({
    condition: await findingsOf('is=oui', 'is=non'),
    noCondition: await findingsOf('::when{input=refaire is=oui}\n', ''),
    removed: await findingsOf(cell('retirer', 'true'), ''),
    undo: await findingsOf('Revenir.\n\n```sh\ntrue', 'Revenir.\n\n```sh\nfalse'),
    prose: await findingsOf('Revenir.', 'Revenir en arrière.'),
  }).toMatchInlineSnapshot(`
    {
      "condition": [
        "proof-stale::the section “Condition” was never exercised since the change of an unknown date (condition)",
      ],
      "noCondition": [
        "proof-stale::the section “Condition” was never exercised since the change of an unknown date (condition)",
      ],
      "prose": [],
      "removed": [
        "proof-stale::the section “Retrait” was never exercised since the change of an unknown date (retirer)",
      ],
      "undo": [
        "proof-stale::the section “Retour” was never exercised since the change of an unknown date (defaire)",
      ],
    }
  `);
  scene.write('interne.ts', 'export const deux = 1 + 1\n');
  const changed = await findings(scene);
  rmSync(join(scene.folder, 'interne.ts'));
  expect([changed, await findings(scene)]).toMatchInlineSnapshot(`
    [
      [
        "proof-stale::the section “Code” was never exercised since the change of an unknown date (importer)",
      ],
      [
        "proof-stale::the section “Code” was never exercised since the change of an unknown date (importer)",
      ],
    ]
  `);
});

test('options of --all go with it alone', async () => {
  const scene = new Scene(body);
  const refused = await scene.call('status', 'plan.md', '--format', 'github');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--format, --all')]);
});

test('before the first run nothing was exercised; a directory that was named must be there', async () => {
  const scene = new Scene(cell('lire', 'true').replace(/^/, '## Lire\n\n'));
  scene.write('plan.md', scene.read('plan.md').replace('lang: fr', 'lang: en'));
  expect(await scene.call('status', '--all', 'plan.md')).toEqual({
    code: 0,
    out: 'Proof of life: Essai\n    ○ Lire — never exercised\nsections: 1; exercised as they stand: 0; changed since: 0; never exercised: 1\n',
    err: '',
  });
  const named = await scene.call('status', '--all', 'plan.md', '--runs', 'absent');
  expect([named.code, named.err]).toEqual([2, expect.stringContaining('runs-unreadable')]);
});
