import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { CHECK_WORDS } from '../../runner/report/check-words.ts';
import { DIAGNOSTIC_WORDS } from '../../runner/report/diagnostic-words.ts';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';

const page = new URL('../../docs/diagnostics.md', import.meta.url);

const introduction = `# Diagnostics

What is wrong with a document, by code. A code is permanent: it never changes its meaning and is never used again. Each finding is
printed with its place (\`file:line:column\`), its sentence, the line with marks under the part that it concerns, sometimes a
second place that explains the first, and what to do. The format itself is in [format.md](format.md).

The first part is what keeps a document from being run: \`checklist-ignored\` is a warning; all others are errors, and a document with
an error does not run. The [second part](#what-check-finds-besides) is what \`reprise check\` finds besides in a document that is whole.
`;

const besides = `# What \`check\` finds besides

\`reprise check\` asks the tools of this machine, and the rules of good writing: imports are looked for, sh cells are read by
\`bash -n\`, and by ShellCheck where it is installed, sql cells by PostgreSQL’s own grammar, and ts cells are typed by TypeScript, with what
other cells export, \`inputs\`, \`items\`, \`secrets\` and \`resources\` as the document declares them. Nothing of the document
runs. An error makes \`check\` end with 2, and a warning only with \`--strict\`; neither keeps a runbook from being run.

A finding of this part is silenced where it stands by a comment on the line above, with a reason, in the comment form of the
place: \`<!-- reprise-ignore CODE: reason -->\` in prose, \`// reprise-ignore CODE: reason\` in a ts cell, \`--\` in a sql cell, \`#\` in a
sh cell and in the front matter. Above a step, it holds for the whole step. ShellCheck has its own: \`# shellcheck disable=SC2086\`.
`;

function sentence(what: string): string {
  const bare = what.replace(/\{(\w+)\}/g, '…');
  return `${bare.charAt(0).toUpperCase()}${bare.slice(1)}.`;
}

/** The finding that bears a code, of what `check` prints for its document. */
function golden(code: string): string {
  if (code === 'shellcheck') return shellcheckExample;
  const text = readFileSync(new URL(`../inspect/broken/${code}.en.txt`, import.meta.url), 'utf8');
  const found = text.split('\n\n').find(finding => finding.includes(`[${code}]`)) ?? '';
  return found.replaceAll(`${code}.md:`, 'plan.md:');
}

const shellcheckExample = `plan.md:11:10: warning[shellcheck]: ShellCheck (SC2086): Double quote to prevent globbing and word splitting.
11 |     rm /tmp/$nom
   |             ^^^^
   = what to do: see https://www.shellcheck.net/wiki/SC2086`;

/** What is printed for the broken document of a code: the finding that bears it. */
function example(code: string): string {
  if (code in CHECK_WORDS) return golden(code);
  const text = readFileSync(new URL(`./broken/${code}.md`, import.meta.url), 'utf8');
  const source = code === 'too-large' ? text.repeat(10_000) : text;
  const found = readRunbook(source, 'plan.md').diagnostics.filter(diagnostic => diagnostic.code === code);
  return printDiagnostics(found.slice(0, 1), source, 'en', { color: false }).split('\n\n')[0] ?? '';
}

function sectionsOf(table: typeof DIAGNOSTIC_WORDS): readonly string[] {
  return Object.entries(table).map(
    ([code, { en }]) => `## \`${code}\`\n\n${sentence(en.what)}\n\n\`\`\`text\n${example(code)}\n\`\`\`\n`,
  );
}

test('should document each code in English with an example', () => {
  const written = [introduction, ...sectionsOf(DIAGNOSTIC_WORDS), besides, ...sectionsOf(CHECK_WORDS)].join(
    '\n',
  );
  if (process.env.UPDATE) writeFileSync(page, written);
  expect(readFileSync(page, 'utf8')).toBe(written);
});

test.each([
  ['the grammar', DIAGNOSTIC_WORDS],
  ['`check`', CHECK_WORDS],
])('should keep the codes of %s in alphabetical order, with both sentences in both languages', (_, table) => {
  const codes = Object.keys(table);
  expect(codes).toEqual([...codes].sort());
  for (const { fr, en } of Object.values(table)) {
    for (const words of [fr, en]) {
      expect(words.what).toMatch(/^[^\s.].*[^\s.]$/);
      expect(words.hint).toMatch(/^[^\s.].*[^\s.]$/);
    }
    expect(fr.what).not.toBe(en.what);
  }
});
