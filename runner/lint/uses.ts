/*
 * Who uses what a document declares. A use is looked for in the text of the code, generously: what may be a use is one.
 */
import { variableName } from '../model/names.ts';
import type { CellLanguage, CellStep, Runbook, Section } from '../model/runbook.ts';

function codesIn(runbook: Runbook, language: CellLanguage): readonly string[] {
  return [...runbook.steps.values()].flatMap(step =>
    step.kind !== 'manual' && step.code.language === language ? [step.code.text] : [],
  );
}

/** Whether some step takes an export of a cell: by an import, or by the variable that a sh cell is given. */
export function isExportUsed(runbook: Runbook, cell: CellStep, name: string): boolean {
  const isImported = [...runbook.steps.values()].some(
    step =>
      step.kind !== 'manual' &&
      step.imports.some(
        from =>
          from.from === 'cell' &&
          from.cell === cell.id &&
          (from.names === 'all' || from.names.includes(name)),
      ),
  );
  const variable = variableName(cell.id, name);
  return isImported || codesIn(runbook, 'sh').some(code => code.includes(variable));
}

/** Whether an input decides something, configures a target or is read by code; `imported` are texts that cells import. */
export function isInputRead(runbook: Runbook, name: string, imported: readonly string[]): boolean {
  const cells = codesIn(runbook, 'ts');
  return (
    governs(runbook.root, name) ||
    configures(runbook, name) ||
    cells.some(code => readsInput(code, name)) ||
    (cells.some(passesInputs) && [...cells, ...imported].some(text => mentions(text, name))) ||
    codesIn(runbook, 'sh').some(code => code.includes(`INPUT_${variableName(name)}`))
  );
}

function governs(section: Section, name: string): boolean {
  if (section.when?.input === name || section.each?.in === name) return true;
  return section.items.some(item => item.kind === 'section' && governs(item.section, name));
}

function configures({ front }: Runbook, name: string): boolean {
  const settings = [...front.targets.values()].flatMap(({ resources }) =>
    Object.values(resources).flatMap(each => Object.values(each)),
  );
  return settings.some(source => source.from === 'input' && source.name === name);
}

/** `inputs.name`, `inputs['name']`, or `inputs[key]`, by which any name may be read. */
function readsInput(code: string, name: string): boolean {
  const form = /\binputs\b\s*(?:(?:\?\.|\.)\s*(\w+)|(?:\?\.)?\[\s*(?!`)(?:(['"])(.*?)\2\s*\])?)/g;
  return [...code.matchAll(form)].some(([, dotted, , quoted]) => (dotted ?? quoted ?? name) === name);
}

/** Whether `inputs` is handed on as a whole, or asked for a name that is put together. */
function passesInputs(code: string): boolean {
  return /\binputs\b(?!\s*(?:\?\.|\.|\[))|\binputs\s*(?:\?\.)?\[\s*`/.test(code);
}

/** Whether a text holds a name as a word, or a literal that begins it: `application-${…}`, `'application-' + …`. */
function mentions(text: string, name: string): boolean {
  const words = text.split(/[^\w-]+/);
  if (words.includes(name)) return true;
  return [...text.matchAll(/[`'"]([\w-]+)(?:\$\{|(?<=-)['"`])/g)].some(([, begun = '']) =>
    name.startsWith(begun),
  );
}
