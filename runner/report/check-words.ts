/*
 * What `check` says beyond the grammar of the document, by code, in both languages: what the installed tools and the rules of
 * good writing find in a document that is whole. As in `diagnostic-words.ts`: lower case, no full stop, `{name}` is a parameter,
 * codes in alphabetical order and permanent. Each may be silenced in place, with a reason.
 */
import type { Lang } from '../diagnostic.ts';
import type { DiagnosticSentences } from './diagnostic-words.ts';

type Pair = readonly [what: string, hint: string];

function both(fr: Pair, en: Pair): Readonly<Record<Lang, DiagnosticSentences>> {
  return { fr: { what: fr[0], hint: fr[1] }, en: { what: en[0], hint: en[1] } };
}

/** The sentences of every finding of `check` by code. */
export const CHECK_WORDS: Readonly<Record<string, Readonly<Record<Lang, DiagnosticSentences>>>> = {
  'bash-open-document': both(
    [
      'ce texte (« here-document ») n’est jamais terminé par `{word}`',
      'ajouter une ligne `{word}`, seule et au bord',
    ],
    ['this here-document is never ended by `{word}`', 'add a line `{word}`, alone and at the margin'],
  ),
  'bash-syntax': both(
    ['bash ne peut pas lire ce code : {message}', 'corriger le code ; rien n’a été exécuté'],
    ['bash cannot read this code: {message}', 'put the code right; nothing was run'],
  ),
  'dead-file-anchor': both(
    [
      '`{path}` n’a pas de titre dont l’ancre serait `#{anchor}`',
      'vérifier le titre : l’ancre est celle que GitHub lui donne',
    ],
    [
      '`{path}` has no heading with the anchor `#{anchor}`',
      'check the heading: its anchor is the one that GitHub gives it',
    ],
  ),
  'dead-file-link': both(
    ['ce lien mène à `{path}`, qui n’existe pas', 'corriger le chemin, qui part du dossier de ce document'],
    [
      'this link leads to `{path}`, which does not exist',
      'put the path right: it starts from the folder of this document',
    ],
  ),
  'dead-link': both(
    [
      'aucun titre de ce document n’a l’ancre `#{anchor}`',
      'vérifier le titre : l’ancre est celle que GitHub lui donne',
    ],
    [
      'no heading of this document has the anchor `#{anchor}`',
      'check the heading: its anchor is the one that GitHub gives it',
    ],
  ),
  'destroy-without-check': both(
    [
      'rien ne prouve l’état que la destruction par `{id}` doit laisser',
      'ajouter une étape `:::check{#… of={id}}`',
    ],
    [
      'nothing proves the state that the destruction by `{id}` must leave',
      'add a step `:::check{#… of={id}}`',
    ],
  ),
  'export-not-json': both(
    [
      'l’export `{name}` ne voyage pas en JSON : son type est `{type}`',
      'exporter un texte, un nombre, un booléen, ou une liste ou un objet qui en est fait',
    ],
    [
      'the export `{name}` does not travel as JSON: its type is `{type}`',
      'export a text, a number, a boolean, or a list or an object made of them',
    ],
  ),
  'ignore-unknown-code': both(
    [
      '`{name}` n’est le code d’aucun constat que l’on puisse taire',
      'reprendre le code entre crochets du constat',
    ],
    [
      '`{name}` is not the code of a finding that can be silenced',
      'take the code between the brackets of the finding',
    ],
  ),
  'ignore-without-reason': both(
    [
      '`{name}` est tu sans que l’on dise pourquoi, et ne l’est donc pas',
      'écrire la raison après deux-points : `reprise-ignore {name}: …`',
    ],
    [
      '`{name}` is silenced without a reason, and so is not',
      'write the reason after a colon: `reprise-ignore {name}: …`',
    ],
  ),
  'import-file-missing': both(
    ['le fichier `{path}` n’existe pas', 'le chemin part du dossier de ce document, et porte son extension'],
    [
      'the file `{path}` does not exist',
      'the path starts from the folder of this document, and has its extension',
    ],
  ),
  'import-name-missing': both(
    ['`{specifier}` n’exporte pas `{name}`', 'noms proches parmi ceux qu’il exporte : {known}'],
    ['`{specifier}` does not export `{name}`', 'the nearest of the names that it exports: {known}'],
  ),
  'import-node-unknown': both(
    ['Node n’a pas de module `{name}`', 'vérifier le nom dans la documentation de Node'],
    ['Node has no module `{name}`', 'check the name in the documentation of Node'],
  ),
  'import-package-missing': both(
    ['le paquet `{name}` n’est pas installé', 'l’ajouter aux dépendances : `npm install {name}`'],
    ['the package `{name}` is not installed', 'add it to the dependencies: `npm install {name}`'],
  ),
  'import-service-unknown': both(
    ['`{specifier}` n’existe pas', 'services de Reprise aux noms proches : {known}'],
    ['there is no `{specifier}`', 'services of Reprise with near names: {known}'],
  ),
  'imported-type-error': both(
    [
      'les types ne s’accordent pas dans `{path}`, ligne {line}, colonne {column} : {message} ({ts})',
      'corriger ce fichier ; le message est celui de TypeScript',
    ],
    [
      'the types do not agree in `{path}`, line {line}, column {column}: {message} ({ts})',
      'put that file right; the message is TypeScript’s',
    ],
  ),
  'manual-without-role': both(
    ['personne n’est désigné pour l’étape manuelle `{id}`', 'ajouter `role=` avec un rôle déclaré'],
    ['nobody is named for the manual step `{id}`', 'add `role=` with a declared role'],
  ),
  'missing-await': both(
    [
      'personne n’attend la fin de cette opération ({type})',
      'écrire `await` devant, ou `void` si c’est voulu ; au lieu de `forEach`, `for … of`',
    ],
    [
      'nobody waits for the end of this operation ({type})',
      'write `await` before it, or `void` if that is meant; in place of `forEach`, `for … of`',
    ],
  ),
  'ok-not-boolean': both(
    [
      'cette vérification ne passera jamais : `ok` est de type `{type}`',
      'faire de `ok` un booléen, avec `await` ou une comparaison s’il en manque',
    ],
    [
      'this check will never pass: `ok` is of type `{type}`',
      'make a boolean of `ok`, with an `await` or a comparison if one is missing',
    ],
  ),
  'quoted-value': both(
    [
      'zx entoure déjà cette valeur de guillemets : ceux d’ici s’y ajouteraient',
      'retirer les guillemets du shell autour de la valeur',
    ],
    [
      'zx already puts this value in quotes: those written here would be added',
      'remove the quotes of the shell around the value',
    ],
  ),
  shellcheck: both(
    ['ShellCheck ({rule}) : {message}', 'voir https://www.shellcheck.net/wiki/{rule}'],
    ['ShellCheck ({rule}): {message}', 'see https://www.shellcheck.net/wiki/{rule}'],
  ),
  'skipped-heading': both(
    [
      'ce titre est de niveau {depth} après un titre de niveau {before} : un niveau est sauté',
      'retirer un `#`, ou ajouter le titre qui manque',
    ],
    [
      'this heading is of level {depth} after one of level {before}: a level is skipped',
      'remove a `#`, or add the heading that is missing',
    ],
  ),
  'sql-syntax': both(
    ['PostgreSQL ne lit pas ce SQL : {message}', 'le corriger ; rien n’a été exécuté'],
    ['PostgreSQL cannot read this SQL: {message}', 'put it right; nothing was run'],
  ),
  'step-without-prose': both(
    [
      'l’étape `{id}` ne dit pas en toutes lettres ce qu’elle fait',
      'écrire une phrase avant le code : elle sert aussi à la faire à la main',
    ],
    [
      'the step `{id}` does not say in words what it does',
      'write a sentence before the code: it also serves to do the step by hand',
    ],
  ),
  'type-error': both(
    [
      'les types ne s’accordent pas : {message} ({ts})',
      'corriger le code ; le message est celui de TypeScript',
    ],
    ['the types do not agree: {message} ({ts})', 'put the code right; the message is TypeScript’s'],
  ),
  'unknown-variable': both(
    [
      'rien ne donne la variable `{name}` à cette cellule',
      'noms proches parmi ceux qu’elle reçoit : {known} ; ou prévoir son absence : `${{name}:-…}`',
    ],
    [
      'nothing gives the variable `{name}` to this cell',
      'the nearest of the names that it is given: {known}; or allow for its absence: `${{name}:-…}`',
    ],
  ),
  'unused-export': both(
    [
      'aucune étape ne se sert de l’export `{name}`',
      'retirer `export` ; si c’est un chiffre pour le procès-verbal, écrire son type : `{name}: number = …`',
    ],
    [
      'no step uses the export `{name}`',
      'remove `export`; if it is a figure for the record, write its type: `{name}: number = …`',
    ],
  ),
  'unused-input': both(
    ['rien ne lit l’entrée `{name}`', 'la retirer : elle serait demandée pour rien'],
    ['nothing reads the input `{name}`', 'remove it: it would be asked for in vain'],
  ),
};
