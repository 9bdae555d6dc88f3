import type { Lang } from '../diagnostic.ts';
import type { Approved, FindingCode, Layer, SealedBy, VerdictName } from '../seal/verdict.ts';
import type { IllegalityCode } from '../session/legality.ts';

/** The words of a verdict in one language: `{name}` is a parameter of the finding. */
export interface VerdictWords {
  readonly verdicts: Readonly<Record<VerdictName, { readonly name: string; readonly meaning: string }>>;
  readonly layers: Readonly<Record<Layer, string>>;
  readonly findings: Readonly<Record<FindingCode, string>>;
  /** Why no run can have written an entry. */
  readonly illegalities: Readonly<Record<IllegalityCode, string>>;
  readonly signers: Readonly<Record<SealedBy['status'], string>>;
  readonly approvals: Readonly<Record<Approved['status'], string>>;
  readonly approvedBy: string;
  readonly noKey: string;
  readonly addendum: string;
  readonly added: string;
  readonly run: string;
  readonly clock: string;
  /** In place of `clock`, when the stamps at both ends were verified. */
  readonly clockProven: string;
}

const fr: VerdictWords = {
  verdicts: {
    verified: {
      name: 'VÉRIFIÉ',
      meaning: 'le dossier est celui qui a été signé, par des signataires de la liste fournie',
    },
    'intact-signer-unverified': {
      name: 'INTÈGRE, SIGNATAIRE NON VÉRIFIÉ',
      meaning:
        'rien n’a changé depuis la signature, mais rien ne dit à qui est la clé : fournir une liste obtenue hors du dossier avec `--allowed-signers`',
    },
    'not-probative': {
      name: 'INTÈGRE, NON PROBANT',
      meaning: 'rien n’a changé, mais la clé, créée pour cette exécution dans le bac à sable, ne prouve rien',
    },
    incomplete: {
      name: 'INCOMPLET',
      meaning: 'rien n’indique d’altération, mais il manque ce que le dossier doit porter pour faire preuve',
    },
    'not-comparable': {
      name: 'INTÈGRE, RENDU NON COMPARABLE',
      meaning:
        'rien n’a changé depuis la signature, mais le dossier vient d’une autre version de Reprise : pour comparer le procès-verbal et la main courante à la source, vérifier avec cette version',
    },
    tampered: { name: 'ALTÉRÉ', meaning: 'le dossier n’est pas, ou n’est plus, celui qui a été signé' },
  },
  layers: {
    bundle: 'dossier',
    journal: 'main courante',
    source: 'source',
    evidence: 'pièce',
    output: 'sortie',
    replay: 'rejeu',
    statement: 'déclaration',
    transcript: 'procès-verbal',
    approval: 'approbation',
    'time-stamp': 'horodatage',
    seal: 'sceau',
  },
  findings: {
    'not-a-file': '`{path}` n’est pas un fichier ordinaire au nom simple : il n’est pas suivi',
    'torn-tail': 'la ligne {line}, la dernière, est inachevée',
    'line-too-long': 'la ligne {line} dépasse la longueur permise',
    'not-utf8': 'la ligne {line} n’est pas de l’UTF-8',
    'bad-json': 'la ligne {line} n’est pas du JSON',
    'not-canonical': 'la ligne {line} n’est pas écrite sous sa forme canonique',
    'unknown-event': 'la ligne {line} porte un événement inconnu de cette version',
    'bad-shape': 'la ligne {line} n’a pas la forme de son événement',
    'bad-sequence': 'la ligne {line} n’a pas le numéro attendu : ligne retirée, ajoutée ou déplacée',
    'bad-chain': 'la ligne {line} ne suit pas la précédente, qui a été modifiée',
    'run-not-opened': 'elle ne commence pas par l’ouverture d’une exécution',
    'run-not-closed': 'elle ne finit pas par la clôture de l’exécution : exécution en cours, ou fin retirée',
    'file-missing': '`{path}` manque',
    'file-altered': '`{path}` n’est pas le fichier inscrit à la main courante',
    'replay-failed': 'la main courante ne se rejoue pas sur cette source : {error}',
    'journal-illegal': 'aucune exécution n’a pu écrire la ligne {line} (`{entry}`) : {reason}',
    'addendum-unfounded': 'il complète une déclaration absente ou illisible',
    'addendum-missing':
      'l’addendum n° {number} manque : il a été retiré, et les suivants ne sont pas examinés',
    'addendum-out-of-order': 'il porte le n° {number}, ou ne suit pas ce qui a été scellé avant lui',
    'addendum-elsewhere': 'il complète une autre exécution, ou une autre déclaration (`{run}`)',
    'addendum-illegal': 'l’entrée n° {seq} (`{entry}`) ne peut pas y figurer ({reason})',
    'addendum-by-stranger': '`{id}` ne tient aucun rôle dans le runbook',
    'addendum-pending': 'un addendum est commencé et n’est pas scellé (`{path}`)',
    'replay-not-comparable':
      'rejeu non comparable : la main courante vient d’une autre version ({made}), et celle-ci ({own}) n’en admet pas la ligne {line} (`{entry}`)',
    'clock-went-back':
      'l’heure de la ligne {line} précède celle de la ligne d’avant (autres reculs : {more}) : horloge de la machine reculée, ou heures réécrites',
    'statement-missing': '`statement.json` manque : l’exécution n’est pas scellée',
    'statement-unreadable': '`statement.json` n’est pas une déclaration in-toto sous forme canonique',
    'statement-altered': '`statement.json` n’est pas la déclaration que les sceaux ont signée',
    'statement-disagrees':
      '`{member}` ne correspond pas à la main courante : déclaré {found}, attendu {expected}',
    'subject-missing': '`{path}`, que la déclaration énumère, manque',
    'subject-altered': '`{path}` n’est pas le fichier que la déclaration énumère',
    'subject-repeated': 'la déclaration énumère `{path}` plusieurs fois',
    'subject-unlisted': '`{path}` est dans le dossier sans que la déclaration l’énumère',
    'unlisted-too-large':
      '`{path}`, que la déclaration n’énumère pas, fait {bytes} octets : au plus {most} sont permis',
    'transcript-altered': '`{path}` n’est pas ce que donne la main courante, à partir de la ligne {line}',
    'source-not-restored': 'sans ses annotations, `{path}` ne redonne pas la source',
    'not-comparable': 'rendu non comparable : fait par la version {renderer} du rendu, celle-ci est la {own}',
    'seal-missing': 'le sceau de `{principal}` manque',
    'seal-bad': 'le sceau de `{principal}` ne vaut pas pour cette déclaration',
    'seal-unreadable': 'le sceau de `{principal}` est illisible',
    'seal-unsupported': 'ce `ssh-keygen` ne connaît pas le type de la clé de `{principal}`',
    'seal-key-differs':
      'le sceau de `{principal}` est d’une autre clé ({key}) que celle inscrite à l’ouverture',
    'signer-not-vouched':
      'la clé {key} de `{principal}` est celle inscrite à l’ouverture ; personne d’autre n’en répond',
    'signer-unknown': 'la clé {key} n’est pas, dans la liste fournie, une clé de `{principal}`',
    'cosigner-not-vouched': 'le sceau de `{principal}` ({key}) n’est garanti par personne ; il ne compte pas',
    'seal-key-shared': 'le sceau de `{principal}` est de la clé de `{other}` ; il ne compte pas',
    'approval-bad':
      'l’approbation de `{step}` par `{principal}` (ligne {line}) n’est pas une signature de son défi par la clé inscrite',
    'approval-unknown':
      'la clé {key}, qui approuve `{step}`, n’est pas, dans la liste fournie, une clé avec laquelle `{principal}` peut approuver',
    'approval-unsupported':
      'ce `ssh-keygen` ne connaît pas le type de la clé avec laquelle `{principal}` approuve `{step}`',
    'approval-not-vouched':
      'l’approbation de `{step}` par `{principal}` ({key}) est intègre ; personne ne répond de la clé',
    'approval-scripted': 'l’approbation de `{step}` par `{principal}` est scriptée : rien n’a été signé',
    'stamp-bad':
      'le jeton `{path}` (ligne {line}) n’est pas l’horodatage de la ligne d’avant, à l’heure et sous la politique inscrites',
    'stamp-unknown':
      'le jeton `{path}`, de {authority}, n’est pas d’une autorité dont les certificats ont été fournis',
    'stamp-not-vouched':
      'le jeton `{path}`, de {authority}, n’a pas été vérifié : fournir les certificats de l’autorité avec `--timestamp-ca`',
    'stamp-clock-differs':
      'à la ligne {line}, l’horloge de la machine et celle de l’autorité diffèrent de {seconds} s',
    ephemeral: 'la clé de `{principal}` a été créée pour cette exécution dans le bac à sable',
    'required-seal-missing': 'il manque le sceau du rôle `{role}` ({holders})',
  },
  illegalities: {
    'out-of-place': 'cet événement ne peut pas se trouver à cet endroit',
    'no-such-step': 'le plan n’a pas cette étape',
    'no-intent': 'l’étape n’avait pas été engagée, ou pas à cet essai',
    'not-offered': 'l’état de l’exécution n’appelait pas cela à ce moment',
    'not-confirmed': 'une étape destructive engagée sans la confirmation que sa cible demande',
    'not-approved':
      'l’approbation d’une seconde personne manque, ou n’est pas celle que cette étape demandait',
    'code-differs': 'le code engagé n’est pas celui de la source',
    'opening-differs': 'l’ouverture ne correspond ni à la source ni à ses fichiers',
    'close-differs': 'la clôture ne correspond pas à ce qui a été fait',
    'output-differs': 'la somme de la sortie n’est pas celle de la sortie inscrite',
    'wrong-person': 'qui parle n’est ni l’opérateur du moment, ni titulaire du rôle qu’il se donne',
    'scripted-in-real': 'une réponse scriptée, dans une exécution réelle',
    'no-reason': 'une décision sans motif, ou de personne',
    'nothing-to-correct': 'la note corrige une entrée qui n’existe pas encore',
  },
  signers: {
    verified: 'vérifié',
    unverified: 'non vérifié',
    ephemeral: 'clé éphémère, non probante',
    bad: 'sceau sans valeur',
  },
  approvals: {
    verified: 'vérifiée',
    unverified: 'non vérifiée',
    scripted: 'scriptée',
    bad: 'sans valeur',
  },
  approvedBy: '{step} par {by} ({key}), {status}',
  noKey: 'clé inconnue',
  addendum: 'addendum {number}',
  added: 'par {by}, le {at} ; notes : {notes}, pièces : {evidence}',
  run: 'exécution',
  clock: 'heures déclarées par la machine : aucun horodatage extérieur ne les prouve',
  clockProven:
    'tout s’est passé entre {from} et {to}, selon {authority} (politique {policy}) ; les autres heures sont déclarées par la machine',
};

