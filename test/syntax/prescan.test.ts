import { expect, test } from 'vitest';
import { limits } from '../../runner/syntax/cost.ts';
import { prescan } from '../../runner/syntax/prescan.ts';

function codes(source: string): string[] {
  return prescan(source, 'plan.md').map(({ code, place, params }) => {
    const what = params.what === undefined ? '' : ` ${params.what}`;
    return `${place.start.line}:${place.start.column} ${code}${what}`;
  });
}

test('should say nothing of a sound document', () => {
  expect(codes('---\ntitle: a\n---\n\n# A\n\n:::manual{#a}\n\n- [ ] b\n\n:::\n')).toEqual([]);
});

test('should find every forgotten closer of a long document, each at its opener', () => {
  const step = ':::cell{#a}\n\nTexte.\n\n```ts\nexport const a = 1\n```\n\n';
  const found = codes(step.repeat(800));
  expect(found).toHaveLength(800);
  expect(found.slice(0, 2)).toEqual(['1:1 unclosed-container', '9:1 unclosed-container']);
});

test('should refuse what goes beyond a bound on the line that does', () => {
  expect(codes('a\n\n'.repeat(limits.lines))).toEqual(['8201:1 too-costly lines']);
  expect(codes(`Texte.\n\n${'- '.repeat(9)}a\n`)).toEqual(['3:1 too-costly depth']);
  expect(codes(`Texte.\n\n${'> '.repeat(9)}a\n`)).toEqual(['3:1 too-costly depth']);
  expect(codes(`Texte.\n\n${'*a* '.repeat(limits.marks / 2)}\n*b*\n`)).toEqual(['4:1 too-costly marks']);
  expect(codes(`> a\n${'a\n'.repeat(2_001)}`)).toEqual(['2002:1 too-costly lazySquares']);
  expect(codes(`- a\n${'a\n'.repeat(2_001)}`)).toEqual(['2002:1 too-costly lazySquares']);
  expect(codes(`- a\n${'  a\n'.repeat(20)}`.repeat(300))).toEqual([]);
  expect(codes('[a]: b\n\n'.repeat(501))).toEqual(['1001:1 too-costly definitions']);
  expect(codes('a'.repeat(limits.size + 1))).toEqual([`1:${limits.size + 1} too-large`]);
});

test('should count the lines of fences, blank ones too, apart from those that Markdown reads', () => {
  const cell = ':::cell{#a}\n\nTexte.\n\n```ts\na\n\nb\n```\n\n:::\n\n';
  const bound = Math.floor(limits.lines / 7);
  expect(codes(cell.repeat(bound))).toEqual([]);
  expect(codes(cell.repeat(bound + 1))).toEqual([`${bound * 12 + 4}:1 too-costly lines`]);
  const fence = '```text\na\n\n```\n\n';
  expect(codes(fence.repeat(limits.codeLines / 4))).toEqual([]);
  expect(codes(fence.repeat(limits.codeLines / 4 + 1))).toEqual([
    `${(limits.codeLines * 5) / 4 + 1}:1 too-costly codeLines`,
  ]);
});

test('should count the code of a fence as lines only', () => {
  expect(codes(`\`\`\`json\n${'[{"a_b": "*c*"}]\n'.repeat(2_000)}\`\`\`\n`)).toEqual([]);
});

test('should not be led by raw HTML to take text for code', () => {
  const hidden = `<!--\n\n\`\`\`\n-->\n\n${'*a* '.repeat(limits.marks)}\n`;
  expect(codes(hidden)).toEqual(['6:1 too-costly marks']);
});
