/** What the command line says around a run, by language. */
export const helmWords = {
  fr: {
    who: 'Qui opère ?',
    approver: 'Qui approuve ? (identité, comme dans le runbook)',
    approve: 'Approuver, et signer ce défi ?',
    approving: 'Oui, le signer',
    refusing: 'Non, ne rien signer',
    unsigned: 'rien n’a été signé',
    handBack: 'approuvé ; rendre à l’opérateur la ligne qui suit :',
    t0: 'T0, l’heure de la décision d’activer le plan (déclarée, {zone})',
    t0Form: 'attendu : 03:15, 22/11/2026 03:15 ou 2026-11-22 03:15',
    installs: 'le client PostgreSQL manque ; installation',
    opened: 'exécution ouverte',
    sealed: 'dossier scellé',
    transcript: 'procès-verbal',
    verify: 'vérifier',
    paused: 'en pause : tout ce qui a été fait est inscrit à la main courante',
    doubtful:
      'en doute : `{step}` a commencé et son issue n’est pas connue ; elle ne sera pas refaite d’elle-même. Vérifier ce qu’elle a produit ; à la reprise, il sera demandé si elle est faite, non faite ou à refaire',
    failed:
      'en échec : `{step}` ; lever la cause, puis reprendre (réessayer, faire à la main ou ignorer avec un motif)',
    goOn: 'pour continuer',
    status: 'pour voir où elle en est',
    waiting:
      'l’exécution attend une réponse, que son terminal perdu ne peut plus donner : la rejoindre depuis un terminal, `npx reprise join {path}`',
    replaced: 'un autre terminal répond désormais à cette exécution ; elle continue',
    missed: '{count} sorties d’autres branches ne sont pas montrées ; elles sont à la main courante',
    dry: 'à blanc : rien n’a été exécuté ni écrit',
  },
  en: {
    who: 'Who operates?',
    approver: 'Who approves? (their id, as the runbook has it)',
    approve: 'Approve, and sign this challenge?',
    approving: 'Yes, sign it',
    refusing: 'No, sign nothing',
    unsigned: 'nothing was signed',
    handBack: 'approved; hand the line that follows back to the operator:',
    t0: 'T0, the time of the decision to activate the plan (declared, {zone})',
    t0Form: 'expected: 03:15 or 2026-11-22 03:15',
    installs: 'the PostgreSQL client is missing; installing it',
    opened: 'run opened',
    sealed: 'bundle sealed',
    transcript: 'transcript',
    verify: 'verify it',
    paused: 'paused: everything that was done is in the journal',
    doubtful:
      'in doubt: `{step}` started and its outcome is not known; it will not be repeated by itself. Check what it did; on resuming you will be asked whether it is done, not done or to be done again',
    failed:
      'failed: `{step}`; mend the cause, then resume (try again, do it by hand or skip it with a reason)',
    goOn: 'to go on',
    status: 'to see where it stands',
    waiting:
      'the run waits for an answer that its lost terminal cannot give any more: join it from a terminal, `npx reprise join {path}`',
    replaced: 'another terminal answers this run now; it goes on',
    missed: '{count} outputs of other branches are not shown; they are in the journal',
    dry: 'dry: nothing was run nor written',
  },
} as const;
