/*
 * Every command with its usage, options and an example, in French and English. The parser, the help and the documentation
 * are made from this one table.
 */
import type { Lang } from '../diagnostic.ts';

/** A text in both languages. */
export type Words = Readonly<Record<Lang, string>>;

/** An option of a command. `value` names its argument; without one it is a flag. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  readonly value?: string;
  readonly multiple?: boolean;
  readonly words: Words;
}

/** A command of the programme. */
export interface Command {
  readonly name: string;
  /** Operands, as usage shows them; the number of those in capitals is the number required. */
  readonly operands: string;
  readonly words: Words;
  readonly options: readonly Option[];
  readonly example: string;
}

const json: Option = {
  name: 'json',
  words: { fr: 'sortie pour les machines, en JSON', en: 'output for machines, as JSON' },
};

const target: Option = {
  name: 'target',
  short: 't',
  value: 'NAME',
  words: {
    fr: 'cible du runbook (par défaut la seule qui soit embarquée)',
    en: 'target of the runbook (by default its only embedded one)',
  },
};

const set: Option = {
  name: 'set',
  value: 'INPUT=VALUE',
  multiple: true,
  words: { fr: 'valeur d’une entrée ; peut être répété', en: 'value of an input; may be repeated' },
};

const operator: Option = {
  name: 'as',
  value: 'ID',
  words: {
    fr: 'identité de l’opérateur, titulaire d’un rôle',
    en: 'identity of the operator, a holder of a role',
  },
};

const answers: Option = {
  name: 'answers',
  value: 'FILE',
  words: {
    fr: 'fichier de réponses (exercices seulement) ; sans terminal, celui qui accompagne le runbook',
    en: 'answers file (drills only); without a terminal, the one beside the runbook',
  },
};

const auto: Option = {
  name: 'auto',
  words: {
    fr: 'ne demande que là où le plan le veut : étape manuelle, destruction, doute, échec',
    en: 'asks only where the plan says so: manual step, destruction, doubt, failure',
  },
};

const acceptChanges: Option = {
  name: 'accept-changes',
  words: {
    fr: 'continue avec le plan de l’ouverture et cette version-ci de Reprise, si l’un ou l’autre a changé ; la différence est inscrite',
    en: 'goes on with the plan of the opening and this version of Reprise, if either has changed; the difference is journaled',
  },
};

const fault: Option = {
  name: 'fault',
  value: 'NAME,…',
  multiple: true,
  words: {
    fr: 'panne que le bac à sable simule cette fois-ci (`reprise sandbox --faults` les liste) ; peut être répété',
    en: 'fault that the sandbox simulates this time (`reprise sandbox --faults` lists them); may be repeated',
  },
};

const key: Option = {
  name: 'key',
  value: 'FILE',
  words: {
    fr: 'clé SSH qui signe (clé privée, ou clé publique dont l’agent a la clé privée)',
    en: 'SSH key that signs (a private key, or a public key whose private one the agent holds)',
  },
};

const allowedSigners: Option = {
  name: 'allowed-signers',
  value: 'FILE',
  words: {
    fr: 'à qui se fier quand une seconde personne approuve, au format d’OpenSSH',
    en: 'whom to trust when a second person approves, in OpenSSH’s format',
  },
};

const approval: Option = {
  name: 'approval',
  value: 'ANSWER',
  multiple: true,
  words: {
    fr: 'réponse de `reprise approve` au défi de l’exécution ; peut être répété',
    en: 'what `reprise approve` answered to the run’s challenge; may be repeated',
  },
};

const contributor: Option = {
  name: 'as',
  value: 'ID',
  words: {
    fr: 'identité de qui ajoute ou signe, titulaire d’un rôle',
    en: 'identity of who adds or signs, a holder of a role',
  },
};

const about: Option = {
  name: 'step',
  value: 'ID',
  words: { fr: 'étape dont il s’agit', en: 'the step that it is about' },
};

/** Options that every command takes. */
export const commonOptions: readonly Option[] = [
  { name: 'lang', value: 'fr|en', words: { fr: 'langue de l’affichage', en: 'language of what is shown' } },
  { name: 'help', short: 'h', words: { fr: 'affiche cette aide', en: 'shows this help' } },
];

