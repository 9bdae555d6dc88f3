import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderRunbook } from '../../runner/page/page.ts';
import { renderTranscript } from '../../runner/transcript/transcript.ts';
import { ENTRIES, PLAN } from '../transcript/scenario.ts';
import { Chromium, chromiumPath } from './chromium.ts';
import { PAGES, runbookOf } from './pages.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const shop = new URL('../second-runbook/recover-web-server.md', import.meta.url);

const pages = {
  ...PAGES,
  'the second runbook': renderRunbook(runbookOf(readFileSync(shop, 'utf8'), 'recover-web-server.md')),
  'a transcript': renderTranscript({ source: PLAN, file: 'plan.md', entries: ENTRIES }).html,
};

/** What axe finds wrong in the page with all its code unfolded, each rule with the elements that break it. */
const violations = `(async () => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const { violations, passes } = await axe.run(document, { runOnly: ${JSON.stringify(tags)}, resultTypes: ['violations'] });
  const told = violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | '));
  return { looked: passes.length > 20, told };
})()`;

describe.skipIf(chromiumPath === undefined)('axe in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-axe-'));
  let browser: Chromium;

  beforeAll(() => {
    browser = new Chromium(chromiumPath ?? '');
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens a page and gives it axe; the page's own policy, which allows no script, stays as it is. */
  async function open(html: string): Promise<void> {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    await browser.open(`file://${file}`);
    await browser.evaluate(`${axe};undefined`);
  }

  const looks = [1280, 360].flatMap(width => (['light', 'dark'] as const).map(scheme => ({ width, scheme })));

  test.each(Object.entries(pages))(
    'finds nothing wrong in %s, wide or narrow, light or dark',
    async (_, html) => {
      await open(html);
      for (const { width, scheme } of looks) {
        await browser.look(width, scheme);
        expect({ width, scheme, ...Object(await browser.evaluate(violations)) }).toEqual({
          width,
          scheme,
          looked: true,
          told: [],
        });
      }
    },
  );

  test('would find a page without a language, and an image without words', async () => {
    await open('<!doctype html><title>a</title><main><h1>a</h1><img src="data:,"></main>');
    expect(await browser.evaluate(violations)).toMatchObject({
      told: [expect.stringMatching(/^html-has-lang/), expect.stringMatching(/^image-alt/)],
    });
  });
});
