/*
 * What the plan of APiLos does about each simulated fault: it overcomes it, and the journal or the screen says how, or it
 * stops at a step with a sentence that says what to do. Data only; `exercises.ts` has it played.
 */
import type { FaultName } from '../../../runner/sandbox/faults.ts';

/** The faults that are drilled with every change; the others are left to `npm run torture`, since a drill takes half a minute. */
export const often: ReadonlySet<FaultName> = new Set<FaultName>([
  'token-short',
  'backup-corrupted',
  'artifact-expired',
  'token-refused',
  'ssh-host-key-changed',
  'bucket-taken',
  'template-changed',
  'hook-failed',
]);

/** A fault that the run overcomes: facts and probes' answers that its journal holds, and what it printed. */
export interface Overcome {
  readonly fault: FaultName;
  /** What is given with `--set`. */
  readonly given?: readonly string[];
  /** Lines of `factsOf`. */
  readonly facts?: readonly RegExp[];
  readonly printed?: readonly RegExp[];
}

/** A fault at which the run stops, at `step`, with `words`. */
export interface Stop {
  readonly fault: FaultName;
  readonly given?: readonly string[];
  readonly step: string;
  /** What happened and what to do, as the operator reads it. */
  readonly words: RegExp;
  /** What a run says that cannot even be opened, because a probe could not answer. */
  readonly unopened?: RegExp;
}

const newest = '20\\d{6}(?:00|23)0000_apilos_siap_pro_\\d+\\.tar\\.gz';
const rejected = (reason: string) => new RegExp(`^rejected base ${newest}: .*${reason}`, 'm');
const usesGlacier = [
  /^used fichiers bucket apilos-glacier$/m,
  /^finding minor: Les fichiers viennent du bucket apilos-glacier : l’artefact s3_production, que nomme le plan d’origine, n’est plus produit/m,
];
const fromGlacier = [/^probed source-fichiers = glacier$/m, ...usesGlacier];

/** In the order of the plan's steps. */
export const overcome: readonly Overcome[] = [
  {
    fault: 'token-short',
    facts: [/^retried plateforme 401: \d+ after 0 ms$/m],
    printed: [/│ 401 GET \S+: POST \/tokens\/exchange/],
  },
  {
    fault: 'rate-limited',
    facts: [/^retried plateforme 429: \d+ after [5-9]\d{3,} ms$/m],
    printed: [/│ 429 [A-Z]+ \S+: \d+ s/],
  },
  {
    fault: 'provisioning-slow',
    facts: [/^lasted creer-postgresql: (1[2-9]|[2-9]\d) s$/m],
    printed: [/│ postgresql ?: provisioning\n.*│ postgresql ?: running/],
  },
  {
    fault: 'backup-corrupted',
    facts: [rejected('est corrompue : incorrect data check'), new RegExp(`^used base ${newest}$`, 'm')],
  },
  {
    fault: 'backup-empty',
    facts: [rejected('ne contient aucune donnée'), new RegExp(`^used base ${newest}$`, 'm')],
  },
  {
    fault: 'backups-all-corrupted',
    facts: [
      // Each once: none of them is tried again beside the copy.
      new RegExp(`^(rejected base ${newest}: .*incorrect data check\\n){3}used base`, 'm'),
      /^finding major: Aucune sauvegarde de Scalingo n’est à la fois intacte et récente : la base vient de la copie que garde GitHub\.$/m,
      /^used base \d{14}_artefact\.tar\.gz$/m,
    ],
  },
  {
    fault: 'backups-stale',
    given: ['sauvegarde-ancienne=acceptee'],
    facts: [
      /^finding major: Perte acceptée : .* elle a 7\d\d heures, et le plan en admet 96 au plus$/m,
      new RegExp(`^used base ${newest}$`, 'm'),
    ],
  },
  { fault: 'artifact-absent', facts: fromGlacier },
  { fault: 'artifact-expired', facts: fromGlacier },
  {
    fault: 'glacier-slow',
    given: ['source-fichiers=glacier'],
    facts: usesGlacier,
    // Two looks at least: an object is back after two seconds, long before the first one, when nothing is wrong.
    printed: [/degel-attendu │ (\d+)\/(?!\1\n)\d+\n[\s\S]*degel-attendu │ (\d+)\/\2\n/],
  },
  {
    fault: 's3-slow-down',
    facts: [/^retried fichiers 5xx: \d+ after \d+ ms$/m],
    printed: [/│ apilos-exercice: \d+ ↻ \(5xx\)/],
  },
  { fault: 'deployment-queued', printed: [/│ remote: -----> Waiting in the queue/] },
  { fault: 'dns-slow', facts: [/^polled dns-visible\[siap\]: .*false, then ok = true$/m] },
  {
    fault: 'stack-changed',
    facts: [
      /^finding major: La version v1\.86\.0 déclare la pile scalingo-26, et ce plan crée les applications sur scalingo-22\.$/m,
    ],
  },
  {
    fault: 'certificate-late',
    facts: [/^lasted certificat\[siap\]: ([4-9]|[1-3]\d) s$/m],
    printed: [/│ siap\.apilos\.exercice\.example ?: new\n.*example ?: created/],
  },
];

