/*
 * What the variables of an application are made from, and the words for what became of each name. Data only.
 */

/** What the variables of one application are made from. Secrets come in here and go out in `variables` only. */
export interface Profile {
  /** `siap` is behind CERBERE; `standalone` is Django's own login, and must have no `CERBERE_AUTH` at all. */
  readonly application: 'siap' | 'standalone';
  readonly mode: 'drill' | 'real';
  /** `ENVIRONMENT`, the same for every application that shares the database; `siap-exercice` in a drill. */
  readonly environment: string;
  /** Public name, without scheme. */
  readonly domain: string;
  /** Every name under which the application answers, `domain` included. */
  readonly hosts: readonly string[];
  /** DSN of the read-only user: `postgresql://user:password@host:port/database`. */
  readonly readOnlyUrl: string;
  readonly storage: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
  };
  /** Freshly made in a drill; those agreed with the SIAP's team otherwise. At least 32 characters each, all different. */
  readonly keys: { readonly secretKey: string; readonly jwtSign: string; readonly siapClientJwtSign: string };
  /** Address of the CAS server; needed by `siap`, refused for `standalone`. */
  readonly cerbere?: string;
  /** DSN of what another application's add-ons own: set when this one has no add-on of its own. */
  readonly shared?: { readonly databaseUrl: string; readonly redisUrl: string };
  /** Values of further names of the template: keys of outside services (never in a drill), or a name that is new to us. */
  readonly given?: Readonly<Record<string, string>>;
  /** Names that a drill must not use; `*` stands for any characters. */
  readonly protected?: readonly string[];
}

/** Why a name of the template is not set. */
export type Reason = keyof typeof reasons;

/** What is wrong with a name; with any of these nothing must be sent. */
export type Problem = keyof typeof problems;

/** The reasons, in words. */
export const reasons = {
  addon: 'appartient à un addon de l’application, qui la fournit',
  'database-url': 'inutile : `DATABASE_URL` l’emporte',
  development: 'ne sert qu’au développement',
  drill: 'clé d’un service réel : jamais dans un exercice',
  optional: 'facultative, et aucune valeur n’a été donnée',
  platform: 'la valeur par défaut est la bonne sur Scalingo ; celle du modèle est un chemin de macOS',
  standalone: 'absente de l’application autonome : sa présence ferait passer par CERBERE',
  unread: 'aucun code d’APiLos ne la lit',
} as const;

/** The problems, in words. */
export const problems = {
  development: '`ENVIRONMENT` de développement ou de test : l’application ne démarre pas, ou sans protection',
  'domain-not-allowed': 'le nom public n’est pas dans `ALLOWED_HOSTS` : Django répondrait 400',
  'drill-key': 'clé d’un service réel donnée dans un exercice',
  example: 'la valeur est celle du modèle, qui n’est qu’un exemple',
  'host-any': '`ALLOWED_HOSTS` accepterait n’importe quel nom',
  insecure: 'adresse locale ou sans chiffrement sur une cible réelle',
  missing: 'valeur obligatoire absente',
  'not-a-dsn': 'ce n’est pas une adresse PostgreSQL complète (utilisateur, mot de passe, hôte, base)',
  owned: 'nom qu’on ne renseigne pas à la main',
  production: 'valeur de la production dans un exercice',
  'same-key': 'deux clés sont identiques',
  'same-user': 'ce n’est pas un utilisateur en lecture seule, mais celui de la base',
  'short-key': 'clé trop courte : 32 caractères au moins',
  standalone: 'l’application autonome ne doit pas passer par CERBERE',
  stray: 'ni le modèle de cette version ni `core/settings.py`, tel que ce plan le connaît, ne lit ce nom',
  unfit: 'valeur que la plateforme refuse : plus de 8 192 caractères, ou un caractère de contrôle',
  unknown: 'nom du modèle que ce plan ne connaît pas : lire son usage dans `core/settings.py`, puis décider',
  unreadable: 'ligne du modèle qui n’est ni un commentaire ni une variable',
} as const;
