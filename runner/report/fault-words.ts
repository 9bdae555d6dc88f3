/*
 * What each fault says, by code, in both languages: `what` happened and a `hint` for what to do next. Lower case, no full
 * stop; `{name}` is a parameter of the fault. Keep the codes in alphabetical order; a code is permanent.
 */
import type { Lang } from '../diagnostic.ts';

/** The two sentences of a fault in one language. */
export interface FaultSentences {
  readonly what: string;
  readonly hint: string;
}

/** Every fault's sentences by code. */
export const FAULT_WORDS: Readonly<Record<string, Readonly<Record<Lang, FaultSentences>>>> = {
  'no-answer': {
    fr: {
      what: 'l’étape `{step}` attend une réponse, et personne n’est là pour la donner',
      hint: 'reprendre dans un terminal avec `reprise resume`, ou fournir un fichier de réponses (exercices seulement)',
    },
    en: {
      what: 'step `{step}` needs an answer, and nobody is there to give it',
      hint: 'go on in a terminal with `reprise resume`, or give an answers file (drills only)',
    },
  },
  'transcript-source-invalid': {
    fr: {
      what: 'la source `{file}` n’est plus un runbook valide ({count} diagnostics) : le procès-verbal ne peut pas en être tiré',
      hint: 'rendre avec la source et la version de Reprise du dossier de preuve',
    },
    en: {
      what: 'the source `{file}` is no longer a valid runbook ({count} diagnostics): no transcript can be made of it',
      hint: 'render with the source and the version of Reprise that stand in the bundle',
    },
  },
};
