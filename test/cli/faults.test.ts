import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { programme } from './scene.ts';

const plan = `---
title: Tout perdre
lang: fr
roles:
  operateur: { label: Opérateur, holders: [camille] }
targets:
  sandbox: { mode: drill, label: Bac à sable, embedded: true }
  recette: { mode: drill, label: Recette }
---

# Tout perdre

:::cell{#dire}

Dire quelque chose.

\`\`\`sh
echo oui
\`\`\`

:::
`;

function scene(source = plan) {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-faults-'));
  writeFileSync(join(folder, 'plan.md'), source);
  writeFileSync(join(folder, 'reponses.yaml'), 'operator: camille\nsteps: {}\n');
  const runs = () => (readdirSync(folder).includes('runs') ? readdirSync(join(folder, 'runs')) : []);
  onTestFinished(() => {
    for (const run of runs())
      rmSync(join(tmpdir(), 'reprise-sandbox', run), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });
  const reprise = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [programme, ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { code: status, out: stdout, err: stderr };
  };
  return { folder, runs, reprise };
}

test('a run says in its journal and in its transcript which faults were simulated', {
  timeout: 60_000,
}, () => {
  const { folder, runs, reprise } = scene();
  const words = ['run', 'plan.md', '-t', 'sandbox', '--answers', 'reponses.yaml'];
  const { code, err } = reprise(...words, '--fault', 'dns-slow,redis-down', '--fault', 'dns-slow');
  expect([code, err]).toEqual([0, expect.any(String)]);
  const bundle = join(folder, 'runs', runs()[0] ?? '');
  const [opened = ''] = readFileSync(join(bundle, 'journal.jsonl'), 'utf8').split('\n');
  expect(JSON.parse(opened)).toMatchObject({ type: 'run-opened', faults: ['dns-slow', 'redis-down'] });
  for (const form of ['md', 'html']) {
    const text = readFileSync(join(bundle, `transcript.${form}`), 'utf8').replaceAll('\u00a0', ' ');
    expect(text).toMatch(/Pannes simulées.*à l’ouverture : dns-slow, redis-down/s);
  }
});

test('a resumption has faults of its own, or none, and each is told', { timeout: 60_000 }, () => {
  const { folder, runs, reprise } = scene(
    `${plan}\n:::manual{#attendre role=operateur}\n\n- [ ] Fait\n\n:::\n`,
  );
  const answers = ['--answers', 'reponses.yaml'];
  expect(reprise('run', 'plan.md', '-t', 'sandbox', ...answers, '--fault', 'dns-slow').code).toBe(3);
  const bundle = join(folder, 'runs', runs()[0] ?? '');
  expect(reprise('resume', bundle, ...answers, '--fault', 's3-denied').code).toBe(3);
  expect(reprise('resume', bundle, ...answers, '--fault', 'zéro').code).toBe(2);
  writeFileSync(join(folder, 'reponses.yaml'), 'operator: camille\nsteps:\n  attendre: { confirm: all }\n');
  expect(reprise('resume', bundle, ...answers)).toMatchObject({ code: 0 });
  const entries = readFileSync(join(bundle, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  const processes = entries.filter(({ type }) => type === 'run-opened' || type === 'run-resumed');
  expect(processes.map(({ faults }) => faults)).toEqual([['dns-slow'], ['s3-denied'], undefined]);
  const text = readFileSync(join(bundle, 'transcript.md'), 'utf8').replaceAll('\u00a0', ' ');
  expect(text).toContain(
    'à l’ouverture : dns-slow ; à la reprise n° 1 : s3-denied ; à la reprise n° 2 : aucune',
  );
});

test.each([
  ['fr', 'aucune panne à simuler ne s’appelle zéro, un ; il y a : token-refused, '],
  ['en', 'no fault to simulate is called zéro, un; there are: token-refused, '],
])('an unknown name is refused in %s with the names that there are, and nothing is left', (lang, words) => {
  const { runs, reprise } = scene();
  const args = ['run', 'plan.md', '-t', 'sandbox', '--answers', 'reponses.yaml', '--lang', lang];
  const { code, err } = reprise(...args, '--fault', 'zéro,dns-slow,un');
  expect([code, runs()]).toEqual([2, []]);
  expect(err).toContain(words);
});

test('a target that is not the sandbox has no fault to simulate', () => {
  const { runs, reprise } = scene();
  const words = ['run', 'plan.md', '-t', 'recette', '--answers', 'reponses.yaml', '--fault', 'dns-slow'];
  const { code, err } = reprise(...words);
  expect([code, runs()]).toEqual([2, []]);
  expect(err).toContain('la cible `recette` n’est pas le bac à sable');
});

test('`plan` simulates faults only where it asks the probes', () => {
  const { reprise } = scene();
  expect(reprise('plan', 'plan.md', '-t', 'sandbox', '--fault', 'dns-slow')).toMatchObject({ code: 2 });
});

test('`sandbox --faults` says what each fault does, in both languages, and starts nothing', () => {
  const { reprise } = scene();
  const [french, english] = [reprise('sandbox', '--faults'), reprise('sandbox', '--faults', '--lang', 'en')];
  expect([french.code, english.code]).toEqual([0, 0]);
  expect(french.out).toMatch(/^ {2}dns-slow +le résolveur public a huit secondes de retard$/m);
  expect(english.out).toMatch(/^ {2}dns-slow +the public resolver is eight seconds late$/m);
  expect(french.out.split('\n').length).toBe(english.out.split('\n').length);
  expect(reprise('sandbox', '--help').out).toContain('--faults');
});
