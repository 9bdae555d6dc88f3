import { expect, test } from 'vitest';
import { reconcile } from '../../runbook/coherence.ts';

test('a named file is present, present under a flattened key, or missing', () => {
  const keys = new Set(['a/uuid_x.pdf', 'b/y.pdf', 'c/z.pdf']);
  const rows = [
    { keys: ['a/uuid_x.pdf', 'a/x.pdf'] },
    { keys: ['b/uuid_y.pdf', 'b/y.pdf'] },
    { keys: ['c//uuid_z.pdf', 'c//z.pdf'] },
    { keys: ['d/uuid_w.pdf', 'd/w.pdf'] },
  ];
  expect(reconcile(rows, keys)).toEqual({
    present: 2,
    flattened: ['c//uuid_z.pdf'],
    missing: ['d/uuid_w.pdf'],
  });
});
