import { expect, test } from 'vitest';
import { printDiagnostics } from '../../runner/report/diagnostics.ts';
import { readLines } from '../../runner/syntax/lines.ts';

function print(source: string, part: string, color = false): string {
  const at = source.indexOf(part);
  const place = readLines(source).place(at, at + part.length);
  const diagnostic = {
    code: 'stray-closer',
    severity: 'error',
    file: 'a\u001b[31m.md',
    place,
    params: {},
  } as const;
  return printDiagnostics([diagnostic], source, 'en', { color });
}

const tail = '  = what to do: remove it, or restore the line that opens the step\n\n1 error\n';
const said = 'error[stray-closer]: this `:::` line closes nothing';

test('should mark the part under tabs, wide and combining characters', () => {
  expect(print('\t表é🚒e\u0301 ici\n', 'ici')).toBe(
    `a⟨U+001B⟩[31m.md:1:9: ${said}\n1 |     表é🚒e\u0301 ici\n  | ${' '.repeat(11)}^^^\n${tail}`.replace(
      '⟨U+001B⟩[31m',
      '',
    ),
  );
});

test('should show control and bidi characters instead of obeying them', () => {
  expect(print('a\u202eb\u0007 ici\n', 'ici')).toBe(
    `a.md:1:6: ${said}\n1 | a⟨U+202E⟩b␇ ici\n  | ${' '.repeat(12)}^^^\n${tail}`,
  );
});

test('should clip a long line around the part', () => {
  const printed = print(`${'a'.repeat(300)}ici${'b'.repeat(300)}`, 'ici');
  expect(printed).toBe(
    `a.md:1:301: ${said}\n1 | …${'a'.repeat(50)}ici${'b'.repeat(47)}…\n  | ${' '.repeat(51)}^^^\n${tail}`,
  );
});

test('should colour on demand', () => {
  expect(print(':::', ':::', true)).toContain('\u001b[31;1merror[stray-closer]\u001b[0m');
  expect(print(':::', ':::')).not.toContain('\u001b');
});
