import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { limits } from '../../runner/syntax/cost.ts';

const page = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^````markdown\n([\s\S]*?)^````$/gm)].map(match => match[1] ?? '');

test.each(examples)('should read the example %# of the format without a finding', source => {
  expect(readRunbook(source, 'docs/format.md').diagnostics).toEqual([]);
});

test('should have several examples, and state the bounds that are enforced', () => {
  expect(examples.length).toBeGreaterThanOrEqual(3);
  const {
    size,
    frontMatter,
    lines,
    codeLines,
    depth,
    marks,
    allMarks,
    headings,
    underlines,
    definitions,
    pipes,
    nestedLines,
  } = limits;
  for (const limit of [
    size,
    frontMatter,
    lines,
    codeLines,
    depth,
    marks,
    allMarks,
    headings,
    underlines,
    definitions,
    pipes,
    nestedLines,
  ]) {
    expect(page).toContain(limit.toLocaleString('fr').replace(/\s/g, ' '));
  }
});
