/*
 * What each diagnostic says, by code, in both languages: `what` is wrong and a `hint` for putting it right. Lower case, no
 * full stop; `{name}` is a parameter of the diagnostic. Codes are in alphabetical order and permanent; each is documented,
 * with an example, in `docs/diagnostics.md`.
 */
import type { Lang } from '../diagnostic.ts';

/** The two sentences of a diagnostic in one language. */
export interface DiagnosticSentences {
  readonly what: string;
  readonly hint: string;
}

type Pair = readonly [what: string, hint: string];

function both(fr: Pair, en: Pair): Readonly<Record<Lang, DiagnosticSentences>> {
  return { fr: { what: fr[0], hint: fr[1] }, en: { what: en[0], hint: en[1] } };
}

/** Every diagnostic's sentences by code. */
export const DIAGNOSTIC_WORDS: Readonly<Record<string, Readonly<Record<Lang, DiagnosticSentences>>>> = {
  'attribute-without-value': both(
    [
      'l’attribut `{name}` de `{directive}` n’a pas de valeur',
      'écrire `{name}=valeur`, ou retirer l’attribut',
    ],
    ['the attribute `{name}` of `{directive}` has no value', 'write `{name}=value`, or remove the attribute'],
  ),
  'cell-syntax': both(
    ['ce code n’est pas du TypeScript valide : {message}', 'corriger le code ; rien n’a été exécuté'],
    ['this code is not valid TypeScript: {message}', 'put the code right; nothing was run'],
  ),
  'cell-too-deep': both(
    [
      'ce code est trop long ou trop imbriqué pour une cellule',
      'en mettre une partie dans un fichier voisin et l’importer (`./…`) : 16 384 caractères et 3 000 signes d’imbrication au plus',
    ],
    [
      'this code is too long or too nested for a cell',
      'put a part of it in a file beside the document and import it (`./…`): 16,384 characters and 3,000 nesting marks at most',
    ],
  ),
  'check-without-ok': both(
    ['cette vérification en `ts` n’exporte pas `ok`', 'terminer le code par `export const ok: boolean = …`'],
    ['this `ts` check does not export `ok`', 'end the code with `export const ok: boolean = …`'],
  ),
  'checklist-ignored': both(
    [
      'cette case à cocher ne sera demandée à personne',
      'la placer dans une étape `:::manual`, ou en faire une puce simple',
    ],
    ['nobody will be asked about this checkbox', 'put it in a `:::manual` step, or make it a plain bullet'],
  ),
  'choices-missing': both(
    ['l’entrée `{name}` est un choix et n’a pas au moins deux `choices`', 'ajouter `choices: [oui, non]`'],
    ['the input `{name}` is a choice and does not have at least two `choices`', 'add `choices: [yes, no]`'],
  ),
  'choices-unused': both(
    [
      'l’entrée `{name}` a des `choices` mais son type est `{type}`',
      'écrire `type: choice`, ou retirer `choices`',
    ],
    [
      'the input `{name}` has `choices` but its type is `{type}`',
      'write `type: choice`, or remove `choices`',
    ],
  ),
  'clock-in-each': both(
    [
      '`::clock{{mark}}` se répéterait à chaque élément de `::each`',
      'placer le repère hors de la section répétée',
    ],
    [
      '`::clock{{mark}}` would be repeated for each item of `::each`',
      'put the mark outside the repeated section',
    ],
  ),
  'code-in-manual': both(
    [
      'une étape `manual` ne peut pas contenir de code `{language}` exécutable',
      'marquer le bloc `example`, ou faire de l’étape une `:::cell`',
    ],
    [
      'a `manual` step cannot hold runnable `{language}` code',
      'mark the fence `example`, or make the step a `:::cell`',
    ],
  ),
  'container-as-leaf': both(
    [
      '`{name}` est une étape et s’écrit avec trois deux-points',
      'écrire `:::{name}{#id}`, puis fermer par `:::`',
    ],
    [
      '`{name}` is a step and is written with three colons',
      'write `:::{name}{#id}`, then close it with `:::`',
    ],
  ),
  'default-export': both(
    ['une cellule ne peut pas avoir d’export par défaut', 'donner un nom : `export const resultat = …`'],
    ['a cell cannot have a default export', 'give it a name: `export const result = …`'],
  ),
  'destroy-on-read-only': both(
    [
      'cette cellule détruirait `{name}`, que le préambule déclare en lecture seule',
      'viser une autre ressource, ou revoir `access: read`',
    ],
    [
      'this cell would destroy `{name}`, which the front matter declares read-only',
      'name another resource, or think `access: read` over',
    ],
  ),
  'destroy-on-service': both(
    [
      '`{name}` ({kind}) ne peut pas dire ce qu’elle contient : rien ne garderait d’une erreur de cible',
      'viser après `on=` une ressource `postgres`, `s3` ou `directory`, ou déclarer `effect=write`',
    ],
    [
      '`{name}` ({kind}) cannot say what it holds: nothing would keep from the wrong target',
      'name a `postgres`, `s3` or `directory` resource after `on=`, or declare `effect=write`',
    ],
  ),
  'destroy-without-resource': both(
    [
      'une cellule `effect=destroy` doit nommer la ressource qu’elle détruit',
      'ajouter `on=` avec une ressource déclarée',
    ],
    [
      'a cell with `effect=destroy` must name the resource that it destroys',
      'add `on=` with a declared resource',
    ],
  ),
  'directive-outside-section': both(
    ['`::{name}` n’est sous aucun titre', 'placer la directive sous le titre de la section qu’elle concerne'],
    ['`::{name}` is under no heading', 'put the directive under the heading of the section that it governs'],
  ),
  'duplicate-attribute': both(
    ['l’attribut `{name}` est écrit deux fois', 'n’en garder qu’un'],
    ['the attribute `{name}` is written twice', 'keep only one of them'],
  ),
  'duplicate-clock': both(
    ['le repère `::clock` `{mark}` est déjà posé', 'n’en garder qu’un dans le document'],
    ['the `::clock` mark `{mark}` is already set', 'keep only one in the document'],
  ),
  'duplicate-directive': both(
    ['cette section a déjà une directive `::{name}`', 'n’en garder qu’une par section'],
    ['this section already has a `::{name}` directive', 'keep only one in a section'],
  ),
  'duplicate-id': both(
    ['l’identifiant `{id}` est déjà pris', 'donner à cette étape un identifiant à elle'],
    ['the id `{id}` is already taken', 'give this step an id of its own'],
  ),
  'duplicate-key': both(
    ['cette clé est écrite deux fois', 'n’en garder qu’une'],
    ['this key is written twice', 'keep only one of them'],
  ),
  'dynamic-cell-import': both(
    [
      '`{message}` est importé pendant l’exécution : le plan ne peut pas le savoir',
      "écrire `import { … } from '{message}'` en tête du code",
    ],
    [
      '`{message}` is imported while running: the plan cannot know of it',
      "write `import { … } from '{message}'` at the top of the code",
    ],
  ),
  'each-needs-list': both(
    [
      '`::each` répète sur une liste, et `{name}` est de type `{type}`',
      'écrire `type: list` pour cette entrée',
    ],
    ['`::each` repeats over a list, and `{name}` is of type `{type}`', 'write `type: list` for this input'],
  ),
  'embedded-real': both(
    [
      'la cible `{target}` est le bac à sable et ne peut pas être réelle',
      'écrire `mode: drill`, ou retirer `embedded: true`',
    ],
    [
      'the target `{target}` is the sandbox and cannot be real',
      'write `mode: drill`, or remove `embedded: true`',
    ],
  ),
  'empty-code': both(
    ['ce bloc de code est vide', 'écrire le code, ou faire de l’étape une `:::manual`'],
    ['this code fence is empty', 'write the code, or make the step a `:::manual`'],
  ),
  'empty-value': both(
    ['`{key}` est vide', 'donner une valeur, ou retirer la clé'],
    ['`{key}` is empty', 'give a value, or remove the key'],
  ),
  'export-not-value': both(
    [
      '`{message}` n’est pas une valeur : un export voyage en JSON',
      'exporter une constante : `export const … = …`',
    ],
    ['`{message}` is not a value: an export travels as JSON', 'export a constant: `export const … = …`'],
  ),
  'fence-cut': both(
    [
      'cette ligne `:::` dans un bloc de code termine l’étape et coupe le code',
      'ouvrir et fermer l’étape avec plus de deux-points : `{colons}`',
    ],
    [
      'this `:::` line in a code fence ends the step and cuts the code',
      'open and close the step with more colons: `{colons}`',
    ],
  ),
  'fence-in-list': both(
    [
      'ce bloc `{language}` est dans une liste ou une citation de l’étape, et ne serait pas exécuté',
      'le placer au bord de la page, ou le marquer `example`',
    ],
    [
      'this `{language}` fence stands in a list or a quote of the step, and would not run',
      'put it at the margin, or mark it `example`',
    ],
  ),
  'fence-language': both(
    ['`{found}` n’est pas un langage de cellule', 'écrire `{expected}`, ou marquer le bloc `example`'],
    ['`{found}` is not a language of cells', 'write `{expected}`, or mark the fence `example`'],
  ),
  'fence-outside-step': both(
    [
      'ce bloc `{language}` est hors de toute étape, et ne serait pas exécuté',
      'le placer dans une étape, ou le marquer `example`',
    ],
    [
      'this `{language}` fence is outside any step, and would not run',
      'put it in a step, or mark it `example`',
    ],
  ),
  'flag-with-value': both(
    ['`{name}` ne prend pas de valeur', 'écrire `{name}` seul'],
    ['`{name}` takes no value', 'write `{name}` alone'],
  ),
  'foreign-fence': both(
    [
      'un bloc `{language}` dans une étape semble exécutable et ne le serait pas',
      'récrire le code en `sh`, `ts` ou `sql`, ou marquer le bloc `example`',
    ],
    [
      'a `{language}` fence in a step looks runnable and would not run',
      'write the code in `sh`, `ts` or `sql`, or mark the fence `example`',
    ],
  ),
  'front-matter-too-large': both(
    ['l’en-tête YAML dépasse {limit} caractères', 'mettre le texte dans le document'],
    ['the YAML front matter is over {limit} characters', 'put the text in the document'],
  ),
  'full-width-colons': both(
    [
      'ces deux-points sont ceux d’un clavier chinois ou japonais',
      'écrire `:::` avec des deux-points simples',
    ],
    ['these colons are those of a Chinese or Japanese keyboard', 'write `:::` with plain colons'],
  ),
  'heading-in-step': both(
    ['une étape ne contient pas de titre', 'fermer l’étape avant le titre, ou mettre ce texte en gras'],
    ['a step holds no heading', 'close the step before the heading, or make this text bold'],
  ),
  'hidden-character': both(
    [
      'le caractère {character} ne se voit pas, et un terminal ou un navigateur lui obéirait',
      'le retirer ; dans du code, l’écrire sous forme d’échappement (`\\u…`)',
    ],
    [
      'the character {character} cannot be seen, and a terminal or a browser would obey it',
      'remove it; in code, write it as an escape (`\\u…`)',
    ],
  ),
  'id-attribute': both(
    ['un identifiant s’écrit avec un dièse', 'écrire `#{id}` au lieu de `id={id}`'],
    ['an id is written with a hash', 'write `#{id}` instead of `id={id}`'],
  ),
  'import-in-probe': both(
    [
      'une sonde est exécutée avant les cellules : elle ne peut rien en importer',
      'retirer l’import, ou faire de l’étape une `:::cell`',
    ],
    [
      'a probe is run before the cells: it can import nothing from them',
      'remove the import, or make the step a `:::cell`',
    ],
  ),
  'import-not-portable': both(
    [
      '`{specifier}` ne se retrouverait pas sur une autre machine',
      'importer un fichier voisin (`./…`), un paquet ou `reprise/…`',
    ],
    [
      '`{specifier}` would not be found on another machine',
      'import a file beside the document (`./…`), a package or `reprise/…`',
    ],
  ),
  'indented-directive': both(
    ['une directive commence au bord de la page', 'retirer les espaces devant `::`'],
    ['a directive begins at the margin', 'remove the spaces before `::`'],
  ),
  'input-filled-twice': both(
    ['une autre sonde remplit déjà l’entrée `{name}`', 'ne garder qu’une sonde par entrée'],
    ['another probe already fills the input `{name}`', 'keep one probe for each input'],
  ),
  'item-already-checked': both(
    ['cette case est déjà cochée : la confirmation ne serait celle de personne', 'écrire `- [ ]`'],
    ['this box is already ticked: nobody would have confirmed it', 'write `- [ ]`'],
  ),
  'label-on-leaf': both(
    ['`::{name}` ne prend pas d’intitulé entre crochets', 'retirer l’intitulé : la section a déjà son titre'],
    ['`::{name}` takes no label in brackets', 'remove the label: the section has its heading already'],
  ),
  'late-directive': both(
    [
      '`::{name}` vient après ce qu’elle gouverne dans « {section} »',
      'la placer juste sous le titre de la section',
    ],
    ['`::{name}` comes after what it governs in “{section}”', 'put it just under the heading of the section'],
  ),
  'later-cell': both(
    [
      'la cellule `{id}` vient plus bas : elle n’aura pas encore été exécutée',
      'déplacer l’une des deux étapes',
    ],
    ['the cell `{id}` comes further down: it will not have been run yet', 'move one of the two steps'],
  ),
  'leaf-as-container': both(
    [
      '`{name}` gouverne une section et s’écrit avec deux deux-points, sans fermeture',
      'écrire `::{name}{…}` et retirer la ligne `:::`',
    ],
    [
      '`{name}` governs a section and is written with two colons, without a closing line',
      'write `::{name}{…}` and remove the `:::` line',
    ],
  ),
  'leaf-in-step': both(
    ['`::{name}` est à l’intérieur d’une étape', 'la placer sous le titre de la section, hors de l’étape'],
    ['`::{name}` is inside a step', 'put it under the heading of the section, outside the step'],
  ),
  'malformed-attributes': both(
    [
      'les attributs de cette directive sont illisibles ici',
      'écrire `{#id nom=valeur autre="avec espaces"}`',
    ],
    [
      'the attributes of this directive cannot be read from here',
      'write `{#id name=value other="with spaces"}`',
    ],
  ),
  'malformed-count': both(
    ['`{name}` doit être un entier de 0 à {most}, pas `{found}`', 'corriger la valeur'],
    ['`{name}` must be a whole number from 0 to {most}, not `{found}`', 'put the value right'],
  ),
  'malformed-directive': both(
    [
      'cette ligne ressemble à une directive et n’en est pas une',
      'écrire `:::nom{#id}`, ou protéger les deux-points : `\\::`',
    ],
    ['this line looks like a directive and is not one', 'write `:::name{#id}`, or escape the colons: `\\::`'],
  ),
  'malformed-duration': both(
    ['`{found}` n’est pas une durée pour `{key}`', 'écrire par exemple `90s`, `5m`, `4h` ou `1d`'],
    ['`{found}` is not a duration for `{key}`', 'write for instance `90s`, `5m`, `4h` or `1d`'],
  ),
  'malformed-fd': both(
    ['`{found}` n’est pas un descripteur de fichier utilisable', 'écrire un entier à partir de 3'],
    ['`{found}` is not a usable file descriptor', 'write a whole number from 3 up'],
  ),
  'malformed-holder': both(
    [
      '`{found}` n’est pas un identifiant de personne',
      'écrire par exemple `camille` ou `camille@exemple.fr`',
    ],
    ['`{found}` is not the id of a person', 'write for instance `camille` or `camille@example.org`'],
  ),
  'malformed-input': both(
    [
      'la valeur de `{name}` ne convient pas au type `{type}` : attendu {expected}',
      'corriger la valeur, ou le type de l’entrée',
    ],
    [
      'the value of `{name}` does not fit the type `{type}`: expected {expected}',
      'put the value right, or the type of the input',
    ],
  ),
  'malformed-item': both(
    [
      'cette ligne ressemble à une case à cocher et n’en est pas une : elle ne serait demandée à personne',
      'écrire `- [ ] ` et le texte, dans une liste de l’étape ; ou `\\[` si ce n’est pas une case',
    ],
    [
      'this line looks like a box to tick and is none: nobody would be asked about it',
      'write `- [ ] ` and the text, in a list of the step; or `\\[` if it is no box',
    ],
  ),
  'malformed-name': both(
    [
      '`{name}` n’est pas un nom',
      'des minuscules sans accent, des chiffres et des tirets, une lettre d’abord : `base-restauree`',
    ],
    ['`{name}` is not a name', 'lower-case letters, digits and hyphens, a letter first: `restore-base`'],
  ),
  'malformed-source': both(
    [
      '`{key}` doit dire exactement une provenance',
      'une seule clé parmi `env`, `input`, `secret`, `prompt`, `fd` et `command`, selon ce qui est permis ici',
    ],
    [
      '`{key}` must say exactly one source',
      'one key only of `env`, `input`, `secret`, `prompt`, `fd` and `command`, as allowed here',
    ],
  ),
  'malformed-subject': both(
    ['`{name}` ne peut valoir `{found}`', 'écrire {wanted}'],
    ['`{name}` cannot be `{found}`', 'write {wanted}'],
  ),
  'malformed-variable': both(
    [
      '`{found}` n’est pas un nom de variable d’environnement',
      'des lettres, des chiffres et `_`, sans chiffre au début',
    ],
    ['`{found}` is not the name of an environment variable', 'letters, digits and `_`, no digit first'],
  ),
  'missing-attribute': both(
    ['il manque l’attribut `{name}` à `{directive}`', 'l’ajouter entre les accolades'],
    ['`{directive}` lacks the attribute `{name}`', 'add it between the braces'],
  ),
  'missing-blank-line': both(
    [
      'il manque une ligne vide autour de cette ligne ({side})',
      'laisser une ligne vide avant et après chaque ligne qui commence par `::`',
    ],
    [
      'a blank line is missing around this line ({side})',
      'leave a blank line before and after each line that begins with `::`',
    ],
  ),
  'missing-front-matter': both(
    ['le document n’a pas d’en-tête YAML', 'commencer le fichier par `---`, `title: …`, `---`'],
    ['the document has no YAML front matter', 'begin the file with `---`, `title: …`, `---`'],
  ),
  'missing-id': both(
    ['cette étape n’a pas d’identifiant', 'écrire `:::{directive}{#identifiant}`'],
    ['this step has no id', 'write `:::{directive}{#some-id}`'],
  ),
  'missing-key': both(
    ['il manque la clé `{key}`', 'l’ajouter ici'],
    ['the key `{key}` is missing', 'add it here'],
  ),
  'missing-setting': both(
    ['il manque le réglage `{key}` à la ressource `{name}` ({kind})', 'ajouter `{key}: { env: … }`'],
    ['the resource `{name}` ({kind}) lacks the setting `{key}`', 'add `{key}: { env: … }`'],
  ),
  'name-taken': both(
    ['le nom `{name}` désigne déjà autre chose', 'choisir un autre nom après `as=`'],
    ['the name `{name}` already means something else', 'choose another name after `as=`'],
  ),
  'no-runnable-fence': both(
    [
      'cette étape `{directive}` n’a pas de code à exécuter',
      'ajouter un bloc `ts`, `sh` ou `sql` sans la marque `example`, ou en faire une `:::manual`',
    ],
    [
      'this `{directive}` step has no code to run',
      'add a `ts`, `sh` or `sql` fence without the mark `example`, or make it a `:::manual`',
    ],
  ),
  'not-a-cell': both(
    ['`{id}` est une étape `{kind}`, pas une cellule', 'nommer une `:::cell`'],
    ['`{id}` is a `{kind}` step, not a cell', 'name a `:::cell`'],
  ),
  'nul-character': both(
    ['le document contient un caractère nul', 'l’enregistrer en texte UTF-8'],
    ['the document holds a nul character', 'save it as UTF-8 text'],
  ),
  'of-across-each': both(
    [
      '`{id}` et cette étape ne sont pas dans la même section `::each`',
      'placer les deux étapes dans la même section',
    ],
    ['`{id}` and this step are not in the same `::each` section', 'put both steps in the same section'],
  ),
  'one-colon': both(
    [
      'avec un seul deux-points, cette ligne serait du texte',
      'écrire `:::` pour une étape, `::` pour une section',
    ],
    ['with a single colon this line would be prose', 'write `:::` for a step, `::` for a section'],
  ),
  'parallel-cell': both(
    [
      'la cellule `{id}` est dans une autre branche de « {section} », qui peut avancer en parallèle',
      'placer l’une des deux étapes hors de la section parallèle',
    ],
    [
      'the cell `{id}` is in another branch of “{section}”, which may run side by side',
      'put one of the two steps outside the parallel section',
    ],
  ),
  'parallel-without-sections': both(
    [
      '« {section} » n’a pas deux sous-sections à mener en parallèle',
      'ajouter des sous-titres, ou retirer `::parallel`',
    ],
    [
      '“{section}” does not have two sub-sections to run side by side',
      'add sub-headings, or remove `::parallel`',
    ],
  ),
  'probe-in-each': both(
    [
      'une sonde remplit une entrée une seule fois : elle ne peut pas être répétée',
      'la placer hors de la section `::each`',
    ],
    ['a probe fills an input once: it cannot be repeated', 'put it outside the `::each` section'],
  ),
  're-export': both(
    [
      'une cellule n’exporte que ses propres valeurs',
      'importer la valeur, puis l’exporter sous un nom : `export const … = …`',
    ],
    [
      'a cell exports only values of its own',
      'import the value, then export it under a name: `export const … = …`',
    ],
  ),
  'reserved-name': both(
    ['`{name}` est un nom réservé par le langage', 'choisir un autre nom'],
    ['`{name}` is a name that the language keeps for itself', 'choose another name'],
  ),
  'resource-not-configured': both(
    [
      'la cible `{target}` ne dit pas comment joindre : {names}',
      'ajouter ces ressources sous `resources`, ou `embedded: true` pour le bac à sable',
    ],
    [
      'the target `{target}` does not say how to reach: {names}',
      'add these resources under `resources`, or `embedded: true` for the sandbox',
    ],
  ),
  'secret-in-document': both(
    ['`{key}` contient un secret en clair', 'le déclarer sous `secrets` et écrire `{key}: { secret: nom }`'],
    ['`{key}` holds a secret in clear', 'declare it under `secrets` and write `{key}: { secret: name }`'],
  ),
  'short-closer': both(
    [
      'cette ligne `{found}` ne ferme pas une étape ouverte par `{expected}`',
      'fermer avec autant de deux-points qu’à l’ouverture',
    ],
    [
      'this line `{found}` does not close a step opened with `{expected}`',
      'close with as many colons as it was opened with',
    ],
  ),
  'space-after-colons': both(
    ['il y a une espace entre les deux-points et le nom', 'écrire `:::nom{#id}` d’un seul tenant'],
    ['there is a space between the colons and the name', 'write `:::name{#id}` in one piece'],
  ),
  'space-before-brace': both(
    ['il y a une espace entre le nom et l’accolade ou le crochet', 'écrire `:::nom{#id}` d’un seul tenant'],
    ['there is a space between the name and the brace or bracket', 'write `:::name{#id}` in one piece'],
  ),
  'sql-on-other-kind': both(
    [
      'du `sql` ne peut pas être exécuté sur `{name}`, qui est de type `{kind}`',
      'nommer une ressource `postgres` après `on=`',
    ],
    ['`sql` cannot be run on `{name}`, which is of kind `{kind}`', 'name a `postgres` resource after `on=`'],
  ),
  'sql-without-resource': both(
    [
      'cette étape `{directive}` en `sql` ne dit pas sur quelle base',
      'ajouter `on=` avec une ressource `postgres`',
    ],
    [
      'this `{directive}` step in `sql` does not say on which database',
      'add `on=` with a `postgres` resource',
    ],
  ),
  'step-in-html': both(
    [
      '`{tag}` entoure cette directive : elle serait cachée, ou ne serait pas lue',
      'fermer le HTML avant l’étape',
    ],
    ['`{tag}` encloses this directive: it would be hidden, or not be read', 'close the HTML before the step'],
  ),
  'step-in-list': both(
    ['`{name}` est dans une liste ou une note', 'placer la directive au bord de la page, hors de la liste'],
    ['`{name}` is in a list or a footnote', 'put the directive at the margin, outside the list'],
  ),
  'step-in-quote': both(
    ['`{name}` est dans une citation', 'placer la directive au bord de la page, sans `>`'],
    ['`{name}` is in a quote', 'put the directive at the margin, without `>`'],
  ),
  'step-in-step': both(
    ['`{name}` est à l’intérieur d’une autre étape', 'fermer la première par `:::` avant d’ouvrir celle-ci'],
    ['`{name}` is inside another step', 'close the first one with `:::` before opening this one'],
  ),
  'step-in-table': both(
    [
      '`{name}` est dans un tableau, et ne serait pas exécuté',
      'écrire l’étape hors du tableau, au bord de la page',
    ],
    ['`{name}` stands in a table, and would not run', 'write the step outside the table, at the margin'],
  ),
  'stray-closer': both(
    ['cette ligne `:::` ne ferme rien', 'la retirer, ou rétablir la ligne qui ouvre l’étape'],
    ['this `:::` line closes nothing', 'remove it, or restore the line that opens the step'],
  ),
  'text-after-directive': both(
    ['du texte suit la directive sur la même ligne', 'mettre le texte plus bas, après une ligne vide'],
    ['text follows the directive on the same line', 'put the text below, after a blank line'],
  ),
  'through-not-platform': both(
    [
      '`{name}` ne mène nulle part : ce n’est pas une ressource `scalingo` de ce document',
      'écrire après `through:` le nom d’une ressource de type `scalingo`, tel quel',
    ],
    [
      '`{name}` leads nowhere: it is no `scalingo` resource of this document',
      'write the name of a resource of kind `scalingo` after `through:`, as it is',
    ],
  ),
  'too-costly': both(
    [
      'cette ligne dépasse ce que le document peut contenir : {what}, {limit} au plus',
      'couper le paragraphe, la liste ou le document ; rien n’a été lu au-delà',
    ],
    [
      'this line goes beyond what a document may hold: {what}, {limit} at most',
      'divide the paragraph, the list or the document; nothing was read beyond it',
    ],
  ),
  'too-large': both(
    [
      'le document a {size} caractères, et {limit} au plus sont admis',
      'le diviser en plusieurs plans ; il n’a pas été lu',
    ],
    [
      'the document has {size} characters, and {limit} at most are accepted',
      'divide it into several plans; it was not read',
    ],
  ),
  'two-runnable-fences': both(
    ['cette étape a déjà un bloc à exécuter', 'en faire deux étapes, ou marquer l’un des blocs `example`'],
    ['this step already has a fence to run', 'make two steps of it, or mark one of the fences `example`'],
  ),
  'unbalanced-brace': both(
    ['cette accolade n’est pas fermée sur la ligne', 'ajouter `}` à la fin des attributs'],
    ['this brace is not closed on the line', 'add `}` at the end of the attributes'],
  ),
  'unbalanced-bracket': both(
    ['ce crochet n’est pas fermé sur la ligne', 'ajouter `]` à la fin de l’intitulé'],
    ['this bracket is not closed on the line', 'add `]` at the end of the label'],
  ),
  'unbalanced-quote': both(
    ['ce guillemet n’est pas apparié', 'ajouter le guillemet qui manque, ou retirer celui-ci'],
    ['this quote is not paired', 'add the quote that is missing, or remove this one'],
  ),
  'unclosed-container': both(
    ['l’étape `{name}` n’est jamais fermée', 'ajouter une ligne `{colons}` à la fin de l’étape'],
    ['the step `{name}` is never closed', 'add a line `{colons}` at the end of the step'],
  ),
  'unknown-attribute': both(
    ['`{directive}` n’a pas d’attribut `{name}`', 'attributs possibles : {known}'],
    ['`{directive}` has no attribute `{name}`', 'possible attributes: {known}'],
  ),
  'unknown-cell': both(
    ['aucune étape ne s’appelle `{id}`', 'cellules du document : {known}'],
    ['no step is called `{id}`', 'cells of the document: {known}'],
  ),
  'unknown-directive': both(
    ['`{name}` n’est pas une directive', 'directives possibles : {known}'],
    ['`{name}` is not a directive', 'possible directives: {known}'],
  ),
  'unknown-export': both(
    ['la cellule `{id}` n’exporte pas `{name}`', 'elle exporte : {known}'],
    ['the cell `{id}` does not export `{name}`', 'it exports: {known}'],
  ),
  'unknown-fence-mark': both(
    ['`{mark}` n’est pas une marque de bloc de code', 'écrire `example`, ou retirer ce qui suit le langage'],
    ['`{mark}` is not a mark of a code fence', 'write `example`, or remove what follows the language'],
  ),
  'unknown-input': both(
    ['l’entrée `{name}` n’est pas déclarée', 'entrées déclarées : {known}'],
    ['the input `{name}` is not declared', 'declared inputs: {known}'],
  ),
  'unknown-key': both(
    ['la clé `{name}` n’existe pas ici', 'vérifier son orthographe ; les clés sont dans `docs/format.md`'],
    ['there is no key `{name}` here', 'check its spelling; the keys are in `docs/format.md`'],
  ),
  'unknown-resource': both(
    ['la ressource `{name}` n’est pas déclarée', 'ressources déclarées : {known}'],
    ['the resource `{name}` is not declared', 'declared resources: {known}'],
  ),
  'unknown-role': both(
    ['le rôle `{name}` n’est pas déclaré', 'rôles déclarés : {known}'],
    ['the role `{name}` is not declared', 'declared roles: {known}'],
  ),
  'unknown-secret': both(
    ['le secret `{name}` n’est pas déclaré', 'secrets déclarés : {known}'],
    ['the secret `{name}` is not declared', 'declared secrets: {known}'],
  ),
  'unknown-setting': both(
    ['une ressource `{kind}` n’a pas de réglage `{key}`', 'réglages possibles : {expected}'],
    ['a `{kind}` resource has no setting `{key}`', 'possible settings: {expected}'],
  ),
  'unknown-time-zone': both(
    ['`{found}` n’est pas un fuseau horaire', 'écrire un nom de la base IANA, par exemple `Europe/Paris`'],
    ['`{found}` is not a time zone', 'write a name of the IANA database, for instance `Europe/Paris`'],
  ),
  'unknown-value': both(
    ['`{found}` n’est pas une valeur de `{name}`', 'valeurs possibles : {expected}'],
    ['`{found}` is not a value of `{name}`', 'possible values: {expected}'],
  ),
  'unterminated-fence': both(
    ['ce bloc de code n’est jamais fermé', 'ajouter une ligne de même marque à la fin du code'],
    ['this code fence is never closed', 'add a line of the same marks at the end of the code'],
  ),
  'unterminated-front-matter': both(
    ['l’en-tête YAML n’est jamais fermé', 'ajouter une ligne `---` à la fin de l’en-tête'],
    ['the YAML front matter is never closed', 'add a line `---` at the end of it'],
  ),
  'when-on-list': both(
    [
      '`::when` compare une seule valeur, et `{name}` est une liste',
      'utiliser `::each`, ou une entrée d’un autre type',
    ],
    ['`::when` compares a single value, and `{name}` is a list', 'use `::each`, or an input of another type'],
  ),
  'wrong-type': both(
    ['`{key}` : attendu {expected}, trouvé {found}', 'corriger la forme de cette valeur'],
    ['`{key}`: expected {expected}, found {found}', 'put the shape of this value right'],
  ),
  'yaml-alias': both(
    ['les ancres et les alias YAML ne sont pas admis', 'répéter la valeur'],
    ['YAML anchors and aliases are not accepted', 'repeat the value'],
  ),
  'yaml-syntax': both(
    [
      'l’en-tête n’est pas du YAML valide : {message}',
      'corriger le YAML ; mettre entre apostrophes un texte qui contient `:` ou `#`',
    ],
    [
      'the front matter is not valid YAML: {message}',
      'put the YAML right; quote a text that holds `:` or `#`',
    ],
  ),
};

