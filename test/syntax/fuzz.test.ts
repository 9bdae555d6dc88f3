import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRunbook } from '../../runner/model/build.ts';
import { diagnosticCodes, printDiagnostics } from '../../runner/report/diagnostics.ts';
import { patterns } from './patterns.ts';

const good = readFileSync(new URL('../model/fixtures/plan.md', import.meta.url), 'utf8');
const mebibyte = 1024 * 1024;

/** A text gives a runbook or errors, never both, never neither, never an exception; and every finding can be printed. */
function holds(source: string): void {
  const { runbook, diagnostics } = readRunbook(source, 'fuzz.md');
  expect(runbook === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  for (const { code, place } of diagnostics) {
    expect(diagnosticCodes).toContain(code);
    expect(place.start.offset).toBeLessThanOrEqual(place.end.offset);
    expect(place.end.offset).toBeLessThanOrEqual(source.length);
  }
  const printed = printDiagnostics(diagnostics, source, 'fr', { color: false });
  expect(printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
  expect(readRunbook(source, 'fuzz.md')).toEqual({ ...(runbook ? { runbook } : {}), diagnostics });
}

const pieces = [
  ...good.split('\n'),
  ':::',
  '::::',
  ':::cell{#a}',
  '::',
  ':::cell{#b on=base effect=destroy',
  '```',
  '```ts',
  '~~~',
  '> ',
  '- ',
  '    ',
  '\t',
  '\r',
  '\r\n',
  '\u0000',
  '\uFEFF',
  '\u202e',
  '\u00a0',
  '<details>',
  '<!--',
  '-->',
  '---',
  '{',
  '}',
  '"',
  '[',
  '](#x)',
  '&a',
  '*a',
  '!!js/function x',
  '__proto__: {}',
  'constructor: 1',
];

test('should never throw on any text', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), holds), { numRuns: 300 });
});

test('should never throw on any arrangement of what documents are made of', () => {
  const text = fc.array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom('', '\n', '\n\n', ' ')), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, parts => holds(parts.flat().join(''))),
    { numRuns: 400 },
  );
});

test('should never throw on a front matter of any arrangement', () => {
  const text = fc.array(fc.constantFrom(...pieces, ': ', 'a', 'title: a', '  '), { maxLength: 30 });
  fc.assert(
    fc.property(text, parts => holds(`---\n${parts.join('')}\n---\n\n# A\n`)),
    { numRuns: 300 },
  );
});

test('should never throw on a good document that was cut, spliced or typed into', () => {
  const at = fc.nat(good.length);
  fc.assert(
    fc.property(at, at, fc.constantFrom(...pieces), (from, to, typed) => {
      holds(good.slice(0, from) + typed + good.slice(from));
      holds(good.slice(0, Math.min(from, to)) + good.slice(Math.max(from, to)));
      holds(good.slice(0, from) + good.slice(to));
    }),
    { numRuns: 150 },
  );
});

/** Milliseconds of the processor that a reading takes; the best of three when a busy machine makes the first ones long. */
function timeOf(source: string, tries = 3): number {
  const start = process.cpuUsage();
  readRunbook(source, 'fuzz.md');
  const { user, system } = process.cpuUsage(start);
  const taken = (user + system) / 1_000;
  return taken < 2_000 || tries === 1 ? taken : Math.min(taken, timeOf(source, tries - 1));
}

/** The bound is a promise on any text of up to 1 MiB, so this is a real clock. */
test.each([...patterns.keys()])('should answer within two seconds: %s', name => {
  for (const size of [16 * 1024, 64 * 1024, 159 * 1024, mebibyte]) {
    expect(timeOf(patterns.get(name)?.(size) ?? '')).toBeLessThan(2_000);
  }
});
