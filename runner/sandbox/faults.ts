/**
 * Faults that a drill rehearses, switched on by name. A fault is a setting of one start: starting again without it lifts it.
 */
const table = {
  'token-refused': {
    fr: 'Scalingo refuse le jeton d’API (401 à l’échange)',
    en: 'Scalingo refuses the API token (401 when exchanged)',
  },
  'token-short': {
    fr: 'les jetons de session de Scalingo n’ont que deux secondes de validité',
    en: 'Scalingo’s bearer tokens live for two seconds only',
  },
  'rate-limited': {
    fr: 'Scalingo répond par moments 429, en texte, comme au-delà de 60 requêtes par minute',
    en: 'Scalingo answers 429 now and then, in plain text, as beyond 60 requests a minute',
  },
  'provisioning-slow': {
    fr: 'une extension met douze secondes à être prête',
    en: 'an add-on takes twelve seconds to be ready',
  },
  'provisioning-failed': {
    fr: 'une nouvelle extension n’est jamais prête',
    en: 'a new add-on is never ready',
  },
  'backup-corrupted': {
    fr: 'la plus récente des sauvegardes intactes de la base a des octets inversés',
    en: 'the newest intact backup of the database has flipped bytes',
  },
  'backup-empty': {
    fr: 'la plus récente des sauvegardes intactes de la base est bien formée et ne contient rien',
    en: 'the newest intact backup of the database is well formed and holds nothing',
  },
  'backups-all-corrupted': {
    fr: 'toutes les sauvegardes de la base que garde la plateforme ont des octets inversés',
    en: 'every backup of the database that the platform keeps has flipped bytes',
  },
  'backups-stale': {
    fr: 'les sauvegardes de la base ont cessé il y a trente jours, chez Scalingo comme chez GitHub',
    en: 'backups of the database stopped thirty days ago, at Scalingo and at GitHub alike',
  },
  'artifact-absent': {
    fr: 'GitHub n’a aucun artefact des fichiers, comme depuis 2023',
    en: 'GitHub has no artifact of the files, as has been so since 2023',
  },
  'artifact-expired': {
    fr: 'l’artefact des fichiers est expiré (410)',
    en: 'the artifact of the files has expired (410)',
  },
  'artifact-corrupted': {
    fr: 'l’artefact des fichiers n’a pas l’empreinte que GitHub annonce',
    en: 'the artifact of the files has not the digest that GitHub announces',
  },
  'artifact-cut': {
    fr: 'le téléchargement de l’artefact des fichiers se coupe',
    en: 'the download of the artifact of the files is cut short',
  },
  'github-unavailable': { fr: 'GitHub répond 503', en: 'GitHub answers 503' },
  'glacier-slow': {
    fr: 'un objet archivé met vingt secondes à redevenir lisible',
    en: 'an archived object takes twenty seconds to be readable again',
  },
  's3-slow-down': {
    fr: 'le stockage objet répond par moments 503 SlowDown',
    en: 'object storage answers 503 SlowDown now and then',
  },
  's3-denied': {
    fr: 'le stockage objet refuse toute écriture (403)',
    en: 'object storage refuses every write (403)',
  },
  'bucket-taken': {
    fr: 'le nom de tout nouveau bucket `apilos-exercice*` appartient à quelqu’un d’autre',
    en: 'the name of any new bucket `apilos-exercice*` belongs to somebody else',
  },
  'deployment-queued': {
    fr: 'un déploiement attend huit secondes avant de commencer',
    en: 'a deployment waits eight seconds before it begins',
  },
  'build-failed': {
    fr: 'la construction de l’application échoue',
    en: 'the application’s build fails',
  },
  'boot-failed': {
    fr: 'l’application s’arrête à son démarrage',
    en: 'the application crashes when it boots',
  },
  'hook-failed': {
    fr: 'la commande d’après-déploiement échoue',
    en: 'the post-deployment hook fails',
  },
  'ssh-host-key-changed': {
    fr: 'la passerelle SSH présente une autre clé que celle qui est connue',
    en: 'the SSH gateway shows another key than the known one',
  },
  'tunnel-refused': {
    fr: 'la passerelle SSH refuse tout tunnel',
    en: 'the SSH gateway refuses every tunnel',
  },
  'dns-slow': {
    fr: 'le résolveur public a huit secondes de retard',
    en: 'the public resolver is eight seconds late',
  },
  'dns-split': {
    fr: 'un des serveurs qui font autorité ne suit jamais',
    en: 'one of the authoritative servers never follows',
  },
  'certificate-late': {
    fr: 'un certificat met quinze secondes à être délivré',
    en: 'a certificate takes fifteen seconds to be issued',
  },
  'redis-down': {
    fr: 'Redis rompt toute connexion',
    en: 'Redis breaks every connection',
  },
  'template-changed': {
    fr: 'le gabarit `.env.template` a une variable obligatoire de plus',
    en: 'the `.env.template` has one more mandatory variable',
  },
  'stack-changed': {
    fr: '`scalingo.json` demande la pile `scalingo-26`',
    en: '`scalingo.json` asks for the stack `scalingo-26`',
  },
  'stack-withdrawn': {
    fr: 'Scalingo ne propose plus la pile `scalingo-22`',
    en: 'Scalingo offers the stack `scalingo-22` no more',
  },
  'workflow-renamed': {
    fr: 'la tâche GitHub `s3_backup.yml` s’appelle désormais `s3_sync.yml`',
    en: 'the GitHub workflow `s3_backup.yml` is now called `s3_sync.yml`',
  },
  'database-artifact-absent': {
    fr: 'GitHub n’a aucun artefact de la base de données',
    en: 'GitHub has no artifact of the database',
  },
} as const satisfies Readonly<Record<string, { readonly fr: string; readonly en: string }>>;

/** The name of a fault. */
export type FaultName = keyof typeof table;

/** The faults of one start. */
export type Faults = ReadonlySet<FaultName>;

/** How much older than it is a backup of the database is said to be under `backups-stale`, ms. */
export function backupDelay(faults: Faults): number {
  return faults.has('backups-stale') ? 30 * 86_400_000 : 0;
}

/** No fault at all. */
export const noFaults: Faults = new Set();

/** The name of every fault and what it does, in a sentence of each language; in the order of a plan's steps. */
export const faultTable: readonly {
  readonly name: FaultName;
  readonly words: { readonly fr: string; readonly en: string };
}[] = Object.entries(table).flatMap(([name, words]) => (isFaultName(name) ? [{ name, words }] : []));

/** Whether there is a fault of that name. */
export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(table, name);
}

/** Reads names, each of which may hold several with commas between; also gives those that are none. */
export function readFaults(given: readonly string[]): {
  readonly faults: Faults;
  readonly unknown: readonly string[];
} {
  const names = given
    .flatMap(text => text.split(','))
    .map(name => name.trim())
    .filter(name => name !== '');
  return {
    faults: new Set(names.filter(isFaultName)),
    unknown: names.filter(name => !isFaultName(name)),
  };
}
