import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentages } from '../../runner/report/percentages.ts';

test('shares sum to a hundred, the largest remainders being rounded up', () => {
  expect(percentages([42, 1, 11])).toEqual([78, 2, 20]);
  expect(percentages([1, 1, 1])).toEqual([34, 33, 33]);
  expect(percentages([0, 0])).toEqual([0, 0]);
  expect(percentages([])).toEqual([]);
});

test('each share is its part rounded down or up', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 8 }), parts => {
      const total = parts.reduce((sum, part) => sum + part, 0);
      const shares = percentages(parts);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total === 0 ? 0 : 100);
      for (const [index, part] of parts.entries())
        expect(Math.abs((shares[index] ?? 0) - (part * 100) / Math.max(1, total))).toBeLessThan(1);
    }),
  );
});
