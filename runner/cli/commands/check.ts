import type { Diagnostic, Lang } from '../../diagnostic.ts';
import { inspectRunbook } from '../../inspect.ts';
import { type Loaded, loadRunbook } from '../../load.ts';
import type { Runbook } from '../../model/runbook.ts';
import { printDiagnostics } from '../../report/diagnostics.ts';
import { fill } from '../../report/words.ts';
import { flagOption, type Invocation, operandOf } from '../arguments.ts';
import { langOf } from '../document.ts';
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

/** `reprise check`: everything that is wrong on standard error; exit 2 when there is an error, or with `--strict` a warning. */
export async function perform(invocation: Invocation): Promise<number> {
  const loaded = await loadRunbook(operandOf(invocation));
  const { runbook, source } = loaded;
  const diagnostics = runbook ? await inspectDocument(loaded, runbook) : loaded.diagnostics;
  const lang = langOf(invocation, runbook);
  if (flagOption(invocation, 'json')) printJson(diagnostics);
  else {
    const color = process.stderr.isTTY === true;
    process.stderr.write(printDiagnostics(diagnostics, source, lang, { color }));
    if (runbook && diagnostics.length === 0)
      process.stdout.write(fill(words[lang], { file: runbook.file, ...counts(runbook, lang) }));
  }
  return isRefused(diagnostics, flagOption(invocation, 'strict')) ? exitCode.refused : exitCode.success;
}

async function inspectDocument(loaded: Loaded, runbook: Runbook): Promise<readonly Diagnostic[]> {
  const found = [...loaded.diagnostics, ...(await inspectRunbook(runbook, { types: true })).diagnostics];
  return found.sort((left, right) => left.place.start.offset - right.place.start.offset);
}

function isRefused(diagnostics: readonly Diagnostic[], strict: boolean): boolean {
  return diagnostics.some(({ severity }) => strict || severity === 'error');
}

function printJson(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stdout.write(`${JSON.stringify(diagnostic)}\n`);
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