/** Parameters that are words of the reader's language, by parameter name and value. */
export const PARAMETER_WORDS: Readonly<
  Record<Lang, Readonly<Record<string, Readonly<Record<string, string>>>>>
> = {
  fr: {
    side: { before: 'avant', after: 'après', both: 'avant et après' },
    wanted: {
      path: 'un chemin relatif, sans `..`',
      file: 'le nom d’un fichier de `.github/workflows`, sans chemin',
      url: 'une adresse `https://`, ou `http://127.0.0.1` pour un essai',
      tool: 'le nom d’un outil, sans chemin ni option',
      fact: 'un texte d’une ligne',
      ref: 'une branche, une étiquette ou un commit',
      github: 'une ressource de type `github`, ou rien pour ce qui est à côté du document',
      scalingo: 'une ressource de type `scalingo`',
      nowhere: 'la directive sans `in` : cela ne se lit dans aucune ressource',
    },
    expected: { list: 'liste', mapping: 'clés et valeurs', text: 'texte', number: 'nombre' },
    found: { list: 'liste', mapping: 'clés et valeurs', text: 'texte' },
    what: {
      lines: 'lignes hors du code',
      codeLines: 'lignes de code',
      depth: 'niveaux de listes et de citations',
      marks: 'marques dans un paragraphe',
      allMarks: 'marques dans le document',
      squares: 'densité des marques',
      scans: 'liens ou HTML dans de longs paragraphes',
      backticks: 'longueurs d’accents graves dans un paragraphe',
      nestedDirectives: 'directives dans des listes ou des citations',
      nestedLines: 'lignes de listes imbriquées ou de citations',
      lazySquares: 'étendue des points de liste et des citations',
      headings: 'titres',
      underlines: 'titres soulignés',
      definitions: 'définitions de liens et de notes',
      pipes: 'cellules de tableau',
    },
  },
  en: {
    side: { before: 'before', after: 'after', both: 'before and after' },
    wanted: {
      path: 'a relative path, without `..`',
      file: 'the name of a file of `.github/workflows`, without a path',
      url: 'an `https://` address, or `http://127.0.0.1` for a trial',
      tool: 'the name of a tool, without path or option',
      fact: 'a text of one line',
      ref: 'a branch, a tag or a commit',
      github: 'a resource of kind `github`, or nothing for what lies beside the document',
      scalingo: 'a resource of kind `scalingo`',
      nowhere: 'the directive without `in`: this is read in no resource',
    },
    expected: { mapping: 'keys and values' },
    found: { mapping: 'keys and values' },
    what: {
      lines: 'lines outside code',
      codeLines: 'lines of code',
      depth: 'levels of lists and quotes',
      marks: 'marks in one paragraph',
      allMarks: 'marks in the document',
      squares: 'density of marks',
      scans: 'links or HTML in long paragraphs',
      backticks: 'lengths of backtick runs in one paragraph',
      nestedDirectives: 'directives in lists or quotes',
      nestedLines: 'lines of nested lists or of quotes',
      lazySquares: 'extent of list items and quotes',
      underlines: 'underlined headings',
      definitions: 'definitions of links and footnotes',
      pipes: 'cells of tables',
    },
  },
};
