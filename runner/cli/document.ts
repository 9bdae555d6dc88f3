import type { Lang } from '../diagnostic.ts';
import { type Loaded, loadRunbook } from '../load.ts';
import type { Runbook } from '../model/runbook.ts';
import { printDiagnostics } from '../report/diagnostics.ts';
import { environmentLang, type Invocation, operandOf } from './arguments.ts';

/** A document that is whole, and the language in which to speak of it. */
export interface Document {
  readonly loaded: Loaded;
  readonly runbook: Runbook;
  readonly lang: Lang;
}

/** The language in which a command speaks: the one asked for, else the document's, else the machine's. */
export function langOf(invocation: Invocation, runbook?: Runbook): Lang {
  return invocation.lang ?? runbook?.front.lang ?? environmentLang(process.env);
}

/** Reads the command's runbook; prints what is wrong with it on standard error, and is `undefined` then. */
export async function openDocument(invocation: Invocation): Promise<Document | undefined> {
  const loaded = await loadRunbook(operandOf(invocation));
  const { runbook, diagnostics, source } = loaded;
  const lang = langOf(invocation, runbook);
  const color = process.stderr.isTTY === true;
  if (diagnostics.length > 0) process.stderr.write(printDiagnostics(diagnostics, source, lang, { color }));
  return runbook === undefined ? undefined : { loaded, runbook, lang };
}
