/*
 * Links within a page and to files of the repository. In: a page and the file in which it stands. Out: a finding for each that
 * leads to a file that is not there, or to a heading that the page or the file does not have. Links of the web are left alone: a check needs no network.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Findings } from '../syntax/findings.ts';
import { type Page, type PageLink, readPage } from '../syntax/page.ts';

/** Looks for the heading, or the HTML `id`, to which every link inside the page leads. */
export function checkAnchors(page: Page, findings: Findings): void {
  for (const { url, place } of page.links) {
    if (!url.startsWith('#')) continue;
    const anchor = decode(url.slice(1));
    if (!page.anchors.has(anchor.toLowerCase())) findings.error('dead-link', place, { anchor });
  }
}

/** Looks for the target of every relative link of the page that stands in `file`. */
export function checkFileLinks(file: string, page: Page, findings: Findings): void {
  const folder = dirname(resolve(file));
  const anchors = new Map<string, ReadonlySet<string> | undefined>();
  for (const link of page.links) {
    const target = readTarget(link);
    if (target === undefined) continue;
    const path = resolve(folder, target.path);
    if (!existsSync(path)) findings.warning('dead-file-link', link.place, { path: target.path });
    else if (target.anchor !== '' && /\.(?:md|markdown)$/i.test(path)) {
      if (!anchors.has(path)) anchors.set(path, anchorsOf(path));
      const { anchor } = target;
      if (anchors.get(path)?.has(anchor.toLowerCase()) === false)
        findings.warning('dead-file-anchor', link.place, { path: target.path, anchor });
    }
  }
}

function readTarget({ url }: PageLink): { readonly path: string; readonly anchor: string } | undefined {
  if (url === '' || /^(?:[a-z][a-z0-9+.-]*:|\/|#|\?)/i.test(url)) return undefined;
  const [path = '', anchor = ''] = url.split('#');
  return { path: decode(path.replace(/\?.*$/, '')), anchor: decode(anchor) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Bytes beyond which a file is certainly not a page that can be read. */
const largest = 1024 * 1024;

function anchorsOf(path: string): ReadonlySet<string> | undefined {
  if (statSync(path).size > largest) return undefined;
  return readPage(readFileSync(path, 'utf8'))?.anchors;
}
