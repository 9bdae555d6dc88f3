/*
 * Bounds on what is given to remark.
 */
import type { Findings } from './findings.ts';

/** Reports what would cost too much to parse; true when the source must not be parsed. */
export function refuseCostly(findings: Findings): boolean {
  return findings.lines.source.length > 512 * 1024;
}
