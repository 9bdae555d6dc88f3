import type { Lang } from '../../diagnostic.ts';
import { loadRunbook } from '../../load.ts';
import type { Runbook } from '../../model/runbook.ts';
import { fill } from '../../report/words.ts';
import { flagOption, type Invocation, operandOf } from '../arguments.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';

const words = {
  fr: '{file} : aucun défaut ; {cells}, {manuals}, {checks}\n',
  en: '{file}: nothing wrong; {cells}, {manuals}, {checks}\n',
} as const;

const counted = {
  fr: {
    cells: ['cellule', 'cellules'],
    manuals: ['étape manuelle', 'étapes manuelles'],
    checks: ['vérification', 'vérifications'],
  },
  en: { cells: ['cell', 'cells'], manuals: ['manual step', 'manual steps'], checks: ['check', 'checks'] },
} as const;

/** `reprise check`: all diagnostics on standard error, exit 2 when the document is refused. */
export async function perform(invocation: Invocation): Promise<number> {
  if (flagOption(invocation, 'json')) return await printJson(operandOf(invocation));
  const document = await openDocument(invocation);
  if (document === undefined) return exitCode.refused;
  const { runbook, lang } = document;
  process.stdout.write(fill(words[lang], { file: runbook.file, ...counts(runbook, lang) }));
  return exitCode.success;
}

async function printJson(path: string): Promise<number> {
  const { diagnostics, runbook } = await loadRunbook(path);
  for (const diagnostic of diagnostics) process.stdout.write(`${JSON.stringify(diagnostic)}\n`);
  return runbook === undefined ? exitCode.refused : exitCode.success;
}

function counts(runbook: Runbook, lang: Lang) {
  const kinds = [...runbook.steps.values()].map(step => step.kind);
  const count = (kind: string, [one, many]: readonly [string, string]) => {
    const number = kinds.filter(each => each === kind).length;
    return `${number} ${number < 2 ? one : many}`;
  };
  const { cells, manuals, checks } = counted[lang];
  return { cells: count('cell', cells), manuals: count('manual', manuals), checks: count('check', checks) };
}
