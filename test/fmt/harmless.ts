/* What must hold of any Markdown that is no runbook: nothing of it runs, it is formatted to itself, and its page is inert. */
import { expect } from 'vitest';
import { formatDocument } from '../../runner/fmt/format.ts';
import { inspectRunbook } from '../../runner/inspect.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { renderRunbook } from '../../runner/page/page.ts';

/** As a runbook: the document under a front matter and a title. */
export function wrapped(source: string): string {
  return `---\ntitle: Essai\n---\n\n# Essai\n\n${source}\n`;
}

/** Formats a document bare and under a front matter, of which no byte may change. */
export function expectUnchanged(source: string): void {
  expect(formatDocument(source)).toBe(source);
  expect(formatDocument(wrapped(source))).toBe(wrapped(source));
}

/** Checks and renders a document without steps. Gives the codes of what is wrong with it, each once; there is no page then. */
export async function expectInert(source: string): Promise<readonly string[]> {
  const { runbook, diagnostics } = readRunbook(wrapped(source), 'plan.md');
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (runbook === undefined) {
    expect(errors.length).toBeGreaterThan(0);
    return [...new Set(errors.map(({ code }) => code))];
  }
  expect([...runbook.steps.keys()]).toEqual([]);
  await inspectRunbook(runbook, { types: false });
  const html = renderRunbook(runbook);
  expect(html).toMatch(/^<!doctype html>/);
  expect(html).not.toMatch(
    /<(?:script|img|iframe|object|form|input)\b|<[a-z][^>]*\son\w+=|href="(?:javascript|vbscript|data):/i,
  );
  return [];
}
