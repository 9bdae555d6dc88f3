import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readRunbook } from '../../runner/model/build.ts';
import type { Runbook, Section } from '../../runner/model/runbook.ts';

const file = fileURLToPath(new URL('../../runbook/plan-de-reprise.md', import.meta.url));
const source = readFileSync(file, 'utf8');

function read(): Runbook {
  const { runbook, diagnostics } = readRunbook(source, 'plan-de-reprise.md');
  expect(diagnostics).toEqual([]);
  if (runbook === undefined) throw new Error('the runbook is not whole');
  return runbook;
}

function textOf(name: string): string {
  return readFileSync(new URL(name, import.meta.url), 'utf8');
}

/** Text with ordinary spaces only, so that a quotation may cross lines and no-break spaces. */
function flat(text: string): string {
  return text.replace(/[\s\u00a0]+/g, ' ');
}

function sectionsOf(section: Section): Section[] {
  return [
    section,
    ...section.items.flatMap(item => (item.kind === 'section' ? sectionsOf(item.section) : [])),
  ];
}

const carried = z.array(
  z.union([
    z.strictObject({ line: z.number(), step: z.string(), says: z.string() }),
    z.strictObject({ line: z.number(), section: z.string(), says: z.string() }),
  ]),
);

const seedMap = carried.parse(JSON.parse(textOf('./seed-map.json')));
const seedLines = textOf('./plan-d-origine.txt').split('\n');

test('every line of the original plan is carried, and no other', () => {
  const written = seedLines.flatMap((line, index) => (line.trim() === '' ? [] : [index + 1]));
  expect([...new Set(seedMap.map(({ line }) => line))]).toEqual(written);
});

test.each(seedMap)('line $line of the original plan is carried where the map says', entry => {
  const runbook = read();
  const carrier =
    'step' in entry
      ? runbook.steps.get(entry.step)
      : sectionsOf(runbook.root).find(section => section.slug === entry.section);
  const place = carrier?.place;
  expect(place, `${JSON.stringify(entry)} is not in the runbook`).toBeDefined();
  const text = source.slice(place?.start.offset, place?.end.offset);
  expect(flat(text)).toContain(flat(entry.says));
});

test('the misspellings of the original plan were not copied', () => {
  const misspelt =
    /créaton|comrompu|sockage|restoration|saclingo|clicker|pluggin|déployement|à parir|locallement|fixme/i;
  expect(source.split('\n').filter(line => misspelt.test(line))).toEqual([]);
});

test('every kind of step and of section is used', () => {
  const kinds = new Set([...read().steps.values()].map(step => step.kind));
  expect(kinds).toEqual(new Set(['probe', 'manual', 'cell', 'check', 'undo']));
  const sections = sectionsOf(read().root);
  expect(sections.filter(section => section.parallel).map(section => section.title)).toEqual([
    'Restaurer les données',
  ]);
  expect(sections.filter(section => section.each !== undefined).map(section => section.title)).toEqual([
    'Créer les applications',
    'Ajouter Redis à chaque application',
    'Partager la base de données',
    'Mettre chaque application en service',
    'Redémarrer, puis regarder',
  ]);
});

test('whatever is made has its undo, and what proves that nothing is left comes last of all', () => {
  const steps = [...read().steps.values()];
  const undos = steps.flatMap(step => (step.kind === 'undo' ? [[step.id, step.of]] : []));
  expect(undos).toEqual([
    ['rien-ne-reste', 'reponses'],
    ['archives-oubliees', 'reponses'],
    ['cle-ssh-retiree', 'cle-ssh'],
    ['application-supprimee', 'creer-application'],
    ['applications-relancees', 'arreter-applications'],
    ['bucket-supprime', 'bucket-cree'],
    ['dns-retire', 'dns'],
  ]);
  const cells = steps.filter(step => step.kind === 'cell');
  const written = cells.filter(({ effect }) => effect !== 'read').map(({ id }) => id);
  const places = new Map(cells.map(({ id }, index) => [id, index]));
  expect(written.every(id => (places.get(id) ?? 0) > (places.get('reponses') ?? 0))).toBe(true);
});

