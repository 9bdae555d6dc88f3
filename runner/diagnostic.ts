/*
 * A diagnostic says what is wrong in the author's document, and where.
 * It is data: a permanent code, a place and parameters. Words are made by the printer (`report/`), in French or English;
 * no stage puts a position or a sentence of its own into one.
 */

/** A point of a document: 1-based line and column (in UTF-16 code units), 0-based offset. */
export interface Point {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a document, `end` excluded. */
export interface Place {
  readonly start: Point;
  readonly end: Point;
}

/** The language of what people read. */
export type Lang = 'fr' | 'en';

/** One finding about the author's document. */
export interface Diagnostic {
  /** Permanent kebab-case code, documented in `docs/diagnostics.md`. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  /** Path of the file as the author named it. */
  readonly file: string;
  readonly place: Place;
  /** What the sentence needs: names, expected and found values. */
  readonly params: Readonly<Record<string, string | number>>;
  /** A second place that explains the first (where the duplicate was first defined, where the container opened). */
  readonly related?: Place;
}
