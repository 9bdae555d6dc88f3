import type { Lang } from '../../diagnostic.ts';
import { errorCode } from '../../effects/durable.ts';
import { replaceFile } from '../../effects/replace-file.ts';
import { Fault } from '../../fault.ts';
import { formatDocument } from '../../fmt/format.ts';
import { readText } from '../../load.ts';
import { neutralise } from '../../report/neutralise.ts';
import { fill } from '../../report/words.ts';
import { flagOption, type Invocation, operandOf } from '../arguments.ts';
import { langOf } from '../document.ts';
import { exitCode } from '../exit-code.ts';

const words: Readonly<Record<Lang, Readonly<Record<'same' | 'written' | 'differs', string>>>> = {
  fr: {
    same: '{file} : rien à changer\n',
    written: '{file} : mis en forme\n',
    differs: '{file} : à mettre en forme, première différence à la ligne {line}\n',
  },
  en: {
    same: '{file}: nothing to change\n',
    written: '{file}: formatted\n',
    differs: '{file}: to be formatted, first difference on line {line}\n',
  },
};

/** `reprise fmt`: writes directives and front matter in one way; with `--check` it only says, and exits 2, when they are not. */
export async function perform(invocation: Invocation): Promise<number> {
  const file = operandOf(invocation);
  const shown = neutralise(file, 'line');
  const source = await readText(file);
  const formatted = formatDocument(source);
  const told = words[langOf(invocation)];
  if (formatted === source) {
    process.stdout.write(fill(told.same, { file: shown }));
    return exitCode.success;
  }
  if (flagOption(invocation, 'check')) {
    process.stdout.write(fill(told.differs, { file: shown, line: firstDifference(source, formatted) }));
    return exitCode.refused;
  }
  write(file, formatted);
  process.stdout.write(fill(told.written, { file: shown }));
  return exitCode.success;
}

function firstDifference(left: string, right: string): number {
  const others = right.split('\n');
  return left.split('\n').findIndex((line, index) => line !== others[index]) + 1;
}

function write(path: string, text: string): void {
  try {
    replaceFile(path, text);
  } catch (error) {
    throw new Fault('cannot-write', { path, error: errorCode(error) });
  }
}
