import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { DRIFT_WORDS } from '../../runner/report/drift-words.ts';
import { PROOF_WORDS } from '../../runner/report/proof-words.ts';

const page = readFileSync(new URL('../../docs/drift.md', import.meta.url), 'utf8');

test('the page about drift and proof has every code, and its example is a runbook without a finding', () => {
  const codes = [...page.matchAll(/^\| `((?:drift|proof)-[a-z]+)` \|/gm)].map(match => match[1]);
  expect([...codes].sort()).toEqual(Object.keys({ ...DRIFT_WORDS, ...PROOF_WORDS }).sort());
  const [, example = ''] = /^````markdown\n([\s\S]*?)^````$/m.exec(page) ?? [];
  expect(readRunbook(example, 'docs/drift.md').diagnostics).toEqual([]);
});
