import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stripAnnotations } from '../../runner/transcript/strip.ts';
import { renderTranscript } from '../../runner/transcript/transcript.ts';
import { ENTRIES, PLAN } from './scenario.ts';

function expectGolden(name: string, text: string): void {
  const file = new URL(`./golden/${name}`, import.meta.url);
  if (process.env.UPDATE === '1' || !existsSync(file)) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe('a drill in which everything happens', () => {
  const transcript = renderTranscript({ source: PLAN, file: 'plan.md', entries: ENTRIES });

  test('as Markdown', () => expectGolden('transcript.md', transcript.markdown));
  test('as HTML', () => expectGolden('transcript.html', transcript.html));
  test('as JSON', () => expectGolden('transcript.json', transcript.json));

  test('renders to the same bytes again', () => {
    expect(renderTranscript({ source: PLAN, file: 'plan.md', entries: ENTRIES })).toEqual(transcript);
  });

  test('gives its source back without the records', () => {
    expect(stripAnnotations(transcript.markdown)).toBe(PLAN);
  });
});
