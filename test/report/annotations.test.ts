import { expect, test } from 'vitest';
import type { Diagnostic } from '../../runner/diagnostic.ts';
import { diagnosticAnnotation, diagnosticJson } from '../../runner/report/annotations.ts';
import { readLines } from '../../runner/syntax/lines.ts';

function found(source: string, part: string, message: string): Diagnostic {
  const at = source.indexOf(part);
  return {
    code: 'type-error',
    severity: 'error',
    file: 'plans/a,b:c%.md',
    place: readLines(source).place(at, at + part.length),
    params: { ts: 'TS2322', message },
  };
}

test('should make one command of GitHub of a finding, whatever its text holds', () => {
  expect(diagnosticAnnotation(found('a\n bcd\n', 'bc', '100 %\n::error::faux\r'), 'en')).toBe(
    '::error file=plans/a%2Cb%3Ac%25.md,line=2,endLine=2,col=2,endColumn=4,title=type-error::' +
      'the types do not agree: 100 %25␊::error::faux␍ (TS2322)%0Aput the code right; the message is TypeScript’s\n',
  );
});

test('should leave columns out of a finding of several lines, as GitHub wants', () => {
  expect(diagnosticAnnotation(found('a\nb\nc\n', 'a\nb', 'Non'), 'fr')).toBe(
    '::error file=plans/a%2Cb%3Ac%25.md,line=1,endLine=2,title=type-error::' +
      'les types ne s’accordent pas : Non (TS2322)%0Acorriger le code ; le message est celui de TypeScript\n',
  );
});

test('should give a finding in JSON as data and in words', () => {
  const diagnostic = found('a\n', 'a', 'Non');
  const line = diagnosticJson(diagnostic, 'fr');
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    ...diagnostic,
    message: 'les types ne s’accordent pas : Non (TS2322)',
    hint: 'corriger le code ; le message est celui de TypeScript',
  });
});
