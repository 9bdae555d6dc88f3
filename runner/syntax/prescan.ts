/*
 * What can be said of a document before Markdown reads it: its size, its cost, and its `:::` lines. Linear in its size.
 */
import type { Diagnostic } from '../diagnostic.ts';
import { refuseCostly } from './cost.ts';
import { startFindings } from './findings.ts';
import { readLines } from './lines.ts';
import { scanDirectives } from './scan.ts';

/**
 * Refuses, naming the line, what must not be given to remark or would be read as prose: a document too large or too costly,
 * an unclosed container, a malformed or stray `:::` line, an unterminated fence. Empty when there is nothing to say.
 */
export function prescan(source: string, file: string): readonly Diagnostic[] {
  const findings = startFindings(file, readLines(source));
  if (!refuseCostly(findings)) scanDirectives(findings);
  return findings.sorted();
}
