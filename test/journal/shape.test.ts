import { describe, expect, test } from 'vitest';
import { hasKnownType, isEntry } from '../../runner/journal/shape.ts';
import { allSamples } from './samples.ts';

const link = { seq: 0, prev: '0'.repeat(64), at: '2026-01-01T00:00:00.000Z' };
const sampled = allSamples.map(event => [event.type, { ...event, ...link }] as const);

test.each(sampled)('%s is an entry', (_type, entry) => {
  expect(isEntry(entry)).toBe(true);
});

test.each(sampled)(
  '%s with any member of another type, removed or added, is refused or was optional',
  (_type, entry) => {
    expect(isEntry({ ...entry, unknown: 1 })).toBe(false);
    for (const name of Object.keys(entry)) {
      expect(isEntry({ ...entry, [name]: Symbol('never') }), name).toBe(false);
      expect(isEntry({ ...entry, [name]: undefined }), name).toBe(false);
    }
    for (const name of ['type', 'seq', 'prev', 'at']) {
      expect(isEntry(Object.fromEntries(Object.entries(entry).filter(([key]) => key !== name))), name).toBe(
        false,
      );
    }
  },
);

describe('members that look right and are not', () => {
  const base = { ...link, type: 'step-started', step: 'a', attempt: 1, pid: 1 };
  test.each<[string, object]>([
    ['seq', { seq: -1 }],
    ['seq', { seq: 1.5 }],
    ['seq', { seq: 2 ** 53 }],
    ['prev', { prev: 'A'.repeat(64) }],
    ['at', { at: '2026-13-01T00:00:00.000Z' }],
    ['at', { at: '2026-01-01' }],
    ['type', { type: 'toString' }],
    ['type', { type: '__proto__' }],
    ['step', { step: ['a'] }],
  ])('%s %j', (_name, change) => {
    expect(isEntry({ ...base, ...change })).toBe(false);
  });

  test.each([
    '/etc/passwd',
    '../x',
    'a/../b',
    'a//b',
    './a',
    '',
    'a\\b',
    'a\u202eb',
    'a\nb',
    'a"b',
    `a/${'b'.repeat(1024)}`,
  ])('the path %j', file => {
    const by = { id: 'a' };
    const attached = {
      ...link,
      type: 'evidence-attached',
      name: 'n',
      bytes: 1,
      sha256: '0'.repeat(64),
      media: 'm',
      by,
    };
    expect(isEntry({ ...attached, file: 'evidence/a b é.png' })).toBe(true);
    expect(isEntry({ ...attached, file })).toBe(false);
  });
});

test('a type of another version is told from a known one that is damaged', () => {
  expect(hasKnownType({ type: 'run-closed' })).toBe(true);
  for (const value of [
    { type: 'run-blessed' },
    { type: 'constructor' },
    { type: 1 },
    null,
    [],
    'run-closed',
  ]) {
    expect(hasKnownType(value)).toBe(false);
  }
});
