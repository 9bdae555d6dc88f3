import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { programme } from './scene.ts';

const root = resolve(import.meta.dirname, '..', '..');

function reprise(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [programme, ...args], {
    cwd: folder,
    encoding: 'utf8',
    // Scalingo's 60 requests a minute would be most of the time.
    env: { ...process.env, SANDBOX_SCALINGO_PACE: '1000' },
  });
  return { code: status, out: stdout, err: stderr };
}

function forget(runs: string): void {
  for (const run of readdirSync(runs))
    rmSync(join(tmpdir(), 'reprise-sandbox', run), { recursive: true, force: true });
  rmSync(runs, { recursive: true, force: true });
}

describe('the drill of APiLos', () => {
  const runs = mkdtempSync(join(tmpdir(), 'reprise-drill-'));
  let ended: ReturnType<typeof reprise>;
  let bundle = '';

  beforeAll(() => {
    ended = reprise(root, 'run', 'runbook/plan-de-reprise.md', '--target', 'sandbox', '--runs', runs);
    bundle = join(runs, readdirSync(runs)[0] ?? '');
  }, 300_000);
  afterAll(() => forget(runs));

  test('runs from the first line to the sealed bundle, and says where the transcript is', () => {
    expect([ended.code, ended.err]).toEqual([0, expect.stringContaining(`procès-verbal : `)]);
    expect(ended.err).toContain('transcript.html');
    expect(readdirSync(bundle).sort()).toEqual([
      'allowed_signers',
      'evidence',
      'journal.jsonl',
      'lock',
      'outputs',
      'seals',
      'source',
      'statement.json',
      'transcript.html',
      'transcript.json',
      'transcript.md',
      'verify.sh',
    ]);
  });

  test('says that its answers were scripted and that its key proves nothing', () => {
    const html = readFileSync(join(bundle, 'transcript.html'), 'utf8').replaceAll('\u00a0', ' ');
    for (const words of ['réponses scriptées', 'heures déclarées', 'signature non probante', 'EXERCICE']) {
      expect(html).toContain(words);
    }
  });

  test('records the rejected backup, the one that was used, and what is missing', () => {
    const journal = readFileSync(join(bundle, 'journal.jsonl'), 'utf8').trim().split('\n');
    const facts = journal
      .map(line => JSON.parse(line))
      .flatMap(entry => (entry.type === 'fact-recorded' ? [entry.fact] : []));
    const kinds = facts.map(fact => `${fact.kind} ${fact.resource ?? fact.severity ?? fact.ok}`);
    expect(kinds).toEqual(
      expect.arrayContaining([
        'backup-rejected base',
        'backup-used base',
        'backup-used fichiers',
        'verification true',
        'finding major',
      ]),
    );
    expect(JSON.parse(journal.at(-1) ?? '')).toMatchObject({
      type: 'run-closed',
      outcome: 'passed-with-reservations',
    });
  });

  test('is intact and not probative, for us and for the script that lies in it', () => {
    expect(reprise(root, 'verify', bundle)).toMatchObject({
      code: 7,
      out: expect.stringContaining('NON PROBANT'),
    });
    expect(spawnSync('sh', [join(bundle, 'verify.sh')]).status).toBe(7);
  });
});

describe('a cell that destroys', () => {
  const plan = `---
title: Remplacer la base
lang: fr
resources:
  base: { kind: postgres, label: Base }
roles:
  operateur: { label: Opérateur, holders: [camille] }
targets:
  sandbox: { mode: drill, label: Bac à sable, embedded: true }
---

# Remplacer la base

:::cell{#remplir on=base}

Quelqu'un d'autre a rempli la base.

\`\`\`sql
create table precieux (id integer)
\`\`\`

:::

:::cell{#vider on=base effect=destroy}

Vider la base.

\`\`\`sql
drop table precieux
\`\`\`

:::
`;

  function play(answers: string, document = plan) {
    const folder = mkdtempSync(join(tmpdir(), 'reprise-destroy-'));
    onTestFinished(() => {
      if (readdirSync(folder).includes('runs')) forget(join(folder, 'runs'));
      rmSync(folder, { recursive: true, force: true });
    });
    writeFileSync(join(folder, 'plan.md'), document);
    writeFileSync(join(folder, 'reponses.yaml'), `operator: camille\nsteps:\n  vider: ${answers}\n`);
    const ended = reprise(folder, 'run', 'plan.md', '--answers', 'reponses.yaml');
    const [run] = readdirSync(folder).includes('runs') ? readdirSync(join(folder, 'runs')) : [];
    const journal = run === undefined ? '' : readFileSync(join(folder, 'runs', run, 'journal.jsonl'), 'utf8');
    const entries = journal
      .split('\n')
      .filter(Boolean)
      .map(line => JSON.parse(line));
    return { ...ended, entries, last: entries.filter(entry => entry.step === 'vider') };
  }

  test('asks for the name that the server reports, shows it and journals it', () => {
    const { code, last } = play('{ run: true, name: apilos }');
    expect(code).toBe(0);
    expect(last[0]).toMatchObject({
      type: 'step-intended',
      typedName: 'apilos',
      fingerprint: { name: 'apilos', empty: false, facts: { version: '15.18' } },
    });
    expect(last.at(-1)).toMatchObject({ type: 'step-finished', outcome: 'passed' });
  });

  test('runs nothing when the name is wrong', () => {
    const { code, last } = play('{ run: true, name: autre }');
    expect([code, last.map(entry => entry.type)]).toEqual([1, ['step-intended', 'step-finished']]);
    expect(last[1].reason).toEqual({
      code: 'refused',
      fault: 'wrong-name',
      params: { resource: 'base', expected: 'apilos', typed: 'autre' },
    });
  });

  test('waits when nobody lets it run', () => {
    const { code, last } = play('{}');
    expect([code, last]).toEqual([3, []]);
  });

  test('is refused before anything starts when a drill names what is protected', () => {
    const guarded = plan.replace('embedded: true }', "embedded: true, protected: ['apilos'] }");
    const { code, err, entries } = play('{ run: true, name: apilos }', guarded);
    expect([code, entries]).toEqual([2, []]);
    expect(err).toContain('protected-name');
  });
});
