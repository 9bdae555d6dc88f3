import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { faultTable, readFaults } from '../../../runner/sandbox/faults.ts';

test('names are read one by one or with commas between, and what is none is told', () => {
  const { faults, unknown } = readFaults(['dns-slow, s3-denied', 'dns-slow', 'toString,', 'zéro']);
  expect([[...faults], unknown]).toEqual([
    ['dns-slow', 's3-denied'],
    ['toString', 'zéro'],
  ]);
});

test('every fault says what it does in both languages, without a final dot', () => {
  const sentences = faultTable.flatMap(({ words }) => [words.fr, words.en]);
  expect(sentences.length).toBe(2 * new Set(faultTable.map(({ name }) => name)).size);
  expect(sentences.filter(words => words.length < 10 || words.endsWith('.'))).toEqual([]);
});

test('the documentation has the table of faults as it is', () => {
  const text = readFileSync(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8');
  const rows = text
    .split('\n')
    .filter(line => faultTable.some(({ name }) => line.startsWith(`| \`${name}\` |`)));
  expect(rows).toEqual(faultTable.map(({ name, words }) => `| \`${name}\` | ${words.fr} | ${words.en} |`));
});
