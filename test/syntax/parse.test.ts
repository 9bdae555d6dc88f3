import { expect, test } from 'vitest';
import { parseMarkdown } from '../../runner/syntax/parse.ts';

test('should keep colons in prose', () => {
  const prose = '10:30, redis://hôte:6379, clé:valeur[1] et 3:4';
  expect(parseMarkdown(prose).children).toMatchObject([
    { type: 'paragraph', children: [{ type: 'text', value: prose }] },
  ]);
});

test('should give offsets of the source after a byte order mark', () => {
  const source = '\uFEFF# A\n\nB\n';
  const [heading, paragraph] = parseMarkdown(source).children;
  expect(source.slice(heading?.position?.start.offset, heading?.position?.end.offset)).toBe('# A');
  expect(source.slice(paragraph?.position?.start.offset, paragraph?.position?.end.offset)).toBe('B');
});
