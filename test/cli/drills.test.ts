import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDrills } from '../../runner/drills.ts';
import type { Bundle } from '../../runner/effects/bundle.ts';
import type { Signer } from '../../runner/effects/signer.ts';
import { collectSources, describeSources } from '../../runner/effects/sources.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { sealBundle } from '../../runner/seal.ts';
import {
  copyBundle,
  editing,
  makeBundle,
  makeSigner,
  PLAN,
  rechain,
  type Timed,
  workFolder,
} from '../verify/reference.ts';

let folder = '';
let bruno: Signer;
let drill: Bundle;
beforeAll(async () => {
  folder = workFolder();
  bruno = await makeSigner(folder, 'bruno');
  drill = await makeBundle(folder, bruno);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The runs that count, and those put aside, in the directory of a bundle. */
async function counted({ directory }: Bundle) {
  const { runbook } = readRunbook(PLAN, 'plan é.md');
  if (runbook === undefined) throw new Error('the small runbook is not one');
  const { drills, aside } = await readDrills(dirname(directory), runbook, '0.1.0');
  return { drills: drills.map(({ record }) => record.opened.run), aside };
}

/** The bundle with other events, sealed again. */
async function resealed(change: (events: readonly Timed[]) => readonly Timed[], source = PLAN) {
  const copy = copyBundle(folder, drill);
  editing(copy).write('source/plan é.md', source);
  editing(copy).lines(lines => rechain(lines, change));
  await sealBundle(copy, bruno);
  return copy;
}

test('a drill that is closed and sealed counts', async () => {
  expect(await counted(drill)).toEqual({ drills: [drill.run], aside: [] });
});

test('a dry run does not count, and is none to be put aside', async () => {
  const dry = await resealed(events =>
    events.flatMap((event): Timed[] => {
      const { at } = event;
      const skipped = (step: string) =>
        ({ at, type: 'step-skipped', step, cause: 'dry', reason: '--dry' }) as const;
      if (event.type === 'run-opened') return [{ ...event, dry: true }];
      if (event.type === 'run-closed') return [{ ...event, outcome: 'passed-with-reservations' }];
      if (event.type === 'step-intended') return [skipped('saluer')];
      if (event.type === 'step-confirmed') return [skipped('regarder')];
      return 'step' in event ? [] : [event];
    }),
  );
  expect(await counted(dry)).toEqual({ drills: [], aside: [] });
});

test('a real run does not count, and is none to be put aside', async () => {
  const source = PLAN.replace('mode: drill, embedded: true', 'mode: real');
  writeFileSync(join(folder, 'plan é.md'), source);
  const sources = await collectSources({ runbook: join(folder, 'plan é.md'), imports: [], runner: '0.1.0' });
  const opened = { mode: 'real', embedded: false, files: describeSources(sources.files) } as const;
  const { digest } = sources;
  const real = await resealed(
    events => events.map(event => (event.type === 'run-opened' ? { ...event, ...opened, digest } : event)),
    source,
  );
  expect(await counted(real)).toEqual({ drills: [], aside: [] });
});