/** Every command, in the order of its use. */
export const commands: readonly Command[] = [
  {
    name: 'new',
    operands: 'RUNBOOK',
    words: {
      fr: 'écrit un runbook à compléter, qui se vérifie et se joue déjà en exercice',
      en: 'writes a runbook to start from, which already passes `check` and runs in a drill',
    },
    options: [],
    example: 'reprise new plan.md --lang fr',
  },
  {
    name: 'check',
    operands: 'RUNBOOK',
    words: {
      fr: 'vérifie un runbook : tous ses diagnostics d’un coup, et rien ne s’exécute',
      en: 'checks a runbook: all its diagnostics at once, and nothing runs',
    },
    options: [
      {
        name: 'strict',
        words: {
          fr: 'un avertissement refuse aussi le document',
          en: 'a warning refuses the document as well',
        },
      },
      {
        name: 'types',
        words: {
          fr: 'exige la vérification des types, faite de toute façon quand TypeScript est installé',
          en: 'requires that types be checked, as they are anyway when TypeScript is installed',
        },
      },
      { name: 'no-types', words: { fr: 'ne vérifie pas les types', en: 'does not check types' } },
      {
        name: 'watch',
        words: { fr: 'vérifie de nouveau à chaque changement', en: 'checks again at each change' },
      },
      {
        name: 'format',
        value: 'text|json|github',
        words: {
          fr: 'forme des constats ; `github` annote une demande de fusion',
          en: 'form of the findings; `github` annotates a pull request',
        },
      },
      {
        name: 'drift',
        words: {
          fr: 'compare aussi ce sur quoi le plan repose (`::source`) avec ce qui en est consigné',
          en: 'also compares what the plan relies on (`::source`) with what is recorded of it',
        },
      },
      {
        name: 'checkout',
        value: '[RESOURCE=]DIRECTORY',
        multiple: true,
        words: {
          fr: 'avec --drift : où lire les fichiers d’un dépôt ; peut être répété',
          en: 'with --drift: where to read the files of a repository; may be repeated',
        },
      },
      {
        ...target,
        words: {
          fr: 'avec --drift : cible dont les services sont interrogés',
          en: 'with --drift: target whose services are asked',
        },
      },
      set,
      {
        name: 'record',
        words: {
          fr: 'avec --drift : écrit l’état présent dans le document, et ne touche à rien d’autre',
          en: 'with --drift: writes the present state into the document, and touches nothing else',
        },
      },
      fault,
      json,
    ],
    example: 'reprise check runbook/plan-de-reprise.md',
  },
  {
    name: 'fmt',
    operands: 'RUNBOOK',
    words: {
      fr: 'met en forme les directives et le préambule d’un runbook, et ne touche à rien d’autre',
      en: 'formats the directives and the front matter of a runbook, and touches nothing else',
    },
    options: [
      {
        name: 'check',
        words: {
          fr: 'n’écrit rien ; sort avec le code 2 si le document est à mettre en forme',
          en: 'writes nothing; exits with code 2 when the document is to be formatted',
        },
      },
    ],
    example: 'reprise fmt runbook/plan-de-reprise.md --check',
  },
  {
    name: 'plan',
    operands: 'RUNBOOK',
    words: {
      fr: 'montre ce qu’une exécution ferait, dans l’ordre, et ce qu’elle sauterait',
      en: 'shows what a run would do, in order, and what it would skip',
    },
    options: [
      target,
      set,
      {
        name: 'probe',
        words: {
          fr: 'interroge d’abord les sondes : elles lisent, et disent ce qui est perdu',
          en: 'asks the probes first: they read, and say what is lost',
        },
      },
      fault,
      json,
    ],
    example: 'reprise plan runbook/plan-de-reprise.md --target sandbox --set restaurer-fichiers=non',
  },
  {
    name: 'run',
    operands: 'RUNBOOK',
    words: {
      fr: 'exécute un runbook, pas à pas dans un terminal, jusqu’au procès-verbal signé',
      en: 'performs a runbook, cell by cell in a terminal, to the signed transcript',
    },
    options: [
      target,
      set,
      operator,
      {
        name: 't0',
        value: 'INSTANT',
        words: {
          fr: 'décision d’activer le plan (T0), déclarée : 03:15, 2026-11-22 03:15 (heure du runbook) ; par défaut maintenant',
          en: 'the decision to activate the plan (T0), declared: 03:15, 2026-11-22 03:15 (time of the runbook); now by default',
        },
      },
      auto,
      answers,
      { name: 'from', value: 'STEP', words: { fr: 'commence à cette étape', en: 'begins at this step' } },
      {
        name: 'only',
        value: 'STEP,…',
        words: { fr: 'n’exécute que ces étapes', en: 'performs only these steps' },
      },
      {
        name: 'until',
        value: 'STEP',
        words: { fr: 's’arrête après cette étape', en: 'stops after this step' },
      },
      { name: 'dry', words: { fr: 'à blanc : n’écrit rien nulle part', en: 'dry: writes nothing anywhere' } },
      {
        name: 'runs',
        value: 'DIRECTORY',
        words: {
          fr: 'dossier des exécutions (par défaut `runs`)',
          en: 'directory of the runs (`runs` by default)',
        },
      },
      {
        name: 'undo',
        words: {
          fr: 'défait les cellules une fois tout accompli (exercices seulement)',
          en: 'takes the cells back once all is done (drills only)',
        },
      },
      fault,
      key,
      allowedSigners,
      json,
    ],
    example: 'reprise run runbook/plan-de-reprise.md --target sandbox --auto',
  },
  {
    name: 'resume',
    operands: 'RUN',
    words: {
      fr: 'reprend une exécution où elle en était, après une pause ou une panne',
      en: 'goes on with a run where it stood, after a pause or a crash',
    },
    options: [operator, auto, answers, acceptChanges, fault, key, allowedSigners, approval, json],
    example: 'reprise resume runs/20261122-031500-9f2c1a',
  },
  {
    name: 'undo',
    operands: 'RUN',
    words: {
      fr: 'défait les cellules d’un exercice, dans l’ordre inverse, et le scelle ; d’un exercice déjà scellé, dans un addendum',
      en: 'takes back the cells of a drill, in reverse order, and seals it; those of a sealed one, in an addendum',
    },
    options: [operator, answers, acceptChanges, key, json],
    example: 'reprise undo runs/20261122-031500-9f2c1a',
  },
  {
    name: 'join',
    operands: 'RUN',
    words: {
      fr: 'rejoint une exécution dont le terminal a été perdu : la montre, et répond d’ici à ses questions',
      en: 'joins a run whose terminal was lost: shows it, and answers its questions from here on',
    },
    options: [operator, auto, answers, acceptChanges, key, allowedSigners, approval],
    example: 'reprise join runs/20261122-031500-9f2c1a',
  },
  {
    name: 'status',
    operands: 'RUN|RUNBOOK',
    words: {
      fr: 'dit où en est une exécution, et comment continuer ; ou ce que les exercices prouvent d’un plan',
      en: 'says where a run stands, and how to go on; or what drills prove of a plan',
    },
    options: [
      {
        name: 'all',
        words: {
          fr: 'chaque section du runbook, le dernier exercice scellé qui l’a jouée, et ce qui a changé depuis',
          en: 'each section of the runbook, the last sealed drill that exercised it, and what has changed since',
        },
      },
      {
        name: 'runs',
        value: 'DIRECTORY',
        words: {
          fr: 'avec --all : dossier des exécutions (par défaut `runs`)',
          en: 'with --all: directory of the runs (`runs` by default)',
        },
      },
      {
        name: 'format',
        value: 'text|json|github',
        words: {
          fr: 'avec --all : forme ; `github` annote une demande de fusion',
          en: 'with --all: form; `github` annotates a pull request',
        },
      },
      json,
    ],
    example: 'reprise status runs/20261122-031500-9f2c1a',
  },
  {
    name: 'approve',
    operands: 'CHALLENGE',
    words: {
      fr: 'approuve, en seconde personne et sur sa propre machine, l’étape que demande un défi ; il ne faut rien d’autre',
      en: 'approves, as a second person and on one’s own machine, the step that a challenge asks for; nothing else is needed',
    },
    options: [
      {
        name: 'as',
        value: 'ID',
        words: { fr: 'identité de qui approuve', en: 'identity of who approves' },
      },
      key,
    ],
    example: 'reprise approve reprise-approval-1.eyJhY3QiOiJydW4i… --as noa --key ~/.ssh/id_ed25519',
  },
  {
    name: 'note',
    operands: 'RUN TEXT',
    words: {
      fr: 'ajoute une note à une exécution en cours ou en pause, ou à un dossier scellé, comme addendum scellé à son tour',
      en: 'adds a note to a run that goes on or is paused, or to a sealed bundle, as an addendum that is sealed in turn',
    },
    options: [
      contributor,
      about,
      {
        name: 'corrects',
        value: 'N',
        words: {
          fr: 'numéro de l’entrée que la note rectifie, et qui reste telle quelle',
          en: 'number of the entry that the note corrects, and which stays as it is',
        },
      },
      key,
      json,
    ],
    example: 'reprise note runs/20261122-031500-9f2c1a "Le service a répondu à 4 h 10" --as camille',
  },
  {
    name: 'attach',
    operands: 'RUN FILE',
    words: {
      fr: 'joint une pièce à une exécution en cours ou en pause, ou à un dossier scellé, comme addendum scellé à son tour',
      en: 'attaches a file to a run that goes on or is paused, or to a sealed bundle, as an addendum that is sealed in turn',
    },
    options: [contributor, about, key, json],
    example: 'reprise attach runs/20261122-031500-9f2c1a capture.png --step inviter --as camille',
  },
  {
    name: 'sign',
    operands: 'RUN',
    words: {
      fr: 'contresigne un dossier scellé, et dit quels sceaux lui manquent encore',
      en: 'co-signs a sealed bundle, and says which seals it still lacks',
    },
    options: [contributor, key, json],
    example: 'reprise sign runs/20261122-031500-9f2c1a --as noa --key ~/.ssh/id_ed25519',
  },
  {
    name: 'verify',
    operands: 'BUNDLE',
    words: {
      fr: 'vérifie un dossier scellé : chaîne, rejeu, rendu, sceaux',
      en: 'verifies a sealed bundle: chain, replay, rendering, seals',
    },
    options: [
      {
        name: 'allowed-signers',
        value: 'FILE',
        words: {
          fr: 'à qui se fier, au format d’OpenSSH ; doit venir d’ailleurs que du dossier',
          en: 'whom to trust, in OpenSSH’s format; must come from outside the bundle',
        },
      },
      {
        name: 'timestamp-ca',
        value: 'FILE',
        words: {
          fr: 'certificats de l’autorité d’horodatage (PEM) ; doit venir d’ailleurs que du dossier',
          en: 'certificates of the time stamp authority (PEM); must come from outside the bundle',
        },
      },
      json,
    ],
    example: 'reprise verify runs/20261122-031500-9f2c1a --allowed-signers signataires',
  },
  {
    name: 'render',
    operands: 'RUNBOOK|BUNDLE',
    words: {
      fr: 'rend un runbook, ou le procès-verbal d’une exécution, en une page HTML autonome',
      en: 'renders a runbook, or the transcript of a run, as one self-contained HTML page',
    },
    options: [
      {
        name: 'output',
        short: 'o',
        value: 'FILE',
        words: {
          fr: 'fichier à écrire (par défaut la sortie standard)',
          en: 'file to write (standard output by default)',
        },
      },
      {
        name: 'runs',
        value: 'DIRECTORY',
        words: {
          fr: 'ajoute au plan les durées des exercices scellés de ce dossier',
          en: 'adds to the plan how long the sealed drills of this directory took',
        },
      },
    ],
    example: 'reprise render runbook/plan-de-reprise.md --output plan.html',
  },
  {
    name: 'sandbox',
    operands: '',
    words: {
      fr: 'démarre seul le bac à sable et affiche ses adresses et ses identifiants',
      en: 'starts the sandbox alone and prints its endpoints and credentials',
    },
    options: [
      {
        name: 'directory',
        value: 'DIRECTORY',
        words: {
          fr: 'où garder son état (par défaut un dossier temporaire)',
          en: 'where to keep its state (a temporary directory by default)',
        },
      },
      fault,
      {
        name: 'faults',
        words: {
          fr: 'liste les pannes qu’il sait simuler, et ne démarre rien',
          en: 'lists the faults that it can simulate, and starts nothing',
        },
      },
      json,
    ],
    example: 'reprise sandbox --directory /tmp/bac-a-sable --fault artifact-expired,dns-slow',
  },
];
