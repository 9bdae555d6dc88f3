import { expect, test } from 'vitest';
import { faultTable } from '../../../runner/sandbox/faults.ts';
import { testOvercome } from './exercises.ts';
import { often, overcome, stops } from './expected.ts';

testOvercome(overcome.filter(({ fault }) => often.has(fault)));

test('every fault that the sandbox has is drilled, eight of them with every change', () => {
  const drilled = [...overcome, ...stops];
  const names = drilled.map(({ fault }) => fault);
  expect([...new Set(names)].sort()).toEqual(faultTable.map(({ name }) => name).sort());
  expect(drilled.filter(({ fault }) => often.has(fault))).toHaveLength(8);
});
