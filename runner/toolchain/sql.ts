/*
 * SQL as PostgreSQL itself reads it (`libpg-query`, the server's own grammar). In: the sql cells. Out: its message at the place
 * where it stops. Names of tables and columns are not known here. Can never happen: a statement that the server's grammar
 * accepts and that is refused here.
 */
import { codeLocator } from '../model/code.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';

/** Reads every sql cell of a runbook; the parser is loaded only when there is one. */
export async function checkSql(runbook: Runbook, findings: Findings): Promise<void> {
  for (const step of runbook.steps.values()) {
    if (step.kind === 'manual' || step.code.language !== 'sql') continue;
    const problem = await readSql(step.code.text);
    if (problem === undefined) continue;
    const { message, ...span } = problem;
    findings.error('sql-syntax', codeLocator(step.code, findings.lines)(span), { message });
  }
}

/** What the parser says, with offsets in the text. */
export interface SqlProblem {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The first thing that PostgreSQL's grammar does not accept; nothing when it accepts all. */
export async function readSql(sql: string): Promise<SqlProblem | undefined> {
  const { hasSqlDetails, loadModule, parseSync } = await import('libpg-query');
  await loadModule();
  try {
    parseSync(sql);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const cursor = hasSqlDetails(error) ? (error.sqlDetails?.cursorPosition ?? 0) : 0;
    return { message: error.message, ...spanAt(sql, cursor) };
  }
}

/** The word or mark at which the parser stopped; the last line's end when it wanted more. */
function spanAt(sql: string, cursor: number): { readonly start: number; readonly end: number } {
  const start = Math.min(cursor, sql.trimEnd().length);
  const word = /^[\p{L}\p{N}_]+|^\S/u.exec(sql.slice(start))?.[0] ?? '';
  return { start: word === '' ? Math.max(0, start - 1) : start, end: start + word.length };
}
