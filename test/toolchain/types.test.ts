import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../runner/diagnostic.ts';
import { installation } from '../../runner/effects/programs.ts';
import { readRunbook } from '../../runner/model/build.ts';
import { startFindings } from '../../runner/syntax/findings.ts';
import { readLines } from '../../runner/syntax/lines.ts';
import { buildProject } from '../../runner/toolchain/project.ts';
import { checkTypes } from '../../runner/toolchain/types.ts';

const file = fileURLToPath(new URL('../inspect/broken/type-error.md', import.meta.url));

function typesOf(source: string): readonly Diagnostic[] {
  const { runbook } = readRunbook(source, file);
  if (runbook === undefined) throw new Error('the document is not whole');
  const findings = startFindings(file, readLines(source));
  expect(checkTypes(runbook, findings)).toBe(true);
  return findings.sorted();
}

function shown(found: readonly Diagnostic[]): readonly string[] {
  return found.map(
    ({ place: { start, end }, params }) => `${start.line}:${start.column}-${end.column} ${params.ts}`,
  );
}

test('should point to the same lines and columns whatever ends the lines, and behind a byte order mark', () => {
  const source = readFileSync(file, 'utf8');
  const plain = shown(typesOf(source));
  expect(plain.length).toBeGreaterThan(10);
  expect(shown(typesOf(source.replaceAll('\n', '\r\n')))).toEqual(plain);
  expect(shown(typesOf(`\uFEFF${source}`))).toEqual(plain);
});

test('should give each line of a cell its own number in the project', () => {
  const source = readFileSync(file, 'utf8');
  const { runbook } = readRunbook(source, file);
  if (runbook === undefined) throw new Error('the document is not whole');
  const project = buildProject(runbook, installation());
  const written = source.split('\n');
  for (const { path, step } of project.cells) {
    const lines = (project.files.get(path) ?? '').split('\n');
    for (const [index, text] of lines.entries()) {
      if (index + 1 < step.code.line || text === '') continue;
      expect(text.replace(`'~`, `'#`)).toBe(written[index]);
    }
  }
});
