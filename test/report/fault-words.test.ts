import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isKnownFault } from '../../runner/report/faults.ts';

const root = resolve(import.meta.dirname, '..', '..', 'runner');

/** Faults whose code is not written where they are thrown. */
const computed = ['client-too-old', 'dump-unreadable', 'input-not-a-choice', 'input-not-a-number'];

function thrown(): readonly (readonly [string, string])[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return files
    .filter(file => file.endsWith('.ts') && !file.startsWith('sandbox/'))
    .flatMap(file => {
      const source = readFileSync(join(root, file), 'utf8');
      return [...source.matchAll(/new Fault\(\s*'([^']+)'/g)].map(match => [match[1] ?? '', file] as const);
    });
}

test('every fault that is thrown says in both languages what happened and what to do', () => {
  const codes = thrown();
  expect(codes.length).toBeGreaterThan(80);
  expect(codes.filter(([code]) => !isKnownFault(code))).toEqual([]);
  expect(computed.filter(code => !isKnownFault(code))).toEqual([]);
});
