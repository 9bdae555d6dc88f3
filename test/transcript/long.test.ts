import { expect, test } from 'vitest';
import type { Event } from '../../runner/journal/event.ts';
import { renderTranscript } from '../../runner/transcript/transcript.ts';
import { journalOf, opening, PLAN, summary } from './scenario.ts';

test('a very long journal keeps its page short, and says what the page leaves out', () => {
  const events: (readonly [number, Event])[] = [[0, opening()]];
  const step = 'archive-base';
  for (let attempt = 1; attempt <= 4000; attempt += 1) {
    events.push(
      [1, { type: 'step-intended', step, attempt, code: '' }],
      [0, { type: 'step-started', step, attempt, pid: attempt }],
      [
        1,
        {
          type: 'step-finished',
          step,
          attempt,
          outcome: 'failed',
          reason: { code: 'exit', exit: 1 },
          exports: {},
          output: summary(0, 0),
          duration: 1000,
        },
      ],
    );
  }
  const entries = journalOf('2026-03-04T02:45:00.000Z', events);
  const { html, markdown } = renderTranscript({ source: PLAN, file: 'plan.md', entries });
  expect(html).toContain('2001 entrées du milieu ne sont pas reproduites sur cette page');
  expect(html).toContain('id="entree-4999"');
  expect(html).not.toContain('id="entree-5000"');
  expect(html).not.toContain('href="#entree-5001"');
  expect(html).toContain('id="entree-12000"');
  expect(markdown).toContain('… 3980 autres tentatives, à la main courante …');
});
