import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Entry, Event, EventOf, OutputSummary, Person } from '../../runner/journal/event.ts';

/** The small runbook of these tests. */
export const PLAN = readFileSync(new URL('./plan.md', import.meta.url), 'utf8');

const ALICE: Person = { id: 'alice', role: 'directeur' };
const BRUNO: Person = { id: 'bruno', role: 'pilote' };
const SHA = 'a'.repeat(64);

/** Numbers, dates and chains events; each stands `after` seconds behind the one before. */
export function journalOf(start: string, events: readonly (readonly [number, Event])[]): Entry[] {
  let at = Date.parse(start);
  let prev = '0'.repeat(64);
  return events.map(([after, event], seq) => {
    at += after * 1000;
    const entry: Entry = { ...event, seq, prev, at: new Date(at).toISOString() };
    prev = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
    return entry;
  });
}

/** The first event of a drill of the small runbook. */
export function opening(changes: Partial<EventOf<'run-opened'>> = {}): EventOf<'run-opened'> {
  return {
    type: 'run-opened',
    format: 1,
    run: '2026-03-04-essai',
    title: 'Plan de reprise d’essai',
    lang: 'fr',
    files: [
      { path: 'plan.md', role: 'runbook', bytes: 2900, sha256: SHA },
      { path: 'package-lock.json', role: 'lock', bytes: 120_345, sha256: 'b'.repeat(64) },
    ],
    digest: 'c'.repeat(64),
    runner: '0.1.0',
    node: 'v22.12.0',
    platform: 'linux x64',
    target: 'sandbox',
    mode: 'drill',
    embedded: true,
    dry: false,
    inputs: { 'restaurer-base': 'oui', 'restaurer-redis': 'non', environnements: ['siap', 'hors-siap'] },
    operator: BRUNO,
    voice: 'typed',
    t0: '2026-03-04T02:31:00.000Z',
    signer: { principal: 'bruno', publicKey: 'ssh-ed25519 AAAA', ephemeral: true },
    commit: { id: 'd'.repeat(40), dirty: true },
    selection: {},
    ...changes,
  };
}

/** What an output came to. */
export function summary(lines: number, bytes: number, file?: string): OutputSummary {
  return {
    lines,
    bytes,
    sha256: createHash('sha256').update(`${lines}`).digest('hex'),
    ...(file && { file }),
  };
}

const NOTHING = summary(0, 0);
const FINGERPRINT = {
  resource: 'base',
  kind: 'postgres',
  name: 'apilos_restore',
  facts: { version: '15.8', taille: 8192 },
  empty: false,
  marker: '2026-03-04-essai',
} as const;

function section(slug: string, title: string, depth: number, item?: string): Event {
  return { type: 'section-entered', slug, title, depth, ...(item === undefined ? {} : { item }) };
}

function intend(step: string, attempt = 1, more: Partial<EventOf<'step-intended'>> = {}): Event {
  return { type: 'step-intended', step, attempt, code: 'e'.repeat(64), ...more };
}

function print(step: string, attempt: number, text: string, stream: 'stdout' | 'stderr' = 'stdout'): Event {
  return { type: 'output-written', step, attempt, stream, text };
}

function pass(step: string, duration: number, more: Partial<EventOf<'step-finished'>> = {}): Event {
  return {
    type: 'step-finished',
    step,
    attempt: 1,
    outcome: 'passed',
    exports: {},
    output: NOTHING,
    duration,
    ...more,
  };
}

const LONG = Array.from({ length: 300 }, (_, index) => `ligne ${index + 1} restaurée\n`).join('');