const en: VerdictWords = {
  verdicts: {
    verified: {
      name: 'VERIFIED',
      meaning: 'the bundle is what was signed, by signers of the list that was given',
    },
    'intact-signer-unverified': {
      name: 'INTACT, SIGNER NOT VERIFIED',
      meaning:
        'nothing changed since it was signed, but nothing says whose key it is: give a list from outside the bundle with `--allowed-signers`',
    },
    'not-probative': {
      name: 'INTACT, PROVES NOTHING',
      meaning: 'nothing changed, but the key was made for this run in the sandbox and proves nothing',
    },
    incomplete: {
      name: 'INCOMPLETE',
      meaning: 'nothing points to tampering, but what the bundle must bear to be proof is missing',
    },
    'not-comparable': {
      name: 'INTACT, RENDERING NOT COMPARABLE',
      meaning:
        'nothing changed since it was signed, but another version of Reprise made the bundle: to compare transcript and journal with the source, verify with that version',
    },
    tampered: { name: 'TAMPERED', meaning: 'the bundle is not, or no longer, what was signed' },
  },
  layers: {
    bundle: 'folder',
    journal: 'journal',
    source: 'source',
    evidence: 'evidence',
    output: 'output',
    replay: 'replay',
    statement: 'statement',
    transcript: 'transcript',
    approval: 'approval',
    'time-stamp': 'time stamp',
    seal: 'seal',
  },
  findings: {
    'not-a-file': '`{path}` is no regular file with a plain name: it is not followed',
    'torn-tail': 'line {line}, the last one, is unfinished',
    'line-too-long': 'line {line} is longer than allowed',
    'not-utf8': 'line {line} is not UTF-8',
    'bad-json': 'line {line} is not JSON',
    'not-canonical': 'line {line} is not in its canonical form',
    'unknown-event': 'line {line} holds an event that this version does not know',
    'bad-shape': 'line {line} does not have the shape of its event',
    'bad-sequence': 'line {line} does not have the expected number: a line was removed, added or moved',
    'bad-chain': 'line {line} does not follow the one before, which was changed',
    'run-not-opened': 'it does not begin with the opening of a run',
    'run-not-closed': 'it does not end with the close of the run: still running, or its end was removed',
    'file-missing': '`{path}` is missing',
    'file-altered': '`{path}` is not the file that the journal recorded',
    'replay-failed': 'the journal does not replay on this source: {error}',
    'journal-illegal': 'no run can have written line {line} (`{entry}`): {reason}',
    'addendum-unfounded': 'it adds to a statement that is missing or cannot be read',
    'addendum-missing':
      'addendum no. {number} is missing: it was taken out, and those after it are not looked at',
    'addendum-out-of-order': 'it bears no. {number}, or does not follow what was sealed before it',
    'addendum-elsewhere': 'it adds to another run, or to another statement (`{run}`)',
    'addendum-illegal': 'entry no. {seq} (`{entry}`) cannot stand in it ({reason})',
    'addendum-by-stranger': '`{id}` holds no role of the runbook',
    'addendum-pending': 'an addendum was begun and is not sealed (`{path}`)',
    'replay-not-comparable':
      'replay not comparable: another version ({made}) wrote the journal, and this one ({own}) would not have written line {line} (`{entry}`)',
    'clock-went-back':
      'the time of line {line} lies before that of the line above (other such lines: {more}): the machine’s clock was set back, or times were rewritten',
    'statement-missing': '`statement.json` is missing: the run is not sealed',
    'statement-unreadable': '`statement.json` is no in-toto statement in canonical form',
    'statement-altered': '`statement.json` is not the statement that the seals signed',
    'statement-disagrees': '`{member}` does not match the journal: stated {found}, expected {expected}',
    'subject-missing': '`{path}`, which the statement lists, is missing',
    'subject-altered': '`{path}` is not the file that the statement lists',
    'subject-repeated': 'the statement lists `{path}` more than once',
    'subject-unlisted': '`{path}` is in the folder, and the statement does not list it',
    'unlisted-too-large':
      '`{path}`, which the statement does not list, has {bytes} bytes: at most {most} are allowed',
    'transcript-altered': '`{path}` is not what the journal gives, from line {line} on',
    'source-not-restored': 'without its annotations, `{path}` does not give the source back',
    'not-comparable': 'rendering not comparable: made by version {renderer} of the renderer, this is {own}',
    'seal-missing': 'the seal of `{principal}` is missing',
    'seal-bad': 'the seal of `{principal}` is not valid for this statement',
    'seal-unreadable': 'the seal of `{principal}` cannot be read',
    'seal-unsupported': 'this `ssh-keygen` does not know the type of the key of `{principal}`',
    'seal-key-differs':
      'the seal of `{principal}` is by another key ({key}) than the one recorded at the opening',
    'signer-not-vouched':
      'the key {key} of `{principal}` is the one recorded at the opening; nobody else vouches for it',
    'signer-unknown': 'the key {key} is not, in the list that was given, a key of `{principal}`',
    'cosigner-not-vouched': 'nobody vouches for the seal of `{principal}` ({key}); it does not count',
    'seal-key-shared': 'the seal of `{principal}` is by the key of `{other}`; it does not count',
    'approval-bad':
      'the approval of `{step}` by `{principal}` (line {line}) is no signature of its challenge by the recorded key',
    'approval-unknown':
      'the key {key}, which approves `{step}`, is not, in the list that was given, a key with which `{principal}` may approve',
    'approval-unsupported':
      'this `ssh-keygen` does not know the type of the key with which `{principal}` approves `{step}`',
    'approval-not-vouched':
      'the approval of `{step}` by `{principal}` ({key}) is sound; nobody vouches for the key',
    'approval-scripted': 'the approval of `{step}` by `{principal}` is scripted: nothing was signed',
    'stamp-bad':
      'the token `{path}` (line {line}) is no time stamp of the line before, at the recorded time and under the recorded policy',
    'stamp-unknown':
      'the token `{path}`, of {authority}, is not by an authority whose certificates were given',
    'stamp-not-vouched':
      'the token `{path}`, of {authority}, was not verified: give the authority’s certificates with `--timestamp-ca`',
    'stamp-clock-differs':
      'at line {line}, the clocks of the machine and of the authority differ by {seconds} s',
    ephemeral: 'the key of `{principal}` was made for this run in the sandbox',
    'required-seal-missing': 'the seal of role `{role}` is missing ({holders})',
  },
  illegalities: {
    'out-of-place': 'this event cannot stand in this place',
    'no-such-step': 'the plan does not have this step',
    'no-intent': 'the step had not been begun, or not at this attempt',
    'not-offered': 'the state of the run did not call for it then',
    'not-confirmed': 'a destructive step begun without the confirmation that its target asks for',
    'not-approved': 'the approval of a second person is missing, or is not the one that this step called for',
    'code-differs': 'the code that was begun is not that of the source',
    'opening-differs': 'the opening matches neither the source nor its files',
    'close-differs': 'the close does not match what was done',
    'output-differs': 'the sum of the output is not that of the output that was recorded',
    'wrong-person':
      'who speaks is neither the operator of that moment nor a holder of the role that they claim',
    'scripted-in-real': 'a scripted answer in a real run',
    'no-reason': 'a decision without a reason, or of nobody',
    'nothing-to-correct': 'the note corrects an entry that is not there yet',
  },
  signers: {
    verified: 'verified',
    unverified: 'not verified',
    ephemeral: 'ephemeral key, proves nothing',
    bad: 'worthless seal',
  },
  approvals: { verified: 'verified', unverified: 'not verified', scripted: 'scripted', bad: 'worthless' },
  approvedBy: '{step} by {by} ({key}), {status}',
  noKey: 'key unknown',
  addendum: 'addendum {number}',
  added: 'by {by}, at {at}; notes: {notes}, evidence: {evidence}',
  run: 'run',
  clock: 'times declared by the machine: no outside time stamp proves them',
  clockProven:
    'all happened between {from} and {to}, according to {authority} (policy {policy}); the other times are declared by the machine',
};

/** The words of verdicts, by language. */
export const VERDICT_WORDS: Readonly<Record<Lang, VerdictWords>> = { fr, en };
