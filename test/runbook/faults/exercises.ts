import { expect, onTestFinished, test } from 'vitest';
import { Exercise, endingOf, factsOf, failuresOf, limit, told } from './exercise.ts';
import type { Overcome, Stop } from './expected.ts';

const nothingLeft =
  'verified Rien ne reste de l’exercice : applications, noms, bucket, clé SSH, fichiers: rien';

function exercise(): Exercise {
  const made = new Exercise();
  onTestFinished(() => made.forget());
  return made;
}

/** The run is closed, whole, sealed by the sandbox's own key, and has left nothing. */
async function expectGreen(played: Exercise): Promise<void> {
  expect(endingOf(played.entries())).toBe('passed-with-reservations');
  expect(factsOf(played.entries())).toContain(nothingLeft);
  expect(await played.verified()).toBe(7);
}

/** One test for each fault that the run overcomes. */
export function testOvercome(faults: readonly Overcome[]): void {
  test.each(faults.map(one => [one.fault, one] as const))(
    'the run overcomes %s and says how',
    { timeout: 2 * limit },
    async (fault, { given, facts = [], printed = [] }) => {
      const played = exercise();
      const ended = await played.run(fault, given);
      expect([ended.code, failuresOf(played.entries())], ended.err).toEqual([0, []]);
      const said = told(played.entries());
      for (const words of facts) expect(said).toMatch(words);
      for (const words of printed) expect(ended.out).toMatch(words);
      await expectGreen(played);
    },
  );
}

/** One test for each fault at which the run stops until it is lifted. */
export function testStops(faults: readonly Stop[]): void {
  test.each(faults.map(one => [one.fault, one] as const))(
    'the run stops at %s, says what to do, and ends well once it is lifted',
    { timeout: 2 * limit },
    async (fault, stop) => {
      if (stop.unopened !== undefined) await expectUnopened(stop, stop.unopened);
      const played = exercise();
      const ended = await played.run(fault, stop.given);
      expect([ended.code, failuresOf(played.entries())], ended.err).toEqual([1, [stop.step]]);
      expect(ended.out).toMatch(stop.words);
      expect(ended.err).toContain(`en échec : \`${stop.step}\` ; lever la cause, puis reprendre`);
      const resumed = await played.resume([stop.step]);
      expect([resumed.code, failuresOf(played.entries())], resumed.err).toEqual([0, [stop.step]]);
      await expectGreen(played);
    },
  );
}

async function expectUnopened({ fault }: Stop, words: RegExp): Promise<void> {
  const played = exercise();
  const ended = await played.run(fault);
  expect([ended.code, played.runs()]).toEqual([2, []]);
  expect(ended.err).toMatch(words);
  expect(ended.err).toContain('rien n’a été modifié');
  expect(ended.err).toContain('corriger la cause, ou donner l’entrée avec `--set`');
}
