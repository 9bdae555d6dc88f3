/* The runbook that `reprise new` writes, in French and in English: small, whole, and playable at once in a drill. */
import type { Lang } from '../diagnostic.ts';

const FR = `---
title: Plan de reprise du service
lang: fr
version: '1'
service: Mon service
timezone: Europe/Paris
dmia: 4h
objectives:
  - Rendre le service en moins de quatre heures
  - Perdre moins de vingt-quatre heures de données
scope:
  - le contenu du service
scenario: Le contenu du service est perdu ; les sauvegardes sont accessibles.
resources:
  sauvegardes: { kind: directory, label: Dossier des sauvegardes }
  service: { kind: directory, label: Dossier du service, pdma: 24h }
inputs:
  preparer: { label: Faut-il préparer une sauvegarde d’exercice ?, type: choice, choices: [oui, non], default: non }
roles:
  directeur: { label: Directeur de crise, holders: [camille] }
  operateur: { label: Opérateur, holders: [sacha] }
targets:
  exercice:
    mode: drill
    label: Exercice sur cette machine
    protected: ['*-production']
    inputs: { preparer: oui }
    resources:
      sauvegardes: { path: ./exercice/sauvegardes }
      service: { path: ./exercice/service }
  production:
    mode: real
    label: Reprise réelle
    resources:
      sauvegardes: { path: /srv/sauvegardes }
      service: { path: /srv/service }
---

# Plan de reprise du service

Dire ici ce que ce plan couvre, quand l’activer, et où joindre ceux qui le jouent. Remplacer ensuite, étape par étape, cet
exemple par le vrai plan : \`npx reprise check\` dit ce qui ne va pas, et un exercice prouve que le reste fonctionne.

## Activer le plan

::clock{start}

:::manual{#activer role=directeur}

Décider d’activer le plan, et réunir ceux qui le jouent.

- [ ] L’incident est constaté, et ce qui est perdu est connu
- [ ] L’opérateur est désigné et joignable

:::

## Préparer l’exercice

::when{input=preparer is=oui}

:::cell{#preparer on=sauvegardes effect=write timeout=1m}

Déposer une sauvegarde fictive, pour que l’exercice ait quelque chose à restaurer.

\`\`\`sh
mkdir -p "$RESOURCE_SAUVEGARDES_PATH"
date > "$RESOURCE_SAUVEGARDES_PATH/sauvegarde-exercice.txt"
\`\`\`

:::

:::check{#sauvegarde-deposee of=preparer on=sauvegardes}

La sauvegarde fictive n’est pas vide.

\`\`\`sh
test -s "$RESOURCE_SAUVEGARDES_PATH/sauvegarde-exercice.txt"
\`\`\`

:::

## Restaurer le service

:::cell{#sauvegarde on=sauvegardes effect=read timeout=1m}

Trouver la sauvegarde la plus récente. À la main, la première de cette liste :

\`\`\`sh example
ls -t /srv/sauvegardes
\`\`\`

\`\`\`sh
cd "$RESOURCE_SAUVEGARDES_PATH"
recente=
for copie in *; do
  if [[ -f $copie && ( -z $recente || $copie -nt $recente ) ]]; then recente=$copie; fi
done
test -n "$recente" || { echo 'aucune sauvegarde'; exit 1; }
echo "fichier=$recente" >> "$REPRISE_OUTPUT"
\`\`\`

:::

:::cell{#restaurer on=service effect=write timeout=10m}

Copier la sauvegarde dans le dossier du service.

\`\`\`ts
import { copyFile, mkdir } from 'node:fs/promises'
import { fichier } from '#sauvegarde'

await mkdir(resources.service.path, { recursive: true })
await copyFile(\`\${resources.sauvegardes.path}/\${fichier}\`, \`\${resources.service.path}/contenu.txt\`)
\`\`\`

:::

:::check{#service-restaure of=restaurer on=service within=10s every=1s}

Le contenu du service est bien celui de la sauvegarde.

\`\`\`sh
cmp "$RESOURCE_SAUVEGARDES_PATH/$SAUVEGARDE_FICHIER" "$RESOURCE_SERVICE_PATH/contenu.txt"
\`\`\`

:::

:::undo{#service-vide of=restaurer on=service}

Ôter ce que l’exercice a restauré.

\`\`\`sh
rm -f "$RESOURCE_SERVICE_PATH/contenu.txt"
\`\`\`

:::

## Rendre le service

:::manual{#recette role=operateur evidence=optional}

Essayer le service comme le ferait un usager.

- [ ] Le service répond, et son contenu est le bon

:::

::clock{stop}
`;

