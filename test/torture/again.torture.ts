import { describe, expect, inject, test } from 'vitest';
import { chosen, hurtAgain } from './sweep.ts';

// The calls by which a resume cuts a torn line off, notes it, settles the doubt, and goes on.
const counts = { openat: 8, write: 8, fdatasync: 6, fsync: 4, ftruncate: 2, rename: 1 };
const points = Object.entries(counts).flatMap(([call, count]) =>
  Array.from({ length: count }, (_, index) => ({ call, when: index + 1 })),
);
const injections = chosen(points).flatMap((point, index) => {
  const error = (['ENOSPC', 'EIO', 'EACCES'] as const)[index % 3] ?? 'EIO';
  return [{ ...point, does: 'KILL' } as const, { ...point, does: error } as const];
});

describe.concurrent('the first resume is hurt in its turn', () => {
  test.for(injections)('$call $when with $does', async injection => {
    expect(await hurtAgain(inject('programme'), injection)).toEqual([]);
  });
});