/** A drill in which everything happens at least once. */
export const EVENTS: readonly (readonly [number, Event])[] = [
  [0, opening()],
  [1, section('plan-de-reprise-dessai', 'Plan de reprise d’essai', 1)],
  [0, section('préparer', 'Préparer', 2)],
  [1, { type: 'clock-marked', mark: 'start', id: 'clock-start' }],
  [12, intend('archive-base', 1, { by: BRUNO })],
  [0, { type: 'step-started', step: 'archive-base', attempt: 1, pid: 4242 }],
  [1, print('archive-base', 1, 'téléchargement… \u001b[32mok\u001b[0m\n')],
  [
    1,
    {
      type: 'fact-recorded',
      step: 'archive-base',
      attempt: 1,
      fact: {
        kind: 'requests-retried',
        resource: 'plateforme',
        refusal: '429',
        requests: 3,
        waited: 47_000,
      },
    },
  ],
  [
    0,
    {
      type: 'fact-recorded',
      step: 'archive-base',
      attempt: 1,
      fact: { kind: 'backup-rejected', resource: 'base', id: '20260304000000', reason: 'archive tronquée' },
    },
  ],
  [
    1,
    {
      type: 'fact-recorded',
      step: 'archive-base',
      attempt: 1,
      fact: {
        kind: 'backup-used',
        resource: 'base',
        id: '20260303020000',
        takenAt: '2026-03-03T01:00:12.000Z',
        bytes: 48_231_112,
        sha256: 'f'.repeat(64),
        checks: ['sha256', 'pg_restore --file /dev/null'],
      },
    },
  ],
  [
    30,
    pass('archive-base', 33_120, {
      output: summary(1, 21),
      exports: { dump: { value: '/tmp/archive.pgsql' }, lignes: { value: 18240 } },
    }),
  ],
  [1, { type: 'manual-presented', step: 'inviter', role: 'directeur' }],
  [95, { type: 'item-confirmed', step: 'inviter', item: 0, by: ALICE, voice: 'typed' }],
  [
    40,
    {
      type: 'item-confirmed',
      step: 'inviter',
      item: 1,
      by: { ...BRUNO, declaredFor: 'alice' },
      voice: 'typed',
    },
  ],
  [
    5,
    {
      type: 'evidence-attached',
      step: 'inviter',
      name: 'capture écran (1).png',
      file: 'evidence/capture écran (1).png',
      bytes: 34_567,
      sha256: '1'.repeat(64),
      media: 'image/png',
      by: BRUNO,
    },
  ],
  [
    10,
    {
      type: 'step-confirmed',
      step: 'inviter',
      by: ALICE,
      voice: 'typed',
      remark: 'Deux invitations sur trois étaient *déjà* acceptées.\nLa troisième a été renvoyée.',
    },
  ],
  [0, section('restaurer-la-base', 'Restaurer la base', 2)],
  [20, intend('base-restauree', 1, { by: BRUNO, fingerprint: FINGERPRINT, typedName: 'apilos_restore' })],
  [0, { type: 'step-started', step: 'base-restauree', attempt: 1, pid: 4250 }],
  [3, print('base-restauree', 1, 'pg_restore: error: could not execute query\n', 'stderr')],
  [
    4,
    pass('base-restauree', 7_020, {
      outcome: 'failed',
      reason: {
        code: 'error',
        message: 'extension "pg_stat_statements" is not available',
        stack: 'Error: extension\n    at plan.md:101:1',
      },
      output: summary(1, 43),
    }),
  ],
  [25, { type: 'retry-asked', step: 'base-restauree', by: BRUNO }],
  [1, intend('base-restauree', 2, { by: BRUNO, fingerprint: FINGERPRINT, typedName: 'apilos_restore' })],
  [0, { type: 'step-started', step: 'base-restauree', attempt: 2, pid: 4260 }],
  [60, print('base-restauree', 2, LONG)],
  [1800, { type: 'run-resumed', operator: BRUNO, voice: 'typed', host: 'secours-2', runner: '0.1.0' }],
  [0, { type: 'journal-recovered', bytes: 118, sha256: '2'.repeat(64) }],
  [
    0,
    {
      type: 'step-doubted',
      step: 'base-restauree',
      attempt: 2,
      reason: { code: 'crashed' },
      output: summary(48_000, 1_203_334, 'output/base-restauree-2.txt'),
    },
  ],
  [2, intend('base-complete')],
  [0, { type: 'step-started', step: 'base-complete', attempt: 1, pid: 4300 }],
  [
    8,
    pass('base-complete', 8_040, {
      polls: { count: 2, first: 'faux', last: 'vrai' },
      output: summary(1, 2),
    }),
  ],
  [
    0,
    {
      type: 'doubt-settled',
      step: 'base-restauree',
      as: 'done',
      by: { check: 'base-complete' },
      reason: '',
      exports: { tables: { value: 42 } },
    },
  ],
  [
    2,
    {
      type: 'note-added',
      step: 'base-restauree',
      text: 'Le serveur a redémarré pendant la restauration.',
      by: BRUNO,
    },
  ],
  [3, { type: 'note-added', text: 'Poste de secours utilisé.', by: { id: 'chloe', role: 'observateur' } }],
  [3, { type: 'note-added', text: 'Il s’agissait du poste secours-2.', by: { id: 'chloe' }, corrects: 32 }],
  [15, intend('lecture-seule', 1, { by: BRUNO, fingerprint: { ...FINGERPRINT, empty: true } })],
  [0, { type: 'step-started', step: 'lecture-seule', attempt: 1, pid: 4310 }],
  [
    1,
    {
      type: 'fact-recorded',
      step: 'lecture-seule',
      attempt: 1,
      fact: { kind: 'access-granted', resource: 'base', who: 'lecture_seule' },
    },
  ],
  [
    0,
    {
      type: 'fact-recorded',
      step: 'lecture-seule',
      attempt: 1,
      fact: { kind: 'data-loaded', resource: 'base', what: '18 240 conventions', personal: true },
    },
  ],
  [
    0,
    {
      type: 'fact-recorded',
      step: 'lecture-seule',
      attempt: 1,
      fact: {
        kind: 'verification',
        title: 'Nombre de conventions',
        expected: '18 240',
        found: '18 240',
        ok: true,
      },
    },
  ],
  [
    0,
    {
      type: 'fact-recorded',
      step: 'lecture-seule',
      attempt: 1,
      fact: {
        kind: 'verification',
        title: 'Objets du stockage',
        expected: '1 200 objets',
        found: '1 199 objets, dont « reçu (1).pdf » absent',
        ok: false,
      },
    },
  ],
  [
    0,
    {
      type: 'fact-recorded',
      step: 'lecture-seule',
      attempt: 1,
      fact: { kind: 'finding', severity: 'major', text: 'Un fichier manque : « reçu (1).pdf »' },
    },
  ],
  [
    0,
    {
      type: 'fact-recorded',
      step: 'lecture-seule',
      attempt: 1,
      fact: { kind: 'data-erased', resource: 'base', what: 'base de l’exercice' },
    },
  ],
  [2, pass('lecture-seule', 3_300, { exports: { motDePasse: { secret: true } } })],
  [0, { type: 'step-skipped', step: 'redis', cause: 'condition', reason: 'restaurer-redis = non' }],
  [0, section('remettre-en-service', 'Remettre en service', 2)],
  [30, { type: 'run-paused', by: BRUNO, cause: 'asked' }],
  [3600, { type: 'run-resumed', operator: ALICE, voice: 'scripted', host: 'secours-2', runner: '0.1.0' }],
  [
    1,
    {
      type: 'change-accepted',
      by: ALICE,
      files: [{ path: 'plan.md', role: 'runbook', bytes: 2950, sha256: '3'.repeat(64) }],
      digest: '4'.repeat(64),
      diff: '--- plan.md\n+++ plan.md\n-faute\n+correction\n',
    },
  ],
  [0, section('déployer', 'Déployer', 3, 'siap')],
  [10, intend('deployer[siap]')],
  [0, { type: 'step-started', step: 'deployer[siap]', attempt: 1, pid: 4400 }],
  [1, print('deployer[siap]', 1, 'déploiement de siap\n')],
  [65, pass('deployer[siap]', 66_000, { output: summary(1, 21) })],
  [0, section('déployer', 'Déployer', 3, 'hors-siap')],
  [0, intend('deployer[hors-siap]')],
  [0, { type: 'step-started', step: 'deployer[hors-siap]', attempt: 1, pid: 4410 }],
  [
    600,
    {
      type: 'step-doubted',
      step: 'deployer[hors-siap]',
      attempt: 1,
      reason: { code: 'timeout', after: 600_000 },
      output: NOTHING,
    },
  ],
  [
    40,
    {
      type: 'doubt-settled',
      step: 'deployer[hors-siap]',
      as: 'not-done',
      by: ALICE,
      reason: 'le tableau de bord ne montre rien',
      exports: {},
    },
  ],
  [
    200,
    {
      type: 'step-done-by-hand',
      step: 'deployer[hors-siap]',
      by: ALICE,
      voice: 'typed',
      reason: 'déployé depuis le tableau de bord',
      exports: {},
    },
  ],
  [0, section('ouvrir', 'Ouvrir', 3)],
  [0, { type: 'clock-marked', mark: 'stop', id: 'clock-stop' }],
  [2, { type: 'manual-presented', step: 'annoncer', role: 'pilote' }],
  [
    30,
    {
      type: 'step-skipped',
      step: 'annoncer',
      cause: 'operator',
      reason: 'exercice : rien à annoncer',
      by: ALICE,
    },
  ],
  [1, { type: 'run-closed', outcome: 'passed-with-reservations', by: ALICE }],
];

/** The journal of that drill. */
export const ENTRIES = journalOf('2026-03-04T02:45:10.120Z', EVENTS);
