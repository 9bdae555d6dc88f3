import { expect, test } from 'vitest';
import { between, containersOf, contradictions, proofsOf, stackOf } from '../../runbook/applications.ts';

const answers = {
  applications: ['siap', 'autonome'],
  'application-perdue': 'apilos-siap-production',
  'application-siap': 'exercice-siap',
  'application-autonome': 'exercice-autonome',
  'recreer-application': 'oui',
  'restaurer-base': 'oui',
  'textes-de-preuve': ['{conventions} conventions'],
};

test('answers with which the plan can be gone through are let through', () => {
  expect(contradictions(answers)).toEqual([]);
  const inPlace = { 'application-siap': 'apilos-siap-production', 'restaurer-base': 'non' };
  expect(contradictions({ ...answers, ...inPlace })).toEqual([]);
  expect(contradictions({ ...answers, 'recreer-application': 'non', 'restaurer-base': 'non' })).toEqual([]);
});

test.each([
  ['nothing to prove the service by', { 'textes-de-preuve': [] }, 'textes-de-preuve'],
  ['only blanks to prove it by', { 'textes-de-preuve': ['', ' '] }, 'textes-de-preuve'],
  ['no application that has the database', { applications: ['autonome'] }, 'siap'],
  ['one name for two', { 'application-autonome': 'exercice-siap' }, 'même nom'],
  ['a new application without a database', { 'restaurer-base': 'non' }, 'restaurer-base'],
])('%s is refused', (_why, wrong, words) => {
  expect(contradictions({ ...answers, ...wrong })).toEqual([expect.stringContaining(words)]);
});

test('a proof is a text that is not blank', () => {
  expect(proofsOf({ 'textes-de-preuve': ['a', ' ', 'b'] })).toEqual(['a', 'b']);
  expect(proofsOf({})).toEqual([]);
});

test('looks are as far apart as is asked, but where the target says how long it waits', () => {
  expect(between({}, 300_000)).toBe(300_000);
  expect(between({ patience: 30_000 }, 300_000)).toBe(2000);
  expect(between({ patience: 30_000 }, 1000)).toBe(1000);
});

test('a drill runs no worker', () => {
  expect([containersOf('drill'), containersOf('real')]).toEqual([
    { web: 1, worker: 0 },
    { web: 1, worker: 1 },
  ]);
});

test('the stack of a version is the one it declares', () => {
  expect(stackOf('{ "stack": "scalingo-22" }')).toBe('scalingo-22');
  expect(stackOf('{}')).toBe('aucune');
  expect(() => stackOf('stack')).toThrow(SyntaxError);
});
