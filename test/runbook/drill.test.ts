import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Entry, Fact } from '../../runner/journal/event.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const reprise = join(root, 'dist/reprise.cjs');

let folder = '';
let bundle = '';
let drill: ReturnType<typeof run>;
let events: readonly Entry[] = [];

/** The command line, without a terminal, its temporary files in the test's own folder. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [reprise, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder, SANDBOX_SCALINGO_PACE: '1000' },
    input: '',
    maxBuffer: 1 << 26,
  });
  return { status, stdout, stderr };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'reprise-drill-'));
  const runs = join(folder, 'runs');
  const target = ['--target', 'sandbox', '--undo', '--runs', runs];
  drill = run('run', 'runbook/plan-de-reprise.md', ...target);
  bundle = join(runs, readdirSync(runs)[0] ?? '');
  const lines = readFileSync(join(bundle, 'journal.jsonl'), 'utf8').trimEnd().split('\n');
  events = lines.map(line => JSON.parse(line));
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How each step ended, by its id. */
function endings(): Record<string, string> {
  const ends: Record<string, string> = {};
  for (const event of events) {
    if (event.type === 'step-finished') ends[event.step] = event.outcome;
    if (event.type === 'step-skipped') ends[event.step] = event.reason;
    if (event.type === 'step-confirmed') ends[event.step] = 'confirmed';
  }
  return ends;
}

function facts<K extends Fact['kind']>(kind: K): Extract<Fact, { kind: K }>[] {
  return events.flatMap(event =>
    event.type === 'fact-recorded' && isKind(event.fact, kind) ? [event.fact] : [],
  );
}

function isKind<K extends Fact['kind']>(fact: Fact, kind: K): fact is Extract<Fact, { kind: K }> {
  return fact.kind === kind;
}

/** What is done once for each application, in the order of the document. */
function each(prefixes: readonly string[], item: string): Record<string, string> {
  return Object.fromEntries(prefixes.map(name => [`${name}[${item}]`, 'passed']));
}

const made = ['creer-application', 'inviter-collaborateurs', 'collaborateurs-presents', 'proprietaire'];
const served = [
  ...['base-partagee', 'variables', 'deployer', 'mettre-a-l-echelle', 'domaine', 'dns', 'dns-visible'],
  ...['certificat', 'forcer-https', 'https-force', 'allowed-hosts', 'redemarrer', 'service-rendu'],
];
const redis = ['creer-redis', 'redis-repond'];
const removed = ['dns-retire', 'application-supprimee'];
const one = [
  ...[
    'outillage',
    'reponses',
    'telecharger-base',
    'archive-base',
    'lignes-attendues',
    'telecharger-fichiers',
  ],
  ...['archive-fichiers', 'cle-ssh', 'creer-postgresql', 'base-identifiee', 'extensions', 'base-restauree'],
  ...['base-lignes', 'base-peuplee', 'statistiques', 'bucket-cree', 'bucket-prive', 'objets-restaures'],
  ...['objets-compares', 'coherence', 'lecture-seule', 'lecture-seule-prouvee', 'code', 'siap-branche'],
  ...['copies-effacees', 'bucket-supprime', 'cle-ssh-retiree', 'archives-oubliees'],
  'rien-ne-reste',
];

test('a drill of the whole plan ends green on both applications, without a person', () => {
  expect([drill.status, drill.stderr]).toEqual([0, expect.stringContaining('dossier scellé')]);
  expect(endings()).toEqual({
    ...Object.fromEntries(one.map(name => [name, 'passed'])),
    ...each([...made, ...served, ...redis, ...removed], 'siap'),
    ...each([...made, ...served, ...redis, ...removed], 'autonome'),
    ...Object.fromEntries(
      ['activer', 'cle-s3', 'siap-cerbere', 'recette', 'demonter', 'observations', 'retex'].map(name => [
        name,
        'confirmed',
      ]),
    ),
    ...Object.fromEntries(
      ['invitations-acceptees', 'transferer-propriete'].flatMap(name =>
        ['siap', 'autonome'].map(item => [`${name}[${item}]`, 'confirmed']),
      ),
    ),
    'perte-acceptee': 'sauvegarde-ancienne=refusee (≠ acceptee)',
    'telecharger-base-github': 'source-base=scalingo (≠ artefact)',
    'degeler-fichiers': 'source-fichiers=artefact (≠ glacier)',
    'degel-attendu': 'source-fichiers=artefact (≠ glacier)',
    'copier-glacier': 'source-fichiers=artefact (≠ glacier)',
    'glacier-compare': 'source-fichiers=artefact (≠ glacier)',
    'dns-demande[siap]': 'zone-dns=alwaysdata (≠ autre-equipe)',
    'dns-demande[autonome]': 'zone-dns=alwaysdata (≠ autre-equipe)',
    'arreter-applications': 'recreer-application=oui (≠ non)',
    'stockage-branche': 'recreer-application=oui (≠ non)',
    'applications-relancees': 'arreter-applications = ∅',
  });
});

