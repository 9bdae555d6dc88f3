import type { Lang } from '../diagnostic.ts';

/** What a terminal says around its questions. */
export interface QuestionWords {
  readonly choose: string;
  /** How to answer a list. */
  readonly arrows: string;
  readonly run: string;
  readonly byHand: string;
  readonly skip: string;
  readonly look: string;
  readonly pause: string;
  readonly retry: string;
  readonly done: string;
  readonly notDone: string;
  readonly redo: string;
  readonly why: string;
  readonly remark: string;
  readonly evidence: string;
  readonly evidenceRequired: string;
  readonly noSuchFile: string;
  readonly item: string;
  readonly typeName: string;
  /** Who is to approve, until when; the command for their own machine follows. */
  readonly approval: string;
  readonly approvalAnswer: string;
  readonly notAnAnswer: string;
  readonly exportValue: string;
  readonly invalidExport: string;
  readonly secretLost: string;
  readonly doubt: string;
  readonly checkPassed: string;
  readonly failed: string;
  readonly manual: string;
  readonly target: string;
  readonly server: string;
  readonly empty: string;
  readonly notEmpty: string;
  readonly ownMarker: string;
  readonly place: string;
  readonly timeLimit: string;
  readonly given: string;
  readonly produces: string;
  readonly secret: string;
  readonly imports: string;
  readonly modes: Readonly<Record<'drill' | 'real', string>>;
  readonly kinds: Readonly<Record<'check' | 'probe' | 'undo', string>>;
  readonly effects: Readonly<Record<'read' | 'write' | 'destroy', string>>;
}

/** The words of questions, by language. */
export const questionWords: Readonly<Record<Lang, QuestionWords>> = {
  fr: {
    choose: 'Que faire ?',
    arrows: '- flèches pour choisir, Entrée pour valider',
    run: 'Exécuter cette étape',
    byHand: 'La faire à la main',
    skip: 'L’ignorer, avec un motif',
    look: 'Regarder de plus près',
    pause: 'Mettre en pause',
    retry: 'Réessayer',
    done: 'Fait : elle a produit tout son effet',
    notDone: 'Non fait : elle n’a rien produit',
    redo: 'Refaire : l’exécuter de nouveau, en connaissance de cause',
    why: 'Motif',
    remark: 'Remarque (facultative)',
    evidence: 'Pièces à joindre, chemins séparés par des virgules (facultatif)',
    evidenceRequired: 'Pièces à joindre, chemins séparés par des virgules (exigées)',
    noSuchFile: 'introuvable, ou ce n’est pas un fichier ordinaire',
    item: 'Fait ?',
    typeName: 'Cette ressource n’est pas vide. Pour agir dessus, tapez le nom que le serveur annonce',
    approval:
      'Une seconde personne doit approuver : {role}, sur sa propre machine, avant le {until}. Lui transmettre cette commande :',
    approvalAnswer: 'Sa réponse (vide : mettre en pause)',
    notAnAnswer: 'ce n’est pas une réponse de `reprise approve` : la copier en entier',
    exportValue: 'Valeur de',
    invalidExport: 'valeur attendue du type',
    secretLost:
      'Ce secret n’a pas survécu à la reprise, et l’étape suivante en a besoin : le saisir de nouveau.',
    doubt: 'Cette étape a commencé et son issue n’est pas connue.',
    checkPassed: 'Une vérification de cette étape réussit.',
    failed: 'Cette étape a échoué.',
    manual: 'Étape manuelle',
    target: 'cible',
    server: 'le serveur annonce',
    empty: 'vide',
    notEmpty: 'NON VIDE',
    ownMarker: 'marquée par cette exécution',
    place: 'dans le document',
    timeLimit: 'délai',
    given: 'reçoit de',
    produces: 'produit',
    secret: 'secret',
    imports: 'valeurs importées',
    modes: { drill: 'EXERCICE', real: 'RÉEL' },
    kinds: { check: 'vérification', probe: 'sonde', undo: 'annulation' },
    effects: { read: 'lit', write: 'écrit', destroy: 'DÉTRUIT' },
  },
  en: {
    choose: 'What now?',
    arrows: '- arrow keys to choose, Enter to accept',
    run: 'Run this step',
    byHand: 'Do it by hand',
    skip: 'Skip it, with a reason',
    look: 'Look closer',
    pause: 'Pause',
    retry: 'Try again',
    done: 'Done: it has had all its effect',
    notDone: 'Not done: it has had none',
    redo: 'Do it again: run it once more, knowingly',
    why: 'Reason',
    remark: 'Remark (optional)',
    evidence: 'Files to attach, paths separated by commas (optional)',
    evidenceRequired: 'Files to attach, paths separated by commas (required)',
    noSuchFile: 'not found, or not a regular file',
    item: 'Done?',
    typeName: 'This resource is not empty. To act on it, type the name that the server reports',
    approval:
      'A second person must approve: {role}, on their own machine, before {until}. Send them this command:',
    approvalAnswer: 'Their answer (empty: pause)',
    notAnAnswer: 'this is no answer of `reprise approve`: copy the whole of it',
    exportValue: 'Value of',
    invalidExport: 'expected a value of type',
    secretLost: 'This secret did not outlive the pause, and the next step needs it: type it again.',
    doubt: 'This step started and its outcome is not known.',
    checkPassed: 'A check of this step passes.',
    failed: 'This step failed.',
    manual: 'Manual step',
    target: 'target',
    server: 'the server reports',
    empty: 'empty',
    notEmpty: 'NOT EMPTY',
    ownMarker: 'marked by this run',
    place: 'in the document',
    timeLimit: 'time limit',
    given: 'is given by',
    produces: 'produces',
    secret: 'secret',
    imports: 'imported values',
    modes: { drill: 'DRILL', real: 'REAL' },
    kinds: { check: 'check', probe: 'probe', undo: 'undo' },
    effects: { read: 'reads', write: 'writes', destroy: 'DESTROYS' },
  },
};
