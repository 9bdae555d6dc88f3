import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { expectInert, expectUnchanged } from './harmless.ts';

const example = z.object({ markdown: z.string(), number: z.number(), section: z.string() });
const examples = z
  .object({ tests: z.array(example) })
  .parse(createRequire(import.meta.url)('commonmark-spec'))
  // The specification shows tabs as arrows.
  .tests.map(each => ({ ...each, markdown: each.markdown.replaceAll('→', '\t') }));

const sections = [...new Set(examples.map(({ section }) => section))];

test('all the examples of CommonMark 0.31.2 are there', () => {
  expect([examples.length, sections.length]).toEqual([652, 26]);
});

/** Examples that are no plan: code that never ends. */
const refused: Readonly<Record<number, readonly string[]>> = {
  126: ['unterminated-fence'],
  127: ['unterminated-fence'],
  139: ['unterminated-fence'],
  237: ['unterminated-fence'],
};

describe.each(sections)('CommonMark, %s', title => {
  const own = examples.filter(({ section }) => section === title);

  test('is formatted to itself, bare and under a front matter', () => {
    for (const { markdown } of own) expectUnchanged(markdown);
  });

  test('runs nothing, and its page runs nothing either', async () => {
    for (const { markdown, number } of own)
      expect([number, await expectInert(markdown)]).toEqual([number, refused[number] ?? []]);
  });
});

/** The pages by which packages of our own lock file present themselves. */
const readmes = {
  commander: 'Readme.md',
  dns2: 'README.md',
  'fast-check': 'README.md',
  'libpg-query': 'README.md',
  prompts: 'readme.md',
  remark: 'readme.md',
  ssh2: 'README.md',
  unified: 'readme.md',
  yaml: 'README.md',
  yauzl: 'README.md',
  yazl: 'README.md',
  zod: 'README.md',
};

/** A document whose fences all say that they are examples. */
function marked(source: string): string {
  return source.replaceAll(/^(\s*(?:`{3,}|~{3,})\w+)/gm, '$1 example');
}

test('twelve public documents stay as they are, and their code is reported, not run; eleven have a page', async () => {
  const said: Record<
    string,
    { readonly asItStands: readonly string[]; readonly examplesMarked: readonly string[] }
  > = {};
  for (const [name, file] of Object.entries(readmes)) {
    const source = readFileSync(
      fileURLToPath(new URL(`../../node_modules/${name}/${file}`, import.meta.url)),
      'utf8',
    );
    expectUnchanged(source);
    said[name] = { asItStands: await expectInert(source), examplesMarked: await expectInert(marked(source)) };
  }
  const rendered = Object.values(said).filter(({ examplesMarked }) => examplesMarked.length === 0);
  expect(rendered).toHaveLength(11);
  expect(said).toMatchInlineSnapshot(`
    {
      "commander": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "dns2": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "fast-check": {
        "asItStands": [
          "too-costly",
        ],
        "examplesMarked": [
          "too-costly",
        ],
      },
      "libpg-query": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "prompts": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "remark": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "ssh2": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "unified": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "yaml": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "yauzl": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "yazl": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
      "zod": {
        "asItStands": [
          "fence-outside-step",
        ],
        "examplesMarked": [],
      },
    }
  `);
});
