import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference } from '../../runner/journal/difference.ts';

test('shows what is between the lines that both share', () => {
  expect(difference('a\nb\nc\nd', 'a\nB\nc2\nd')).toBe('@@ -2,2 +2,2 @@\n-b\n-c\n+B\n+c2');
  expect(difference('a\nb', 'a\nx\nb')).toBe('@@ -2,0 +2,1 @@\n+x');
  expect(difference('a\na', 'a')).toBe('@@ -2,1 +2,0 @@\n-a');
  expect(difference('pareil', 'pareil')).toBe('');
});

test('counts the lines that it does not show', () => {
  const many = Array.from({ length: 500 }, (_, index) => `l${index}`).join('\n');
  const shown = difference('', many).split('\n');
  expect([shown[0], shown.length, shown.at(-1)]).toEqual(['@@ -1,1 +1,500 @@', 403, '+… (+100)']);
});

test('of any two texts, the later one is made again from the earlier one and what is shown', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 }).map(lines => lines.join('\n'));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const [place = '', ...lines] = difference(before, after).split('\n');
      const [from = 1, count = 0] = (/^@@ -(\d+),(\d+)/.exec(place) ?? []).slice(1).map(Number);
      const old = before.split('\n');
      const added = lines.filter(line => line.startsWith('+')).map(line => line.slice(1));
      const made = place === '' ? old : [...old.slice(0, from - 1), ...added, ...old.slice(from - 1 + count)];
      expect(made.join('\n')).toBe(after);
    }),
  );
});
