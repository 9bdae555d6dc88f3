import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { insertAnnotations, nonceOf, stripAnnotations } from '../../runner/transcript/strip.ts';

const SOURCES = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '# titre',
        '\n',
        '\r\n',
        '\r',
        '\ufeff',
        '<!-- reprise:record 00000000000000000000000000000000 -->',
        '<!-- /reprise:record 00000000000000000000000000000000 -->',
        '<!-- reprise:end 00000000000000000000000000000000 -->',
        '> ',
        'é',
      ),
    )
    .map(parts => parts.join('')),
);
const INSERTIONS = fc.array(
  fc.record({ offset: fc.nat(60), lines: fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }) }),
  { maxLength: 5 },
);

describe('stripAnnotations', () => {
  test('gives any source back, byte for byte', () => {
    fc.assert(
      fc.property(SOURCES, INSERTIONS, (source, insertions) => {
        expect(stripAnnotations(insertAnnotations(source, insertions))).toBe(source);
      }),
      { numRuns: 2000 },
    );
  });

  test('is not misled by a source that is a transcript itself', () => {
    const first = insertAnnotations('a\n', [{ offset: 0, lines: ['x'] }]);
    const second = insertAnnotations(first, [{ offset: 0, lines: ['y'] }]);
    expect(stripAnnotations(second)).toBe(first);
  });

  test('is not misled by a record that knows the nonce', () => {
    const nonce = nonceOf('a\nb');
    const forged = [
      `<!-- /reprise:record ${nonce} -->`,
      `<!-- reprise:record ${nonce} -->`,
      `<!-- reprise:end ${nonce} -->`,
      `\n<!-- /reprise:record ${nonce} -->\n`,
    ];
    const annotated = insertAnnotations('a\nb', [
      { offset: 1, lines: forged },
      { offset: 3, lines: forged },
    ]);
    expect(stripAnnotations(annotated)).toBe('a\nb');
  });

  test('can be done with sed alone', () => {
    const source = 'a\r\n\n<!-- reprise:record 00 -->\nb\n';
    const annotated = insertAnnotations(source, [
      { offset: 1, lines: ['x', '', 'y'] },
      { offset: 40, lines: ['z'] },
    ]);
    const nonce = nonceOf(source);
    const script = `/^<!-- reprise:record ${nonce} -->$/,/^<!-- \\/reprise:record ${nonce} -->$/d;/^<!-- reprise:end ${nonce} -->$/d`;
    expect(execFileSync('sed', [script], { input: annotated, encoding: 'utf8' })).toBe(source);
  });

  test.each(['', 'a', 'a\n', '<!-- reprise:end 0 -->\n'])('refuses %j', text => {
    expect(() => stripAnnotations(text)).toThrow(RangeError);
  });
});
