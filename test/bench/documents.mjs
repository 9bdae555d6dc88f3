// Generated runbooks, small but whole: one target without a sandbox, one operator.

const front = `---
title: Banc de mesure
lang: fr
SECRETSroles:
  pilote: { label: Pilote, holders: [banc] }
targets:
  banc:
    mode: drill
    label: Banc
TARGET---

# Banc de mesure
`;

function document(cells, secrets = []) {
  const declared = secrets.map(name => `  ${name}: { label: Secret ${name} }\n`).join('');
  const bound = secrets.map(name => `      ${name}: { env: ${environmentName(name)} }\n`).join('');
  return `${front
    .replace('SECRETS', declared === '' ? '' : `secrets:\n${declared}`)
    .replace('TARGET', bound === '' ? '' : `    secrets:\n${bound}`)}\n${cells.join('\n')}`;
}

/** The variable in which a secret of a generated runbook is given. */
export function environmentName(secret) {
  return secret.toUpperCase().replaceAll('-', '_');
}

/** One cell with its fence. */
export function cell(id, language, code) {
  return `:::cell{#${id} effect=read}\n\n\`\`\`${language}\n${code}\n\`\`\`\n\n:::\n`;
}

/** Cells of a long runbook; one may hold more, the cells being short. */
export const MANY = 1000;

/** A runbook of so many cells of one kind; zx performs the very same file. */
export function manyCells(count, language) {
  const code = language === 'sh' ? 'echo cellule' : 'const valeur: number = 1 + 1';
  return document(
    Array.from({ length: count }, (_, index) => cell(`c${index}`, language, scoped(code, index))),
  );
}

// zx makes one module of all ts fences, in which a name may stand only once.
function scoped(code, index) {
  return code.replace('valeur', `valeur${index}`);
}

/** A runbook of one sh cell that holds this code, with these secrets. */
export function oneCell(code, secrets = []) {
  return document([cell('unique', 'sh', code)], secrets);
}

/** A runbook of about 2 kB, of the kinds of steps that there are. */
export function smallRunbook() {
  const prose =
    'Une étape ordinaire, avec ce qu’il faut de prose pour qu’on la comprenne sans la lire deux fois.\n\n';
  const check = ':::check{#prouve of=c0 within=2m every=5s}\n\n```sh\ntest -d .\n```\n\n:::\n';
  const manual =
    ':::manual{#relire role=pilote}\n\n- [ ] La page s’affiche\n- [ ] Le texte est le bon\n\n:::\n';
  const cells = ['sh', 'ts', 'sh', 'ts'].map((language, index) =>
    cell(
      `c${index}`,
      language,
      scoped(language === 'sh' ? 'echo fait' : 'export const valeur: number = 1', index),
    ),
  );
  return document([...cells, check, manual].map(each => prose + prose + each));
}

/** A runbook of so many ts cells, each of which takes an export of the one before. */
export function typedCells(count) {
  const code = index =>
    index === 0
      ? 'export const v0: number = 1'
      : `import { v${index - 1} } from '#c${index - 1}'\nexport const v${index}: number = v${index - 1} + 1`;
  const long = Array.from({ length: count }, (_, index) => described(`c${index}`, code(index)));
  return document(long);
}

function described(id, code) {
  return `:::cell{#${id} effect=read}\n\nUne étape.\n\n\`\`\`ts\n${code}\n\`\`\`\n\n:::\n`;
}
