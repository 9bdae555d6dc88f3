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
    'Mettre chaque application en service',
  ]);
});

test('whatever is made has its undo, and what proves that nothing is left comes last of all', () => {
  const steps = [...read().steps.values()];
  const undone = steps.flatMap(step => (step.kind === 'undo' ? [step.of] : []));
  expect(undone).toEqual(
    expect.arrayContaining(['creer-application', 'bucket-cree', 'dns', 'cle-ssh', 'telecharger-base']),
  );
  const cells = steps.filter(step => step.kind === 'cell');
  expect(undone).toContain(cells[0]?.id);
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
