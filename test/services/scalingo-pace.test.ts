import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createExecutors } from '../../runner/effects/executors.ts';
import { createMasker } from '../../runner/effects/masker.ts';
import type { Execution } from '../../runner/ports.ts';
import { Limiter } from '../../runner/services/scalingo/limiter.ts';
import { TestClock } from '../sandbox/scalingo/server.ts';
import { temporaryFolder } from './backups.ts';

/** The most departures that any minute holds. */
function busiest(instants: readonly number[]): number {
  return Math.max(...instants.map(from => instants.filter(one => one >= from && one < from + 60_000).length));
}

test('processes that share a folder make no more requests together than one would', async () => {
  const folder = join(await temporaryFolder(), 'pace');
  // Each process has a clock of its own, as it waits by itself.
  const branches = [0, 1, 2].map(() => {
    const clock = new TestClock();
    return { clock, limiter: new Limiter(clock, { folder }) };
  });
  const departures: number[] = [];
  const work = async ({ clock, limiter }: (typeof branches)[number]) => {
    for (let count = 0; count < 60; count++) {
      await limiter.turn();
      departures.push(clock.now());
    }
  };
  await Promise.all(branches.map(work));
  expect([departures.length, busiest(departures)]).toEqual([180, 55]);
  expect(Math.max(...departures) - Math.min(...departures)).toBe(180_000);
  expect((await readdir(folder)).length).toBeLessThanOrEqual(110);
});

test('a process that is alone keeps the same pace without a folder', async () => {
  const clock = new TestClock();
  const limiter = new Limiter(clock, { pace: 10 });
  const departures: number[] = [];
  for (let count = 0; count < 20; count++) {
    await limiter.turn();
    departures.push(clock.now());
  }
  expect(busiest(departures)).toBe(5);
});

const place = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } };

function printing(id: string): Execution {
  const code = { language: 'sh', text: 'printf %s "$REPRISE_PACE"', line: 1, place } as const;
  const step = {
    kind: 'cell',
    id,
    title: id,
    place,
    code,
    imports: [],
    effect: 'read',
    retry: 0,
    exports: [],
  } as const;
  return {
    instance: { id, step, items: {}, path: [], digest: '' },
    ...{ attempt: 1, inputs: {}, imports: {}, secretImports: [] },
  };
}

test('the branches of a run are given one folder, which goes with the run', async () => {
  const bundle = await temporaryFolder();
  const executors = createExecutors({
    ...{ runbook: join(bundle, 'plan.md'), bundle, resources: {}, secrets: {} },
    ...{ masker: createMasker(), environment: process.env },
  });
  const told: string[] = [];
  for (const branch of ['', 'base', 'fichiers']) {
    await executors.of(branch).execute(printing('etape'), {
      started: () => undefined,
      output: (_, text) => void told.push(text),
      fact: () => undefined,
    });
  }
  const [folder = ''] = told;
  expect([told, existsSync(folder)]).toEqual([[folder, folder, folder], true]);
  await executors.close();
  expect(existsSync(folder)).toBe(false);
});
