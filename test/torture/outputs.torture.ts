/* A step that prints more than fits in the journal, hurt at the file that holds its output. */
import { describe, expect, inject, test } from 'vitest';
import { chosen, hurt } from './sweep.ts';

process.env.TORTURE_LONG = 'oui';

const at = ['outputs', 'outputs/vider.1.log'];
// In what pieces an output is written differs from run to run: these calls are in each.
const counts = { openat: 2, write: 1, fsync: 2 };
const points = Object.entries(counts).flatMap(([call, count]) =>
  Array.from({ length: count }, (_, index) => ({ call, when: index + 1, at })),
);
const injections = points.flatMap(point =>
  (['KILL', 'ENOSPC', 'EIO', 'EACCES'] as const).map(does => ({ ...point, does })),
);

describe.concurrent('the file of a long output', () => {
  test.for(chosen(injections))('$call $when with $does', async injection => {
    expect(await hurt(inject('programme'), injection)).toEqual([]);
  });
});
