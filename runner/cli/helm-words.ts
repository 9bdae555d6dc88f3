/** What the command line says around a run, by language. */
export const helmWords = {
  fr: {
    who: 'Qui opère ?',
    t0: 'T0, la décision d’activer le plan (déclarée)',
    installs: 'le client PostgreSQL manque ; installation',
    opened: 'exécution ouverte',
    sealed: 'dossier scellé',
    transcript: 'procès-verbal',
    verify: 'vérifier',
    paused: 'en pause ; rien n’est perdu. Pour continuer',
    status: 'pour voir où elle en est',
    dry: 'à blanc : rien n’a été exécuté ni écrit',
  },
  en: {
    who: 'Who operates?',
    t0: 'T0, the decision to activate the plan (declared)',
    installs: 'the PostgreSQL client is missing; installing it',
    opened: 'run opened',
    sealed: 'bundle sealed',
    transcript: 'transcript',
    verify: 'verify it',
    paused: 'paused; nothing is lost. To go on',
    status: 'to see where it stands',
    dry: 'dry: nothing was run nor written',
  },
} as const;
