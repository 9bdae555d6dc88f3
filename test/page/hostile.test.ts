import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { harmless, PAYLOADS, PROSE, pageOf, render } from '../transcript/hostile.ts';
import { Chromium, chromiumPath } from './chromium.ts';

/** Runs before anything of a page does: keeps what a script would show, what is asked for, and all that the page's policy had to stop. */
const probe = `
  window.seen = [];
  for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) window[name] = () => void window.seen.push(name);
  for (const type of ['load', 'error'])
    addEventListener(type, ({ target }) => target instanceof Element && window.seen.push('request ' + target.localName), true);
  addEventListener('securitypolicyviolation', event => window.seen.push(event.effectiveDirective + ' ' + event.blockedURI));
`;

/** What the page did, after it was hovered over everywhere. */
const done = `(async () => {
  for (const element of document.querySelectorAll('*'))
    for (const type of ['mouseover', 'focus', 'toggle']) element.dispatchEvent(new Event(type, { bubbles: true }));
  await new Promise(resolve => setTimeout(resolve, 20));
  return { seen: window.seen, title: document.title };
})()`;

/** Every element as the browser understood it, with the names of its attributes. */
const elements = `[...document.querySelectorAll('*')].map(element => [element.localName, ...element.getAttributeNames()].join(' '))`;

/** Where the page leads besides to itself and to files of its bundle. */
const links = `[...new Set([...document.querySelectorAll('[href], [src], [action]')].map(element =>
  element.getAttribute('href') ?? element.getAttribute('src') ?? element.getAttribute('action')))].filter(to => !/^(#|\\.\\/(evidence|output)\\/)/.test(to))`;

const quiet = { seen: [], title: expect.stringContaining('Plan de reprise d’essai') };

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-hostile-'));
  let browser: Chromium;

  async function open(html: string): Promise<void> {
    const file = join(folder, 'page.html');
    writeFileSync(file, html);
    await browser.open(`file://${file}`);
  }

  beforeAll(async () => {
    browser = new Chromium(chromiumPath ?? '');
    await open('<!doctype html><title>vide</title>');
    await browser.send('Page.addScriptToEvaluateOnNewDocument', { source: probe });
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the probe sees a script, a request, and what a policy stops', async () => {
    const body = '<script>alert(1)</script><p onmouseover="document.title = 1">x</p><img src=absent.png>';
    await open(`<!doctype html><title>vide</title>${body}`);
    expect(await browser.evaluate(done)).toEqual({
      seen: ['alert', 'request img'],
      title: '1',
    });
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'">`;
    await open(`<!doctype html>${policy}<title>vide</title>${body}`);
    expect(await browser.evaluate(done)).toEqual({
      seen: ['script-src-elem inline', 'script-src-attr inline', 'img-src file', 'request img'],
      title: 'vide',
    });
  });

  test.each(Object.entries(PAYLOADS))('%s, everywhere, runs nothing and adds nothing', async (_, payload) => {
    await open(render(harmless(payload)).html);
    const [benign, own] = [await browser.evaluate(elements), await browser.evaluate(links)];
    await open(render(payload).html);
    expect(await browser.evaluate(done)).toEqual(quiet);
    expect([await browser.evaluate(elements), await browser.evaluate(links)]).toEqual([benign, own]);
  });

  test.each(PROSE)('the prose %j runs nothing', async prose => {
    await open(pageOf(prose));
    expect(await browser.evaluate(done)).toEqual(quiet);
  });
});
