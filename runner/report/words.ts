/*
 * The words of what people read of a run, in French and in English. A table per language, of one shape: a word that is
 * missing in one of them does not compile. `{name}` is a hole that `fill` fills.
 */
import type { Lang } from '../diagnostic.ts';
import type { RecordStatus } from './record.ts';
import { EN } from './words-en.ts';
import { FR, type Words } from './words-fr.ts';

const TABLES: Readonly<Record<Lang, Words>> = { fr: FR, en: EN };

/** The words of a language. */
export function wordsOf(lang: Lang): Words {
  return TABLES[lang];
}

/**
 * Puts values in the `{holes}` of a sentence, and no-break spaces where French typography wants them in the sentence itself;
 * a value is never searched for holes. A missing value is a bug.
 */
export function fill(sentence: string, values: Readonly<Record<string, string | number>>): string {
  return noBreak(sentence).replace(/\{(\w+)\}/g, (_hole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {${name}} in \`${sentence}\``);
    return String(value);
  });
}

/** Words of ours with no-break spaces before high punctuation and inside guillemets. */
export function noBreak(words: string): string {
  return words.replace(/ (?=[:;?!»])/g, '\u00a0').replace(/(?<=«|n°) /g, '\u00a0');
}

/** A sign for each status, which always stands beside its word. */
export const SIGNS = {
  passed: '✔',
  confirmed: '✔',
  'done-by-hand': '✍',
  failed: '✘',
  doubtful: '?',
  skipped: '↷',
  running: '▶',
  presented: '☐',
  'not-reached': '○',
} as const satisfies Record<RecordStatus, string>;
