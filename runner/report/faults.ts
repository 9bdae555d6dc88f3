/*
 * The words of faults: what happened, what state things were left in, what to do next. A fault is data (code and
 * parameters); every code has its two sentences here, in French and in English. Add a code in alphabetical order:
 *
 *   'some-code': {
 *     fr: { what: '… `{param}` …', hint: '…' },
 *     en: { what: '… `{param}` …', hint: '…' },
 *   },
 *
 * `{param}` is filled from the fault's parameters, neutralised. An unknown code is still printed, with its parameters.
 */
import type { Lang } from '../diagnostic.ts';
import type { Fault, FaultState } from '../fault.ts';
import { FAULT_WORDS } from './fault-words.ts';
import { neutralise } from './neutralise.ts';

const STATES: Readonly<Record<FaultState, Readonly<Record<Lang, string>>>> = {
  'nothing-changed': {
    fr: 'rien n’a été modifié',
    en: 'nothing was changed',
  },
  'step-may-have-run': {
    fr: 'l’étape en cours a peut-être agi : vérifier avant de la refaire',
    en: 'the step under way may have acted: check before doing it again',
  },
  recorded: {
    fr: 'tout ce qui a été fait est inscrit à la main courante',
    en: 'everything that was done is in the journal',
  },
};

const LABELS: Readonly<
  Record<Lang, { error: string; state: string; hint: string; unknown: string; colon: string }>
> = {
  fr: { error: 'erreur', state: 'état', hint: 'que faire', unknown: 'défaut non décrit', colon: ' :' },
  en: { error: 'error', state: 'state', hint: 'what to do', unknown: 'undescribed fault', colon: ':' },
};

/** The sentence of a state in which a fault leaves things. */
export function describeState(state: FaultState, lang: Lang): string {
  return STATES[state][lang];
}

/** True when `code` has its sentences in both languages. */
export function isKnownFault(code: string): boolean {
  return Object.hasOwn(FAULT_WORDS, code);
}

/** What happened, in one line without code or state: for a place where the rest is said otherwise, as in a record. */
export function describeFault(
  code: string,
  params: Readonly<Record<string, string | number>>,
  lang: Lang,
): string {
  const words = isKnownFault(code) ? FAULT_WORDS[code]?.[lang] : undefined;
  if (words !== undefined) return fillWith(words.what, params);
  const shown = Object.entries(params).map(([name, value]) => `${name}=${neutralise(String(value), 'line')}`);
  return [`${LABELS[lang].unknown}`, neutralise(code, 'line'), ...shown].join(' ');
}

/** What to do about it, in one line; nothing for a fault without words. */
export function adviseFault(
  code: string,
  params: Readonly<Record<string, string | number>>,
  lang: Lang,
): string | undefined {
  const hint = isKnownFault(code) ? FAULT_WORDS[code]?.[lang].hint : undefined;
  return hint === undefined ? undefined : fillWith(hint, params);
}

/** A fault as a terminal shows it: three or four lines, each ended by a line feed. */
export function printFault(fault: Fault, lang: Lang): string {
  const labels = LABELS[lang];
  const hint = adviseFault(fault.code, fault.params, lang);
  const lines = [
    `${labels.error}[${neutralise(fault.code, 'line')}]: ${describeFault(fault.code, fault.params, lang)}`,
    `  ${labels.state}${labels.colon} ${describeState(fault.state, lang)}`,
  ];
  if (hint !== undefined) lines.push(`  ${labels.hint}${labels.colon} ${hint}`);
  return `${lines.join('\n')}\n`;
}

function fillWith(template: string, params: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{([\w-]+)\}/g, (hole, name: string) =>
    Object.hasOwn(params, name) ? neutralise(String(params[name]), 'line') : hole,
  );
}
