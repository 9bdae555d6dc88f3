import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { inspectRunbook } from '../../runner/inspect.ts';
import { readRunbook } from '../../runner/model/build.ts';

const file = fileURLToPath(new URL('../../runbook/plan-de-reprise.md', import.meta.url));
const source = readFileSync(file, 'utf8');

/** Mistakes: what is replaced, once, by what; the code that must be found, and the text on whose line. */
const mistakes = [
  [/inputs\['(\w)/, "inputs['mal-ecrite-$1", 'type-error', "inputs['mal-ecrite-"],
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

test('should find each mistake of an author in the plan of APiLos, at its line', async () => {
  const broken = mistakes.reduce(
    (text, [pattern, replacement]) => text.replace(pattern, replacement),
    source,
  );
  const { runbook } = readRunbook(broken, file);
  const found = runbook ? (await inspectRunbook(runbook, { types: true })).diagnostics : [];
  const lines = found.map(({ code, place }) => `${code}:${place.start.line}`);
  const wanted = mistakes.map(([, , code, text]) => `${code}:${broken.split(text)[0]?.split('\n').length}`);
  expect(wanted.filter(each => !lines.includes(each))).toEqual([]);
});

test('should find nothing in the plan of APiLos as it is', async () => {
  const { runbook } = readRunbook(source, file);
  expect(runbook && (await inspectRunbook(runbook, { types: true }))).toEqual({
    diagnostics: [],
    types: 'checked',
  });
});
