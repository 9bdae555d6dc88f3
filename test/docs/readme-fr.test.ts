import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../../runner/cli/commands.ts';
import { exitCode } from '../../runner/cli/exit-code.ts';

const root = resolve(import.meta.dirname, '..', '..');
const english = readFileSync(join(root, 'README.md'), 'utf8');
const french = readFileSync(join(root, 'README.fr.md'), 'utf8');

function all(document: string, pattern: RegExp): string[] {
  return [...document.matchAll(pattern)].map(match => match[1] ?? '');
}

/** The prose alone, so that a heading or a link in a block of code is none. */
function proseOf(document: string): string {
  return document.replace(/^(`{3,})\w+\n[\s\S]*?^\1$/gm, '');
}

test('the French README has the same blocks of code as the English one', () => {
  const fences = /^(`{3,}\w+\n[\s\S]*?^`{3,}$)/gm;
  expect(all(french, fences)).toEqual(all(english, fences));
  expect(all(french, fences).length).toBeGreaterThan(4);
});

test('it has as many headings, of the same levels, and leads to the same places', () => {
  const headings = /^(#+) /gm;
  expect(all(proseOf(french), headings)).toEqual(all(proseOf(english), headings));
  const links = /\]\(([^)]+)\)/g;
  const others = (document: string) =>
    new Set(all(proseOf(document), links).filter(link => !/^README/.test(link)));
  expect(others(french)).toEqual(others(english));
});

test('it lists every command and every exit code', () => {
  expect(all(french, /^\| `reprise (\w+)/gm)).toEqual(commands.map(command => command.name));
  const codes = Object.values(exitCode).sort((left, right) => left - right);
  expect(all(french, /^\| (\d+) \|/gm).map(Number)).toEqual(codes);
});
