import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { programme } from './scene.ts';

/** A folder of one's own, with a key to sign with. */
class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'reprise-authoring-'));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', this.path('cle')]);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  write(name: string, text: string): void {
    writeFileSync(this.path(name), text);
  }

  /** Runs a command; its exit code, what it printed, and what went wrong. */
  reprise(...args: readonly string[]): {
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  } {
    const env = { ...process.env, LANG: 'fr_FR.UTF-8', LC_ALL: '', CI: '' };
    const ended = spawnSync(process.execPath, [programme, ...args], {
      cwd: this.folder,
      env,
      encoding: 'utf8',
    });
    return {
      code: ended.status,
      out: ended.stdout.replaceAll('\u00a0', ' '),
      err: ended.stderr.replaceAll('\u00a0', ' '),
    };
  }
}

const starters = [
  {
    lang: 'fr',
    target: 'exercice',
    steps: ['activer', 'recette'],
    nothing: 'plan.md : aucun défaut ; 3 cellules, 2 étapes manuelles, 2 vérifications\n',
    took: 'Exercice sur cette machine : ',
  },
  {
    lang: 'en',
    target: 'drill',
    steps: ['activate', 'acceptance'],
    nothing: 'plan.md: nothing wrong; 3 cells, 2 manual steps, 2 checks\n',
    took: 'Drill on this machine: ',
  },
];

describe.each(starters)(
  'the runbook that `new` writes in $lang',
  ({ lang, target, steps, nothing, took }) => {
    test('passes check, is formatted, runs in a drill, and its page tells how long that took', () => {
      const desk = new Desk();
      expect(desk.reprise('new', 'plan.md', '--lang', lang)).toMatchObject({ code: 0, err: '' });
      expect(desk.reprise('check', 'plan.md', '--strict')).toEqual({ code: 0, out: nothing, err: '' });
      expect(desk.reprise('fmt', 'plan.md', '--check').code).toBe(0);
      desk.write(
        'answers.yaml',
        `operator: sacha\nsteps:\n${steps.map(id => `  ${id}: { confirm: all }\n`).join('')}`,
      );
      const run = desk.reprise(
        'run',
        'plan.md',
        '--target',
        target,
        '--answers',
        'answers.yaml',
        '--key',
        'cle',
        '--undo',
      );
      expect([run.code, run.err.split('\n')[0]]).toEqual([0, expect.stringContaining('runs/')]);
      const render = desk.reprise('render', 'plan.md', '--runs', 'runs', '--output', 'plan.html');
      expect(render).toEqual({ code: 0, out: '', err: '' });
      const timed = desk.read('plan.html').replaceAll('\u00a0', ' ').split('class="took"').slice(1);
      // Every step but the manual ones, which a script answered, and the undo, which is timed as well.
      expect(timed.filter(text => text.includes(took))).toHaveLength(6);
    });
  },
);

test('`new` never writes over a file', () => {
  const desk = new Desk();
  desk.write('plan.md', 'mon plan\n');
  expect(desk.reprise('new', 'plan.md')).toEqual({
    code: 2,
    out: '',
    err: `erreur[runbook-exists]: \`plan.md\` existe déjà
  état : rien n’a été modifié
  que faire : donner le nom d’un fichier qui n’existe pas encore : un runbook n’est jamais écrasé
`,
  });
  expect(desk.read('plan.md')).toBe('mon plan\n');
  expect(desk.reprise('new', 'absent/plan.md').err).toContain('erreur[cannot-write]');
});

test('`new` names a file whose name could move the cursor or turn the text around', () => {
  const desk = new Desk();
  const { code, out, err } = desk.reprise('new', 'a\u202eb\u001b[2J.md');
  expect([code, err, out.split('\n')[0]]).toEqual([
    0,
    '',
    'a⟨U+202E⟩b␛[2J.md : un plan à compléter, qui se joue déjà',
  ]);
  expect(out).not.toMatch(/[\u001b\u202e]/);
});

test('a bug is told with its stack, in which nothing moves the cursor', () => {
  const desk = new Desk();
  desk.write('bug.cjs', "process.stdout.write = () => { throw new Error('a\\u202eb\\u001b[2J'); };\n");
  const bug = spawnSync(process.execPath, ['--require', desk.path('bug.cjs'), programme, '--version'], {
    encoding: 'utf8',
  });
  expect([bug.status, bug.stderr]).toEqual([70, expect.stringContaining('Error: a⟨U+202E⟩b␛[2J\n    at ')]);
  expect(bug.stderr).not.toMatch(/[\u001b\u202e]/);
});

test('`fmt` writes the file, and with --check only says so', () => {
  const desk = new Desk();
  const source = '---\ntitle:  x\n---\n\n# x\n\n::clock{ start }\n';
  desk.write('plan.md', source);
  expect(desk.reprise('fmt', 'plan.md', '--check')).toEqual({
    code: 2,
    out: 'plan.md : à mettre en forme, première différence à la ligne 2\n',
    err: '',
  });
  expect(desk.read('plan.md')).toBe(source);
  expect(desk.reprise('fmt', 'plan.md')).toEqual({ code: 0, out: 'plan.md : mis en forme\n', err: '' });
  expect(desk.read('plan.md')).toBe('---\ntitle: x\n---\n\n# x\n\n::clock{start}\n');
  expect(desk.reprise('fmt', 'plan.md', '--check')).toEqual({
    code: 0,
    out: 'plan.md : rien à changer\n',
    err: '',
  });
});

test('a run that proves nothing is put aside, and said', () => {
  const desk = new Desk();
  desk.reprise('new', 'plan.md', '--lang', 'fr');
  desk.write(
    'answers.yaml',
    'operator: sacha\nsteps:\n  activer: { confirm: all }\n  recette: { confirm: all }\n',
  );
  desk.reprise('run', 'plan.md', '--target', 'exercice', '--answers', 'answers.yaml', '--key', 'cle');
  const [run = ''] = readdirSync(desk.path('runs'));
  expect(existsSync(desk.path(`runs/${run}/statement.json`))).toBe(true);
  const journal = `runs/${run}/journal.jsonl`;
  desk.write(journal, desk.read(journal).replace('"duration":', '"duration":1'));
  const render = desk.reprise('render', 'plan.md', '--runs', 'runs');
  expect(render.err).toBe(`exécution écartée, illisible, non scellée ou altérée : ${run}\n`);
  expect(render.out).toContain('Aucun exercice scellé de ce plan');
  expect(desk.reprise('render', 'plan.md', '--runs', 'absent').err).toContain('erreur[runs-unreadable]');
});

test('`fmt` replaces the file as a whole, keeps its mode, and goes through a link', () => {
  const desk = new Desk();
  desk.write('vrai.md', '---\ntitle:  x\n---\n\n# x\n');
  chmodSync(desk.path('vrai.md'), 0o640);
  linkSync(desk.path('vrai.md'), desk.path('avant.md'));
  symlinkSync('vrai.md', desk.path('plan.md'));
  expect(desk.reprise('fmt', 'plan.md').code).toBe(0);
  expect(desk.read('avant.md')).toContain('title:  x');
  expect(desk.read('vrai.md')).toBe('---\ntitle: x\n---\n\n# x\n');
  expect(lstatSync(desk.path('plan.md')).isSymbolicLink()).toBe(true);
  expect(statSync(desk.path('vrai.md')).mode & 0o777).toBe(0o640);
  expect(readdirSync(desk.folder).sort()).toEqual(['avant.md', 'cle', 'cle.pub', 'plan.md', 'vrai.md']);
});
