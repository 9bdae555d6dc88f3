import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, isCanonical } from '../../runner/journal/canonical.ts';

describe('the examples of RFC 8785', () => {
  test('3.2.2: numbers, string escapes and literals', () => {
    const input = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(input))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  test('3.2.3: members are sorted by UTF-16 code units', () => {
    const input = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
      "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`;
    const written = canonicalJson(JSON.parse(input));
    expect([...written.matchAll(/:"([^"]+)"/g)].map(found => found[1])).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  test.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['ffefffffffffffff', '-1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['c340000000000000', '-9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef4f', '999999999999999900000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555553', '333333333.3333332'],
    ['41b3de4355555554', '333333333.33333325'],
    ['41b3de4355555555', '333333333.3333333'],
    ['41b3de4355555556', '333333333.3333334'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('appendix B: %s is %s', (ieee, text) => {
    expect(canonicalJson(Buffer.from(ieee, 'hex').readDoubleBE())).toBe(text);
  });
});

describe('what canonical JSON cannot say is refused', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['a function', { a: () => 1 }],
    ['a bigint', 1n],
    ['NaN', Number.NaN],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['a date', { at: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['a sparse array', new Array(2)],
    ['a lone surrogate', 'a\ud800b'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['nesting over 128', nested(129)],
  ])('%s', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  test('nesting of 128 is written', () => {
    expect(canonicalJson(nested(128))).toBe(`${'['.repeat(128)}1${']'.repeat(128)}`);
  });
});

test.each([
  ['{"a":1,"b":2}', true],
  ['{"10":1,"9":2}', true],
  ['{"9":2,"10":1}', false],
  ['{"b":2,"a":1}', false],
  ['{"a":1,"a":1}', false],
  ['{ "a":1}', false],
  ['{"a":1.0}', false],
  ['{"a":-0}', false],
  ['"\\u0041"', false],
  ['"\\ud83d\\ude00"', false],
  ['"\\ud800"', false],
  ['{"\\ud800":1}', false],
  ['{"__proto__":1}', true],
])('isCanonical(%s) is %s', (text, canonical) => {
  expect(isCanonical(JSON.parse(text), text)).toBe(canonical);
});

test('any JSON value survives, and its text is the only canonical one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      let text: string;
      try {
        text = canonicalJson(parsed);
      } catch {
        return;
      }
      expect(JSON.parse(text)).toEqual(parsed);
      expect(isCanonical(JSON.parse(text), text)).toBe(true);
      expect(isCanonical(JSON.parse(text), ` ${text}`)).toBe(false);
    }),
  );
});
