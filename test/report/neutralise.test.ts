import fc from 'fast-check';
import { visit } from 'unist-util-visit';
import { describe, expect, test } from 'vitest';
import { codeSpan, fencedLines, neutralise } from '../../runner/report/neutralise.ts';
import { parseMarkdown } from '../../runner/syntax/parse.ts';

const RAW = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}]/u;

describe('neutralise', () => {
  test.each([
    ['a screen clear', '\u001b[2Jx', '␛[2Jx'],
    ['colours, which say nothing', '\u001b[1;31mrouge\u001b[0m', 'rouge'],
    ['a colour made of the halves of two', '\u001b[0\u001b[31mm', '␛[0m'],
    ['a link by OSC 8', '\u001b]8;;http://x\u0007y', '␛]8;;http://x␇y'],
    ['C1 controls', '\u009b2J', '⟨U+009B⟩2J'],
    ['an overwritten line', 'faux\rvrai', 'faux␍vrai'],
    ['a line end of Windows', 'a\r\nb', 'a\nb'],
    ['right-to-left override', 'a\u202eb', 'a⟨U+202E⟩b'],
    ['zero-width and tags', 'a\u200bb\u{e0041}', 'a⟨U+200B⟩b⟨U+E0041⟩'],
    ['line separators', 'a\u2028b\u2029', 'a⟨U+2028⟩b⟨U+2029⟩'],
    ['a lone surrogate', 'a\ud800b', 'a⟨U+D800⟩b'],
    ['NUL and DEL', '\u0000\u007f', '␀␡'],
    ['nothing of ordinary text', 'été\t→ 10:30\n😀', 'été\t→ 10:30\n😀'],
  ])('shows %s', (_name, text, shown) => {
    expect(neutralise(text, 'terminal')).toBe(shown);
  });

  test('leaves no raw control on any surface', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        expect(neutralise(text, 'terminal')).not.toMatch(RAW);
        expect(neutralise(text, 'line')).not.toMatch(/[\n\t]/);
        expect(neutralise(text, 'markdown')).not.toMatch(/[\n\t]/);
      }),
    );
  });

  test('leaves nothing but words in Markdown', () => {
    const signs = fc.constantFrom(
      ...'\\`*_{}[]<>#|&~$!@:./-+=()1 a\n',
      'https://',
      'www.',
      '&lt;',
      '<b>',
      '```',
    );
    fc.assert(
      fc.property(fc.string({ unit: signs }), text => {
        const kinds = new Set<string>();
        visit(parseMarkdown(`> - x ${neutralise(text, 'markdown')} x`), node => void kinds.add(node.type));
        kinds.delete('inlineCode');
        expect([...kinds]).toEqual(['root', 'blockquote', 'list', 'listItem', 'paragraph', 'text']);
      }),
      { numRuns: 1000 },
    );
  });

  test('is idempotent where it does not escape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const once = neutralise(text, 'line');
        expect(neutralise(once, 'line')).toBe(once);
      }),
    );
  });
});

describe('fencedLines', () => {
  test('is longer than any run of backticks', () => {
    expect(fencedLines('a\n````\nb\n')).toEqual(['`````text', 'a', '````', 'b', '`````']);
  });

  test('forges no record', () => {
    expect(fencedLines('<!-- /reprise:record 00 -->')[1]).toBe('‹!-- /reprise:record 00 -->');
  });
});

test('codeSpan cannot be closed from inside', () => {
  expect(codeSpan('a`b``')).toBe('``` a`b`` ```');
  expect(codeSpan('x\ny')).toBe('`x␊y`');
});