const EN = `---
title: Recovery plan of the service
lang: en
version: '1'
service: My service
timezone: Europe/Paris
dmia: 4h
objectives:
  - Have the service back within four hours
  - Lose less than twenty-four hours of data
scope:
  - the content of the service
scenario: The content of the service is lost; its backups can be reached.
resources:
  backups: { kind: directory, label: Directory of backups }
  service: { kind: directory, label: Directory of the service, pdma: 24h }
inputs:
  prepare: { label: Should a backup be made up for the drill?, type: choice, choices: ['yes', 'no'], default: 'no' }
roles:
  director: { label: Crisis director, holders: [camille] }
  operator: { label: Operator, holders: [sacha] }
targets:
  drill:
    mode: drill
    label: Drill on this machine
    protected: ['*-production']
    inputs: { prepare: 'yes' }
    resources:
      backups: { path: ./drill/backups }
      service: { path: ./drill/service }
  production:
    mode: real
    label: Real recovery
    resources:
      backups: { path: /srv/backups }
      service: { path: /srv/service }
---

# Recovery plan of the service

Say here what this plan covers, when to activate it, and where to reach those who perform it. Then replace this example, step
by step, by the real plan: \`npx reprise check\` says what is wrong, and a drill proves that the rest works.

## Activate the plan

::clock{start}

:::manual{#activate role=director}

Decide to activate the plan, and call together those who perform it.

- [ ] The incident is confirmed, and what is lost is known
- [ ] The operator is named and can be reached

:::

## Prepare the drill

::when{input=prepare is=yes}

:::cell{#prepare on=backups effect=write timeout=1m}

Put a made-up backup in place, so that the drill has something to restore.

\`\`\`sh
mkdir -p "$RESOURCE_BACKUPS_PATH"
date > "$RESOURCE_BACKUPS_PATH/drill-backup.txt"
\`\`\`

:::

:::check{#backup-in-place of=prepare on=backups}

The made-up backup is not empty.

\`\`\`sh
test -s "$RESOURCE_BACKUPS_PATH/drill-backup.txt"
\`\`\`

:::

## Restore the service

:::cell{#backup on=backups effect=read timeout=1m}

Find the newest backup. By hand, the first of this list:

\`\`\`sh example
ls -t /srv/backups
\`\`\`

\`\`\`sh
cd "$RESOURCE_BACKUPS_PATH"
newest=
for copy in *; do
  if [[ -f $copy && ( -z $newest || $copy -nt $newest ) ]]; then newest=$copy; fi
done
test -n "$newest" || { echo 'no backup'; exit 1; }
echo "file=$newest" >> "$REPRISE_OUTPUT"
\`\`\`

:::

:::cell{#restore on=service effect=write timeout=10m}

Copy the backup to the directory of the service.

\`\`\`ts
import { copyFile, mkdir } from 'node:fs/promises'
import { file } from '#backup'

await mkdir(resources.service.path, { recursive: true })
await copyFile(\`\${resources.backups.path}/\${file}\`, \`\${resources.service.path}/content.txt\`)
\`\`\`

:::

:::check{#service-restored of=restore on=service within=10s every=1s}

The content of the service is that of the backup.

\`\`\`sh
cmp "$RESOURCE_BACKUPS_PATH/$BACKUP_FILE" "$RESOURCE_SERVICE_PATH/content.txt"
\`\`\`

:::

:::undo{#service-emptied of=restore on=service}

Remove what the drill restored.

\`\`\`sh
rm -f "$RESOURCE_SERVICE_PATH/content.txt"
\`\`\`

:::

## Give the service back

:::manual{#acceptance role=operator evidence=optional}

Try the service as a user would.

- [ ] The service answers, and its content is right

:::

::clock{stop}
`;

/** A runbook to start from, with the name of the target on which it can be drilled at once. */
export const STARTERS: Readonly<Record<Lang, { readonly source: string; readonly target: string }>> = {
  fr: { source: FR, target: 'exercice' },
  en: { source: EN, target: 'drill' },
};
