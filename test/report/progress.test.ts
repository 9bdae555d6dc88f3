import { describe, expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { planRunbook } from '../../runner/plan/plan-runbook.ts';
import { progressPrinter } from '../../runner/report/progress.ts';
import { printStatus, type Watch } from '../../runner/report/status.ts';
import { apply, emptySession } from '../../runner/session/apply.ts';
import { ENTRIES, EVENTS, journalOf, opening, PLAN } from '../transcript/scenario.ts';

function planOf() {
  const { runbook } = readRunbook(PLAN, 'plan.md');
  if (runbook === undefined) throw new Error('the plan of the tests is broken');
  return planRunbook(runbook, { target: 'sandbox', inputs: {} });
}

describe('progressPrinter', () => {
  test('shows what starts, passes and fails, with the time left', () => {
    const print = progressPrinter(planOf(), 'en');
    const text = ENTRIES.filter(entry => entry.type !== 'output-written')
      .map(print)
      .join('')
      .replaceAll('\u00a0', ' ');
    expect(text).toMatchInlineSnapshot(`
      "03:45:10 run 2026-03-04-essai opened · DRILL · target sandbox · 3 h 45 min left of the RTO
      03:45:11 # Plan de reprise d’essai
      03:45:11 ## Préparer
      03:45:12 ◷ start of the measure · 3 h 45 min left of the RTO
      03:45:24 ▶ archive-base — Télécharger la dernière archive de la base, et vérifier qu’elle se lit en entier · 3 h 45 min left of the RTO
      03:45:26   • Slowed down by plateforme: refused 3× (429), made again after waiting 47 s
      03:45:26   • Backup rejected for base: 20260304000000 — archive tronquée
      03:45:27   • Backup used for base: 20260303020000, image of 3 March 2026 at 02:00:12 (UTC+1), 48.2 MB, sha256 ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
      03:45:57 ✔ archive-base passed · 33 s · 3 h 45 min left of the RTO
      03:45:58 ☐ inviter — Inviter les collaborateurs sur l’application · to be done by Directrice de crise · 3 h 45 min left of the RTO
      03:48:18   + evidence attached: capture écran (1).png
      03:48:28 ✔ inviter confirmed · alice (Directrice de crise)
      03:48:28 ## Restaurer la base
      03:48:48 ▶ base-restauree — Restaurer l’archive avec pg_restore · 3 h 42 min left of the RTO
      03:48:55 ✘ base-restauree failed · error: extension "pg_stat_statements" is not available (plan.md:101:1) · 7 s · 3 h 42 min left of the RTO
      03:49:21 ▶ base-restauree — Restaurer l’archive avec pg_restore · attempt 2 · 3 h 41 min left of the RTO
      04:20:21 ▶ run resumed by bruno (Pilote) · 3 h 10 min left of the RTO
      04:20:21 a torn line of the journal was set aside (118 bytes)
      04:20:21 ? base-restauree in doubt · outcome unknown: the run process died during the step
      04:20:23 ▶ base-complete · 3 h 10 min left of the RTO
      04:20:31 ✔ base-complete passed · 8 s · 3 h 10 min left of the RTO
      04:20:31   Doubt settled: done, by the check base-complete
      04:20:33   ✎ Le serveur a redémarré pendant la restauration.
      04:20:36   ✎ Poste de secours utilisé.
      04:20:39   ✎ Il s’agissait du poste secours-2.
      04:20:54 ▶ lecture-seule — Créer un utilisateur en lecture seule · 3 h 10 min left of the RTO
      04:20:55   • Access granted to base: lecture_seule
      04:20:55   • Data loaded into base: 18 240 conventions (personal data)
      04:20:55   • Verification conclusive: Nombre de conventions; expected: 18 240; found: 18 240
      04:20:55   • Verification not conclusive: Objets du stockage; expected: 1 200 objets; found: 1 199 objets, dont « reçu (1).pdf » absent
      04:20:55   • major finding: Un fichier manque : « reçu (1).pdf »
      04:20:55   • Data erased from base: base de l’exercice
      04:20:57 ✔ lecture-seule passed · 3.3 s · 3 h 10 min left of the RTO
      04:20:57 ↷ redis skipped · restaurer-redis = non
      04:20:57 ## Remettre en service
      04:21:27 ⏸ paused (asked by the operator)
      05:21:27 ▶ run resumed by alice (Directrice de crise), scripted answer · 2 h 9 min left of the RTO
      05:21:28 change accepted by alice (Directrice de crise)
      05:21:28 ### Déployer [siap]
      05:21:38 ▶ deployer[siap] — Déployer l’application · 2 h 9 min left of the RTO
      05:22:44 ✔ deployer[siap] passed · 1 min 6 s · 2 h 8 min left of the RTO
      05:22:44 ### Déployer [hors-siap]
      05:22:44 ▶ deployer[hors-siap] — Déployer l’application · 2 h 8 min left of the RTO
      05:32:44 ? deployer[hors-siap] in doubt · outcome unknown: timed out (10 min)
      05:33:24   Doubt settled: not done, by alice (Directrice de crise) (le tableau de bord ne montre rien)
      05:36:44 ✍ deployer[hors-siap] done by hand · alice (Directrice de crise) · déployé depuis le tableau de bord
      05:36:44 ### Ouvrir
      05:36:44 ◷ end of the measure · 1 h 54 min left of the RTO
      05:36:46 ☐ annoncer · to be done by Pilote · 1 h 54 min left of the RTO
      05:37:16 ↷ annoncer skipped · exercice : rien à annoncer
      05:37:17 run closed: passed with reservations · alice (Directrice de crise)
      "
    `);
  });

  test('says by how much the clock of the machine is off that of an authority', () => {
    const at = '2026-03-04T04:00:00.000Z';
    const stamped = (stampedAt: string) =>
      progressPrinter(
        planOf(),
        'fr',
      )({
        type: 'time-stamped',
        mark: 'start',
        head: '0'.repeat(64),
        file: 'timestamps/a.tsr',
        bytes: 1,
        sha256: '0'.repeat(64),
        authority: 'https://tsa.example/',
        policy: '1.2.3',
        stampedAt,
        seq: 1,
        prev: '0'.repeat(64),
        at,
      }).replaceAll('\u00a0', ' ');
    expect([stamped('2026-03-04T03:59:30.000Z'), stamped('2026-03-04T03:00:00.000Z')]).toMatchInlineSnapshot(`
      [
        "05:00:00   ◷ horodaté (ouverture) : 4 mars 2026 à 04:59:30 (UTC+1) selon https://tsa.example/, politique 1.2.3
      ",
        "05:00:00   ◷ horodaté (ouverture) : 4 mars 2026 à 04:00:00 (UTC+1) selon https://tsa.example/, politique 1.2.3 — l’horloge de cette machine en diffère de 3600 s : les autres heures sont les siennes
      ",
      ]
    `);
  });

  test('keeps output behind a bar, also across chunks', () => {
    const print = progressPrinter(planOf(), 'en');
    const output = (text: string) =>
      ({ type: 'output-written', step: 'archive-base', attempt: 1, stream: 'stdout', text }) as const;
    const entries = journalOf('2026-03-04T02:45:10.120Z', [
      [0, opening()],
      [0, output('a\nb')],
      [0, output('c\n03:45:10 ✔ forged\n')],
      [0, output('\u001b[2Jd')],
      [0, { type: 'note-added', text: 'x', by: { id: 'bruno' } }],
    ]);
    expect(entries.slice(1).map(print).join('')).toBe(
      '  │ a\n  │ bc\n  │ 03:45:10 ✔ forged\n  │ ␛[2Jd\n03:45:10   ✎ x\n',
    );
  });
});

describe('output of steps that run side by side', () => {
  const intent = (step: string): Event => ({ type: 'step-intended', step, attempt: 1, code: '0'.repeat(64) });
  const output = (step: string, text: string): Event => ({
    type: 'output-written',
    step,
    attempt: 1,
    stream: 'stdout',
    text,
  });

  const end = (step: string): Event => ({
    type: 'step-finished',
    step,
    attempt: 1,
    outcome: 'passed',
    duration: 1,
    exports: {},
    output: { bytes: 0, lines: 0, sha256: '0'.repeat(64) },
  });

  function outputOf(...events: readonly Event[]): readonly string[] {
    const entries = journalOf(
      '2026-03-04T02:45:10.000Z',
      [opening(), ...events].map(event => [1, event] as const),
    );
    const text = entries.map(progressPrinter(planOf(), 'fr')).join('');
    return text.split('\n').filter(line => line.includes('│'));
  }

  test('names its step on each line, and never shares a line', () => {
    const events = [intent('a'), intent('b'), output('a', 'un\nde'), output('b', 'x\n'), output('a', 'ux\n')];
    expect(outputOf(...events)).toEqual(['  a │ un', '  a │ de', '  b │ x', '  a │ ux']);
  });

  test('names its step to its end, when the others have ended', () => {
    const together = [intent('a'), intent('b'), end('b'), output('a', 'x\n')];
    expect(outputOf(...together, end('a'), intent('c'), output('c', 'y\n'))).toEqual(['  a │ x', '  │ y']);
  });
});

describe('printStatus', () => {
  function statusAfter(count: number, watch: Watch = {}): string {
    const plan = planOf();
    const entries = journalOf('2026-03-04T02:45:10.120Z', EVENTS.slice(0, count));
    const session = entries.reduce(apply, emptySession(plan));
    return printStatus(session, entries, 'fr', watch).replaceAll('\u00a0', ' ');
  }
  const pausedAt = EVENTS.findIndex(([, event]) => event.type === 'run-paused');

  test('says where a paused run stands, and how to go on', () => {
    expect(statusAfter(pausedAt + 1, { now: '2026-03-04T07:00:00.000Z' })).toMatchInlineSnapshot(`
      "Exécution 2026-03-04-essai — Plan de reprise d’essai
        État             en pause (à la demande de l’opérateur)
        Cible            sandbox · EXERCICE
        Avancement       6 étapes sur 9
        Prochaine étape  deployer[siap] (cellule) — Déployer l’application
        DMIA             dépassée de 29 min (échéance le 4 mars 2026 à 07:31:00 (UTC+1))
        Dernière entrée  4 mars 2026 à 04:21:27 (UTC+1)
        Pour continuer   npx reprise resume 2026-03-04-essai
      "
    `);
  });

  test('says of a run whose process is gone that nobody carries it on', () => {
    const intentAt = EVENTS.findIndex(([, event]) => event.type === 'step-intended');
    expect(statusAfter(intentAt + 1)).toMatchInlineSnapshot(`
      "Exécution 2026-03-04-essai — Plan de reprise d’essai
        État             interrompue sans avoir été mise en pause : plus personne ne l’exécute ; la reprendre
        Cible            sandbox · EXERCICE
        Avancement       0 étapes sur 9
        À regarder       ? archive-base commencée, issue inconnue
        Prochaine étape  archive-base (cellule) — Télécharger la dernière archive de la base, et vérifier qu’elle se lit en entier
        DMIA             reste 3 h 45 min (échéance le 4 mars 2026 à 07:31:00 (UTC+1))
        Dernière entrée  4 mars 2026 à 03:45:24 (UTC+1)
        Pour continuer   npx reprise resume 2026-03-04-essai
      "
    `);
  });

  test('says who carries a run on, and then not to resume it', () => {
    const intentAt = EVENTS.findIndex(([, event]) => event.type === 'step-intended');
    const runner = { pid: 4211, host: 'secours', since: '2026-03-04T03:00:00.000Z' };
    expect(statusAfter(intentAt + 1, { runner })).toMatchInlineSnapshot(`
      "Exécution 2026-03-04-essai — Plan de reprise d’essai
        État              en cours, par le processus 4211 sur secours depuis le 4 mars 2026 à 04:00:00 (UTC+1)
        Cible             sandbox · EXERCICE
        Avancement        0 étapes sur 9
        À regarder        ▶ archive-base en cours
        Prochaine étape   archive-base (cellule) — Télécharger la dernière archive de la base, et vérifier qu’elle se lit en entier
        DMIA              reste 3 h 45 min (échéance le 4 mars 2026 à 07:31:00 (UTC+1))
        Dernière entrée   4 mars 2026 à 03:45:24 (UTC+1)
        Terminal perdu ?  npx reprise join 2026-03-04-essai
      "
    `);
  });

  test('points at a step in doubt', () => {
    const doubtAt = EVENTS.findIndex(([, event]) => event.type === 'step-doubted');
    expect(statusAfter(doubtAt + 1)).toMatchInlineSnapshot(`
      "Exécution 2026-03-04-essai — Plan de reprise d’essai
        État             interrompue sans avoir été mise en pause : plus personne ne l’exécute ; la reprendre
        Cible            sandbox · EXERCICE
        Avancement       2 étapes sur 9
        À regarder       ? base-restauree en doute
        Prochaine étape  base-restauree (cellule) — Restaurer l’archive avec pg_restore
        DMIA             reste 3 h 10 min (échéance le 4 mars 2026 à 07:31:00 (UTC+1))
        Dernière entrée  4 mars 2026 à 04:20:21 (UTC+1)
        Pour continuer   npx reprise resume 2026-03-04-essai
      "
    `);
  });

  test('says what a closed run came to', () => {
    expect(statusAfter(EVENTS.length)).toMatchInlineSnapshot(`
      "Exécution 2026-03-04-essai — Plan de reprise d’essai
        État             exécution terminée : réussie avec réserves
        Cible            sandbox · EXERCICE
        Avancement       9 étapes sur 9
        Prochaine étape  aucune
        DMIA             reprise mesurée : 2 h 5 min pour 4 h
        Dernière entrée  4 mars 2026 à 05:37:17 (UTC+1)
        Pour continuer   npx reprise verify 2026-03-04-essai
      "
    `);
  });
});
