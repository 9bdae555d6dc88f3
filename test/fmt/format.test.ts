import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDocument } from '../../runner/fmt/format.ts';
import { readRunbook } from '../../runner/model/build.ts';

const root = resolve(import.meta.dirname, '..', '..');

/** Every Markdown file of the repository that is a document or tries to be one. */
function documents(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name));
}

const folders = [
  'runbook',
  'docs',
  'test/diagnostics',
  'test/inspect',
  'test/second-runbook',
  'test/transcript',
];
const files = folders.flatMap(documents);

/** The document without what a formatter may touch: lines of colons, and the front matter. */
function untouchable(source: string): string {
  const body = source.replace(/^\ufeff?---[ \t]*\r?\n[\s\S]*?^---[ \t]*$/m, '---');
  return body.replace(/^:{2,}.*$/gm, '::');
}

/** What is wrong with a document, without places. */
function wrongs(source: string): string[] {
  return readRunbook(source, 'x.md')
    .diagnostics.map(({ code }) => code)
    .sort();
}

/** All that a document means, without places. */
function meaning(source: string): string {
  const { runbook } = readRunbook(source, 'x.md');
  const plain = (key: string, value: unknown): unknown => {
    if (key === 'place' || key === 'source' || key === 'line') return undefined;
    return value instanceof Map ? [...value] : value;
  };
  return JSON.stringify(runbook, plain) ?? '';
}

function expectSound(source: string): string {
  const formatted = formatDocument(source);
  expect(formatDocument(formatted)).toBe(formatted);
  expect(untouchable(formatted)).toBe(untouchable(source));
  expect(wrongs(formatted)).toEqual(wrongs(source));
  expect(meaning(formatted)).toBe(meaning(source));
  return formatted;
}

describe('the documents of the repository', () => {
  test('are many', () => expect(files.length).toBeGreaterThan(60));

  test.each(files)('%s is formatted twice as once, and means the same', file => {
    expectSound(readFileSync(join(root, file), 'utf8'));
  });

  test('the plan of APiLos is formatted already', () => {
    const source = readFileSync(join(root, 'runbook/plan-de-reprise.md'), 'utf8');
    expect(formatDocument(source)).toBe(source);
  });
});

test('attributes come in the order of the documentation, with the quotes that they need', () => {
  const source = `---
title: Essai
---

# Essai

::when{  is="oui"   input='a'}

:::cell[Un  titre]{ effect=read   timeout="5m" #un on='base' }${'  '}

\`\`\`sh
true   # { is="oui" }
\`\`\`

:::::

:::manual{evidence=none #deux}${'\t'}

-   [ ]   fait

:::

::parallel{}
`;
  expect(expectSound(source)).toBe(`---
title: Essai
---

# Essai

::when{input=a is=oui}

:::cell[Un  titre]{#un on=base effect=read timeout=5m}

\`\`\`sh
true   # { is="oui" }
\`\`\`

:::

:::manual{#deux evidence=none}

-   [ ]   fait

:::

::parallel
`);
});

test('what is wrong stays as it is', () => {
  const broken =
    '---\ntitle: x\n---\n\n::: cell {a}\n\n:::cell{a=1  a=2 #x\n\n  ::clock{ start }\n\n- ::clock{ start }\n';
  expect(formatDocument(broken)).toBe(broken);
});

test('the front matter gets its spaces, and keeps its words', () => {
  const source = `---${'  '}
title:   "Essai : un"${'  '}
# ce qui suit est au singulier
resources:
      base:   {kind: postgres,label: 'La  base' , pdma:  24h}
      # la seconde
      fichiers:
          kind:  s3
          label: >-
              plié   et
              replié
objectives:
- un
-   deux,  trois
inputs: { liste: {type: list,default: [ a,b ,c ]}, vide: {} }   # fin
roles:
    pilote: {
        label: Pilote,
        holders: [camille] }

targets:
    essai :
        mode: drill
---

# Essai
`;
  expect(expectSound(source)).toBe(`---
title: "Essai : un"
# ce qui suit est au singulier
resources:
  base: { kind: postgres, label: 'La  base', pdma: 24h }
  # la seconde
  fichiers:
    kind: s3
    label: >-
        plié   et
        replié
objectives:
  - un
  -   deux,  trois
inputs: { liste: { type: list, default: [a, b, c] }, vide: {} }   # fin
roles:
  pilote: {
      label: Pilote,
      holders: [camille] }

targets:
  essai:
    mode: drill
---

# Essai
`);
});

test('line endings and a byte order mark stay', () => {
  const source = '\ufeff---\r\ntitle:  x\r\n---\r\n\r\n::clock{ start }\r\n\r\n## Un\r\n\r\ntexte  \r\n';
  expect(formatDocument(source)).toBe(
    '\ufeff---\r\ntitle: x\r\n---\r\n\r\n::clock{start}\r\n\r\n## Un\r\n\r\ntexte  \r\n',
  );
});

describe('whatever the document', () => {
  const line = fc.constantFrom(
    '::clock{ start }',
    '::when{is="a b"  input=x}',
    ':::cell{effect=read   #un}',
    ':::cell[ x ]{ #deux }',
    ':::',
    '::::',
    ':::  ',
    '```sh',
    '```',
    'true',
    '# Titre',
    '## Autre',
    '- [ ] point',
    '> citation',
    'prose  ',
    '',
    '',
    '',
    '---',
    '<div>',
    '    code',
    "::each{as='y' in=z}",
    ':::manual{evidence=none  #trois}',
    '  ::parallel',
    '::parallel{ }',
    '- ::clock{ stop }',
    '~~~',
    '\t:::',
  );
  const yaml = fc.constantFrom(
    'title:  x',
    'inputs:',
    '    x:  {type: list,default: [a,b]}',
    '  y: { label:  "a  b" }',
    '# note',
    '    # note',
    '',
    'lang: fr  ',
    'objectives:',
    '- a',
    '-   b',
    '  - c',
    'scenario: |',
    '    un',
    '      deux',
    'roles: {a: {holders: [x]}}',
    'a: &b c',
    '? k',
    ': v',
    '{',
    ']',
    'texte: >2',
    '   plié',
    'x: "a',
    '  b"',
    'k :  v',
    '"q":v',
    'z: { "q":v,  w }',
    'n: [ [a,b],{c: d} ]',
    '\tx: y',
  );

  test('formatting is idempotent and touches nothing else', () => {
    const document = fc.tuple(
      fc.array(yaml, { maxLength: 12 }),
      fc.array(line, { maxLength: 24 }),
      fc.constantFrom('\n', '\r\n'),
    );
    fc.assert(
      fc.property(document, ([front, body, end]) => {
        const formatted = expectSound(['---', ...front, '---', '', ...body].join(end));
        expect(formatted.split(end)).toHaveLength(front.length + body.length + 3);
      }),
      { numRuns: 600 },
    );
  });

  test('of any text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\n', '::', ':::', '{', '}', '#a', '=', '"', '---\n', '\n\n', '\r', '[', ']', '`'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), pieces => {
        const source = pieces.join('');
        const formatted = formatDocument(source);
        expect(formatDocument(formatted)).toBe(formatted);
        expect(wrongs(formatted)).toEqual(wrongs(source));
      }),
      { numRuns: 600 },
    );
  });
});
