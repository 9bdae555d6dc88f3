import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Exercise, endingOf, factsOf, failuresOf, limit } from './faults/exercise.ts';

test('a run that stopped with personal data unpacked takes them back, and its last check looks for itself', {
  timeout: 2 * limit,
}, async () => {
  const played = new Exercise();
  onTestFinished(() => played.forget());
  const ended = await played.run('template-changed', [], []);
  expect([ended.code, failuresOf(played.entries())], ended.err).toEqual([1, ['code']]);
  const unpacked = `reprise-${basename(played.bundle)}`;
  expect(readdirSync(played.downloads)).toContain(unpacked);
  expect(readdirSync(join(played.downloads, unpacked)).sort()).toEqual([
    expect.stringMatching(/\.pgsql$/),
    'depot',
    'fichiers-absents.txt',
  ]);

  const stray = join(played.downloads, 'copie.pgsql');
  writeFileSync(stray, 'PGDMP');
  const undone = await played.undo();
  expect([undone.code, failuresOf(played.entries()).slice(1)], undone.err).toEqual([1, ['rien-ne-reste']]);
  expect(undone.out).toContain('il reste : fichier copie.pgsql (');
  expect(readdirSync(played.downloads)).toEqual(['copie.pgsql']);

  rmSync(stray);
  const again = await played.resume(['rien-ne-reste']);
  expect(again.code, again.err).toBe(0);
  expect(endingOf(played.entries())).toBe('passed-with-reservations');
  expect(factsOf(played.entries()).filter(fact => fact.includes('Rien ne reste'))).toEqual([
    expect.stringMatching(/^refuted .*: fichier copie\.pgsql$/),
    expect.stringMatching(/^verified .*: rien$/),
  ]);
});