test('a drill on live platforms supposes all lost, since probes would see production alive', () => {
  for (const { embedded, mode, name, inputs } of read().front.targets.values()) {
    if (mode !== 'drill' || embedded) continue;
    const answers = ['recreer-application', 'restaurer-base', 'restaurer-fichiers'].map(each => inputs[each]);
    expect(answers, name).toEqual(['oui', 'oui', 'oui']);
  }
});

test('the servers of a name are those of its zone: alwaysdata only where the team holds it', () => {
  for (const { embedded, name, inputs, resources } of read().front.targets.values()) {
    if (embedded) continue;
    const authoritative = JSON.stringify(resources.noms?.authoritative);
    expect([name, /alwaysdata/.test(authoritative)]).toEqual([name, inputs['zone-dns'] === 'alwaysdata']);
  }
  expect(source).not.toMatch(/dig .*@\S*alwaysdata/);
});

test('a real recovery has its destroying cells approved by somebody who is not the operator; a drill does not', () => {
  const asked = [...read().front.targets.values()].map(({ mode, approve }) => [mode, approve]);
  expect(asked).toEqual([
    ['drill', undefined],
    ['drill', undefined],
    ['real', 'directeur'],
  ]);
});

test('every role acts, and every manual step may have its evidence', () => {
  const { steps, front } = read();
  const manual = [...steps.values()].filter(step => step.kind === 'manual');
  expect(new Set(manual.map(({ role }) => role))).toEqual(new Set(front.roles.keys()));
  expect(manual.filter(({ evidence }) => evidence === 'none').map(({ id }) => id)).toEqual([]);
});

test('what costs money says so where it is engaged', () => {
  for (const id of ['creer-postgresql', 'creer-redis', 'bucket-cree', 'degeler-fichiers']) {
    const place = read().steps.get(id)?.place;
    expect(source.slice(place?.start.offset, place?.end.offset), id).toContain('**Coût**');
  }
});

test('no platform is asked more often than every five seconds, where it is not simulated', () => {
  expect(source).not.toMatch(/every: \d/);
  const steps = [...read().steps.values()];
  expect(steps.flatMap(step => (step.kind === 'check' && step.every < 5000 ? [step.id] : []))).toEqual([]);
});

test('the answers of a drill name every manual step and every destroying cell, and nothing else', () => {
  const runbook = read();
  const answers = parse(
    readFileSync(new URL('../../runbook/reponses-exercice.yaml', import.meta.url), 'utf8'),
  );
  const asked = [...runbook.steps.values()].filter(
    step => step.kind === 'manual' || ('effect' in step && step.effect === 'destroy'),
  );
  const withoutItem = (name: string) => name.replace(/\[.*\]$/, '');
  const named = new Set(Object.keys(answers.steps).map(withoutItem));
  expect([...named]).toEqual(asked.map(step => step.id));
  const holders = [...runbook.front.roles.values()].flatMap(role => role.holders);
  expect(holders).toContain(answers.operator);
  for (const step of asked) {
    const answer = answers.steps[step.id] ?? answers.steps[`${step.id}[siap]`];
    if (step.kind !== 'manual') continue;
    const role = runbook.front.roles.get(step.role ?? '');
    expect(role?.holders, step.id).toContain(answer.by ?? answers.operator);
    expect(answer.evidence?.length ?? 0, step.id).toBeGreaterThanOrEqual(
      step.evidence === 'required' ? 1 : 0,
    );
  }
});

test('every target protects the live names, and only one is real', () => {
  const targets = [...read().front.targets.values()];
  for (const target of targets) {
    expect(target.protected).toEqual(
      expect.arrayContaining(['apilos-siap-*', 'apilos-prod', 'apilos-glacier', '*.logement.gouv.fr']),
    );
  }
  expect(targets.map(({ name, mode }) => [name, mode])).toEqual([
    ['sandbox', 'drill'],
    ['exercice', 'drill'],
    ['production', 'real'],
  ]);
});
