/*
 * What `check --drift` says, by code, in both languages: what the plan relies on and is no longer as it was recorded. As in
 * `check-words.ts`; `{fault}` is worded as the fault that it names.
 */
import type { Lang } from '../diagnostic.ts';
import type { DiagnosticSentences } from './diagnostic-words.ts';

type Pair = readonly [what: string, hint: string];

function both(fr: Pair, en: Pair): Readonly<Record<Lang, DiagnosticSentences>> {
  return { fr: { what: fr[0], hint: fr[1] }, en: { what: en[0], hint: en[1] } };
}

const review: Readonly<Record<Lang, string>> = {
  fr: 'relire la section « {section} », la corriger, puis consigner l’état présent par `check --drift --record`',
  en: 'review the section “{section}”, put it right, then record the present state with `check --drift --record`',
};

/** The sentences of every finding about drift by code. */
export const DRIFT_WORDS: Readonly<Record<string, Readonly<Record<Lang, DiagnosticSentences>>>> = {
  'drift-changed': both(
    ['`{subject}` a changé depuis {since} : {recorded} était consigné, c’est aujourd’hui {found}', review.fr],
    ['`{subject}` has changed since {since}: {recorded} was recorded, it is {found} today', review.en],
  ),
  'drift-gone': both(
    [
      '`{subject}` n’existe plus, depuis {since}',
      'relire la section « {section} » : elle repose sur ce qui n’est plus là',
    ],
    [
      '`{subject}` is no longer there, since {since}',
      'review the section “{section}”: it relies on what is not there any more',
    ],
  ),
  'drift-names': both(
    [
      'les noms de `{subject}` ont changé depuis {since} ; ajoutés : {added} ; retirés : {removed}',
      review.fr,
    ],
    ['the names in `{subject}` have changed since {since}; added: {added}; removed: {removed}', review.en],
  ),
  'drift-renamed': both(
    [
      '`{subject}` n’existe plus, depuis {since} ; `{candidate}` lui ressemble',
      'relire la section « {section} », et y nommer `{candidate}` si c’est bien lui',
    ],
    [
      '`{subject}` is no longer there, since {since}; `{candidate}` looks like it',
      'review the section “{section}”, and name `{candidate}` there if it is the one',
    ],
  ),
  'drift-unchecked': both(
    [
      '`{subject}` n’a pas été vérifié : {fault}',
      'ce n’est pas dire que rien n’a changé : vérifier de nouveau quand il répond',
    ],
    [
      '`{subject}` was not checked: {fault}',
      'this does not say that nothing has changed: check again once it answers',
    ],
  ),
  'drift-unrecorded': both(
    [
      'rien n’est consigné de `{subject}` ; c’est aujourd’hui {found}',
      'consigner l’état présent par `check --drift --record`',
    ],
    [
      'nothing is recorded of `{subject}`; it is {found} today',
      'record the present state with `check --drift --record`',
    ],
  ),
};

/** Words of parameters that are data. */
export const DRIFT_PARAMETERS: Readonly<
  Record<Lang, Readonly<Record<string, Readonly<Record<string, string>>>>>
> = {
  fr: {
    added: { nothing: 'aucun' },
    removed: { nothing: 'aucun' },
    recorded: { none: '« aucun »', kept: '« conservé »', offered: '« proposé »' },
    found: { none: '« aucun »', kept: '« conservé »', offered: '« proposé »' },
  },
  en: {
    added: { nothing: 'none' },
    removed: { nothing: 'none' },
    recorded: { none: '“none”', kept: '“kept”', offered: '“offered”' },
    found: { none: '“none”', kept: '“kept”', offered: '“offered”' },
  },
};
