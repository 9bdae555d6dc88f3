import { dirname, resolve } from 'node:path';
import type { Diagnostic, Lang } from '../../diagnostic.ts';
import type { SourceReading } from '../../drift/reading.ts';
import { importedFiles } from '../../effects/imported-files.ts';
import { Fault } from '../../fault.ts';
import { inspectRunbook } from '../../inspect.ts';
import { type Loaded, loadRunbook, readText } from '../../load.ts';
import { importedPaths } from '../../model/imports.ts';
import type { Runbook } from '../../model/runbook.ts';
import { diagnosticAnnotation, diagnosticJson } from '../../report/annotations.ts';
import { printDiagnostics } from '../../report/diagnostics.ts';
import { printFault } from '../../report/faults.ts';
import { neutralise } from '../../report/neutralise.ts';
import { fill } from '../../report/words.ts';
import { flagOption, type Invocation, operandOf, textOption } from '../arguments.ts';
import { langOf } from '../document.ts';
import { readDrift, recordDrift, sayDrift, sayRecorded, wantsDrift } from '../drift.ts';
import { exitCode } from '../exit-code.ts';
import { nextChange } from '../watch.ts';

const unchecked = {
  fr: 'les types ne sont pas vérifiés : TypeScript n’est pas installé avec Reprise\n',
  en: 'types are not checked: TypeScript is not installed with Reprise\n',
} as const;

const waiting = {
  fr: '— en attente d’un changement (Ctrl-C pour finir)\n',
  en: '— waiting for a change (Ctrl-C to end)\n',
} as const;

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

/** How diagnostics are printed: for people, as JSON lines, or as annotations of GitHub Actions. */
type Format = 'text' | 'json' | 'github';

/** `reprise check`: everything that is wrong; exit 2 when there is an error, or with `--strict` a warning. */
export async function perform(invocation: Invocation): Promise<number> {
  if (wantsDrift(invocation) || !flagOption(invocation, 'watch')) return (await checkOnce(invocation)).code;
  // A document that is not there at all is no document to wait for.
  await readText(operandOf(invocation));
  for (;;) await checkAndWait(invocation);
}

interface Checked {
  readonly code: number;
  readonly lang: Lang;
  /** What the check depends on, by absolute path. */
  readonly files: readonly string[];
}

async function checkOnce(invocation: Invocation): Promise<Checked> {
  const format = formatOf(invocation);
  const { loaded, sources } = await lookAround(invocation, format);
  const { runbook } = loaded;
  const lang = langOf(invocation, runbook);
  const options = { types: wantsTypes(invocation), sources: sources ?? [] };
  const inspection = runbook && (await inspectRunbook(runbook, options));
  const diagnostics = [...loaded.diagnostics, ...(inspection?.diagnostics ?? [])].sort(byPlace);
  if (inspection?.types === 'not-installed') missTypes(invocation, lang);
  print(diagnostics, loaded, lang, format);
  if (sources && format === 'text') process.stdout.write(sayDrift(sources, lang));
  const code = isRefused(diagnostics, flagOption(invocation, 'strict')) ? exitCode.refused : exitCode.success;
  return { code, lang, files: filesOf(loaded) };
}

interface Looked {
  readonly loaded: Loaded;
  /** What the runbook relies on, as it is today; absent when that was not asked for. */
  readonly sources?: readonly SourceReading[];
}

/** The document, and what it relies on where that is asked for; with `--record`, the document that says so. */
async function lookAround(invocation: Invocation, format: Format): Promise<Looked> {
  const loaded = await loadRunbook(operandOf(invocation));
  const { runbook } = loaded;
  if (runbook === undefined || !wantsDrift(invocation)) return { loaded };
  const lang = langOf(invocation, runbook);
  const sources = await readDrift(invocation, runbook, lang);
  if (!flagOption(invocation, 'record')) return { loaded, sources };
  const recorded = await recordDrift(loaded, sources);
  if (format === 'text') process.stdout.write(sayRecorded(loaded.file, recorded.changed, lang));
  return { loaded: recorded.loaded, sources: recorded.readings };
}

function byPlace(left: Diagnostic, right: Diagnostic): number {
  return left.place.start.offset - right.place.start.offset;
}

function formatOf(invocation: Invocation): Format {
  const asked = textOption(invocation, 'format') ?? (flagOption(invocation, 'json') ? 'json' : 'text');
  if (asked === 'text' || asked === 'json' || asked === 'github') return asked;
  const detail = `--format ${asked} (text, json, github)`;
  throw new Fault('bad-option', { command: invocation.command.name, detail });
}

function wantsTypes(invocation: Invocation): boolean {
  return !flagOption(invocation, 'no-types');
}

/** Types that were asked for, or that a build relies on, are never passed over in silence. */
function missTypes(invocation: Invocation, lang: Lang): void {
  if (flagOption(invocation, 'types') || process.env.CI) throw new Fault('types-unavailable', {});
  process.stderr.write(unchecked[lang]);
}

function print(
  diagnostics: readonly Diagnostic[],
  { source, runbook }: Loaded,
  lang: Lang,
  format: Format,
): void {
  if (format === 'json') process.stdout.write(diagnostics.map(each => diagnosticJson(each, lang)).join(''));
  else if (format === 'github')
    process.stdout.write(diagnostics.map(each => diagnosticAnnotation(each, lang)).join(''));
  else {
    const color = process.stderr.isTTY === true;
    process.stderr.write(printDiagnostics(diagnostics, source, lang, { color }));
    if (runbook && diagnostics.length === 0)
      process.stdout.write(
        fill(words[lang], { file: neutralise(runbook.file, 'line'), ...counts(runbook, lang) }),
      );
  }
}

function isRefused(diagnostics: readonly Diagnostic[], strict: boolean): boolean {
  return diagnostics.some(({ severity }) => strict || severity === 'error');
}

/** The document, the files that its cells import and what those import; one that is missing may appear. */
function filesOf({ file, runbook }: Loaded): readonly string[] {
  const document = resolve(file);
  const imports = [...(runbook?.steps.values() ?? [])].flatMap(importedPaths);
  const followed = runbook === undefined ? [] : importedFiles(runbook).keys();
  return [document, ...imports.map(path => resolve(dirname(document), path)), ...followed];
}

/** One check and the wait for a change; a document that cannot be read now may be so in a moment. */
async function checkAndWait(invocation: Invocation): Promise<void> {
  const document = nextChange([resolve(operandOf(invocation))]);
  const { lang, files } = await checkOnce(invocation).catch(error => reportFault(error, invocation));
  const imported = nextChange(files);
  process.stderr.write(waiting[lang]);
  await Promise.race([document.changed, imported.changed]);
  document.stop();
  imported.stop();
}

function reportFault(error: unknown, invocation: Invocation): Checked {
  if (!(error instanceof Fault) || error.code !== 'cannot-read') throw error;
  const lang = langOf(invocation);
  process.stderr.write(printFault(error, lang));
  return { code: exitCode.refused, lang, files: [] };
}

function counts(runbook: Runbook, lang: Lang) {
  const kinds = [...runbook.steps.values()].map(step => step.kind);
  const count = (kind: string, [one, many]: readonly [string, string]) => {
    const number = kinds.filter(each => each === kind).length;
    return `${number} ${number === 1 || (number === 0 && lang === 'fr') ? one : many}`;
  };
  const { cells, manuals, checks } = counted[lang];
  return { cells: count('cell', cells), manuals: count('manual', manuals), checks: count('check', checks) };
}
