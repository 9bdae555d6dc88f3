import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { outline } from './outline.ts';

const source = readFileSync(new URL('./fixtures/plan.md', import.meta.url), 'utf8');

function read(text: string) {
  const { runbook, diagnostics } = readRunbook(text, 'plan.md');
  expect(diagnostics).toEqual([]);
  if (!runbook) throw new Error('no runbook');
  return runbook;
}

test('should read every part of a document, with its place', async () => {
  const { root } = read(source);
  await expect(`${outline(root).join('\n')}\n`).toMatchFileSnapshot('./fixtures/plan.outline.txt');
});

test('should read the front matter into checked values', async () => {
  const { front } = read(source);
  const shown = JSON.stringify(
    front,
    (key, value) => (key === 'place' ? value.start.line : value instanceof Map ? [...value.values()] : value),
    2,
  );
  await expect(`${shown}\n`).toMatchFileSnapshot('./fixtures/plan.front.txt');
});

test('should list the steps in document order', () => {
  expect([...read(source).steps.keys()]).toEqual([
    'base-perdue',
    'archive-base',
    'base-restauree',
    'base-complete',
    'base-effacee',
    'creer',
    'ouvrir',
    'inviter',
  ]);
});

test('should give the places of the source also with a byte order mark and CRLF', () => {
  const windows = `\uFEFF${source.replace(/\n/g, '\r\n')}`;
  const plain = read(source);
  const other = read(windows);
  expect(outline(other.root)).toEqual(outline(plain.root));
  for (const [id, step] of other.steps) {
    const { start, end } = step.place;
    expect(windows.slice(start.offset, end.offset).replace(/\r\n/g, '\n')).toBe(
      source.slice(plain.steps.get(id)?.place.start.offset, plain.steps.get(id)?.place.end.offset),
    );
  }
});

test('should keep times and addresses as prose', () => {
  const prose = source.replace(
    'À 10:30',
    '10:30 12:30:45 3:4 a:b redis://hôte:6379 clé:valeur[1] RTO :15 min',
  );
  expect(read(prose).steps.size).toBe(8);
});