test('the triage answers what nobody answered', () => {
  const answers = events.flatMap(event =>
    event.type === 'input-probed' ? [[event.input, event.answer, event.used]] : [],
  );
  expect(Object.fromEntries(answers.map(([input, ...rest]) => [input, rest]))).toEqual({
    'recreer-application': ['oui', true],
    'restaurer-base': ['oui', true],
    'restaurer-fichiers': ['oui', true],
    'source-base': ['scalingo', true],
    'source-fichiers': ['artefact', true],
  });
});

test('each backup that was refused is told with its reason, and the newest intact one is used', () => {
  const refused = facts('backup-rejected').map(({ id, reason }) => `${id}: ${reason}`);
  expect(refused).toEqual([
    expect.stringMatching(/_pending: sauvegarde inachevée \(pending\)$/),
    expect.stringMatching(/_failed: sauvegarde inachevée \(error\)$/),
    expect.stringMatching(/^\d{14}_.*\.tar\.gz: .*end of file/),
  ]);
  const used = facts('backup-used').map(({ resource, checks }) => [resource, checks.at(-1)]);
  expect(used).toEqual([
    ['base', 'pg_restore --file=/dev/null: 0'],
    ['fichiers', 'tar: 305'],
  ]);
});

test('every verification holds but the coherence, which is counted as a finding', () => {
  const failed = facts('verification').filter(fact => !fact.ok);
  expect(failed.map(fact => fact.title)).toEqual([expect.stringContaining('nommés par la base')]);
  expect(facts('verification').filter(fact => fact.title.startsWith('Service rendu'))).toEqual(
    ['siap', 'autonome'].map(name => ({
      kind: 'verification',
      title: `Service rendu : https://${name}.apilos.exercice.example/`,
      expected: expect.stringMatching(/^200, \d+ conventions, aller-retour$/),
      found: expect.stringMatching(/^200 en /),
      ok: true,
    })),
  );
  expect(facts('finding').map(fact => fact.severity)).toEqual(['minor', 'major', 'minor']);
});

const measured = z.object({
  figures: z.object({
    dmia: z.number(),
    recovery: z.object({ total: z.number() }),
    recoveryJudgement: z.string(),
    dataLoss: z.array(
      z.object({ resource: z.string(), loss: z.number(), objective: z.number(), judgement: z.string() }),
    ),
  }),
});

test('how long the recovery took and how much was lost are measured against their objectives', () => {
  const { figures } = measured.parse(JSON.parse(readFileSync(join(bundle, 'transcript.json'), 'utf8')));
  const opened = events.find(event => event.type === 'run-opened');
  const stopped = events.find(event => event.type === 'clock-marked' && event.mark === 'stop');
  const t0 = Date.parse(opened?.t0 ?? '');
  expect(figures.dmia).toBe(240);
  expect(figures.recovery.total).toBe(Date.parse(stopped?.at ?? '') - t0);
  expect(figures.recoveryJudgement).toBe('met');
  const losses = facts('backup-used').map(({ resource, takenAt }) => ({
    resource,
    loss: t0 - Date.parse(takenAt),
  }));
  expect(figures.dataLoss.map(({ resource, loss }) => ({ resource, loss }))).toEqual(losses);
  expect(
    figures.dataLoss.map(
      ({ loss, objective, judgement }) => judgement === 'met' || loss > objective * 60_000,
    ),
  ).toEqual([true, true]);
});

test('the teardown is proven, and what was loaded is told to be erased', () => {
  expect(facts('verification').at(-1)).toEqual({
    kind: 'verification',
    title: 'Rien ne reste de l’exercice : applications, noms, bucket, clé SSH, fichiers',
    expected: 'rien',
    found: 'rien',
    ok: true,
  });
  const erased = new Set(facts('data-erased').map(fact => fact.resource));
  expect(erased).toEqual(new Set(['archives', 'zone', 'fichiers', 'plateforme', 'base']));
  expect(
    facts('data-loaded')
      .map(fact => fact.resource)
      .sort(),
  ).toEqual(['base', 'fichiers']);
  expect(
    existsSync(join(folder, 'reprise-sandbox', events[0]?.type === 'run-opened' ? events[0].run : '')),
  ).toBe(false);
});

test('the bundle verifies, and holds no address with a password and no name of a restored file', () => {
  expect(run('verify', bundle).status).toBe(7);
  const record = ['journal.jsonl', 'transcript.json']
    .map(name => readFileSync(join(bundle, name), 'utf8'))
    .join('');
  expect(record).not.toMatch(/(postgres(ql)?|redis):\/\/[^\s/"@]*:[^\s/"@«]+@/);
  expect(record).not.toMatch(/tk-us-\w{8}/);
  expect(record).not.toMatch(/conventions\/[^\s"]*\.pdf/);
});
