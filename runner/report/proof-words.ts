/*
 * What `status --all` says of the sections of a plan, in both languages: as findings, which a pull request shows, and as lines.
 */
import type { Lang } from '../diagnostic.ts';
import type { DiagnosticSentences } from './diagnostic-words.ts';
import { neutralise } from './neutralise.ts';
import { type SectionProof, standingOf } from './proof.ts';
import { calendarDate } from './time.ts';
import { fill } from './words.ts';

type Sentences = Readonly<Record<Lang, DiagnosticSentences>>;

const play: Readonly<Record<Lang, string>> = {
  fr: 'la jouer au prochain exercice',
  en: 'exercise it in the next drill',
};

function both(fr: string, en: string): Sentences {
  return { fr: { what: fr, hint: play.fr }, en: { what: en, hint: play.en } };
}

/** The sentences of each finding by code. */
export const PROOF_WORDS: Readonly<Record<string, Sentences>> = {
  'proof-failed': both(
    'le dernier exercice de la section « {section} », {run}, a échoué',
    'the last drill of the section “{section}”, {run}, failed',
  ),
  'proof-never': both(
    'aucun exercice scellé n’a joué la section « {section} »',
    'no sealed drill has exercised the section “{section}”',
  ),
  'proof-partial': both(
    'le dernier exercice de la section « {section} », {run}, n’en a joué que {played} étapes sur {total}',
    'the last drill of the section “{section}”, {run}, performed only {played} of its {total} steps',
  ),
  'proof-stale': both(
    'la section « {section} » n’a jamais été jouée depuis la modification {modified} ({steps})',
    'the section “{section}” was never exercised since the change {modified} ({steps})',
  ),
};

/** The day of a change, after the word for it: `du 4 mars 2026`, `of 4 March 2026`. */
export function sayModified(text: string, lang: Lang): string {
  if (Number.isNaN(Date.parse(text))) return lang === 'fr' ? 'de date inconnue' : 'of an unknown date';
  return `${lang === 'fr' ? 'du' : 'of'} ${calendarDate(text, 'UTC', lang)}`;
}

const lines = {
  fr: {
    heading: 'Preuve de vie : {title}',
    never: 'jamais jouée',
    passed: 'réussie',
    partial: 'jouée en partie ({played} étapes sur {total})',
    failed: 'en échec',
    on: '{result} le {date}, {age} ({run}, {target})',
    stale: 'jamais jouée depuis la modification {modified} ({steps}) ; avant elle, {before}',
    since: '{before} ; modifiée depuis ({steps})',
    today: 'aujourd’hui',
    yesterday: 'hier',
    days: 'il y a {days} jours',
    counts:
      'sections : {total} ; jouées telles quelles : {passed} ; modifiées depuis : {stale} ; jamais jouées : {never}',
  },
  en: {
    heading: 'Proof of life: {title}',
    never: 'never exercised',
    passed: 'passed',
    partial: 'performed in part ({played} of {total} steps)',
    failed: 'failed',
    on: '{result} on {date}, {age} ({run}, {target})',
    stale: 'never exercised since the change {modified} ({steps}); before it, {before}',
    since: '{before}; changed since ({steps})',
    today: 'today',
    yesterday: 'yesterday',
    days: '{days} days ago',
    counts:
      'sections: {total}; exercised as they stand: {passed}; changed since: {stale}; never exercised: {never}',
  },
} as const;

const signs = { never: '○', stale: '△', failed: '✘', partial: '◐', passed: '✔' } as const;

/** In which words, and from which instant (RFC 3339) ages are told. */
export interface ProofLocale {
  readonly lang: Lang;
  readonly timeZone: string;
  readonly now: string;
}

function sayAge(at: string, { lang, now }: ProofLocale): string {
  const days = Math.max(0, Math.floor((Date.parse(now) - Date.parse(at)) / 86_400_000));
  if (days === 0) return lines[lang].today;
  return days === 1 ? lines[lang].yesterday : fill(lines[lang].days, { days });
}

function sayProof(proof: SectionProof, locale: ProofLocale): string {
  const { lang, timeZone } = locale;
  const words = lines[lang];
  const { last, steps, changed, modified = '' } = proof;
  if (last === undefined) return words.never;
  const { run, target, at, played } = last;
  const result = fill(words[last.result], { played, total: steps.length });
  const date = calendarDate(at, timeZone, lang);
  const before = fill(words.on, { result, date, age: sayAge(at, locale), run, target });
  if (changed.length === 0) return before;
  const said = { before, steps: changed.join(', '), modified: sayModified(modified, lang) };
  return fill(last.result === 'failed' ? words.since : words.stale, said);
}

/** The proofs of a plan as lines, each ended by a line feed. Neutralised. */
export function printProofs(title: string, proofs: readonly SectionProof[], locale: ProofLocale): string {
  const words = lines[locale.lang];
  const rows = proofs.map(proof => {
    const indent = '  '.repeat(Math.max(1, proof.depth));
    return `${indent}${signs[standingOf(proof)]} ${proof.title} — ${sayProof(proof, locale)}`;
  });
  const count = (standing: string) => proofs.filter(proof => standingOf(proof) === standing).length;
  const [passed, never] = [count('passed'), count('never')];
  const stale = proofs.filter(({ changed }) => changed.length > 0).length;
  const counts = fill(words.counts, { total: proofs.length, passed, stale, never });
  const all = [fill(words.heading, { title }), ...rows, counts];
  return `${all.map(row => neutralise(row, 'line')).join('\n')}\n`;
}
