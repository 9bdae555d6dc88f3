import { expect, test } from 'vitest';
import { faultTable } from '../../../runner/sandbox/faults.ts';
import { testOvercome } from './exercises.ts';
import { overcome, stops } from './expected.ts';

testOvercome(overcome.filter(({ often }) => often));

test('every fault that the sandbox has is drilled, sixteen of them with every change', () => {
  const drilled = [...overcome, ...stops];
  const names = drilled.map(({ fault }) => fault);
  expect([...names].sort()).toEqual(faultTable.map(({ name }) => name).sort());
  expect(drilled.filter(({ often }) => often).length).toBeGreaterThanOrEqual(16);
});
