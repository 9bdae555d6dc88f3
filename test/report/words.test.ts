import { describe, expect, test } from 'vitest';
import { fill, noBreak, wordsOf } from '../../runner/report/words.ts';

function sentences(table: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(table)) {
    if (typeof value === 'string') found.set(`${path}${name}`, value);
    else for (const [inner, text] of sentences(value, `${path}${name}.`)) found.set(inner, text);
  }
  return found;
}

describe('words', () => {
  const french = sentences(wordsOf('fr'));
  const english = sentences(wordsOf('en'));

  test('are the same in both languages, with the same holes', () => {
    const holes = (text: string | undefined) => [...(text ?? '').matchAll(/\{\w+\}/g)].map(String).sort();
    expect([...english.keys()]).toEqual([...french.keys()]);
    for (const [name, text] of french) {
      expect(text.trim(), name).not.toBe('');
      expect(holes(english.get(name)), name).toEqual(holes(text));
    }
  });

  test('are filled without searching the values', () => {
    expect(fill('{a} : {b}', { a: '{b}', b: '$&' })).toBe('{b}\u00a0: $&');
    expect(() => fill('{a}', {})).toThrow('no value for {a}');
  });

  test('keep French punctuation on its line', () => {
    expect(noBreak('« oui » : n° 3 ; quoi ?')).toBe('«\u00a0oui\u00a0»\u00a0: n°\u00a03\u00a0; quoi\u00a0?');
  });
});
