import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { renderRunbook } from '../../runner/page/page.ts';
import { renderTranscript } from '../../runner/transcript/transcript.ts';
import { ENTRIES, PLAN } from '../transcript/scenario.ts';

const RUNBOOK = readFileSync(new URL('../../runbook/plan-de-reprise.md', import.meta.url), 'utf8');

function pageOf(source: string, file: string): string {
  const { runbook } = readRunbook(source, file);
  if (runbook === undefined) throw new Error(`${file} is no runbook`);
  return renderRunbook(runbook);
}

const PAGES = {
  'the small runbook': pageOf(PLAN, 'plan.md'),
  'the runbook of APiLos': pageOf(RUNBOOK, 'plan-de-reprise.md'),
  'a transcript': renderTranscript({ source: PLAN, file: 'plan.md', entries: ENTRIES }).html,
};

describe.each(Object.entries(PAGES))('%s as a page', (_name, html) => {
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
