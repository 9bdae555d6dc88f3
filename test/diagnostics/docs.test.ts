import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { DIAGNOSTIC_WORDS } from '../../runner/report/diagnostic-words.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';

const page = new URL('../../docs/diagnostics.md', import.meta.url);

const introduction = `# Diagnostics

What is wrong with a document, by code. A code is permanent: it never changes its meaning and is never used again. Each finding is
printed with its place (\`file:line:column\`), its sentence, the line with marks under the part that it concerns, sometimes a
second place that explains the first, and what to do. The format itself is in [format.md](format.md).

\`checklist-ignored\` is a warning; all others are errors, and a document with an error does not run.
`;

function sentence(what: string): string {
  const bare = what.replace(/\{(\w+)\}/g, '…');
  return `${bare.charAt(0).toUpperCase()}${bare.slice(1)}.`;
}

/** What is printed for the broken document of a code: the finding that bears it. */
function example(code: string): string {
  const text = readFileSync(new URL(`./broken/${code}.md`, import.meta.url), 'utf8');
  const source = code === 'too-large' ? text.repeat(10_000) : text;
  const found = readRunbook(source, 'plan.md').diagnostics.filter(diagnostic => diagnostic.code === code);
  return printDiagnostics(found.slice(0, 1), source, 'en', { color: false }).split('\n\n')[0] ?? '';
}

test('should document each code in English with an example', () => {
  const sections = Object.entries(DIAGNOSTIC_WORDS).map(
    ([code, { en }]) =>
      `## \`${code}\`\n\n${sentence(en?.what ?? '')}\n\n\`\`\`text\n${example(code)}\n\`\`\`\n`,
  );
  const written = [introduction, ...sections].join('\n');
  if (process.env.UPDATE) writeFileSync(page, written);
  expect(readFileSync(page, 'utf8')).toBe(written);
});

test('should keep the codes in alphabetical order, with both sentences in both languages', () => {
  const codes = Object.keys(DIAGNOSTIC_WORDS);
  expect(codes).toEqual([...codes].sort());
  for (const { fr, en } of Object.values(DIAGNOSTIC_WORDS)) {
    for (const words of [fr, en]) {
      expect(words.what).toMatch(/^[^\s.].*[^\s.]$/);
      expect(words.hint).toMatch(/^[^\s.].*[^\s.]$/);
    }
    expect(fr.what).not.toBe(en.what);
  }
});
