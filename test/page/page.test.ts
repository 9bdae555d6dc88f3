import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { medianOf } from '../../runner/page/durations.ts';
import { renderRunbook } from '../../runner/page/page.ts';
import { codeBlock } from '../../runner/transcript/html-parts.ts';
import { renderTranscript } from '../../runner/transcript/transcript.ts';
import { ENTRIES, PLAN } from '../transcript/scenario.ts';
import { drilled, PAGES, runbookOf } from './pages.ts';

const TRANSCRIPT = renderTranscript({ source: PLAN, file: 'plan.md', entries: ENTRIES }).html;

describe.each(Object.entries({ ...PAGES, 'a transcript': TRANSCRIPT }))('%s as a page', (_name, html) => {
  test('allows its own style sheet and nothing else', () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(html.replaceAll('&#x27;', "'")).toContain(
      `content="default-src 'none'; style-src 'sha256-${digest}'; img-src data:; base-uri 'none'; form-action 'none'"`,
    );
    expect(html).not.toMatch(/<(?:script|img|link|iframe|object|base|form)\b|\sstyle="|\son\w+="/);
  });

  test('skips no level of headings', () => {
    const levels = [...html.matchAll(/<h([1-6])[\s>]/g)].map(match => Number(match[1]));
    expect(levels.filter(level => level === 1)).toHaveLength(1);
    // The table of contents, a landmark of its own, may stand between the title and the rest.
    const skipped = levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1);
    expect(skipped).toEqual([]);
  });

  test('has each id once, and no link to an id that is not there', () => {
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(match => match[1]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    const links = [...html.matchAll(/\shref="#([^"]*)"/g)].map(match => match[1]);
    expect(links.filter(link => !ids.includes(link))).toEqual([]);
    const labels = [...html.matchAll(/\saria-labelledby="([^"]*)"/g)].map(match => match[1]);
    expect(labels.filter(label => !ids.includes(label))).toEqual([]);
  });

  test('names its landmarks, tables and language', () => {
    expect(html).toMatch(/^<!doctype html>\n?<html lang="fr">/);
    expect(html).toContain('<a class="skip" href="#contenu">');
    expect(html.match(/<main /g)).toHaveLength(1);
    const ours = html.match(/<div class="scroll"[^>]*><table>/g) ?? [];
    expect(html.match(/<div class="scroll"[^>]*><table><caption>/g) ?? []).toHaveLength(ours.length);
  });
});

test('the middle one of what was measured is never between two measures', () => {
  expect([medianOf([5]), medianOf([9, 1]), medianOf([3, 9, 1])]).toEqual([5, 1, 3]);
});

test.each([
  ['a cell', 'const a = 1\n'.repeat(1_000), 'ts', true],
  ['a word that never ends', `const a = ${'a'.repeat(300)}`, 'ts', false],
  ['a cell beyond any', 'const a = 1\n'.repeat(2_000), 'ts', false],
  ['settings', '[a]\nb = 1\n', 'ini', true],
  ['settings without end', '[a]\nb = 1\n'.repeat(1_000), 'ini', false],
])('%s is coloured only where that costs little', (_, text, language, isColoured) => {
  const block = JSON.stringify(codeBlock(text, language));
  expect(block.includes('"hljs-')).toBe(isColoured);
});

describe('what the plan relies on', () => {
  const front = `---
title: Essai
lang: LANG
resources: { depot: { kind: github, label: Dépôt }, plateforme: { kind: scalingo } }
targets: { ici: { mode: drill, label: Ici, resources: { depot: { repository: a/b, token: { env: T } }, plateforme: { token: { env: T } } } } }
---
`;
  const sources = [
    'file=a.json in=depot ref=main is=sha256:0123456789ab',
    'file=a.json key=b.c is="<b>"',
    'names-of=.env.template in=depot is=45:1e3de6ac41bf',
    'workflow=sauvegarde.yml in=depot is="27 1 * * 1"',
    'workflow=sauvegarde.yml artifact="Copie de la base" in=depot is=kept',
    'stack=scalingo-22 in=plateforme is="deprecated 2026-06-01"',
    'url=https://example.org/etat.json',
    'url=https://example.org/etat.json key=version is=3',
    'tool=pg_restore is=15',
  ].map(text => `::source{${text}}\n`);

  test.each(['fr', 'en'])('stands under its heading, one line a source, in words: %s', lang => {
    const html = renderRunbook(
      runbookOf(`${front.replace('LANG', lang)}\n# Essai\n\n## Déployer\n\n${sources.join('\n')}\nProse.\n`),
    );
    const [, after = ''] = html.split('id="doc-déployer">');
    const lines = [...after.matchAll(/<p class="source">(.*?)<\/p>/g)].map(match => match[1]);
    expect([
      after.slice(0, after.indexOf('<p')),
      after.indexOf('Prose.') > after.lastIndexOf('class="source"'),
    ]).toEqual(['Déployer</h3>', true]);
    expect(lines).toMatchSnapshot();
  });
});

describe('past drills on the page', () => {
  /** The words of one element of the page, without its marks. */
  function textOf(html: string, pattern: RegExp): string {
    return (pattern.exec(html)?.[0] ?? '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/[\s\u00a0]+/g, ' ')
      .trim();
  }

  test('say nothing when nobody looked for any', () => {
    const html = renderRunbook(runbookOf(PLAN));
    expect(html).not.toContain('Exercices passés');
    expect(html).not.toContain('class="took"');
  });

  test('tell of each step that passed, on which target', () => {
    const html = renderRunbook(runbookOf(PLAN), drilled());
    const took = [...html.matchAll(/<article[^>]* id="etape-([^"]+)"[\s\S]*?<\/header>/g)].flatMap(
      ([header, id]) =>
        header.includes('class="took"') ? [[id, textOf(header, /<span class="took">[\s\S]*/)]] : [],
    );
    expect(took).toMatchInlineSnapshot(`
      [
        [
          "archive-base",
          "◷ Bac à sable : 33 s",
        ],
        [
          "inviter",
          "◷ Bac à sable : 2 min 30 s",
        ],
        [
          "base-complete",
          "◷ Bac à sable : 8 s",
        ],
        [
          "lecture-seule",
          "◷ Bac à sable : 3,3 s",
        ],
        [
          "deployer",
          "◷ Bac à sable : 1 min 6 s",
        ],
      ]
    `);
  });

  test('tell nothing of a step that has changed since', () => {
    const changed = PLAN.replace(/(:::cell\{#[\s\S]*?```(?:ts|sh|sql)\n)/, '$1-- autrement\n');
    const before = drilled();
    const now = drilled(changed);
    expect([...now.changed].map(id => before.steps.has(id))).toEqual([true]);
    expect([...now.steps.keys()]).toEqual([...before.steps.keys()].filter(id => !now.changed.has(id)));
  });
});
