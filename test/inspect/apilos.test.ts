import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Diagnostic, Lang } from '../../runner/diagnostic.ts';
import { inspectRunbook } from '../../runner/inspect.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';

const file = fileURLToPath(new URL('../../runbook/plan-de-reprise.md', import.meta.url));
const source = readFileSync(file, 'utf8');

/** Mistakes: what is replaced, once, by what; the code that must be found, and the text on whose line. */
const mistakes = [
  [/inputs\['(\w)/, "inputs['mal-ecrite-$1", 'type-error', "inputs['mal-ecrite-"],
  [
    /(import \{ backup \} from '#archive-fichiers'\n)/,
    '$1const nom: number = backup.name\n',
    'type-error',
    'const nom: number',
  ],
  [/resources\.base\b/, 'resources.bases', 'type-error', 'resources.bases'],
  [/from 'reprise\/s3'/, "from 'reprise/s4'", 'import-service-unknown', "'reprise/s4'"],
  [/import \{ restore\b/, 'import { restor', 'import-name-missing', 'import { restor '],
  [/from '\.\/coherence\.ts'/, "from './coherance.ts'", 'import-file-missing', "'./coherance.ts'"],
  [/```ts\n/, "```ts\nfetch('https://exemple.fr')\n", 'missing-await', "fetch('https://exemple.fr')"],
  [/```sql\n/, '```sql\nselect (1;\n', 'sql-syntax', 'select (1;'],
  [/```sh\n/, '```sh\nfi # sans if\n', 'bash-syntax', 'fi # sans if'],
  [/^inputs:\n/m, 'inputs:\n  jamais-lue: { default: x }\n', 'unused-input', 'jamais-lue'],
  [/^## (?=\S)/m, '[nulle part](nulle-part.md)\n\n## ', 'dead-file-link', '[nulle part]'],
  [/^### (?=\S)/m, '[ailleurs](#nulle-part)\n\n### ', 'dead-link', '[ailleurs]'],
] as const;

const broken = mistakes.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), source);

/** The line, from 1, of the first place where a text stands in the plan with its mistakes. */
function lineOf(text: string): number {
  return broken.slice(0, broken.indexOf(text)).split('\n').length;
}

/** What is printed of a finding; the line is compared apart, since every change of the plan moves it. */
function printed(diagnostic: Diagnostic, lang: Lang): string {
  const text = printDiagnostics([{ ...diagnostic, file: basename(file) }], broken, lang, { color: false });
  return text
    .replace(/:\d+:/, ':N:')
    .replace(/^ *\d+ \|/gm, 'N |')
    .replace(/^ +([|=])/gm, '  $1')
    .replace(/\n\d+ (?:erreur|error)[^\n]*\n$/, '\n');
}

test('should find each mistake of an author in the plan of APiLos, at its line', async () => {
  const { runbook } = readRunbook(broken, file);
  const found = runbook ? (await inspectRunbook(runbook, { types: true })).diagnostics : [];
  const made = mistakes.map(([, , code, text]) =>
    found.find(each => each.code === code && each.place.start.line === lineOf(text)),
  );
  expect(mistakes.filter((_, index) => made[index] === undefined)).toEqual([]);
  for (const lang of ['fr', 'en'] as const) {
    const text = made.map(each => (each === undefined ? '' : printed(each, lang))).join('');
    await expect(text).toMatchFileSnapshot(`golden/apilos.${lang}.txt`);
  }
});

test('should find nothing in the plan of APiLos as it is', async () => {
  const { runbook } = readRunbook(source, file);
  expect(runbook && (await inspectRunbook(runbook, { types: true }))).toEqual({
    diagnostics: [],
    types: 'checked',
  });
});
