/*
 * The diagnostics of one reading: each stage adds what it found, with offsets, and the whole comes out sorted by place.
 */
import type { Diagnostic, Place } from '../diagnostic.ts';
import type { Lines } from './lines.ts';

/** What the sentence of a diagnostic needs. */
export type Params = Readonly<Record<string, string | number>>;

/** A growing list of diagnostics of one document. */
export interface Findings {
  readonly lines: Lines;
  /** Adds an error at a place; a second one with the same code at the same place is dropped. */
  error(code: string, place: Place, params?: Params, related?: Place): void;
  /** Adds a warning, which does not keep the document from being used. */
  warning(code: string, place: Place, params?: Params): void;
  /** Whether an error has been found. */
  failed(): boolean;
  /** Whether a finding begins on this 1-based line. */
  onLine(line: number): boolean;
  /** Everything found, by place, then by code. */
  sorted(): readonly Diagnostic[];
}

function compare(left: Diagnostic, right: Diagnostic): number {
  const byPlace = left.place.start.offset - right.place.start.offset;
  if (byPlace !== 0) return byPlace;
  return left.code < right.code ? -1 : left.code > right.code ? 1 : 0;
}

/** Starts an empty list for `file`, whose lines are given. */
export function startFindings(file: string, lines: Lines): Findings {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  const lineNumbers = new Set<number>();
  const add = (diagnostic: Diagnostic): void => {
    const key = `${diagnostic.code}@${diagnostic.place.start.offset}`;
    if (seen.has(key)) return;
    seen.add(key);
    found.push(diagnostic);
    lineNumbers.add(diagnostic.place.start.line);
  };
  return {
    lines,
    error: (code, place, params = {}, related) =>
      add({ code, severity: 'error', file, place, params, ...(related === undefined ? {} : { related }) }),
    warning: (code, place, params = {}) => add({ code, severity: 'warning', file, place, params }),
    failed: () => found.some(diagnostic => diagnostic.severity === 'error'),
    onLine: line => lineNumbers.has(line),
    sorted: () => [...found].sort(compare),
  };
}
