import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Lang } from '../../runner/diagnostic.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { DIAGNOSTIC_WORDS } from '../../runner/report/diagnostic-words.ts';
import { diagnosticCodes, printDiagnostics } from '../../runner/report/diagnostics.ts';

const folder = new URL('./broken/', import.meta.url);
const cases = readdirSync(folder)
  .filter(name => name.endsWith('.md'))
  .sort();
const codeOf = (file: string): string => file.replace(/(?:-\d+)?\.md$/, '');

/** The document that is too large is kept short on disk. */
function sourceOf(file: string): string {
  const text = readFileSync(new URL(file, folder), 'utf8');
  return file === 'too-large.md' ? text.repeat(10_000) : text;
}

function expected(file: string, lang: Lang, printed: string): string {
  const url = new URL(file.replace(/\.md$/, `.${lang}.txt`), folder);
  if (process.env.UPDATE) writeFileSync(url, printed);
  return readFileSync(url, 'utf8');
}

test.each(cases)('should say all that is wrong with %s, in French and in English', file => {
  const source = sourceOf(file);
  const { runbook, diagnostics } = readRunbook(source, file);
  expect(diagnostics.map(({ code }) => code)).toContain(codeOf(file));
  expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  for (const lang of ['fr', 'en'] as const) {
    const printed = printDiagnostics(diagnostics, source, lang, { color: false });
    expect(printed).toBe(expected(file, lang, printed));
  }
});

test.each(cases)('should have a parameter for each hole in the sentences for %s', file => {
  for (const { code, params } of readRunbook(sourceOf(file), file).diagnostics) {
    for (const words of Object.values(DIAGNOSTIC_WORDS[code] ?? {})) {
      const holes = [...`${words.what} ${words.hint}`.matchAll(/\{([\w-]+)\}/g)].map(match => match[1]);
      expect(holes.filter(hole => !Object.hasOwn(params, hole ?? ''))).toEqual([]);
    }
  }
});

test('should have a case for each code', () => {
  expect(diagnosticCodes.filter(code => !cases.some(file => codeOf(file) === code))).toEqual([]);
});
