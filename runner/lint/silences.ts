/*
 * Findings that the author has looked at and keeps: a comment `reprise-ignore CODE: reason` on the line above, in the comment
 * form of the place (`<!-- -->` in prose, `//`, `#` or `--` in code, `#` in the front matter). Above a step, it holds for the whole step.
 * What can never happen: a finding silenced without a reason, or by a code that does not exist.
 */
import type { Diagnostic, Place } from '../diagnostic.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';
import type { Page } from '../syntax/page.ts';

interface Silence {
  readonly code: string;
  readonly reason: string;
  readonly place: Place;
  /** 1-based lines for which it holds, both included. */
  readonly from: number;
  readonly to: number;
}

/** What remains of `found`, with warnings about silences that are wrong themselves; `known` are the codes that may be named. */
export function applySilences(
  runbook: Runbook,
  page: Page,
  findings: Findings,
  known: readonly string[],
): readonly Diagnostic[] {
  const silences = readSilences(runbook, page, findings);
  const sound = silences.filter(silence => known.includes(silence.code) && silence.reason !== '');
  for (const { code, reason, place } of silences) {
    if (!known.includes(code)) findings.warning('ignore-unknown-code', place, { name: code });
    else if (reason === '') findings.warning('ignore-without-reason', place, { name: code });
  }
  return findings.sorted().filter(found => !sound.some(silence => holds(silence, found)));
}

function holds({ code, from, to }: Silence, found: Diagnostic): boolean {
  const { line } = found.place.start;
  return found.code === code && line >= from && line <= to;
}

const comments = {
  html: /^<!--\s*reprise-ignore\s+([\w-]+)\s*(?::([\s\S]*))?-->$/,
  line: /^\s*(?:\/\/|#|--)\s*reprise-ignore\s+([\w-]+)\s*(?::(.*))?$/,
} as const;

function readSilences(runbook: Runbook, page: Page, findings: Findings): readonly Silence[] {
  const inPage = page.comments.flatMap(({ text, place }) => readOne(comments.html, text, place));
  const inCode = codeLines(runbook, findings).flatMap(line => {
    const { text, start, end } = findings.lines.all[line - 1] ?? { text: '', start: 0, end: 0 };
    const indent = text.length - text.trimStart().length;
    return readOne(comments.line, text, findings.lines.place(start + indent, end));
  });
  return [...inPage, ...inCode].map(silence => ({ ...silence, ...reach(runbook, findings, silence.place) }));
}

function readOne(pattern: RegExp, text: string, place: Place): readonly Omit<Silence, 'from' | 'to'>[] {
  const match = pattern.exec(text.trim());
  return match?.[1] === undefined ? [] : [{ code: match[1], reason: match[2]?.trim() ?? '', place }];
}

/** The 1-based lines of the front matter and of the steps' code. */
function codeLines(runbook: Runbook, { lines }: Findings): readonly number[] {
  const end = lines.all.findIndex((line, index) => index > 0 && /^---[ \t]*$/.test(line.text));
  const front = /^---[ \t]*$/.test(lines.all[0]?.text ?? '') ? range(1, end) : [];
  const codes = [...runbook.steps.values()].flatMap(step =>
    step.kind === 'manual' ? [] : range(step.code.place.start.line, step.code.place.end.line),
  );
  return [...front, ...codes];
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

/** The next line that is not blank and no such comment; the whole step when one begins there. */
function reach(runbook: Runbook, { lines }: Findings, place: Place): { from: number; to: number } {
  let line = place.end.line + 1;
  while (
    line <= lines.all.length &&
    /^\s*(?:$|(?:<!--|\/\/|#|--)\s*reprise-ignore\s)/.test(lines.all[line - 1]?.text ?? '')
  )
    line++;
  const step = [...runbook.steps.values()].find(each => each.place.start.line === line);
  return { from: line, to: step?.place.end.line ?? line };
}
