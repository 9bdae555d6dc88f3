import { describe, expect, inject, test } from 'vitest';
import { chosen, hurt } from './sweep.ts';

const errors = ['ENOSPC', 'EIO', 'EACCES'] as const;
// In a sample each point meets one of the errors, in turn.
const isSample = process.env.TORTURE === 'sample';
const points = chosen(inject('points')).flatMap((point, index) =>
  errors
    .filter((_, number) => !isSample || number === index % errors.length)
    .map(does => ({ ...point, does })),
);

describe.concurrent('a call of the run process fails', () => {
  test.for(points)('$call $when with $does', async injection => {
    expect(await hurt(inject('programme'), injection)).toEqual([]);
  });
});
