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
  'addenda-full': {
    fr: {
      what: 'ce dossier a déjà {most} addenda',
      hint: 'ouvrir une nouvelle exécution, ou tenir la suite ailleurs',
    },
    en: {
      what: 'this bundle already has {most} addenda',
      hint: 'open a new run, or keep what follows elsewhere',
    },
  },
  'addendum-pending': {
    fr: {
      what: 'un démontage de l’exécution `{run}` a commencé et n’est pas achevé',
      hint: 'l’achever d’abord avec `reprise undo`',
    },
    en: {
      what: 'a teardown of the run `{run}` was begun and is not done',
      hint: 'finish it first with `reprise undo`',
    },
  },
  'addendum-unsound': {
    fr: {
      what: 'l’addendum n° {number} manque ou est illisible : rien ne peut le suivre',
      hint: 'examiner le dossier avec `reprise verify`, et le rétablir d’une copie',
    },
    en: {
      what: 'addendum no. {number} is missing or cannot be read: nothing can follow it',
      hint: 'look at the bundle with `reprise verify`, and restore it from a copy',
    },
  },
  'already-signed': {
    fr: {
      what: 'le sceau de `{principal}` est déjà dans ce dossier',
      hint: 'rien à faire ; `reprise verify` dit ce qu’il vaut',
    },
    en: {
      what: 'the seal of `{principal}` is already in this bundle',
      hint: 'nothing to do; `reprise verify` says what it is worth',
    },
  },
  'allowed-signers-unreadable': {
    fr: {
      what: 'la liste des signataires de confiance `{path}` est illisible ({error})',
      hint: 'donner le chemin d’un fichier au format `allowed_signers` d’OpenSSH',
    },
    en: {
      what: 'the list of trusted signers `{path}` cannot be read ({error})',
      hint: 'give the path of a file in OpenSSH’s `allowed_signers` format',
    },
  },
  'alwaysdata-denied': {
    fr: {
      what: 'alwaysdata ({api}) refuse la clé du compte `{account}` ({status})',
      hint: 'vérifier la clé, son compte et ses droits dans le profil alwaysdata',
    },
    en: {
      what: 'alwaysdata ({api}) refuses the key of the account `{account}` ({status})',
      hint: 'check the key, its account and its rights in the alwaysdata profile',
    },
  },
  'alwaysdata-refused': {
    fr: {
      what: 'alwaysdata ({api}) a refusé `{request}` ({status}) : {message}',
      hint: 'lire le message, corriger, puis refaire l’étape : un enregistrement déjà créé est reconnu',
    },
    en: {
      what: 'alwaysdata ({api}) refused `{request}` ({status}): {message}',
      hint: 'read the message, fix it, then do the step again: a record already made is recognised',
    },
  },
  'alwaysdata-unreachable': {
    fr: {
      what: 'alwaysdata ({api}) ne répond pas à `{request}` ({code})',
      hint: 'vérifier l’adresse, le réseau et l’état du fournisseur, puis refaire l’étape',
    },
    en: {
      what: 'alwaysdata ({api}) does not answer `{request}` ({code})',
      hint: 'check the address, the network and the provider’s status, then do the step again',
    },
  },
  'answers-in-real': {
    fr: {
      what: 'un fichier de réponses est refusé sur la cible `{target}`, qui est réelle',
      hint: 'relancer sans `--answers`, dans un terminal, et répondre soi-même',
    },
    en: {
      what: 'an answers file is refused on the target `{target}`, which is real',
      hint: 'start again without `--answers`, in a terminal, and answer in person',
    },
  },
  'approval-altered': {
    fr: {
      what: 'l’approbation de `{by}` pour `{step}` n’est pas la signature de ce défi : elle a été altérée, ou signe autre chose',
      hint: 'faire signer ce défi-ci par `reprise approve`, et coller la réponse entière',
    },
    en: {
      what: 'the approval of `{step}` by `{by}` is no signature of this challenge: it was altered, or signs something else',
      hint: 'have this very challenge signed by `reprise approve`, and paste the whole answer',
    },
  },
  'approval-expired': {
    fr: {
      what: 'le défi pour `{step}` a expiré ({expiresAt})',
      hint: 'en demander un nouveau : l’exécution en affiche un à la question suivante, ou à la reprise',
    },
    en: {
      what: 'the challenge for `{step}` has expired ({expiresAt})',
      hint: 'ask for another one: the run shows it at its next question, or when it is resumed',
    },
  },
  'approval-foreign': {
    fr: {
      what: 'cette approbation répond à un autre défi que celui de `{step}`',
      hint: 'faire signer le défi que l’exécution affiche maintenant',
    },
    en: {
      what: 'this approval answers another challenge than that of `{step}`',
      hint: 'have the challenge signed that the run shows now',
    },
  },
  'approval-key-unknown': {
    fr: {
      what: 'la clé {key} n’est pas, dans la liste fournie, une clé avec laquelle `{by}` peut approuver `{step}`',
      hint: 'vérifier qui a signé ; s’il s’agit bien de `{by}`, la liste doit porter sa clé pour `approval@reprise`',
    },
    en: {
      what: 'in the list that was given, {key} is no key with which `{by}` may approve `{step}`',
      hint: 'check who signed; if it was `{by}`, the list must hold their key for `approval@reprise`',
    },
  },
  'approval-no-challenge': {
    fr: {
      what: 'ce texte n’est pas un défi d’approbation entier',
      hint: 'copier la ligne entière, de `reprise-approval-1.` à sa fin',
    },
    en: {
      what: 'this text is no whole challenge of an approval',
      hint: 'copy the whole line, from `reprise-approval-1.` to its end',
    },
  },
  'approval-not-a-holder': {
    fr: {
      what: '`{by}` n’est pas titulaire du rôle `{role}`, qui doit approuver `{step}`',
      hint: 'faire approuver par l’un de ses titulaires : {holders}',
    },
    en: {
      what: '`{by}` does not hold the role `{role}`, which must approve `{step}`',
      hint: 'have it approved by one of its holders: {holders}',
    },
  },
  'approval-not-signed': {
    fr: {
      what: 'la réponse donnée pour `{step}` est le défi lui-même : personne ne l’a signé',
      hint: 'le transmettre à la seconde personne, qui le signe par `reprise approve`',
    },
    en: {
      what: 'the answer given for `{step}` is the challenge itself: nobody signed it',
      hint: 'send it to the second person, who signs it with `reprise approve`',
    },
  },
  'approval-replayed': {
    fr: {
      what: 'cette approbation a déjà servi dans cette exécution : elle ne vaut pas pour `{step}` maintenant',
      hint: 'faire signer le défi que l’exécution affiche maintenant',
    },
    en: {
      what: 'this approval has served in this run already: it is not one of `{step}` now',
      hint: 'have the challenge signed that the run shows now',
    },
  },
  'approval-same-key': {
    fr: {
      what: 'l’approbation de `{step}` par `{by}` est signée de la clé de l’opérateur ({key})',
      hint: 'faire approuver par une seconde personne, sur sa propre machine, avec sa propre clé',
    },
    en: {
      what: 'the approval of `{step}` by `{by}` is signed with the operator’s own key ({key})',
      hint: 'have it approved by a second person, on their own machine, with their own key',
    },
  },
  'approval-same-person': {
    fr: {
      what: '`{by}` opère l’exécution et ne peut pas approuver `{step}`',
      hint: 'faire approuver par une autre personne',
    },
    en: {
      what: '`{by}` operates the run and cannot approve `{step}`',
      hint: 'have it approved by another person',
    },
  },
  'approval-unreadable': {
    fr: {
      what: 'la réponse donnée pour `{step}` n’est pas une approbation lisible',
      hint: 'copier la ligne entière, de `reprise-approved-1.` à sa fin',
    },
    en: {
      what: 'the answer given for `{step}` is no readable approval',
      hint: 'copy the whole line, from `reprise-approved-1.` to its end',
    },
  },
  'approval-unsupported': {
    fr: {
      what: 'ce `ssh-keygen` ne connaît pas le type de la clé avec laquelle `{by}` a approuvé `{step}`',
      hint: 'mettre OpenSSH à jour, ou faire signer avec une autre clé',
    },
    en: {
      what: 'this `ssh-keygen` does not know the type of the key with which `{by}` approved `{step}`',
      hint: 'update OpenSSH, or have it signed with another key',
    },
  },
  'approval-without-list': {
    fr: {
      what: 'l’approbation de `{step}` ne peut pas être vérifiée : aucune liste de signataires n’a été donnée',
      hint: 'mettre en pause, puis reprendre avec `--allowed-signers FICHIER`',
    },
    en: {
      what: 'the approval of `{step}` cannot be checked: no list of signers was given',
      hint: 'pause, then resume with `--allowed-signers FILE`',
    },
  },
  'approvals-need-list': {
    fr: {
      what: 'une étape de ce plan doit être approuvée par une seconde personne, et rien ne dit à quelle clé se fier',
      hint: 'donner `--allowed-signers FICHIER`, obtenu du dépôt ou de l’organisation',
    },
    en: {
      what: 'a step of this plan must be approved by a second person, and nothing says whose key to trust',
      hint: 'give `--allowed-signers FILE`, from the repository or the organisation',
    },
  },
  'approver-needed': {
    fr: {
      what: 'qui approuve n’est pas dit',
      hint: 'donner `--as ID`, l’identité d’un titulaire du rôle `{role}`',
    },
    en: {
      what: 'it is not said who approves',
      hint: 'give `--as ID`, the identity of a holder of the role `{role}`',
    },
  },
  'archive-corrupt': {
    fr: {
      what: 'l’archive `{archive}` est corrompue : {message}',
      hint: 'prendre l’archive précédente',
    },
    en: {
      what: 'the archive `{archive}` is corrupt: {message}',
      hint: 'take the archive before it',
    },
  },
  'archive-empty': {
    fr: {
      what: 'l’archive `{archive}` ne contient aucun objet',
      hint: 'prendre l’archive précédente',
    },
    en: {
      what: 'the archive `{archive}` holds no object',
      hint: 'take the archive before it',
    },
  },
  'archive-not-one-dump': {
    fr: {
      what: 'l’archive `{archive}` contient {count} fichiers `.pgsql` au lieu d’un seul',
      hint: 'prendre l’archive précédente, ou vérifier d’où vient celle-ci',
    },
    en: {
      what: 'the archive `{archive}` holds {count} `.pgsql` files instead of one',
      hint: 'take the archive before it, or check where this one comes from',
    },
  },
  'archive-not-one-tar': {
    fr: {
      what: 'l’archive `{archive}` contient {count} fichiers `.tar.gz` au lieu d’un seul',
      hint: 'prendre l’archive précédente, ou vérifier d’où vient celle-ci',
    },
    en: {
      what: 'the archive `{archive}` holds {count} `.tar.gz` files instead of one',
      hint: 'take the archive before it, or check where this one comes from',
    },
  },
  'archive-too-big': {
    fr: {
      what: 'l’archive `{archive}` dépasse, une fois décompressée, les limites admises',
      hint: 'vérifier d’où elle vient : ce peut être une bombe de décompression',
    },
    en: {
      what: 'the archive `{archive}` exceeds the limits once unpacked',
      hint: 'check where it comes from: it may be a decompression bomb',
    },
  },
  'archive-unsafe': {
    fr: {
      what: 'l’archive `{archive}` contient un membre refusé (`{member}`, {why})',
      hint: 'ne pas l’extraire à la main ; vérifier d’où elle vient et prendre l’archive précédente',
    },
    en: {
      what: 'the archive `{archive}` holds a member that is refused (`{member}`, {why})',
      hint: 'do not unpack it by hand; check where it comes from and take the archive before it',
    },
  },
  'archives-unreadable': {
    fr: {
      what: 'le dossier des archives `{path}` ne peut pas être lu ({code})',
      hint: 'créer le dossier, y déposer les archives téléchargées, puis relancer l’étape',
    },
    en: {
      what: 'the archives folder `{path}` cannot be read ({code})',
      hint: 'make the folder, put the downloaded archives in it, then run the step again',
    },
  },
  'artifact-absent': {
    fr: {
      what: 'aucune des {runs} dernières exécutions réussies de `{workflow}` dans {repository} n’a laissé l’artefact `{artifact}` (la plus récente est du {newest})',
      hint: 'prendre une autre source de sauvegarde : depuis 2023, ce workflow copie vers un bucket Glacier et ne laisse plus d’artefact',
    },
    en: {
      what: 'none of the last {runs} successful runs of `{workflow}` in {repository} left the artifact `{artifact}` (the newest is of {newest})',
      hint: 'take another source of backups: since 2023 this workflow copies to a Glacier bucket and leaves no artifact',
    },
  },
  'artifact-corrupt': {
    fr: {
      what: 'l’artefact `{artifact}` ({id}) ne correspond pas à ce que GitHub annonce : {expected} attendu, {found} reçu',
      hint: 'le télécharger à nouveau, ou prendre l’exécution précédente',
    },
    en: {
      what: 'the artifact `{artifact}` ({id}) is not what GitHub announces: {expected} expected, {found} received',
      hint: 'download it again, or take the run before it',
    },
  },
  'artifact-expired': {
    fr: {
      what: 'l’artefact `{artifact}` ({id}) a expiré le {expiredAt} : GitHub ne le garde plus',
      hint: 'prendre une autre source de sauvegarde, ou relancer le workflow si la production existe encore',
    },
    en: {
      what: 'the artifact `{artifact}` ({id}) expired on {expiredAt}: GitHub keeps it no longer',
      hint: 'take another source of backups, or run the workflow again if production still exists',
    },
  },
  'artifact-not-stored': {
    fr: {
      what: 'l’artefact `{artifact}` ({id}) ne peut pas être lu là où GitHub l’a rangé ({status})',
      hint: 'refaire l’étape : le lien de téléchargement ne vaut qu’une minute',
    },
    en: {
      what: 'the artifact `{artifact}` ({id}) cannot be read where GitHub stored it ({status})',
      hint: 'do the step again: the download link is good for a minute only',
    },
  },
  'backup-stale': {
    fr: {
      what: 'la plus récente sauvegarde intacte de `{resource}`, `{backup}`, est du {takenAt} : elle a {age} heures, et le plan en admet {limit} au plus',
      hint: 'chercher pourquoi les sauvegardes ont cessé, en fournir une plus récente et relancer l’étape ; sinon, faire accepter cette perte par qui en décide, comme le plan le prévoit',
    },
    en: {
      what: 'the newest intact backup of `{resource}`, `{backup}`, is of {takenAt}: it is {age} hours old, and the plan admits {limit} at most',
      hint: 'find out why backups stopped, provide a newer one and run the step again; failing that, have whoever decides accept the loss, in the way that the plan has for it',
    },
  },
  'bad-answers': {
    fr: {
      what: 'le fichier de réponses `{path}` est mal formé : {detail}',
      hint: 'le corriger, puis relancer la même commande',
    },
    en: {
      what: 'the answers file `{path}` is malformed: {detail}',
      hint: 'mend it, then give the same command again',
    },
  },
  'bad-instant': {
    fr: {
      what: '`{text}` n’est pas un instant',
      hint: 'l’écrire comme `03:15`, `2026-11-22 03:15` (heure du runbook) ou `2026-11-22T02:15:00Z`, ou `now` pour maintenant',
    },
    en: {
      what: '`{text}` is not an instant',
      hint: 'write it like `03:15`, `2026-11-22 03:15` (time of the runbook) or `2026-11-22T02:15:00Z`, or `now` for the present',
    },
  },
  'bad-option': {
    fr: {
      what: '`reprise {command}` ne comprend pas cette ligne de commande : {detail}',
      hint: 'voir les options avec `reprise {command} --help`',
    },
    en: {
      what: '`reprise {command}` does not understand this command line: {detail}',
      hint: 'see its options with `reprise {command} --help`',
    },
  },
  'bad-setting': {
    fr: {
      what: '`{setting}` n’est pas de la forme `entrée=valeur`',
      hint: 'écrire par exemple `--set restaurer-base=non`',
    },
    en: {
      what: '`{setting}` is not of the form `input=value`',
      hint: 'write for example `--set restaurer-base=non`',
    },
  },
  'bucket-not-empty': {
    fr: {
      what: 'le bucket `{bucket}` ({resource}) contient déjà des objets que l’exécution {run} n’y a pas mis',
      hint: 'choisir un autre nom de bucket, ou vider celui-ci (toutes versions comprises) après avoir vérifié ce qu’il contient',
    },
    en: {
      what: 'the bucket `{bucket}` ({resource}) already holds objects that run {run} did not put there',
      hint: 'choose another bucket name, or empty this one (all versions) once you have checked what it holds',
    },
  },
  'bucket-not-ours': {
    fr: {
      what: 'le bucket `{bucket}` ({resource}) ne porte pas la marque de l’exécution {run}',
      hint: 'ne rien effacer sans savoir qui l’a créé ; s’il est bien de cette exécution, l’effacer à la main dans la console du fournisseur et le noter',
    },
    en: {
      what: 'the bucket `{bucket}` ({resource}) does not bear the marker of run {run}',
      hint: 'erase nothing before you know who made it; if it is this run’s, erase it by hand in the provider’s console and note it',
    },
  },
  'bundle-create-failed': {
    fr: {
      what: 'le dossier de l’exécution `{path}` n’a pas pu être créé ({error})',
      hint: 'vérifier les droits et la place libre, ou choisir un autre dossier avec `--runs`',
    },
    en: {
      what: 'the run’s folder `{path}` could not be created ({error})',
      hint: 'check permissions and free space, or choose another folder with `--runs`',
    },
  },
  'bundle-not-found': {
    fr: {
      what: '`{path}` n’est pas le dossier d’une exécution : pas de main courante ({error})',
      hint: 'donner le dossier qui contient `journal.jsonl`, en général sous `runs/`',
    },
    en: {
      what: '`{path}` is not the folder of a run: it has no journal ({error})',
      hint: 'give the folder that holds `journal.jsonl`, usually under `runs/`',
    },
  },
  'bundle-read-failed': {
    fr: {
      what: '`{path}` n’a pas pu être lu ({error})',
      hint: 'rétablir les droits ou réparer le disque, puis recommencer la même commande',
    },
    en: {
      what: '`{path}` could not be read ({error})',
      hint: 'restore the permissions or repair the disk, then give the same command again',
    },
  },
  'bundle-tampered': {
    fr: {
      what: 'le dossier n’est pas, ou n’est plus, celui qui a été signé',
      hint: 'voir ce qui est touché avec `reprise verify`, et repartir d’une copie intacte',
    },
    en: {
      what: 'the bundle is not, or no longer, what was signed',
      hint: 'see what was touched with `reprise verify`, and start from an intact copy',
    },
  },
  'bundle-write-failed': {
    fr: {
      what: 'le document `{path}` n’a pas pu être écrit ({error})',
      hint: 'libérer de la place ou rétablir les droits, puis reprendre avec `reprise resume`',
    },
    en: {
      what: 'the document `{path}` could not be written ({error})',
      hint: 'free some space or restore the permissions, then go on with `reprise resume`',
    },
  },
  'cannot-read': {
    fr: {
      what: 'le fichier `{path}` ne peut pas être lu : {detail}',
      hint: 'vérifier le chemin et les droits',
    },
    en: {
      what: 'the file `{path}` cannot be read: {detail}',
      hint: 'check the path and the permissions',
    },
  },
  'cannot-write': {
    fr: {
      what: 'impossible d’écrire `{path}` ({error})',
      hint: 'vérifier que le dossier existe et que l’on peut y écrire',
    },
    en: {
      what: 'cannot write `{path}` ({error})',
      hint: 'check that its directory exists and can be written to',
    },
  },
  'checkout-not-found': {
    fr: {
      what: 'aucun dossier lisible en `{path}` ({error})',
      hint: 'donner à `--checkout` le dossier d’un dépôt, précédé de `RESSOURCE=` s’il y en a plusieurs',
    },
    en: {
      what: 'no readable folder at `{path}` ({error})',
      hint: 'give `--checkout` the folder of a repository, after `RESOURCE=` where there are several',
    },
  },
  'client-killed': {
    fr: {
      what: '`{program}` a été interrompu par le signal {signal}',
      hint: 'vérifier l’état de la ressource avant de relancer l’étape',
    },
    en: {
      what: '`{program}` was killed by signal {signal}',
      hint: 'check the state of the resource before you run the step again',
    },
  },
  'client-missing': {
    fr: {
      what: 'le programme `{program}` est introuvable sur cette machine',
      hint: 'l’installer : `apt-get install postgresql-client` (Debian, Ubuntu)',
    },
    en: {
      what: 'the program `{program}` is not on this machine',
      hint: 'install it: `apt-get install postgresql-client` (Debian, Ubuntu)',
    },
  },
  'client-too-old': {
    fr: {
      what: 'le client PostgreSQL de cette machine est plus ancien que celui qui a écrit la sauvegarde : {message}',
      hint: 'installer un client de la même version majeure que la sauvegarde, ou plus récent',
    },
    en: {
      what: 'the PostgreSQL client of this machine is older than the one that wrote the dump: {message}',
      hint: 'install a client of the same major version as the dump, or newer',
    },
  },
  'database-not-empty': {
    fr: {
      what: 'la base `{database}` ({resource}) contient {tables} tables que l’exécution {run} n’y a pas mises',
      hint: "vérifier la cible ; pour l’écraser en connaissance de cause, la marquer avec `COMMENT ON DATABASE … IS 'reprise:{run}'`",
    },
    en: {
      what: 'the database `{database}` ({resource}) holds {tables} tables that run {run} did not put there',
      hint: "check the target; to overwrite it knowingly, mark it with `COMMENT ON DATABASE … IS 'reprise:{run}'`",
    },
  },
  'database-not-provisioned': {
    fr: {
      what: 'l’application {app}, dont la ressource {resource} est la base, n’a pas de variable {variable}',
      hint: 'provisionner d’abord la base de données de cette application',
    },
    en: {
      what: 'the application {app}, whose database is the resource {resource}, has no variable {variable}',
      hint: 'provision this application’s database first',
    },
  },
  'database-unreachable': {
    fr: {
      what: 'la base {resource} ne répond pas sur {host}:{port} : {message}',
      hint: 'vérifier que le tunnel SSH est ouvert et que l’adresse et les identifiants sont ceux de la cible',
    },
    en: {
      what: 'the database {resource} does not answer at {host}:{port}: {message}',
      hint: 'check that the SSH tunnel is open and that the address and the credentials are those of the target',
    },
  },
  'directory-unreadable': {
    fr: {
      what: 'le dossier `{path}` ({resource}) ne peut pas être lu ({code})',
      hint: 'vérifier le chemin et les droits, puis recommencer',
    },
    en: {
      what: 'the directory `{path}` ({resource}) cannot be read ({code})',
      hint: 'check the path and the rights, then try again',
    },
  },
  'disk-full': {
    fr: {
      what: 'il ne reste que {free} Mio libres là où est `{path}` ; il en faut {needed}',
      hint: 'libérer de la place, ou choisir un autre dossier avec `--runs`',
    },
    en: {
      what: 'only {free} MiB are free where `{path}` is; {needed} are needed',
      hint: 'free some space, or choose another folder with `--runs`',
    },
  },
  'dns-apex-alias': {
    fr: {
      what: '`{host}` est le nom du domaine lui-même, qui ne peut pas porter de CNAME',
      hint: 'utiliser un sous-domaine, ou un enregistrement A',
    },
    en: {
      what: '`{host}` is the domain’s own name, which cannot bear a CNAME',
      hint: 'use a subdomain, or an A record',
    },
  },
  'dns-authoritative-differs': {
    fr: {
      what: 'les serveurs qui font autorité ne donnent pas tous `{target}` pour `{host}` après {within} s ({answers})',
      hint: 'vérifier l’enregistrement chez l’hébergeur de la zone, puis relancer ; les résolveurs publics n’ont pas été interrogés, pour qu’ils ne retiennent pas son absence',
    },
    en: {
      what: 'the authoritative servers do not all give `{target}` for `{host}` after {within} s ({answers})',
      hint: 'check the record at the zone’s host, then try again; public resolvers were not asked, lest they remember that it is absent',
    },
  },
  'dns-public-differs': {
    fr: {
      what: 'les serveurs qui font autorité donnent `{target}` pour `{host}`, mais pas encore tous les résolveurs publics après {within} s ({answers})',
      hint: 'attendre que leur mémoire expire ({memory} s pour une absence, le TTL précédent pour une ancienne valeur), puis relancer',
    },
    en: {
      what: 'the authoritative servers give `{target}` for `{host}`, but not yet every public resolver after {within} s ({answers})',
      hint: 'wait until their memory expires ({memory} s for an absence, the former TTL for an old value), then try again',
    },
  },
  'dns-record-automatic': {
    fr: {
      what: 'l’enregistrement {type} de `{host}` ({value}) est tenu par alwaysdata et ne se modifie pas ici',
      hint: 'choisir un autre nom, ou détacher le service dans l’administration alwaysdata',
    },
    en: {
      what: 'the {type} record of `{host}` ({value}) is kept by alwaysdata and is not to be changed here',
      hint: 'choose another name, or detach the service in alwaysdata’s administration',
    },
  },
  'dns-record-conflict': {
    fr: {
      what: '`{host}` porte déjà {records} : un CNAME ne peut pas s’y ajouter',
      hint: 'noter ces valeurs, puis demander explicitement leur remplacement (`replace`), ou choisir un autre nom',
    },
    en: {
      what: '`{host}` already bears {records}: a CNAME cannot be added',
      hint: 'note these values, then ask explicitly for their replacement (`replace`), or choose another name',
    },
  },
  'dns-record-lost': {
    fr: {
      what: 'alwaysdata a accepté l’enregistrement CNAME de `{host}`, mais ne le montre pas',
      hint: 'regarder la zone dans l’administration alwaysdata, puis refaire l’étape',
    },
    en: {
      what: 'alwaysdata accepted the CNAME record of `{host}`, but does not show it',
      hint: 'look at the zone in alwaysdata’s administration, then do the step again',
    },
  },
  'dns-server-unknown': {
    fr: {
      what: 'le serveur de noms `{server}` est introuvable ({code})',
      hint: 'donner son nom exact ou son adresse IP dans la cible',
    },
    en: {
      what: 'the name server `{server}` was not found ({code})',
      hint: 'give its exact name or its IP address in the target',
    },
  },
  'dns-zone-absent': {
    fr: {
      what: 'aucun domaine du compte alwaysdata `{account}` ne contient `{host}`',
      hint: 'demander l’enregistrement à qui tient la zone, ou corriger le compte de la cible',
    },
    en: {
      what: 'no domain of the alwaysdata account `{account}` holds `{host}`',
      hint: 'ask whoever holds the zone for the record, or correct the target’s account',
    },
  },
  'drift-document-changed': {
    fr: {
      what: '`{path}` a changé pendant la vérification',
      hint: 'vérifier de nouveau ; rien n’y a été écrit',
    },
    en: {
      what: '`{path}` was changed during the check',
      hint: 'check again; nothing was written to it',
    },
  },
  'drift-not-recorded': {
    fr: {
      what: 'les faits n’ont pas pu être consignés dans `{path}` : {detail}',
      hint: 'vérifier les droits sur le dossier, puis recommencer',
    },
    en: {
      what: 'the facts could not be written to `{path}`: {detail}',
      hint: 'check the permissions of the folder, then do it again',
    },
  },
  'drift-ref-unknown': {
    fr: {
      what: '`{ref}` est inconnu du dépôt en `{path}`',
      hint: 'récupérer l’historique complet (`git fetch --unshallow`) ou corriger `ref=`',
    },
    en: {
      what: '`{ref}` is unknown to the repository at `{path}`',
      hint: 'fetch the whole history (`git fetch --unshallow`) or put `ref=` right',
    },
  },
  'drift-tool-absent': {
    fr: {
      what: '`{tool}` n’est pas sur cette machine',
      hint: 'l’installer, ou vérifier sur une machine qui l’a',
    },
    en: {
      what: '`{tool}` is not on this machine',
      hint: 'install it, or check on a machine that has it',
    },
  },
  'drift-unreadable': {
    fr: {
      what: '`{path}` n’a pas pu être lu ({detail})',
      hint: 'vérifier l’adresse ou le chemin, puis vérifier de nouveau',
    },
    en: {
      what: '`{path}` could not be read ({detail})',
      hint: 'check the address or the path, then check again',
    },
  },
  'drift-without-place': {
    fr: {
      what: 'rien ne dit où lire `{resource}`',
      hint: 'donner `--checkout DOSSIER`, ou `--target CIBLE` pour interroger le service',
    },
    en: {
      what: 'nothing says where to read `{resource}`',
      hint: 'give `--checkout DIRECTORY`, or `--target NAME` to ask the service',
    },
  },
  'dsn-invalid': {
    fr: {
      what: 'l’adresse de la base {resource} n’est pas une adresse PostgreSQL valide',
      hint: 'l’écrire sous la forme `postgresql://utilisateur:motdepasse@hôte:port/base`, mot de passe encodé comme dans une URL',
    },
    en: {
      what: 'the address of the database {resource} is not a valid PostgreSQL one',
      hint: 'write it as `postgresql://user:password@host:port/database`, the password encoded as in a URL',
    },
  },
  'dsn-override': {
    fr: {
      what: 'l’adresse de la base {resource} redit dans ses paramètres où elle est (`{key}`) : deux programmes liraient deux bases',
      hint: 'retirer ce paramètre et n’écrire chacun qu’une fois ; hôte, port, utilisateur, mot de passe et base se disent avant le `?`',
    },
    en: {
      what: 'the address of the database {resource} says again in its parameters where it is (`{key}`): two programs would read two databases',
      hint: 'remove that parameter and write each only once; host, port, user, password and database belong before the `?`',
    },
  },
  'dump-corrupt': {
    fr: {
      what: 'la sauvegarde de l’archive `{archive}` est corrompue : {message}',
      hint: 'prendre l’archive précédente',
    },
    en: {
      what: 'the dump of the archive `{archive}` is corrupt: {message}',
      hint: 'take the archive before it',
    },
  },
  'dump-empty': {
    fr: {
      what: 'la sauvegarde de l’archive `{archive}` est bien formée et ne contient aucune donnée',
      hint: 'prendre l’archive précédente',
    },
    en: {
      what: 'the dump of the archive `{archive}` is well formed and holds no data',
      hint: 'take the archive before it',
    },
  },
  'dump-missing': {
    fr: {
      what: 'la sauvegarde décompressée `{path}` n’est pas sur cette machine',
      hint: 'refaire l’étape qui décompresse l’archive',
    },
    en: {
      what: 'the unpacked dump `{path}` is not on this machine',
      hint: 'do again the step that unpacks the archive',
    },
  },
  'dump-not-custom': {
    fr: {
      what: 'la sauvegarde de l’archive `{archive}` n’est pas au format « custom » de pg_dump',
      hint: 'prendre l’archive précédente ; une sauvegarde SQL se restaure avec `psql`',
    },
    en: {
      what: 'the dump of the archive `{archive}` is not in pg_dump’s custom format',
      hint: 'take the archive before it; an SQL dump is restored with `psql`',
    },
  },
  'dump-unreadable': {
    fr: {
      what: 'la sauvegarde `{path}` ne peut pas être lue : {message}',
      hint: 'prendre l’archive précédente',
    },
    en: {
      what: 'the dump `{path}` cannot be read: {message}',
      hint: 'take the archive before it',
    },
  },
  'evidence-holds-secret': {
    fr: {
      what: 'la pièce `{path}` contient le secret `{secret}` : elle n’est pas jointe',
      hint: 'en joindre une autre où le secret n’apparaît pas (image recadrée, texte caviardé), puis changer ce secret s’il a été diffusé',
    },
    en: {
      what: 'the file `{path}` holds the secret `{secret}`: it is not attached',
      hint: 'attach another one without the secret (a cropped image, a redacted text), and change the secret if it got about',
    },
  },
  'evidence-refused': {
    fr: {
      what: 'la pièce `{path}` est refusée ({reason})',
      hint: 'joindre un fichier ordinaire, au nom lisible et de moins de 100 Mio, et non un lien, un dossier ou un tube',
    },
    en: {
      what: 'the file `{path}` is refused as evidence ({reason})',
      hint: 'attach a regular file, with a plain name and under 100 MiB, not a link, a folder or a pipe',
    },
  },
  'extension-refused': {
    fr: {
      what: 'l’extension `{extension}` ne peut pas être créée dans la base {resource} : {message}',
      hint: 'l’activer depuis le tableau de bord de l’hébergeur, puis relancer l’étape',
    },
    en: {
      what: 'the extension `{extension}` cannot be created in the database {resource}: {message}',
      hint: 'enable it from the hosting platform’s dashboard, then run the step again',
    },
  },
  'file-too-large': {
    fr: {
      what: 'le fichier `{path}` est trop gros : {bytes} octets, pour une limite de {limit}',
      hint: 'vérifier que c’est bien un runbook, ou le couper en plusieurs',
    },
    en: {
      what: 'the file `{path}` is too large: {bytes} bytes, for a limit of {limit}',
      hint: 'check that it is a runbook, or cut it into several',
    },
  },
  'fingerprint-changed': {
    fr: {
      what: '`{resource}` n’est plus ce qui a été montré ({changes})',
      hint: 'vérifier qui agit sur cette ressource, puis réessayer l’étape et relire ce que le serveur annonce',
    },
    en: {
      what: '`{resource}` is no longer what was shown ({changes})',
      hint: 'find out who acts on this resource, then try the step again and read what the server reports',
    },
  },
  'folder-unreadable': {
    fr: {
      what: 'le dossier ou le fichier `{path}` ne peut pas être lu ({code})',
      hint: 'vérifier le chemin et les droits de lecture, puis relancer l’étape',
    },
    en: {
      what: 'the folder or the file `{path}` cannot be read ({code})',
      hint: 'check the path and the right to read it, then run the step again',
    },
  },
  'folder-unsafe': {
    fr: {
      what: 'le dossier `{folder}` contient `{name}`, qui n’est ni un fichier ni un dossier',
      hint: 'le remplacer par le fichier voulu ou l’ôter du dossier, puis relancer l’étape',
    },
    en: {
      what: 'the folder `{folder}` holds `{name}`, which is neither a file nor a folder',
      hint: 'put the file that is meant in its place or take it away, then run the step again',
    },
  },
  'git-clone-failed': {
    fr: {
      what: 'le clone de {url} a échoué (code {exit}) : {message}',
      hint: 'vérifier l’adresse, le réseau et les droits, puis refaire l’étape : un clone inachevé est retiré',
    },
    en: {
      what: 'cloning {url} failed (exit {exit}): {message}',
      hint: 'check the address, the network and the rights, then do the step again: an unfinished clone is removed',
    },
  },
  'git-folder-not-empty': {
    fr: {
      what: 'le dossier `{folder}` existe déjà et n’est pas un clone de {url}',
      hint: 'choisir un autre dossier, ou retirer celui-ci après avoir vérifié ce qu’il contient',
    },
    en: {
      what: 'the folder `{folder}` already exists and is no clone of {url}',
      hint: 'choose another folder, or remove this one once you have checked what it holds',
    },
  },
  'git-missing': {
    fr: {
      what: '`git` est introuvable sur cette machine',
      hint: 'l’installer : `apt-get install git` (Debian, Ubuntu)',
    },
    en: {
      what: '`git` is missing on this machine',
      hint: 'install it: `apt-get install git` (Debian, Ubuntu)',
    },
  },
  'git-push-failed': {
    fr: {
      what: 'l’envoi vers `{app}` a échoué (git : {exit}) : {message}',
      hint: 'lire la sortie de git ci-dessus, regarder où en est le déploiement, puis relancer l’étape une fois la cause levée',
    },
    en: {
      what: 'the push to `{app}` failed (git: {exit}): {message}',
      hint: 'read git’s output above, look at how the deployment stands, then run the step again once the cause is gone',
    },
  },
  'git-push-refused': {
    fr: {
      what: '`{app}` a refusé l’envoi ou son déploiement a échoué : {message}',
      hint: 'lire le journal du déploiement ci-dessus, corriger, puis relancer l’étape : rien n’a été mis en service',
    },
    en: {
      what: '`{app}` refused the push, or its deployment failed: {message}',
      hint: 'read the deployment log above, correct the cause, then run the step again: nothing was put in service',
    },
  },
  'git-repository-invalid': {
    fr: {
      what: '`{path}` n’est pas un dépôt git utilisable : {message}',
      hint: 'donner le dossier d’un clone de l’application',
    },
    en: {
      what: '`{path}` is not a usable git repository: {message}',
      hint: 'give the folder of a clone of the application',
    },
  },
  'git-revision-missing': {
    fr: {
      what: 'la révision `{sha}` est absente du dépôt `{path}`',
      hint: 'la récupérer avec `git fetch --tags`, ou vérifier l’identifiant',
    },
    en: {
      what: 'revision `{sha}` is not in the repository `{path}`',
      hint: 'get it with `git fetch --tags`, or check the identifier',
    },
  },
  'git-shallow': {
    fr: {
      what: 'le dépôt `{path}` est un clone superficiel, que Scalingo refuse',
      hint: 'récupérer tout l’historique : `git fetch --unshallow`',
    },
    en: {
      what: 'the repository `{path}` is a shallow clone, which Scalingo refuses',
      hint: 'fetch the whole history: `git fetch --unshallow`',
    },
  },
  'git-url-refused': {
    fr: {
      what: 'l’adresse {url} n’est pas admise pour un clone : seules `https://` et `file://` le sont, sans mot de passe',
      hint: 'donner l’adresse HTTPS du dépôt, ou celle d’une copie locale',
    },
    en: {
      what: 'the address {url} is not allowed for a clone: only `https://` and `file://` are, without a password',
      hint: 'give the HTTPS address of the repository, or that of a local copy',
    },
  },
  'github-denied': {
    fr: {
      what: 'GitHub ({api}) refuse `{request}` ({status}) : {message}',
      hint: 'vérifier le jeton (Actions : read), y compris pour un dépôt public ; un jeton expiré se remplace',
    },
    en: {
      what: 'GitHub ({api}) denies `{request}` ({status}): {message}',
      hint: 'check the token (Actions: read), even for a public repository; an expired token is to be replaced',
    },
  },
  'github-not-found': {
    fr: {
      what: 'GitHub ({api}) ne connaît pas `{request}` pour {repository}',
      hint: 'vérifier le dépôt, le nom du workflow, le chemin et la version ; un dépôt privé sans jeton paraît absent',
    },
    en: {
      what: 'GitHub ({api}) knows no `{request}` for {repository}',
      hint: 'check the repository, the workflow’s name, the path and the version; a private repository seems absent without a token',
    },
  },
  'github-rate-limited': {
    fr: {
      what: 'GitHub ({api}) ne répond plus jusqu’au {reset} : le quota de {limit} requêtes par heure est épuisé',
      hint: 'donner un jeton (5 000 requêtes par heure au lieu de 60), ou attendre, puis refaire l’étape',
    },
    en: {
      what: 'GitHub ({api}) does not answer any more until {reset}: the quota of {limit} requests an hour is used up',
      hint: 'give a token (5,000 requests an hour instead of 60), or wait, then do the step again',
    },
  },
  'github-refused': {
    fr: {
      what: 'GitHub ({api}) a répondu {status} à `{request}` : {message}',
      hint: 'vérifier l’état de GitHub (githubstatus.com), puis refaire l’étape',
    },
    en: {
      what: 'GitHub ({api}) answered {status} to `{request}`: {message}',
      hint: 'check GitHub’s status (githubstatus.com), then do the step again',
    },
  },
  'github-unreachable': {
    fr: {
      what: 'GitHub ({api}) ne répond pas à `{request}` ({code})',
      hint: 'vérifier l’adresse et le réseau, puis refaire l’étape',
    },
    en: {
      what: 'GitHub ({api}) does not answer `{request}` ({code})',
      hint: 'check the address and the network, then do the step again',
    },
  },
  'glacier-not-ready': {
    fr: {
      what: '{left} objets sur {objects} du bucket `{bucket}` ne sont pas encore restaurés de Glacier',
      hint: 'attendre encore, puis refaire l’étape : chez Scaleway, une restauration commence au bout de quelques minutes à 24 heures',
    },
    en: {
      what: '{left} of {objects} objects of the bucket `{bucket}` are not restored from Glacier yet',
      hint: 'wait longer, then do the step again: at Scaleway a restoration begins after minutes to 24 hours',
    },
  },
  'glacier-not-requested': {
    fr: {
      what: '{left} objets sur {objects} du bucket `{bucket}` sont archivés et personne n’a demandé leur restauration, ou elle a expiré',
      hint: 'demander leur restauration (`requestRestore`), puis refaire l’étape',
    },
    en: {
      what: '{left} of {objects} objects of the bucket `{bucket}` are archived and nobody asked to restore them, or their copies expired',
      hint: 'ask to restore them (`requestRestore`), then do the step again',
    },
  },
  'http-unexpected': {
    fr: {
      what: '`{url}` ne répond pas ce qui était attendu : {message}',
      hint: 'vérifier que l’application est démarrée, son domaine, ses variables (`ALLOWED_HOSTS`), puis relancer l’étape',
    },
    en: {
      what: '`{url}` does not answer as expected: {message}',
      hint: 'check that the application runs, its domain, its variables (`ALLOWED_HOSTS`), then run the step again',
    },
  },
  'http-unreachable': {
    fr: {
      what: '`{url}` est injoignable : {message}',
      hint: 'vérifier l’adresse, le réseau et le DNS, puis relancer l’étape',
    },
    en: {
      what: '`{url}` cannot be reached: {message}',
      hint: 'check the address, the network and the DNS, then run the step again',
    },
  },
  'http-url-invalid': {
    fr: {
      what: '`{url}` n’est pas une adresse HTTP',
      hint: 'donner une adresse qui commence par `http://` ou `https://`',
    },
    en: {
      what: '`{url}` is not an HTTP address',
      hint: 'give an address that begins with `http://` or `https://`',
    },
  },
  'import-changed': {
    fr: {
      what: 'le fichier importé `{file}` a changé depuis l’ouverture de l’exécution : il n’est pas exécuté',
      hint: 'remettre le fichier du dossier `source/` de l’exécution, puis réessayer l’étape',
    },
    en: {
      what: 'the imported file `{file}` was changed since the run opened: it is not executed',
      hint: 'put back the file of the run’s `source/` folder, then try the step again',
    },
  },
  'import-unlisted': {
    fr: {
      what: 'le fichier importé `{file}` n’est pas parmi ceux que l’exécution a copiés à son ouverture : il n’est pas exécuté',
      hint: 'l’importer en tête de cellule par `import … from`, avec un chemin écrit tel quel, et ouvrir une nouvelle exécution',
    },
    en: {
      what: 'the imported file `{file}` is not among those that the run copied when it opened: it is not executed',
      hint: 'import it at the top of the cell with `import … from` and a literal path, and open a new run',
    },
  },
  'import-missing': {
    fr: {
      what: 'l’étape `{step}` a besoin de ce que produit `{import}`, qui n’a pas été faite',
      hint: 'reprendre dans un terminal et faire `{step}` à la main, ou l’ignorer avec un motif',
    },
    en: {
      what: 'step `{step}` needs what `{import}` produces, which was not done',
      hint: 'resume in a terminal and do `{step}` by hand, or skip it with a reason',
    },
  },
  'input-missing': {
    fr: {
      what: 'il manque la valeur de : {inputs} (cible `{target}`)',
      hint: 'la donner avec `--set entrée=valeur`',
    },
    en: {
      what: 'a value is missing for: {inputs} (target `{target}`)',
      hint: 'give it with `--set input=value`',
    },
  },
  'input-not-a-choice': {
    fr: {
      what: '`{found}` n’est pas un choix de l’entrée `{input}`',
      hint: 'choisir parmi : {expected}',
    },
    en: {
      what: '`{found}` is not a choice of the input `{input}`',
      hint: 'choose one of: {expected}',
    },
  },
  'input-not-a-list': {
    fr: {
      what: 'l’entrée `{input}` est une liste, et `{found}` n’en est pas une',
      hint: 'donner des textes séparés par des virgules ; type attendu : {expected}',
    },
    en: {
      what: 'the input `{input}` is a list, and `{found}` is none',
      hint: 'give texts separated by commas; expected type: {expected}',
    },
  },
  'input-not-a-number': {
    fr: {
      what: 'l’entrée `{input}` est un nombre, et `{found}` n’en est pas un',
      hint: 'donner un nombre, avec un point décimal ; type attendu : {expected}',
    },
    en: {
      what: 'the input `{input}` is a number, and `{found}` is none',
      hint: 'give a number, with a decimal point; expected type: {expected}',
    },
  },
  'input-not-a-text': {
    fr: {
      what: 'l’entrée `{input}` est un texte, et `{found}` n’en est pas un',
      hint: 'donner un texte entre guillemets ; type attendu : {expected}',
    },
    en: {
      what: 'the input `{input}` is a text, and `{found}` is none',
      hint: 'give a text in quotes; expected type: {expected}',
    },
  },
  'item-duplicate': {
    fr: {
      what: 'l’élément `{item}` figure deux fois dans l’entrée `{input}`',
      hint: 'ne l’écrire qu’une fois',
    },
    en: {
      what: 'the item `{item}` is twice in the input `{input}`',
      hint: 'write it once',
    },
  },
  'item-malformed': {
    fr: {
      what: 'l’élément `{item}` de l’entrée `{input}` contient des signes qui ne peuvent entrer dans le nom d’une étape',
      hint: 'n’employer que des lettres, des chiffres, `-`, `_` et `.`',
    },
    en: {
      what: 'the item `{item}` of the input `{input}` has characters that cannot be in the name of a step',
      hint: 'use only letters, digits, `-`, `_` and `.`',
    },
  },
  'journal-closed': {
    fr: {
      what: 'la main courante est déjà fermée : plus rien ne s’y inscrit',
      hint: 'reprendre l’exécution avec `reprise resume`',
    },
    en: {
      what: 'the journal is closed already: nothing more is written to it',
      hint: 'go on with the run with `reprise resume`',
    },
  },
  'journal-corrupt': {
    fr: {
      what: 'la main courante `{path}` a été modifiée : ligne {line} ({problem})',
      hint: 'ne pas la corriger ; reprendre depuis une copie intacte du dossier, et garder celle-ci pour l’enquête',
    },
    en: {
      what: 'the journal `{path}` was changed: line {line} ({problem})',
      hint: 'do not correct it; go on from an intact copy of the folder, and keep this one for the inquiry',
    },
  },
  'journal-create-failed': {
    fr: {
      what: 'la main courante `{path}` n’a pas pu être créée ({error})',
      hint: 'vérifier les droits et la place libre',
    },
    en: {
      what: 'the journal `{path}` could not be created ({error})',
      hint: 'check permissions and free space',
    },
  },
  'journal-illegal': {
    fr: {
      what: 'aucune exécution de ce plan n’a pu écrire la ligne {line} de la main courante : `{entry}` ({problem})',
      hint: 'ne pas la corriger ; reprendre depuis une copie intacte du dossier, et garder celle-ci pour l’enquête',
    },
    en: {
      what: 'no run of this plan can have written line {line} of the journal: `{entry}` ({problem})',
      hint: 'do not correct it; go on from an intact copy of the folder, and keep this one for the inquiry',
    },
  },
  'journal-open-failed': {
    fr: {
      what: 'la main courante `{path}` n’a pas pu être ouverte ({error})',
      hint: 'vérifier le chemin et les droits ; un lien symbolique n’est jamais suivi',
    },
    en: {
      what: 'the journal `{path}` could not be opened ({error})',
      hint: 'check the path and the permissions; a symbolic link is never followed',
    },
  },
  'journal-recovery-failed': {
    fr: {
      what: 'la dernière ligne de la main courante `{path}` est inachevée et n’a pas pu être mise de côté ({error})',
      hint: 'libérer de la place, puis recommencer ; rien de ce qui était inscrit n’est perdu',
    },
    en: {
      what: 'the last line of the journal `{path}` is unfinished and could not be set aside ({error})',
      hint: 'free some space, then try again; nothing that was written is lost',
    },
  },
  'journal-full': {
    fr: {
      what: 'le disque est plein : ce qui était en cours est inscrit, et rien d’autre ne démarre',
      hint: 'libérer de la place, puis reprendre avec `reprise resume`',
    },
    en: {
      what: 'the disk is full: what was under way is recorded, and nothing further starts',
      hint: 'free some space, then go on with `reprise resume`',
    },
  },
  'journal-write-failed': {
    fr: {
      what: 'la main courante n’a pas pu être écrite ({error}) : l’exécution s’arrête, rien d’autre ne démarre',
      hint: 'libérer de la place ou réparer le disque, puis reprendre avec `reprise resume`',
    },
    en: {
      what: 'the journal could not be written ({error}): the run stops, nothing further starts',
      hint: 'free some space or repair the disk, then go on with `reprise resume`',
    },
  },
  'kernel-not-started': {
    fr: {
      what: 'le processus qui exécute les cellules ts ne démarre pas (`{node}`)',
      hint: 'vérifier que `bash` et Node sont installés, puis reprendre',
    },
    en: {
      what: 'the process that runs ts cells does not start (`{node}`)',
      hint: 'check that `bash` and Node are installed, then resume',
    },
  },
  'lock-unavailable': {
    fr: {
      what: 'l’exécution ne peut pas être verrouillée par `{path}` ({error})',
      hint: 'installer `flock` (paquet util-linux) et placer le dossier sur un disque local',
    },
    en: {
      what: 'the run cannot be locked through `{path}` ({error})',
      hint: 'install `flock` (package util-linux) and put the folder on a local disk',
    },
  },
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
  'no-holder': {
    fr: {
      what: 'le runbook ne nomme aucun titulaire de rôle : personne ne peut opérer',
      hint: 'inscrire au moins une personne sous `roles`, dans l’en-tête du runbook',
    },
    en: {
      what: 'the runbook names no holder of a role: nobody can operate it',
      hint: 'put at least one person under `roles`, in the front matter of the runbook',
    },
  },
  'no-intact-archive': {
    fr: {
      what: 'aucune des {tried} archives de `{directory}` n’est intacte',
      hint: 'y déposer une archive plus ancienne ou venue d’une autre source, puis relancer l’étape',
    },
    en: {
      what: 'none of the {tried} archives of `{directory}` is intact',
      hint: 'put an older archive there, or one from another source, then run the step again',
    },
  },
  'nothing-to-correct': {
    fr: {
      what: 'l’entrée n° {seq} n’existe pas : la dernière est la n° {last}',
      hint: 'donner le numéro d’une entrée de la main courante, tel que le procès-verbal le porte',
    },
    en: {
      what: 'there is no entry no. {seq}: the last one is no. {last}',
      hint: 'give the number of an entry of the journal, as the transcript has it',
    },
  },
  'not-a-holder': {
    fr: {
      what: '`{id}` n’est titulaire d’aucun rôle ; les titulaires sont : {holders}',
      hint: 'donner l’un d’eux avec `--as`, ou faire inscrire cette personne dans les `roles` du runbook',
    },
    en: {
      what: '`{id}` holds no role; the holders are: {holders}',
      hint: 'give one of them with `--as`, or have this person put under the `roles` of the runbook',
    },
  },
  'not-sealed': {
    fr: {
      what: 'l’exécution `{run}` n’est pas scellée',
      hint: 'la mener à son terme avec `reprise resume`, puis recommencer',
    },
    en: {
      what: 'the run `{run}` is not sealed',
      hint: 'bring it to its end with `reprise resume`, then try again',
    },
  },
  'nothing-to-undo': {
    fr: {
      what: 'l’exécution `{run}` n’a plus rien à défaire',
      hint: 'ses cellules ont déjà été défaites, ou n’ont pas d’étape qui les défasse',
    },
    en: {
      what: 'nothing of the run `{run}` is left to take back',
      hint: 'its cells have been taken back already, or have no step that does it',
    },
  },
  'not-utf8': {
    fr: {
      what: 'le fichier `{path}` n’est pas en UTF-8',
      hint: 'le convertir en UTF-8',
    },
    en: {
      what: 'the file `{path}` is not UTF-8',
      hint: 'convert it to UTF-8',
    },
  },
  'note-unfit': {
    fr: {
      what: 'la note est vide, ou fait plus de {most} caractères',
      hint: 'dire l’essentiel en une note ; joindre un texte long avec `reprise attach`',
    },
    en: {
      what: 'the note is empty, or has more than {most} characters',
      hint: 'say what matters in a note; attach a long text with `reprise attach`',
    },
  },
  'object-archived': {
    fr: {
      what: 'un objet du bucket `{bucket}` est archivé (Glacier) et ne peut pas être lu',
      hint: 'demander sa restauration et l’attendre (`requestRestore`, `awaitRestored`), puis refaire l’étape',
    },
    en: {
      what: 'an object of the bucket `{bucket}` is archived (Glacier) and cannot be read',
      hint: 'ask to restore it and wait (`requestRestore`, `awaitRestored`), then do the step again',
    },
  },
  'openssl-missing': {
    fr: {
      what: '`openssl` n’est pas là ou ne sait pas `ts` ({error}) : ni demande ni vérification d’horodatage',
      hint: 'installer OpenSSL (3.0 ou plus) ; pour une exécution sans horodatage, donner `REPRISE_TIMESTAMP_URL` vide',
    },
    en: {
      what: '`openssl` is not there, or has no `ts` ({error}): no time stamp can be asked for or verified',
      hint: 'install OpenSSL (3.0 or later); for a run without time stamps, set `REPRISE_TIMESTAMP_URL` to nothing',
    },
  },
  'operator-needed': {
    fr: {
      what: 'il faut savoir qui opère ; les titulaires d’un rôle sont : {holders}',
      hint: 'donner son identité avec `--as`',
    },
    en: {
      what: 'it must be known who operates; the holders of a role are: {holders}',
      hint: 'give your identity with `--as`',
    },
  },
  'origin-changed': {
    fr: {
      what: 'le plan, ou ce dont il dépend, a changé depuis l’ouverture de l’exécution : {files}',
      hint: 'le rétablir, ou continuer avec `--accept-changes` : l’exécution suit alors le plan tel qu’il est copié dans son dossier, et la différence est inscrite',
    },
    en: {
      what: 'the plan, or what it depends on, has changed since the run was opened: {files}',
      hint: 'restore it, or go on with `--accept-changes`: the run then follows the plan as it is copied in its bundle, and the difference is journaled',
    },
  },
  'output-not-kept': {
    fr: {
      what: 'la sortie de l’étape ne peut plus être écrite, et l’étape a été arrêtée : {detail}',
      hint: 'libérer de la place sur le disque, puis reprendre : l’étape sera en doute',
    },
    en: {
      what: 'the output of the step cannot be written any more, and the step was stopped: {detail}',
      hint: 'make room on the disk, then resume: the step will be in doubt',
    },
  },
  'plan-too-large': {
    fr: {
      what: 'le plan compterait plus de {steps} étapes et sections, ou plus de {megabytes} Mio de code',
      hint: 'raccourcir les listes des sections `::each`, surtout de celles qui sont l’une dans l’autre',
    },
    en: {
      what: 'the plan would have more than {steps} steps and sections, or more than {megabytes} MiB of code',
      hint: 'shorten the lists of the `::each` sections, above all of those that are one in the other',
    },
  },
  'postgres-client-missing': {
    fr: {
      what: 'le client PostgreSQL (`psql`, `pg_restore`) manque sur cette machine',
      hint: 'l’installer avec `{command}`, puis relancer la même commande',
    },
    en: {
      what: 'the PostgreSQL client (`psql`, `pg_restore`) is missing on this machine',
      hint: 'install it with `{command}`, then give the same command again',
    },
  },
  'principal-unfit': {
    fr: {
      what: 'l’identité `{principal}` ne peut pas signer : lettres sans accent, chiffres et `. _ @ + -` seulement',
      hint: 'changer le titulaire dans les rôles du runbook, par exemple pour une adresse de courriel',
    },
    en: {
      what: 'the identity `{principal}` cannot sign: only plain letters, digits and `. _ @ + -`',
      hint: 'change the holder in the runbook’s roles, for example to an e-mail address',
    },
  },
  'probe-failed': {
    fr: {
      what: 'la sonde `{step}` ({file}:{line}) n’a pas pu répondre : {detail}',
      hint: 'corriger la cause, ou donner l’entrée avec `--set`',
    },
    en: {
      what: 'the probe `{step}` ({file}:{line}) could not answer: {detail}',
      hint: 'mend the cause, or give the input with `--set`',
    },
  },
  'protected-name': {
    fr: {
      what: 'en exercice, `{name}` ({resource}) est un nom protégé par la règle `{rule}`',
      hint: 'choisir une cible d’exercice ; un nom protégé ne se touche qu’en mode réel',
    },
    en: {
      what: 'in a drill, `{name}` ({resource}) is a name protected by the rule `{rule}`',
      hint: 'choose a drill target; a protected name is only touched in real mode',
    },
  },
  'redis-not-provisioned': {
    fr: {
      what: 'l’application {app} n’a pas de variable SCALINGO_REDIS_URL',
      hint: 'lui ajouter d’abord une instance Redis',
    },
    en: {
      what: 'the application {app} has no variable SCALINGO_REDIS_URL',
      hint: 'add a Redis instance to it first',
    },
  },
  'redis-refused': {
    fr: {
      what: 'Redis, sur {host}:{port}, refuse le mot de passe ou la commande : {message}',
      hint: 'relire l’adresse dans la variable `REDIS_URL` de l’application',
    },
    en: {
      what: 'Redis on {host}:{port} refuses the password or the command: {message}',
      hint: 'read the address again in the application’s `REDIS_URL` variable',
    },
  },
  'redis-unreachable': {
    fr: {
      what: 'Redis est injoignable sur {host}:{port} : {message}',
      hint: 'vérifier que l’addon est démarré et que le tunnel est ouvert',
    },
    en: {
      what: 'Redis cannot be reached on {host}:{port}: {message}',
      hint: 'check that the addon runs and that the tunnel is open',
    },
  },
  'redis-url-invalid': {
    fr: {
      what: 'l’adresse de Redis n’est pas de la forme `redis://…` ou `rediss://…`',
      hint: 'relire la variable `REDIS_URL` de l’application',
    },
    en: {
      what: 'the address of Redis is not of the form `redis://…` or `rediss://…`',
      hint: 'read the application’s `REDIS_URL` variable again',
    },
  },
  'resource-read-only': {
    fr: {
      what: 'la ressource `{resource}` est déclarée en lecture seule : rien n’y est écrit ni effacé',
      hint: 'vérifier sur quelle ressource l’étape doit agir ; ne retirer `access: read` que si elle doit vraiment être modifiée',
    },
    en: {
      what: 'the resource `{resource}` is declared read-only: nothing is written to it or erased',
      hint: 'check which resource the step should act on; take `access: read` away only if it really must change',
    },
  },
  'restore-failed': {
    fr: {
      what: '`pg_restore` a échoué sur la base {resource} (code {exit}, {count} erreurs) : {message}',
      hint: 'corriger la cause, puis refaire l’étape : la base porte la marque de cette exécution et peut être écrasée',
    },
    en: {
      what: '`pg_restore` failed on the database {resource} (exit {exit}, {count} errors): {message}',
      hint: 'fix the cause, then do the step again: the database bears this run’s marker and may be overwritten',
    },
  },
  'run-closed': {
    fr: {
      what: 'l’exécution {run} est close et scellée : il n’y a rien à reprendre',
      hint: 'la vérifier avec `reprise verify`, ou en ouvrir une autre avec `reprise run`',
    },
    en: {
      what: 'the run {run} is closed and sealed: there is nothing to go on with',
      hint: 'verify it with `reprise verify`, or open another with `reprise run`',
    },
  },
  'run-is-closing': {
    fr: {
      what: 'l’exécution vient de se clore et va être scellée',
      hint: 'recommencer dans un instant : l’ajout sera un addendum',
    },
    en: {
      what: 'the run has just been closed and is about to be sealed',
      hint: 'try again in a moment: what is added will be an addendum',
    },
  },
  'run-is-paused': {
    fr: {
      what: 'l’exécution est en pause',
      hint: 'la reprendre avec `reprise resume`',
    },
    en: {
      what: 'the run is paused',
      hint: 'go on with `reprise resume`',
    },
  },
  'run-locked': {
    fr: {
      what: 'l’exécution est déjà tenue par le processus {pid} sur `{host}` depuis {since}',
      hint: 'la suivre avec `reprise join`, qui répond aussi à sa place quand son terminal a été perdu ; le verrou se libère quand ce processus et ses commandes sont terminés',
    },
    en: {
      what: 'the run is already held by process {pid} on `{host}` since {since}',
      hint: 'follow it with `reprise join`, which also answers in its place once its terminal is lost; the lock is free once that process and its commands have ended',
    },
  },
  'rights-not-proven': {
    fr: {
      what: 'les droits de {user} ne sont pas prouvés, la requête échoue pour une autre raison : {message}',
      hint: 'corriger la requête d’essai, puis relancer la vérification',
    },
    en: {
      what: 'the rights of {user} are not proven, the statement fails for another reason: {message}',
      hint: 'put the trial statement right, then run the check again',
    },
  },
  'runbook-exists': {
    fr: {
      what: '`{path}` existe déjà',
      hint: 'donner le nom d’un fichier qui n’existe pas encore : un runbook n’est jamais écrasé',
    },
    en: {
      what: '`{path}` exists already',
      hint: 'give the name of a file that does not exist yet: no runbook is ever overwritten',
    },
  },
  'runner-changed': {
    fr: {
      what: 'l’exécution a été ouverte par Reprise {was}, et celui-ci est Reprise {is}',
      hint: 'la reprendre avec la même version, ou accepter celle-ci avec `--accept-changes` (ce sera inscrit)',
    },
    en: {
      what: 'the run was opened by Reprise {was}, and this is Reprise {is}',
      hint: 'go on with the same version, or accept this one with `--accept-changes` (it will be journaled)',
    },
  },
  'runs-unreadable': {
    fr: {
      what: 'le dossier des exécutions `{path}` est illisible ({error})',
      hint: 'donner le dossier où `reprise run` range ses exécutions, `runs` par défaut',
    },
    en: {
      what: 'the directory of runs `{path}` cannot be read ({error})',
      hint: 'give the directory where `reprise run` keeps its runs, `runs` by default',
    },
  },
  's3-denied': {
    fr: {
      what: 'le service {endpoint} refuse l’accès au bucket `{bucket}` ({code}) : {message}',
      hint: 'vérifier la clé, ses droits et son projet préféré ; le nom du bucket appartient peut-être à quelqu’un d’autre : en choisir alors un autre, à l’ouverture d’une nouvelle exécution',
    },
    en: {
      what: 'the service {endpoint} denies access to the bucket `{bucket}` ({code}): {message}',
      hint: 'check the key, its rights and its preferred project; the bucket’s name may belong to someone else: then open another run with another name',
    },
  },
  's3-refused': {
    fr: {
      what: 'le service {endpoint} a refusé une requête sur le bucket `{bucket}` ({code}) : {message}',
      hint: 'lire le code d’erreur, corriger, puis refaire l’étape : ce qui est déjà copié ne le sera pas deux fois',
    },
    en: {
      what: 'the service {endpoint} refused a request on the bucket `{bucket}` ({code}): {message}',
      hint: 'read the error code, fix it, then do the step again: what is already copied is not copied twice',
    },
  },
  's3-unreachable': {
    fr: {
      what: 'le service {endpoint} ne répond pas pour le bucket `{bucket}` ({code})',
      hint: 'vérifier l’adresse, le réseau et l’état du fournisseur, puis refaire l’étape',
    },
    en: {
      what: 'the service {endpoint} does not answer for the bucket `{bucket}` ({code})',
      hint: 'check the address, the network and the provider’s status, then do the step again',
    },
  },
  'sandbox-failed': {
    fr: {
      what: 'le bac à sable n’a pas démarré : {reason}',
      hint: 'lancer `reprise sandbox` seul pour en voir la cause',
    },
    en: {
      what: 'the sandbox did not start: {reason}',
      hint: 'run `reprise sandbox` alone to see why',
    },
  },
  'secret-lost': {
    fr: {
      what: 'l’étape `{step}` a besoin du secret `{name}` de `{import}`, qui n’est plus en mémoire depuis que l’exécution a été reprise',
      hint: 'reprendre dans un terminal : le secret y est redemandé',
    },
    en: {
      what: 'step `{step}` needs the secret `{name}` of `{import}`, which is no longer in memory since the run was resumed',
      hint: 'resume in a terminal: the secret is asked for again there',
    },
  },
  'secret-in-answers': {
    fr: {
      what: 'le fichier de réponses `{file}`, qui serait copié dans le dossier d’exécution, donne en clair la valeur secrète `{export}` de l’étape `{step}`',
      hint: 'l’en retirer : l’exécution s’arrête à cette question ; reprendre alors dans un terminal, ou par `reprise resume --answers` avec un fichier qui la donne, puisque celui d’une reprise n’est pas copié',
    },
    en: {
      what: 'the answers file `{file}`, which would be copied into the run folder, gives the secret `{export}` of step `{step}` in clear',
      hint: 'take it out: the run stops at that question; go on in a terminal then, or by `reprise resume --answers` with a file that gives it, since that of a resumption is not copied',
    },
  },
  'secret-in-input': {
    fr: {
      what: 'l’entrée `{input}` contient le secret `{secret}`, qui serait écrit dans la main courante',
      hint: 'donner à cette entrée une valeur sans secret ; une cellule lit le secret par `secrets` ou par son fichier',
    },
    en: {
      what: 'the input `{input}` holds the secret `{secret}`, which would be written to the journal',
      hint: 'give this input a value without the secret; a cell reads the secret through `secrets` or its file',
    },
  },
  'secret-in-source': {
    fr: {
      what: 'le fichier `{file}`, qui serait copié dans le dossier d’exécution, contient le secret `{secret}` en clair',
      hint: 'l’en retirer, le lire par `secrets` ou par son fichier, et le changer puisqu’il a été écrit',
    },
    en: {
      what: 'the file `{file}`, which would be copied into the run folder, holds the secret `{secret}` in clear',
      hint: 'take it out, read it through `secrets` or its file, and change it, since it was written down',
    },
  },
  'secret-needs-terminal': {
    fr: {
      what: 'le secret `{name}` est à taper, et il n’y a pas de terminal pour le faire (ou rien n’a été tapé)',
      hint: 'relancer dans un terminal, ou faire lire ce secret dans une variable d’environnement par la cible du runbook',
    },
    en: {
      what: 'the secret `{name}` is to be typed, and there is no terminal to do so (or nothing was typed)',
      hint: 'start again in a terminal, or have the runbook’s target read this secret from an environment variable',
    },
  },
  'scalingo-addon-late': {
    fr: {
      what: 'le module `{addon}` de l’application `{app}` n’est toujours pas prêt (`{status}`)',
      hint: 'regarder son état dans le tableau de bord de Scalingo, puis reprendre : il ne sera pas demandé deux fois',
    },
    en: {
      what: 'the add-on `{addon}` of the application `{app}` is still not ready (`{status}`)',
      hint: 'look at its state in Scalingo’s dashboard, then resume: it will not be asked for twice',
    },
  },
  'scalingo-addon-missing': {
    fr: {
      what: 'l’application `{app}` n’a pas de module `{addon}`',
      hint: 'vérifier le nom de l’application, ou provisionner le module d’abord',
    },
    en: {
      what: 'the application `{app}` has no `{addon}` add-on',
      hint: 'check the application’s name, or provision the add-on first',
    },
  },
  'scalingo-addon-present': {
    fr: {
      what: 'l’application {app} a déjà sa propre extension {addon} : elle ne peut pas partager celle d’une autre',
      hint: 'retirer cette extension, ou laisser à l’application sa propre base',
    },
    en: {
      what: 'the application {app} already has its own add-on {addon}: it cannot share another’s',
      hint: 'remove that add-on, or leave the application its own database',
    },
  },
  'scalingo-answer-unknown': {
    fr: {
      what: 'Scalingo a répondu sous une forme inconnue (attendu : {expected} ; reçu : {found})',
      hint: 'vérifier dans le tableau de bord de Scalingo où en est l’application, puis faire l’étape à la main ; l’API a peut-être changé',
    },
    en: {
      what: 'Scalingo answered in an unknown form (expected: {expected}; received: {found})',
      hint: 'see in Scalingo’s dashboard how the application stands, then do the step by hand; the API may have changed',
    },
  },
  'scalingo-app-not-ours': {
    fr: {
      what: 'l’application {app} n’a pas été créée par cette exécution (marque : {run}) ; elle n’a pas été supprimée',
      hint: 'vérifier à qui elle est ; si elle est bien à supprimer, le faire à la main',
    },
    en: {
      what: 'the application {app} was not made by this run (mark: {run}); it was not removed',
      hint: 'check whose it is; if it is indeed to be removed, do it by hand',
    },
  },
  'scalingo-addon-other-plan': {
    fr: {
      what: 'le module `{addon}` de l’application `{app}` existe avec le plan `{found}` au lieu de `{expected}`',
      hint: 'corriger le plan attendu, ou changer celui du module dans le tableau de bord',
    },
    en: {
      what: 'the add-on `{addon}` of the application `{app}` exists on the plan `{found}` instead of `{expected}`',
      hint: 'correct the plan that is expected, or change the add-on’s in the dashboard',
    },
  },
  'scalingo-backup-not-done': {
    fr: {
      what: 'la sauvegarde `{backup}` n’est pas terminée (`{status}`)',
      hint: 'prendre la plus récente dont l’état est `done`',
    },
    en: {
      what: 'the backup `{backup}` is not done (`{status}`)',
      hint: 'take the newest one whose status is `done`',
    },
  },
  'scalingo-busy': {
    fr: {
      what: 'Scalingo refuse encore les requêtes après plusieurs attentes : {message} ({request}, HTTP {status}, requête {requestId})',
      hint: 'attendre une minute, arrêter ce qui utilise le même compte, puis reprendre',
    },
    en: {
      what: 'Scalingo still refuses requests after several waits: {message} ({request}, HTTP {status}, request {requestId})',
      hint: 'wait a minute, stop what uses the same account, then resume',
    },
  },
  'scalingo-certificate-failed': {
    fr: {
      what: 'le certificat de `{domain}` n’a pas pu être obtenu pour l’application `{app}` (`{status}`)',
      hint: 'vérifier l’enregistrement DNS et le quota de Let’s Encrypt (50 par semaine et par domaine), puis reprendre',
    },
    en: {
      what: 'the certificate of `{domain}` could not be had for the application `{app}` (`{status}`)',
      hint: 'check the DNS record and the quota of Let’s Encrypt (50 a week for a domain), then resume',
    },
  },
  'scalingo-certificate-late': {
    fr: {
      what: 'le certificat de `{domain}` se fait attendre pour l’application `{app}` (`{status}`)',
      hint: 'si l’état est `pending_dns`, vérifier le CNAME chez le fournisseur DNS, puis reprendre',
    },
    en: {
      what: 'the certificate of `{domain}` is late for the application `{app}` (`{status}`)',
      hint: 'where the status is `pending_dns`, check the CNAME at the DNS provider, then resume',
    },
  },
  'scalingo-denied': {
    fr: {
      what: 'Scalingo refuse l’accès : {message} ({request}, HTTP {status}, requête {requestId})',
      hint: 'vérifier le jeton d’API de la cible et les droits du compte sur l’application',
    },
    en: {
      what: 'Scalingo denies access: {message} ({request}, HTTP {status}, request {requestId})',
      hint: 'check the target’s API token and the account’s rights on the application',
    },
  },
  'scalingo-deployment-aborted': {
    fr: {
      what: 'le déploiement de `{sha}` sur `{app}` a été abandonné (`{status}`) ; fin du journal : {log}',
      hint: 'vérifier qui l’a interrompu, puis déployer de nouveau',
    },
    en: {
      what: 'the deployment of `{sha}` on `{app}` was aborted (`{status}`); end of the log: {log}',
      hint: 'check who stopped it, then deploy again',
    },
  },
  'scalingo-deployment-absent': {
    fr: {
      what: 'aucun déploiement de `{sha}` n’apparaît sur `{app}`',
      hint: 'vérifier que le `git push` est bien allé sur `master` ou `main`, les autres branches n’étant pas construites',
    },
    en: {
      what: 'no deployment of `{sha}` appears on `{app}`',
      hint: 'check that the `git push` went to `master` or `main`, since other branches are not built',
    },
  },
  'scalingo-deployment-build-error': {
    fr: {
      what: 'la construction de `{sha}` a échoué sur `{app}` (`{status}`) ; fin du journal : {log}',
      hint: 'corriger la cause que dit le journal (dépendance, pile `stack`), ou déployer la version précédente',
    },
    en: {
      what: 'the build of `{sha}` failed on `{app}` (`{status}`); end of the log: {log}',
      hint: 'correct the cause that the log tells (dependency, stack), or deploy the version before it',
    },
  },
  'scalingo-deployment-crashed-error': {
    fr: {
      what: '`{sha}` s’arrête au démarrage sur `{app}` (`{status}`) ; fin du journal : {log}',
      hint: 'vérifier les variables d’environnement, `DB_READONLY` en premier, puis déployer de nouveau',
    },
    en: {
      what: '`{sha}` stops while it starts on `{app}` (`{status}`); end of the log: {log}',
      hint: 'check the environment variables, `DB_READONLY` first, then deploy again',
    },
  },
  'scalingo-deployment-failed': {
    fr: {
      what: 'le déploiement de `{sha}` sur `{app}` a fini dans un état inconnu (`{status}`) ; fin du journal : {log}',
      hint: 'regarder le déploiement dans le tableau de bord de Scalingo',
    },
    en: {
      what: 'the deployment of `{sha}` on `{app}` ended in an unknown state (`{status}`); end of the log: {log}',
      hint: 'look at the deployment in Scalingo’s dashboard',
    },
  },
  'scalingo-deployment-hook-error': {
    fr: {
      what: 'l’étape d’après-déploiement de `{sha}` a échoué sur `{app}` (`{status}`), la version précédente répond encore ; fin du journal : {log}',
      hint: 'corriger la cause que dit le journal (migrations, droits sur la base), puis déployer de nouveau',
    },
    en: {
      what: 'the post-deployment hook of `{sha}` failed on `{app}` (`{status}`), the version before it still answers; end of the log: {log}',
      hint: 'correct the cause that the log tells (migrations, rights on the database), then deploy again',
    },
  },
  'scalingo-deployment-late': {
    fr: {
      what: 'le déploiement de `{sha}` sur `{app}` n’est pas terminé (`{status}`)',
      hint: 'attendre, puis reprendre : le déploiement se poursuit sans Reprise',
    },
    en: {
      what: 'the deployment of `{sha}` on `{app}` is not over (`{status}`)',
      hint: 'wait, then resume: the deployment goes on without Reprise',
    },
  },
  'scalingo-deployment-timeout-error': {
    fr: {
      what: '`{sha}` n’écoute pas dans les 60 secondes sur `{app}` (`{status}`) ; fin du journal : {log}',
      hint: 'vérifier que l’application écoute sur `$PORT` et que la base et Redis répondent, puis déployer de nouveau',
    },
    en: {
      what: '`{sha}` does not listen within 60 seconds on `{app}` (`{status}`); end of the log: {log}',
      hint: 'check that the application listens on `$PORT` and that the database and Redis answer, then deploy again',
    },
  },
  'scalingo-download-cut': {
    fr: {
      what: 'le téléchargement de la sauvegarde `{backup}` est incomplet ({reason})',
      hint: 'reprendre ; si l’écart persiste, prendre la sauvegarde précédente',
    },
    en: {
      what: 'the download of the backup `{backup}` is incomplete ({reason})',
      hint: 'resume; if the gap stays, take the backup before it',
    },
  },
  'scalingo-download-refused': {
    fr: {
      what: 'le téléchargement de la sauvegarde `{backup}` est refusé (HTTP {status})',
      hint: 'reprendre : une adresse neuve sera demandée, l’ancienne ne vaut que quelques minutes',
    },
    en: {
      what: 'the download of the backup `{backup}` is refused (HTTP {status})',
      hint: 'resume: a new address will be asked for, the old one is good for some minutes only',
    },
  },
  'scalingo-no-password': {
    fr: {
      what: 'Scalingo a créé l’utilisateur `{user}` sans donner son mot de passe',
      hint: 'reprendre : l’utilisateur sera refait',
    },
    en: {
      what: 'Scalingo made the user `{user}` without giving its password',
      hint: 'resume: the user will be made anew',
    },
  },
  'scalingo-no-token': {
    fr: {
      what: 'Scalingo ne donne pas de jeton pour le module `{addon}` de l’application `{app}`',
      hint: 'vérifier que le compte n’est pas un collaborateur limité',
    },
    en: {
      what: 'Scalingo gives no token for the add-on `{addon}` of the application `{app}`',
      hint: 'check that the account is not a limited collaborator',
    },
  },
  'scalingo-not-found': {
    fr: {
      what: 'Scalingo ne trouve pas ce qui est demandé : {message} ({request}, HTTP {status}, requête {requestId})',
      hint: 'vérifier le nom de l’application et la région de la cible',
    },
    en: {
      what: 'Scalingo does not find what is asked for: {message} ({request}, HTTP {status}, request {requestId})',
      hint: 'check the application’s name and the target’s region',
    },
  },
  'scalingo-odd-address': {
    fr: {
      what: 'Scalingo renvoie vers un hôte inattendu, `{host}`, à qui le jeton n’a pas été envoyé',
      hint: 'vérifier les adresses des API de la cible',
    },
    en: {
      what: 'Scalingo points to an unexpected host, `{host}`, to which the token was not sent',
      hint: 'check the addresses of the target’s APIs',
    },
  },
  'scalingo-operation-failed': {
    fr: {
      what: 'l’opération sur `{app}` a échoué : {message}',
      hint: 'regarder l’application dans le tableau de bord, puis reprendre',
    },
    en: {
      what: 'the operation on `{app}` failed: {message}',
      hint: 'look at the application in the dashboard, then resume',
    },
  },
  'scalingo-operation-late': {
    fr: {
      what: 'l’opération sur `{app}` n’est pas terminée (`{status}`)',
      hint: 'attendre, puis reprendre',
    },
    en: {
      what: 'the operation on `{app}` is not over (`{status}`)',
      hint: 'wait, then resume',
    },
  },
  'scalingo-payment-required': {
    fr: {
      what: 'Scalingo demande un moyen de paiement : {message} ({request}, HTTP {status}, requête {requestId})',
      hint: 'faire enregistrer un moyen de paiement par le titulaire du compte, ou prendre un autre compte',
    },
    en: {
      what: 'Scalingo asks for a payment method: {message} ({request}, HTTP {status}, request {requestId})',
      hint: 'have the account’s holder register a payment method, or take another account',
    },
  },
  'scalingo-plan-free': {
    fr: {
      what: 'le plan `{plan}` est gratuit : il n’a pas de sauvegardes',
      hint: 'choisir un plan payant, comme `postgresql-starter-512`',
    },
    en: {
      what: 'the plan `{plan}` is free: it has no backups',
      hint: 'choose a plan that is paid for, such as `postgresql-starter-512`',
    },
  },
  'scalingo-plan-unavailable': {
    fr: {
      what: 'le plan `{plan}` ne peut pas être demandé ; sont disponibles : {available}',
      hint: 'choisir un des plans disponibles',
    },
    en: {
      what: 'the plan `{plan}` cannot be had; available: {available}',
      hint: 'choose one of the available plans',
    },
  },
  'scalingo-refused': {
    fr: {
      what: 'Scalingo refuse la demande : {message} ({request}, HTTP {status}, requête {requestId})',
      hint: 'corriger ce que dit le message ; le numéro de requête sert au support de Scalingo',
    },
    en: {
      what: 'Scalingo refuses the request: {message} ({request}, HTTP {status}, request {requestId})',
      hint: 'correct what the message says; the request’s id is for Scalingo’s support',
    },
  },
  'scalingo-stack-unknown': {
    fr: {
      what: 'la pile `{stack}` n’existe pas chez Scalingo ; sont connues : {known}',
      hint: 'choisir une des piles connues',
    },
    en: {
      what: 'the stack `{stack}` does not exist at Scalingo; known: {known}',
      hint: 'choose one of the known stacks',
    },
  },
  'scalingo-unreachable': {
    fr: {
      what: '`{host}` ne répond pas ({code})',
      hint: 'vérifier le réseau et la page d’état de Scalingo, puis reprendre',
    },
    en: {
      what: '`{host}` does not answer ({code})',
      hint: 'check the network and Scalingo’s status page, then resume',
    },
  },
  'scalingo-user-unfit': {
    fr: {
      what: '`{user}` n’est pas un nom d’utilisateur de base admis partout',
      hint: 'prendre 6 à 32 lettres minuscules ou chiffres, une lettre d’abord',
    },
    en: {
      what: '`{user}` is no name for a database user that is taken everywhere',
      hint: 'take 6 to 32 lower-case letters or digits, a letter first',
    },
  },
  'scalingo-variable-unfit': {
    fr: {
      what: 'la variable `{variable}` n’a pas été posée sur `{app}` ({reason}), ni aucune autre',
      hint: '`owned` : un module la possède, la retirer ; `name`, `empty`, `length` : corriger le nom ou la valeur',
    },
    en: {
      what: 'the variable `{variable}` was not set on `{app}` ({reason}), nor any other',
      hint: '`owned`: an add-on owns it, take it out; `name`, `empty`, `length`: correct the name or the value',
    },
  },
  'secret-too-short': {
    fr: {
      what: 'le secret `{secret}` a moins de {shortest} octets : il ne peut pas être masqué sans masquer le reste',
      hint: 'choisir un secret plus long',
    },
    en: {
      what: 'the secret `{secret}` has fewer than {shortest} bytes: it cannot be masked without masking the rest',
      hint: 'choose a longer secret',
    },
  },
  'selection-lacks-import': {
    fr: {
      what: 'l’étape `{step}` est choisie, mais pas `{import}` dont elle a besoin',
      hint: 'choisir aussi `{import}`, ou laisser `{step}` de côté',
    },
    en: {
      what: 'step `{step}` is selected, but not `{import}`, which it needs',
      hint: 'select `{import}` too, or leave `{step}` out',
    },
  },
  'setting-command-failed': {
    fr: {
      what: 'la commande `{program}`, qui doit donner le secret `{secret}`, a échoué ({code})',
      hint: 'la lancer à la main pour voir pourquoi, puis recommencer',
    },
    en: {
      what: 'the command `{program}`, which is to give the secret `{secret}`, failed ({code})',
      hint: 'run it by hand to see why, then try again',
    },
  },
  'seal-key-shared': {
    fr: {
      what: 'cette clé a déjà signé ce dossier pour `{principal}` : une seconde signature doit être d’une autre personne',
      hint: 'signer avec sa propre clé (`--key`)',
    },
    en: {
      what: 'this key has already signed this bundle for `{principal}`: a second signature must be another person’s',
      hint: 'sign with a key of your own (`--key`)',
    },
  },
  'setting-missing': {
    fr: {
      what: 'la cible `{target}` n’a pas de valeur pour `{key}` de `{resource}` ({source})',
      hint: 'donner cette valeur là où la cible la cherche, puis recommencer',
    },
    en: {
      what: 'the target `{target}` has no value for `{key}` of `{resource}` ({source})',
      hint: 'give that value where the target looks for it, then try again',
    },
  },
  'signature-check-failed': {
    fr: {
      what: 'le sceau n’a pas pu être examiné ({error})',
      hint: 'vérifier que le dossier temporaire est accessible en écriture',
    },
    en: {
      what: 'the seal could not be examined ({error})',
      hint: 'check that the temporary folder can be written to',
    },
  },
  'signer-not-recorded': {
    fr: {
      what: 'la clé de `{principal}` n’est pas celle que la main courante annonce pour signer (`{recorded}`)',
      hint: 'sceller avec la clé inscrite à l’ouverture ou à la dernière reprise, désignée par `--key`',
    },
    en: {
      what: 'the key of `{principal}` is not the one that the journal announces as the signer’s (`{recorded}`)',
      hint: 'seal with the key recorded at the opening or the last resumption, named by `--key`',
    },
  },
  'signing-failed': {
    fr: {
      what: 'la signature avec la clé `{key}` a échoué : {error}',
      hint: 'vérifier la clé avec `ssh-keygen -Y sign`, puis sceller à nouveau avec `reprise resume`',
    },
    en: {
      what: 'signing with the key `{key}` failed: {error}',
      hint: 'try the key with `ssh-keygen -Y sign`, then seal again with `reprise resume`',
    },
  },
  'signing-key-absent': {
    fr: {
      what: 'la clé privée de `{key}` n’est ni dans l’agent SSH, ni à côté de la clé publique',
      hint: 'l’ajouter à l’agent avec `ssh-add`, ou désigner une autre clé avec `--key`',
    },
    en: {
      what: 'the private key of `{key}` is neither in the SSH agent nor beside the public one',
      hint: 'add it to the agent with `ssh-add`, or name another key with `--key`',
    },
  },
  'signing-key-locked': {
    fr: {
      what: 'la clé `{key}` est protégée par une phrase secrète, que Reprise ne demande pas',
      hint: 'la déverrouiller dans l’agent avec `ssh-add`, puis recommencer',
    },
    en: {
      what: 'the key `{key}` is protected by a passphrase, which Reprise does not ask for',
      hint: 'unlock it in the agent with `ssh-add`, then try again',
    },
  },
  'signing-key-missing': {
    fr: {
      what: 'aucune clé de signature n’a été trouvée dans `{places}`, ni dans la configuration de git',
      hint: 'désigner une clé avec `--key`, ou en créer une avec `ssh-keygen -t ed25519`',
    },
    en: {
      what: 'no signing key was found in `{places}`, nor in git’s configuration',
      hint: 'name a key with `--key`, or make one with `ssh-keygen -t ed25519`',
    },
  },
  'signing-key-unreadable': {
    fr: {
      what: 'la clé `{key}` est illisible ({error})',
      hint: 'désigner une clé SSH privée, ou la clé publique d’une clé que l’agent détient',
    },
    en: {
      what: 'the key `{key}` cannot be read ({error})',
      hint: 'name a private SSH key, or the public half of a key that the agent holds',
    },
  },
  'simulated-fault-not-embedded': {
    fr: {
      what: 'la cible `{target}` n’est pas le bac à sable : aucune panne ne peut y être simulée ({faults})',
      hint: 'retirer `--fault`, ou viser la cible embarquée du runbook',
    },
    en: {
      what: 'the target `{target}` is not the sandbox: no fault can be simulated there ({faults})',
      hint: 'leave `--fault` out, or name the embedded target of the runbook',
    },
  },
  'simulated-fault-unknown': {
    fr: {
      what: 'aucune panne à simuler ne s’appelle {faults} ; il y a : {known}',
      hint: '`reprise sandbox --faults` dit ce que fait chacune',
    },
    en: {
      what: 'no fault to simulate is called {faults}; there are: {known}',
      hint: '`reprise sandbox --faults` says what each of them does',
    },
  },
  'source-changed': {
    fr: {
      what: 'des fichiers de l’exécution ont changé depuis son ouverture : {files}',
      hint: 'les rétablir à partir d’une copie du dossier ; pour un plan modifié, ouvrir une autre exécution avec `reprise run`',
    },
    en: {
      what: 'files of the run have changed since it was opened: {files}',
      hint: 'restore them from a copy of the bundle; for a changed plan, open another run with `reprise run`',
    },
  },
  'source-missing': {
    fr: {
      what: 'le dossier `{path}` ne contient pas le runbook de son exécution, `source/` est incomplet',
      hint: 'le rétablir à partir d’une copie du dossier',
    },
    en: {
      what: 'the bundle `{path}` does not hold the runbook of its run, `source/` is incomplete',
      hint: 'restore it from a copy of the bundle',
    },
  },
  'source-unfit': {
    fr: {
      what: 'le fichier `{path}`, dont dépend l’exécution, ne peut pas être copié dans le dossier de preuve ({reason})',
      hint: 'lui donner un nom simple et moins de 32 Mio',
    },
    en: {
      what: 'the file `{path}`, on which the run depends, cannot be copied into the bundle ({reason})',
      hint: 'give it a plain name and less than 32 MiB',
    },
  },
  'source-unreadable': {
    fr: {
      what: 'le fichier `{path}`, dont dépend l’exécution, est illisible ({error})',
      hint: 'vérifier le chemin dans l’import de la cellule, et les droits',
    },
    en: {
      what: 'the file `{path}`, on which the run depends, cannot be read ({error})',
      hint: 'check the path in the cell’s import, and the permissions',
    },
  },
  'ssh-failed': {
    fr: {
      what: 'la connexion SSH à `{host}:{port}` a échoué ({message})',
      hint: 'réessayer l’étape ; si cela persiste, la faire à la main',
    },
    en: {
      what: 'the SSH connection to `{host}:{port}` failed ({message})',
      hint: 'try the step again; if it persists, do it by hand',
    },
  },
  'ssh-host-key-changed': {
    fr: {
      what: 'le serveur `{host}:{port}` présente la clé {found}, et non {expected}',
      hint: 'ne pas continuer avant d’avoir vérifié auprès de l’hébergeur que sa clé a changé',
    },
    en: {
      what: 'the server `{host}:{port}` presents the key {found}, not {expected}',
      hint: 'do not go on before the host has confirmed that its key changed',
    },
  },
  'ssh-key-refused': {
    fr: {
      what: 'le serveur `{host}:{port}` refuse la clé SSH de `{user}`',
      hint: 'déposer la clé publique auprès de l’hébergeur, ou en désigner une autre',
    },
    en: {
      what: 'the server `{host}:{port}` refuses the SSH key of `{user}`',
      hint: 'register the public key with the host, or name another one',
    },
  },
  'ssh-key-unreadable': {
    fr: {
      what: 'la clé SSH `{path}` est illisible ({message})',
      hint: 'donner le chemin d’une clé privée lisible, ou la charger dans l’agent avec `ssh-add`',
    },
    en: {
      what: 'the SSH key `{path}` cannot be read ({message})',
      hint: 'give the path of a readable private key, or load it in the agent with `ssh-add`',
    },
  },
  'ssh-keygen-missing': {
    fr: {
      what: 'la commande `ssh-keygen` est introuvable ({error}) : ni signature, ni vérification des sceaux',
      hint: 'installer le client OpenSSH (paquet openssh-client)',
    },
    en: {
      what: 'the command `ssh-keygen` was not found ({error}): seals can neither be made nor checked',
      hint: 'install the OpenSSH client (package openssh-client)',
    },
  },
  'ssh-keygen-too-old': {
    fr: {
      what: 'cette version de `ssh-keygen` ne sait pas signer de fichiers',
      hint: 'installer OpenSSH 8.2 ou plus récent',
    },
    en: {
      what: 'this version of `ssh-keygen` cannot sign files',
      hint: 'install OpenSSH 8.2 or later',
    },
  },
  'ssh-unreachable': {
    fr: {
      what: 'le serveur SSH `{host}:{port}` est injoignable ({message})',
      hint: 'vérifier le réseau et l’adresse, puis réessayer l’étape',
    },
    en: {
      what: 'the SSH server `{host}:{port}` cannot be reached ({message})',
      hint: 'check the network and the address, then try the step again',
    },
  },
  't0-needed': {
    fr: {
      what: 'T0, la décision d’activer le plan, n’a pas été donné',
      hint: 'relancer, ou le donner avec `--t0`',
    },
    en: {
      what: 'T0, the decision to activate the plan, was not given',
      hint: 'start again, or give it with `--t0`',
    },
  },
  'target-needed': {
    fr: {
      what: 'il faut dire sur quelle cible agir ; le runbook a : {targets}',
      hint: 'en donner une avec `--target`',
    },
    en: {
      what: 'it must be said which target to act on; the runbook has: {targets}',
      hint: 'give one with `--target`',
    },
  },
  'timestamp-ca-unreadable': {
    fr: {
      what: 'les certificats de l’autorité d’horodatage `{path}` sont illisibles ({error})',
      hint: 'donner le chemin d’un fichier PEM obtenu de l’autorité, hors du dossier',
    },
    en: {
      what: 'the certificates of the time stamp authority `{path}` cannot be read ({error})',
      hint: 'give the path of a PEM file from the authority, from outside the bundle',
    },
  },
  'timestamp-malformed-url': {
    fr: {
      what: '`{url}` n’est pas l’adresse d’un serveur d’horodatage',
      hint: 'donner une adresse `https://…` ou `http://…`, sans mot de passe',
    },
    en: {
      what: '`{url}` is not the address of a time stamp server',
      hint: 'give an address `https://…` or `http://…`, without a password',
    },
  },
  'timestamp-refused': {
    fr: {
      what: 'le serveur d’horodatage `{authority}` refuse la demande ({status})',
      hint: 'vérifier l’adresse et les droits ; l’exécution continue, ses heures sont déclarées',
    },
    en: {
      what: 'the time stamp server `{authority}` refuses the request ({status})',
      hint: 'check the address and the rights; the run goes on, its times are declared',
    },
  },
  'timestamp-unfit': {
    fr: {
      what: 'la réponse du serveur d’horodatage `{authority}` n’est pas un jeton pour cette empreinte ({error})',
      hint: 'vérifier l’adresse ; l’exécution continue, ses heures sont déclarées',
    },
    en: {
      what: 'the answer of the time stamp server `{authority}` is no token for this digest ({error})',
      hint: 'check the address; the run goes on, its times are declared',
    },
  },
  'timestamp-unreachable': {
    fr: {
      what: 'le serveur d’horodatage `{authority}` ne répond pas ({error})',
      hint: 'vérifier le réseau ; l’exécution continue, ses heures sont déclarées',
    },
    en: {
      what: 'the time stamp server `{authority}` does not answer ({error})',
      hint: 'check the network; the run goes on, its times are declared',
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
  'tunnel-refused': {
    fr: {
      what: 'la passerelle `{gateway}` refuse le tunnel vers `{host}:{port}` ({message})',
      hint: 'vérifier l’adresse visée et les droits de la clé, puis réessayer l’étape',
    },
    en: {
      what: 'the gateway `{gateway}` refuses the tunnel to `{host}:{port}` ({message})',
      hint: 'check the address and what the key may do, then try the step again',
    },
  },
  'types-unavailable': {
    fr: {
      what: 'les types ne peuvent pas être vérifiés : TypeScript ou les types de Node ne sont pas installés avec Reprise',
      hint: 'installer Reprise avec ses dépendances de développement (`npm ci`), ou donner `--no-types`',
    },
    en: {
      what: 'types cannot be checked: TypeScript or the types of Node are not installed with Reprise',
      hint: 'install Reprise with its development dependencies (`npm ci`), or give `--no-types`',
    },
  },
  'undo-in-real': {
    fr: {
      what: 'rien n’est défait d’une reprise réelle : seul un exercice se démonte',
      hint: 'retirer `--undo`, et fermer à la main les accès provisoires',
    },
    en: {
      what: 'nothing of a real recovery is taken back: only a drill is',
      hint: 'leave `--undo` out, and close temporary accesses by hand',
    },
  },
  'unknown-command': {
    fr: {
      what: 'la commande `{command}` n’existe pas ; il y a : {known}',
      hint: '`reprise --help` dit ce que fait chacune',
    },
    en: {
      what: 'there is no command `{command}`; there are: {known}',
      hint: '`reprise --help` says what each does',
    },
  },
  'unknown-input': {
    fr: {
      what: 'le runbook n’a pas d’entrée `{input}` ; il a : {known}',
      hint: 'corriger le nom donné à `--set` ou dans le fichier de réponses',
    },
    en: {
      what: 'the runbook has no input `{input}`; it has: {known}',
      hint: 'correct the name given to `--set` or in the answers file',
    },
  },
  'unknown-lang': {
    fr: {
      what: 'la langue `{lang}` n’est pas connue',
      hint: 'donner `--lang fr` ou `--lang en`',
    },
    en: {
      what: 'the language `{lang}` is not known',
      hint: 'give `--lang fr` or `--lang en`',
    },
  },
  'unknown-step': {
    fr: {
      what: 'le plan n’a pas d’étape `{step}`',
      hint: 'les voir avec `reprise plan`',
    },
    en: {
      what: 'the plan has no step `{step}`',
      hint: 'see them with `reprise plan`',
    },
  },
  'unknown-target': {
    fr: {
      what: 'le runbook n’a pas de cible `{target}` ; il a : {known}',
      hint: 'en donner une avec `--target`',
    },
    en: {
      what: 'the runbook has no target `{target}`; it has: {known}',
      hint: 'give one with `--target`',
    },
  },
  'wrong-name': {
    fr: {
      what: 'le nom tapé pour `{resource}` est `{typed}`, et le serveur annonce `{expected}`',
      hint: 'vérifier que c’est bien la ressource voulue avant de taper le nom annoncé',
    },
    en: {
      what: 'the name typed for `{resource}` is `{typed}`, and the server reports `{expected}`',
      hint: 'make sure that it is the resource that is meant before typing the reported name',
    },
  },
  'visit-unfit': {
    fr: {
      what: 'le processus de l’exécution ne comprend pas la demande',
      hint: 'employer la même version de Reprise que celle qui mène l’exécution',
    },
    en: {
      what: 'the process of the run does not understand the request',
      hint: 'use the same version of Reprise as the one that carries the run on',
    },
  },
  'wrong-operands': {
    fr: {
      what: '`reprise {command}` attend {expected}, et {found} a été donné',
      hint: 'voir l’exemple de `reprise {command} --help`',
    },
    en: {
      what: '`reprise {command}` takes {expected}, and {found} were given',
      hint: 'see the example of `reprise {command} --help`',
    },
  },
};
