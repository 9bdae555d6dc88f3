import { describe, expect, inject, test } from 'vitest';
import { chosen, hurt } from './sweep.ts';

const points = chosen(inject('points')).map(point => ({ ...point, does: 'KILL' }) as const);

describe.concurrent('the run process is killed', () => {
  test.for(points)('at $call $when', async injection => {
    expect(await hurt(inject('programme'), injection)).toEqual([]);
  });
});
