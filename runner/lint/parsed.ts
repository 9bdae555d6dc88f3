import type { ParseResult } from 'oxc-parser';
import type { Code } from '../model/runbook.ts';
import { parseCell } from '../syntax/cell.ts';

const trees = new WeakMap<Code, ParseResult>();

/** The syntax tree of a ts cell's code, read once for all the rules that look at it. */
export function parsedCode(code: Code): ParseResult {
  const tree = trees.get(code) ?? parseCell(code.text);
  trees.set(code, tree);
  return tree;
}
