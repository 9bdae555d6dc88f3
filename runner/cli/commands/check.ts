import { loadRunbook } from '../../load.ts';
import type { Runbook } from '../../model/runbook.ts';
import { fill } from '../../report/words.ts';
import { flagOption, type Invocation, operandOf } from '../arguments.ts';
import { openDocument } from '../document.ts';
import { exitCode } from '../exit-code.ts';

const words = {
  fr: '{file} : aucun défaut ; {cells} cellules, {manuals} étapes manuelles, {checks} vérifications\n',
  en: '{file}: nothing wrong; {cells} cells, {manuals} manual steps, {checks} checks\n',
} as const;

/** `reprise check`: all diagnostics on standard error, exit 2 when the document is refused. */
export async function perform(invocation: Invocation): Promise<number> {
  if (flagOption(invocation, 'json')) return await printJson(operandOf(invocation));
  const document = await openDocument(invocation);
  if (document === undefined) return exitCode.refused;
  const { runbook, lang } = document;
  process.stdout.write(fill(words[lang], { file: runbook.file, ...counts(runbook) }));
  return exitCode.success;
}

async function printJson(path: string): Promise<number> {
  const { diagnostics, runbook } = await loadRunbook(path);
  for (const diagnostic of diagnostics) process.stdout.write(`${JSON.stringify(diagnostic)}\n`);
  return runbook === undefined ? exitCode.refused : exitCode.success;
}

function counts(runbook: Runbook) {
  const kinds = [...runbook.steps.values()].map(step => step.kind);
  const count = (kind: string) => kinds.filter(each => each === kind).length;
  return { cells: count('cell'), manuals: count('manual'), checks: count('check') };
}
