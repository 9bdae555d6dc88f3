import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Chromium, chromiumPath } from './chromium.ts';
import { PAGES } from './pages.ts';

/**
 * Every text whose contrast with what lies behind it is under WCAG 2.1, 1.4.3: 4.5, or 3 when it is large (24 px, or 18.66 px
 * in bold). Colours are composed over the backgrounds of the elements around; folded code is unfolded first.
 */
const poorContrasts = `(() => {
  for (const details of document.querySelectorAll('details')) details.open = true;
  const colour = text => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const behind = element => {
    const own = colour(getComputedStyle(element).backgroundColor);
    if (own[3] === 1) return own;
    return over(own, element.parentElement ? behind(element.parentElement) : [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => {
    const [R, G, B] = [r, g, b].map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  let seen = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.data.trim() === '') continue;
    const style = getComputedStyle(node.parentElement);
    const back = behind(node.parentElement);
    const [one, two] = [light(over(colour(style.color), back)), light(back)].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    seen += 1;
    if (ratio < (isLarge ? 3 : 4.5)) poor.push(node.data.slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return { seen: seen > 100, poor };
})()`;

/** What a reader who has no mouse and a narrow screen would miss (WCAG 2.1, 1.4.10 and 2.1.1). */
const unreachable = `(() => {
  const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
  const scrolls = element => element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX);
  const stuck = [...document.querySelectorAll('main *')]
    .filter(element => scrolls(element) && element.tabIndex < 0)
    .map(element => element.outerHTML.slice(0, 80));
  const hidden = [...document.querySelectorAll('[aria-hidden=true] :is(a,[tabindex])')].length;
  return { wide, stuck, hidden };
})()`;

interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[];
}

const mustBeNamed = [
  'link',
  'button',
  'navigation',
  'region',
  'table',
  'heading',
  'article',
  'DisclosureTriangle',
];

function outline(nodes: readonly AxNode[]) {
  const seen = nodes.filter(node => !node.ignored);
  const roles = (role: string) => seen.filter(node => node.role?.value === role);
  const levels = roles('heading').map(node =>
    Number(node.properties?.find(({ name }) => name === 'level')?.value.value),
  );
  return {
    landmarks: ['banner', 'main', 'contentinfo'].map(role => roles(role).length),
    navigations: roles('navigation').map(node => node.name?.value),
    title: levels.filter(level => level === 1).length,
    skipped: levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? 0) + 1),
    unnamed: seen
      .filter(node => mustBeNamed.includes(node.role?.value ?? '') && !node.name?.value)
      .map(node => node.role?.value),
  };
}

describe.skipIf(chromiumPath === undefined).each(Object.entries(PAGES))('%s in Chromium', (_name, html) => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-page-'));
  let browser: Chromium;

  beforeAll(async () => {
    const file = join(folder, 'plan.html');
    writeFileSync(file, html);
    browser = new Chromium(chromiumPath ?? '');
    await browser.open(`file://${file}`);
  });

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const looks = [1280, 390].flatMap(width => (['light', 'dark'] as const).map(scheme => ({ width, scheme })));

  test.each(looks)('has enough contrast at $width px, $scheme', async ({ width, scheme }) => {
    await browser.look(width, scheme);
    expect(await browser.evaluate(poorContrasts)).toEqual({ seen: true, poor: [] });
  });

  test('has enough contrast on paper', async () => {
    await browser.look(800, 'dark', 'print');
    expect(await browser.evaluate(poorContrasts)).toEqual({ seen: true, poor: [] });
  });

  test.each([1280, 390, 320])('is no wider than %i px, and all that scrolls has the focus', async width => {
    await browser.look(width, 'light');
    expect(await browser.evaluate(unreachable)).toEqual({ wide: 0, stuck: [], hidden: 0 });
  });

  test.each([1280, 390])('tells its landmarks, headings and names at %i px', async width => {
    await browser.look(width, 'light');
    const { nodes } = await browser.send('Accessibility.getFullAXTree');
    expect(Array.isArray(nodes) && nodes.length > 500).toBe(true);
    const narrow = width < 1312 ? ['Sommaire', 'Retour au sommaire'] : ['Sommaire'];
    expect(outline(Array.isArray(nodes) ? nodes : [])).toEqual({
      landmarks: [1, 1, 1],
      navigations: narrow,
      title: 1,
      skipped: [],
      unnamed: [],
    });
  });

  test('shows folded code and the addresses of links on paper, and only there', async () => {
    const shown = `(() => {
      const details = [...document.querySelectorAll('details')];
      for (const each of details) each.open = false;
      const code = details.flatMap(each => [...each.querySelectorAll('pre')]);
      const links = [...document.querySelectorAll('.plan a[href^="http"]')];
      const after = link => getComputedStyle(link, '::after').content;
      return {
        folded: code.length > 0,
        visible: code.filter(each => each.checkVisibility()).length === code.length,
        hidden: code.every(each => !each.checkVisibility()),
        addressed: links.filter(link => after(link).includes(link.getAttribute('href'))).length === links.length,
        bare: links.every(link => after(link) === 'none'),
      };
    })()`;
    await browser.look(800, 'light', 'print');
    const paper = await browser.evaluate(shown);
    await browser.look(800, 'light');
    expect({ paper, screen: await browser.evaluate(shown) }).toMatchObject({
      paper: { folded: true, visible: true, hidden: false, addressed: true },
      screen: { folded: true, visible: false, hidden: true, bare: true },
    });
  });

  test.each([360, 320])('breaks no option of a command at %i px', async width => {
    await browser.look(width, 'light');
    const found = await browser.evaluate(`(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
      let seen = 0;
      const broken = [];
      const range = document.createRange();
      for (const pre of document.querySelectorAll('pre')) {
        const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode())
          for (const { 0: option, index } of node.data.matchAll(/(?<!\\S)--?[a-z][\\w-]{0,30}/g)) {
            range.setStart(node, index);
            range.setEnd(node, index + option.length);
            seen += 1;
            if (new Set([...range.getClientRects()].map(({ top }) => top)).size > 1) broken.push(option);
          }
      }
      return { some: seen > 0, broken };
    })()`);
    expect(found).toEqual({ some: true, broken: [] });
  });

  test('selects a command with one click, and only a part of folded code', async () => {
    const selects = 'pre => getComputedStyle(pre).userSelect';
    const found = await browser.evaluate(
      `({ command: (${selects})(document.querySelector('#jouer pre')), code: (${selects})(document.querySelector('details pre')) })`,
    );
    expect(found).toEqual({ command: 'all', code: 'text' });
  });
});