const deployment = (why: string) =>
  new RegExp(`a refusé l’envoi ou son déploiement a échoué : .*${why}.* — lire le journal du déploiement`);
const gateway = 'base-identifiee';

/** In the order of the plan's steps. */
export const stops: readonly Stop[] = [
  {
    fault: 'token-refused',
    given: ['recreer-application=oui', 'restaurer-base=oui', 'source-base=scalingo'],
    step: 'telecharger-base',
    words: /Scalingo refuse l’accès : .*HTTP 401.* — vérifier le jeton d’API de la cible et les droits/,
    unopened: /la sonde `application-perdue` .* n’a pas pu répondre : Scalingo refuse l’accès/,
  },
  {
    fault: 'backups-stale',
    step: 'archive-base',
    words:
      /sauvegarde intacte de `base`, `\d{14}_artefact\.tar\.gz`, est du .* : elle a 7\d\d heures, et le plan en admet 96 au plus .*— chercher pourquoi les sauvegardes ont cessé/,
  },
  {
    fault: 'database-artifact-absent',
    given: ['source-base=artefact'],
    step: 'telecharger-base-github',
    words:
      /aucune des \d+ dernières exécutions réussies de `db_backup_download\.yml` .* n’a laissé l’artefact .* — prendre une autre source/,
  },
  {
    fault: 'artifact-corrupted',
    step: 'telecharger-fichiers',
    words: /ne correspond pas à ce que GitHub annonce : sha256:\w+ attendu.* — le télécharger à nouveau/,
  },
  {
    fault: 'artifact-cut',
    step: 'telecharger-fichiers',
    words: /ne peut pas être lu là où GitHub l’a rangé .* — refaire l’étape/,
  },
  {
    fault: 'github-unavailable',
    given: ['source-fichiers=glacier'],
    step: 'degeler-fichiers',
    words:
      /GitHub \(.*\) a répondu 503 .* — vérifier l’état de GitHub \(githubstatus\.com\), puis refaire l’étape/,
    unopened: /la sonde `sauvegardes-des-fichiers` .* n’a pas pu répondre : GitHub .* a répondu 503/,
  },
  {
    fault: 'workflow-renamed',
    given: ['source-fichiers=glacier'],
    step: 'degeler-fichiers',
    words:
      /GitHub \(.*\) ne connaît pas `actions\/workflows\/s3_backup\.yml.* — vérifier le dépôt, le nom du workflow/,
    unopened: /la sonde `sauvegardes-des-fichiers` .* n’a pas pu répondre : GitHub .* ne connaît pas/,
  },
  {
    fault: 'stack-withdrawn',
    step: 'creer-application[siap]',
    words:
      /la pile `scalingo-22` n’existe pas chez Scalingo ; sont connues : .* — choisir une des piles connues/,
  },
  {
    fault: 'provisioning-failed',
    step: 'creer-postgresql',
    words: /n’est toujours pas prêt \(`provisioning`\).* — regarder son état dans le tableau de bord/,
  },
  {
    fault: 'ssh-host-key-changed',
    step: gateway,
    words: /présente la clé SHA256:\S+, et non SHA256:\S+ — ne pas continuer avant d’avoir vérifié/,
  },
  {
    fault: 'tunnel-refused',
    step: gateway,
    words: /la passerelle .* refuse le tunnel vers .* — vérifier l’adresse visée et les droits de la clé/,
  },
  {
    fault: 's3-denied',
    step: 'bucket-cree',
    words: /refuse l’accès au bucket `apilos-exercice` \(AccessDenied\).* — vérifier la clé, ses droits/,
  },
  {
    fault: 'bucket-taken',
    step: 'bucket-cree',
    words: /refuse l’accès au bucket `apilos-exercice` .* le nom du bucket appartient peut-être à quelqu’un/,
  },
  {
    fault: 'redis-down',
    step: 'redis-repond[siap]',
    words: /Redis est injoignable sur .* — vérifier que l’addon est démarré et que le tunnel est ouvert/,
  },
  {
    fault: 'template-changed',
    step: 'code',
    words:
      /variables que ce plan ne connaît pas : DOCUMENT_VAULT_KEY ; lire leur usage .*, puis relancer l’étape/,
  },
  {
    fault: 'build-failed',
    step: 'deployer[siap]',
    words: deployment('Invalid return code from buildpack'),
  },
  { fault: 'boot-failed', step: 'deployer[siap]', words: deployment('the application crashed') },
  {
    fault: 'hook-failed',
    step: 'deployer[siap]',
    words: deployment('postdeploy hook failed'),
  },
  {
    fault: 'dns-split',
    step: 'dns-visible[siap]',
    words:
      /serveurs qui ne mènent pas encore à \S+ : \S+ \(ENOTFOUND\) ; vérifier l’enregistrement chez qui tient/,
  },
];
