import { expect, test } from 'vitest';
import { analyseCell } from '../../runner/syntax/cell.ts';
import { readShellOutputs } from '../../runner/syntax/shell.ts';

function names(code: string): string[] {
  return analyseCell(code).exports.map(
    ({ name, type, secret }) => `${name}: ${type}${secret ? ' secret' : ''}`,
  );
}

function problems(code: string): string[] {
  return analyseCell(code).problems.map(
    problem => `${problem.code} ${code.slice(problem.start, problem.end)}`,
  );
}

test('should find what a cell exports, with its written type and its secrets', () => {
  const code = `// é😀
const later = secret('x')
export const tables: number = await restore()
export const name: string = 'a', ok: boolean = true
export const rows: readonly string[] = []
export const password = secret(await read())
export const { host, port: [first] } = await connect()
export { later as token }
export type Kind = 'a'
`;
  expect(names(code)).toEqual([
    'tables: number',
    'name: string',
    'ok: boolean',
    'rows: json',
    'password: json secret',
    'host: json',
    'first: json',
    'token: json secret',
  ]);
  const [tables] = analyseCell(code).exports;
  expect(code.slice(tables?.start, tables?.end)).toBe('tables');
});

test('should find what a cell imports', () => {
  const code = `import { dump, size as bytes } from '#archive'
import * as all from '#other'
import '#last'
import fs from 'node:fs'
import { a } from './a.ts'
`;
  const found = analyseCell(code).imports.map(({ specifier, names: asked }) => [
    specifier,
    asked === 'all' ? asked : asked.map(({ name }) => name),
  ]);
  expect(found).toEqual([
    ['#archive', ['dump', 'size']],
    ['#other', 'all'],
    ['#last', []],
    ['node:fs', ['default']],
    ['./a.ts', ['a']],
  ]);
});

test('should find what a cell must not do, where it does it', () => {
  expect(problems('const a = ;')).toEqual(['cell-syntax ;']);
  expect(problems('export default 1')).toEqual(['default-export default']);
  expect(problems("export { a } from 'b'")).toEqual(['re-export a']);
  expect(problems('export class A {}')).toEqual(['export-not-value A']);
  expect(problems("await import('#a'); await import('./b.ts')")).toEqual(["dynamic-cell-import '#a'"]);
});

test('should find the names that a sh cell writes to its output', () => {
  const code = `echo "other=1"
echo "url=https://$a" >> "$REPRISE_OUTPUT"
printf 'size=%s\\n' "$n" >> $REPRISE_OUTPUT
# echo "no=1" >> "$REPRISE_OUTPUT"
cat >> "$REPRISE_OUTPUT" <<'FIN'
first=1
second=2
FIN
third=3
`;
  expect(readShellOutputs(code).map(({ name, start, end }) => [name, code.slice(start, end)])).toEqual([
    ['url', 'url'],
    ['size', 'size'],
    ['first', 'first'],
    ['second', 'second'],
  ]);
});

test('should refuse code that would overflow the native parser', () => {
  for (const unit of ['(', '[', '{', '`${', 'a?', 'A<', 'a:', '(")"']) {
    expect(analyseCell(unit.repeat(30_000)).problems.map(({ code }) => code)).toEqual(['cell-too-deep']);
    expect(analyseCell(unit.repeat(2_900 / unit.length)).problems.map(({ code }) => code)).toEqual([
      'cell-syntax',
    ]);
  }
});
