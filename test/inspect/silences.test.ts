import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectRunbook } from '../../runner/inspect.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { CHECK_WORDS } from '../../runner/report/check-words.ts';

const front = '---\ntitle: Essai\nroles:\n  operateur: { holders: [sacha] }\n---\n\n# Essai\n';

/** Codes and lines of what is found after the front matter, types left out. */
async function found(body: string): Promise<readonly string[]> {
  const { runbook, diagnostics } = readRunbook(`${front}\n${body}`, 'plan.md');
  if (runbook === undefined) return diagnostics.map(({ code }) => code);
  const inspection = await inspectRunbook(runbook, { types: false });
  expect(inspection.types).toBe('not-asked');
  return inspection.diagnostics.map(
    ({ code, place }) => `${code}:${place.start.line - front.split('\n').length}`,
  );
}

const step = ':::manual{#a}\n\nPrévenir.\n\n:::\n';
const silence = '<!-- reprise-ignore manual-without-role: chacun le fait -->';

test('should silence a step by a comment above it, whatever stands between that is no text', async () => {
  expect(await found(step)).toEqual(['manual-without-role:1']);
  expect(await found(`${silence}\n\n${step}`)).toEqual([]);
  expect(await found(`${silence}\n<!-- reprise-ignore unused-export: rien -->\n\n${step}`)).toEqual([]);
  expect(await found(`${silence}\n\nUn texte.\n\n${step}`)).toEqual(['manual-without-role:5']);
});

test('should not obey a comment that is only shown', async () => {
  expect(await found(`\`\`\`html\n${silence}\n\`\`\`\n\n${step}`)).toEqual(['manual-without-role:5']);
  expect(await found(`\`${silence}\`\n\n${step}`)).toEqual(['manual-without-role:3']);
  expect(await found(`// reprise-ignore manual-without-role: pas ici\n\n${step}`)).toEqual([
    'manual-without-role:3',
  ]);
});

test('should silence one line of code, and no other', async () => {
  const cell = (code: string) => `:::cell{#a}\n\nUne étape :\n\n\`\`\`ts\n${code}\n\`\`\`\n\n:::\n`;
  const quoted = 'await $`echo "${1}"`';
  expect(await found(cell(`${quoted}\n${quoted}`))).toEqual(['quoted-value:6', 'quoted-value:7']);
  const reason = '// reprise-ignore quoted-value: toujours un chiffre';
  expect(await found(cell(`${reason}\n${quoted}\n${quoted}`))).toEqual(['quoted-value:8']);
  expect(
    await found(`<!-- reprise-ignore quoted-value: des chiffres -->\n\n${cell(`${quoted}\n${quoted}`)}`),
  ).toEqual([]);
});

const prose = [
  'Du texte.',
  '## Titre',
  '#### Titre',
  '[lien](./x.md#y) et [ancre](#essai)',
  '<!-- reprise-ignore unused-export: x -->',
  '<!-- reprise-ignore x',
  '| a | :::b |',
  '- une puce',
];
const code = [
  'export const a = $`"${1}"`',
  "import { b } from 'absent'",
  'select (',
  "'",
  'if then',
  'cat <<FIN',
  '# reprise-ignore bash-syntax: x',
  '-- reprise-ignore sql-syntax:',
  '// reprise-ignore x: y',
  '"${a}" `',
  '$$ /* é 🚒',
  '',
];

/** Documents most of which are whole: sections of prose and steps, with code of any kind in them. */
const body = fc
  .array(
    fc.oneof(
      fc.constantFrom(...prose).map(text => () => text),
      fc
        .tuple(
          fc.constantFrom('ts', 'sh'),
          fc.array(fc.constantFrom(...code), { minLength: 1, maxLength: 5 }),
        )
        .map(
          ([language, lines]) =>
            (index: number) =>
              `:::cell{#a-${index}}\n\n\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n:::`,
        ),
    ),
    { maxLength: 6 },
  )
  .map(blocks => blocks.map((block, index) => block(index)).join('\n\n'));

test('should say something known of any document that is whole, and never fail', async () => {
  let whole = 0;
  await fc.assert(
    fc.asyncProperty(body, async text => {
      const { runbook } = readRunbook(`${front}\n${text}\n`, 'plan.md');
      if (runbook === undefined) return;
      whole++;
      const { diagnostics } = await inspectRunbook(runbook, { types: false });
      for (const { code } of diagnostics) expect(Object.keys(CHECK_WORDS)).toContain(code);
    }),
    { numRuns: 150 },
  );
  expect(whole).toBeGreaterThan(30);
});
