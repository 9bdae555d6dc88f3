/*
 * The plan of APiLos played twice on one sandbox: all is lost, and then the tables alone. Too long to be played with every change.
 */
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { withClient } from '../../runner/services/postgres/connection.ts';
import build from '../build.ts';
import { factsOf, failuresOf, limit, told } from '../runbook/faults/exercise.ts';
import { Twin } from './losses.ts';

beforeAll(build, 120_000);

const dropTables = `do $$ declare name text; begin
  for name in select tablename from pg_tables where schemaname = 'public' loop
    execute format('drop table public.%I cascade', name);
  end loop;
end $$`;

test('when only the tables are lost, the triage finds it out, and the application in place shows its data again', {
  timeout: 3 * limit,
}, async () => {
  const twin = await Twin.start();
  onTestFinished(() => twin.end());
  const all = ['recreer-application=oui', 'restaurer-base=oui', 'restaurer-fichiers=oui'];
  const first = await twin.run('first', [...all, 'application-perdue=apilos-siap-production']);
  expect(first.code, first.printed).toBe(0);

  expect(await twin.triage()).toEqual(['non', 'non', 'non']);
  await twin.makeBucket('apilos-vide');
  await withClient(twin.base, client => client.query('truncate conventions_convention cascade'));
  expect(await twin.triage(['bucket=apilos-vide'])).toEqual(['non', 'oui', 'oui']);

  await withClient(twin.base, client => client.query(dropTables));
  const second = await twin.run('second', [], ['--undo']);
  expect([second.code, failuresOf(second.entries)], second.printed).toEqual([0, []]);
  expect(told(second.entries)).toMatch(/^probed recreer-application = non$/m);
  expect(told(second.entries)).toMatch(/^probed restaurer-base = oui$/m);
  expect(told(second.entries)).toMatch(/^probed restaurer-fichiers = non$/m);
  expect(factsOf(second.entries)).toEqual(
    expect.arrayContaining([
      'verified Utilisateur en lecture seule: SELECT réussi, INSERT refusé',
      expect.stringMatching(/^verified Service rendu : https:\/\/siap\.apilos\.exercice\.example\/: 200 en /),
      expect.stringMatching(
        /^finding minor: La base restaurée reste avec l’application exercice-apilos-siap/,
      ),
      expect.stringMatching(/^verified Rien ne reste de l’exercice .*: rien$/),
    ]),
  );
});
