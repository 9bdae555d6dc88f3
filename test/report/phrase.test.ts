import { describe, expect, it } from 'vitest';
import { sayPerson, sayPolls, saySkip } from '../../runner/report/phrase.ts';

const skipped = (reason: string, cause: 'condition' | 'operator' = 'condition') =>
  ({ type: 'step-skipped', step: 'dns', cause, reason }) as const;

describe('why a step was skipped', () => {
  it('is said in words where the journal has signs', () => {
    const [condition, undo] = ['zone-dns=alwaysdata (≠ autre-equipe)', 'creer[siap] = ∅'];
    expect([saySkip(skipped(condition), 'fr'), saySkip(skipped(condition), 'en')]).toEqual([
      '«\u00a0zone-dns\u00a0» vaut «\u00a0alwaysdata\u00a0», et non «\u00a0autre-equipe\u00a0»',
      '“zone-dns” is “alwaysdata”, not “autre-equipe”',
    ]);
    expect(saySkip(skipped(undo), 'fr')).toBe('rien à défaire\u00a0: creer[siap] n’a rien fait');
  });

  it('is never read into the words of a person', () => {
    expect(saySkip(skipped('a=b (≠ c)', 'operator'), 'fr')).toBe('a=b (≠ c)');
  });
});

it('a single poll is told once', () => {
  const told = (count: number) => sayPolls({ count, first: 'ok = false', last: 'ok = true' }, 'fr');
  expect([told(1), told(2)]).toEqual([
    'un seul relevé\u00a0: ok = true',
    '2 relevés\u00a0; premier\u00a0: ok = false\u00a0; dernier\u00a0: ok = true',
  ]);
});

it('a role is called by its label where there is one', () => {
  const roles = new Map([['operateur', 'Opérateur']]);
  const person = { id: 'sacha', role: 'operateur', declaredFor: 'camille' };
  expect(sayPerson(person, { lang: 'fr', roles })).toBe('déclaré par sacha (Opérateur) pour camille');
  expect(sayPerson(person, { lang: 'fr' })).toBe('déclaré par sacha (operateur) pour camille');
});
