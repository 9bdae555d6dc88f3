import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Diagnostic, Lang } from '../../runner/diagnostic.ts';
import { inspectRunbook } from '../../runner/inspect.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { CHECK_WORDS } from '../../runner/report/check-words.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';

const folder = new URL('./broken/', import.meta.url);
const cases = readdirSync(folder)
  .filter(name => name.endsWith('.md'))
  .sort();
const codeOf = (file: string): string => file.replace(/(?:-\d+)?\.md$/, '');

const inspected = new Map<string, Promise<readonly Diagnostic[]>>();

/** Each document is looked at once. */
function inspect(file: string, source: string): Promise<readonly Diagnostic[]> {
  const known = inspected.get(file) ?? inspectFile(file, source);
  inspected.set(file, known);
  return known;
}

/** What `check` finds in a document that is whole. The file is shown by its name alone. */
async function inspectFile(file: string, source: string): Promise<readonly Diagnostic[]> {
  const { runbook, diagnostics } = readRunbook(source, fileURLToPath(new URL(file, folder)));
  if (runbook === undefined) throw new Error(printDiagnostics(diagnostics, source, 'en', { color: false }));
  return (await inspectRunbook(runbook, { types: true })).diagnostics.map(diagnostic => ({
    ...diagnostic,
    file,
  }));
}

function expected(file: string, lang: Lang, printed: string): string {
  const url = new URL(file.replace(/\.md$/, `.${lang}.txt`), folder);
  if (process.env.UPDATE) writeFileSync(url, printed);
  return readFileSync(url, 'utf8');
}

test.each(cases)('should say all that would fail in %s, in French and in English', async file => {
  const source = readFileSync(new URL(file, folder), 'utf8');
  const diagnostics = await inspect(file, source);
  expect(diagnostics.map(({ code }) => code)).toContain(codeOf(file));
  for (const lang of ['fr', 'en'] as const) {
    const printed = printDiagnostics(diagnostics, source, lang, { color: false });
    expect(printed).toBe(expected(file, lang, printed));
  }
});

test.each(cases)('should have a parameter for each hole in the sentences for %s', async file => {
  for (const { code, params } of await inspect(file, readFileSync(new URL(file, folder), 'utf8'))) {
    for (const words of Object.values(CHECK_WORDS[code] ?? {})) {
      const holes = [...`${words.what} ${words.hint}`.matchAll(/\{([\w-]+)\}/g)].map(match => match[1]);
      expect(holes.filter(hole => !Object.hasOwn(params, hole ?? ''))).toEqual([]);
    }
  }
});

/** Rules that need a tool which few machines have; their own tests give them its answers. */
const elsewhere = ['shellcheck'];

test('should have a case for each code', () => {
  const known = [...cases.map(codeOf), ...elsewhere];
  expect(Object.keys(CHECK_WORDS).filter(code => !known.includes(code))).toEqual([]);
});
