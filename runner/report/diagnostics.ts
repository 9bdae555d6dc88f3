/*
 * Diagnostics in words. In: diagnostics, which are data, and the source that they speak of. Out: for each one its place, its
 * sentence, a frame of the source with marks, the related place and what to do. Nothing of the source is obeyed by a terminal.
 */
import type { Diagnostic, Lang, Place } from '../diagnostic.ts';
import { CHECK_WORDS } from './check-words.ts';
import { DIAGNOSTIC_WORDS, type DiagnosticSentences, PARAMETER_WORDS } from './diagnostic-words.ts';
import { DRIFT_PARAMETERS, DRIFT_WORDS } from './drift-words.ts';
import { describeFault } from './faults.ts';
import { neutralise } from './neutralise.ts';
import { PROOF_WORDS, sayModified } from './proof-words.ts';
import { frameOf } from './source-frame.ts';
import { calendarDate } from './time.ts';

/** How many diagnostics are printed at most; the rest is counted. */
const most = 100;

const labels: Readonly<
  Record<Lang, Readonly<Record<'error' | 'warning' | 'related' | 'hint' | 'unknown', string>>>
> = {
  fr: {
    error: 'erreur',
    warning: 'avertissement',
    related: 'à rapprocher de',
    hint: 'que faire',
    unknown: 'anomalie',
  },
  en: { error: 'error', warning: 'warning', related: 'see also', hint: 'what to do', unknown: 'finding' },
};

/** Every code that a diagnostic may have, in alphabetical order. */
export const diagnosticCodes: readonly string[] = Object.keys(DIAGNOSTIC_WORDS);

interface Page {
  readonly lines: readonly string[];
  readonly lang: Lang;
  readonly paint: (style: 'error' | 'warning' | 'dim' | 'bold', text: string) => string;
}

const styles = { error: '31;1', warning: '33;1', dim: '2', bold: '1' } as const;

function painter(color: boolean): Page['paint'] {
  return color ? (style, text) => `\u001b[${styles[style]}m${text}\u001b[0m` : (_, text) => text;
}

function sayParameter(name: string, value: string | number, lang: Lang): string {
  const text = String(value);
  if (name === 'since') return saySince(text, lang);
  if (name === 'modified') return sayModified(text, lang);
  const tables = [PARAMETER_WORDS[lang][name], DRIFT_PARAMETERS[lang][name]];
  const words = tables.find(table => table !== undefined && Object.hasOwn(table, text));
  return words?.[text] ?? neutralise(text, 'line');
}

/** A day, and what happened then where that is known: `2026-10-05 (5bea46d, Renommer)`. */
function saySince(text: string, lang: Lang): string {
  const [, day, by = ''] = /^(\d{4}-\d{2}-\d{2})(.*)$/s.exec(text) ?? [];
  if (day === undefined) return lang === 'fr' ? 'une date inconnue' : 'an unknown date';
  const date = calendarDate(`${day}T12:00:00Z`, 'UTC', lang);
  return (lang === 'fr' ? `le ${date}` : date) + neutralise(by, 'line');
}

function fillWith(template: string, { params }: Diagnostic, lang: Lang): string {
  return template.replace(/\{([\w-]+)\}/g, (hole, name: string) => {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (name === 'fault') return describeFault(String(value), params, lang);
    return value === undefined ? hole : sayParameter(name, value, lang);
  });
}

function sentencesOf(code: string, lang: Lang): DiagnosticSentences | undefined {
  return (DIAGNOSTIC_WORDS[code] ?? CHECK_WORDS[code] ?? DRIFT_WORDS[code] ?? PROOF_WORDS[code])?.[lang];
}

/** The sentence of a diagnostic, in one line, without its place. */
export function describeDiagnostic(diagnostic: Diagnostic, lang: Lang): string {
  const words = sentencesOf(diagnostic.code, lang);
  if (words) return fillWith(words.what, diagnostic, lang);
  const shown = Object.entries(diagnostic.params).map(
    ([name, value]) => `${name}=${neutralise(String(value), 'line')}`,
  );
  return [labels[lang].unknown, ...shown].join(' ');
}

/** What to do about a diagnostic, in one line; undefined for a code without words. */
export function adviseDiagnostic(diagnostic: Diagnostic, lang: Lang): string | undefined {
  const hint = sentencesOf(diagnostic.code, lang)?.hint;
  return hint === undefined ? undefined : fillWith(hint, diagnostic, lang);
}

function frameLines(
  page: Page,
  place: Place,
  gutter: number,
  style: 'error' | 'warning' | 'dim',
): readonly string[] {
  const { text, marks } = frameOf(page.lines, place);
  const bar = page.paint('dim', '|');
  const number = page.paint('dim', String(place.start.line).padStart(gutter));
  return [`${number} ${bar} ${text}`.trimEnd(), `${' '.repeat(gutter)} ${bar} ${page.paint(style, marks)}`];
}

function relatedLines(page: Page, diagnostic: Diagnostic, gutter: number): readonly string[] {
  const { related, file } = diagnostic;
  if (!related) return [];
  const where = `${neutralise(file, 'line')}:${related.start.line}:${related.start.column}`;
  const lead = `${' '.repeat(gutter)} ${page.paint('dim', '=')} ${labels[page.lang].related}`;
  return [`${lead} ${where}`, ...frameLines(page, related, gutter, 'dim')];
}

function printOne(page: Page, diagnostic: Diagnostic): string {
  const { code, severity, file, place, related } = diagnostic;
  const words = labels[page.lang];
  const gutter = String(Math.max(place.start.line, related?.start.line ?? 0)).length;
  const where = `${neutralise(file, 'line')}:${place.start.line}:${place.start.column}`;
  const colon = page.lang === 'fr' ? ' :' : ':';
  const kind = page.paint(severity, `${words[severity]}[${neutralise(code, 'line')}]`);
  const sentence = describeDiagnostic(diagnostic, page.lang);
  const hint = adviseDiagnostic(diagnostic, page.lang);
  const equals = `${' '.repeat(gutter)} ${page.paint('dim', '=')}`;
  return [
    `${page.paint('bold', `${where}:`)} ${kind}: ${sentence}`,
    ...frameLines(page, place, gutter, severity),
    ...relatedLines(page, diagnostic, gutter),
    ...(hint === undefined ? [] : [`${equals} ${words.hint}${colon} ${hint}`]),
  ].join('\n');
}

function summary(diagnostics: readonly Diagnostic[], lang: Lang): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const count = (many: number, fr: string, en: string): string =>
    `${many} ${lang === 'fr' ? fr : en}${many > 1 || (many === 0 && lang === 'en') ? 's' : ''}`;
  const parts = [count(errors, 'erreur', 'error')];
  if (warnings > 0) parts.push(count(warnings, 'avertissement', 'warning'));
  const hidden = diagnostics.length - most;
  if (hidden > 0) parts.push(lang === 'fr' ? `${hidden} non affichées` : `${hidden} not shown`);
  return parts.join(', ');
}

/**
 * The diagnostics of one source as a terminal shows them, in the order given, with a count at the end; empty when there are
 * none. `color` adds ANSI styles.
 */
export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  source: string,
  lang: Lang,
  options: { readonly color: boolean },
): string {
  if (diagnostics.length === 0) return '';
  const lines = source.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const page: Page = { lines, lang, paint: painter(options.color) };
  const printed = diagnostics.slice(0, most).map(diagnostic => printOne(page, diagnostic));
  return `${[...printed, summary(diagnostics, lang)].join('\n\n')}\n`;
}
