/*
 * What an sh cell wrote to `$REPRISE_OUTPUT`, in GitHub's format for `$GITHUB_OUTPUT`: `name=value`, or `name<<WORD`, lines,
 * `WORD` for a value of several lines. A value is text, unless the cell declares its export as number or boolean, or the
 * line is `name:json=value`.
 */
import type { CellExport, Json } from '../model/runbook.ts';

/** A line that cannot be read, or an export that is missing; the message says which. */
export class OutputFileError extends Error {}

/** Longest file that is read, in characters: exports travel through the journal. */
const LONGEST_OUTPUT = 1_048_576;

/** Reads the file. Throws `OutputFileError`. */
export function parseOutputFile(text: string, declared: readonly CellExport[]): Record<string, Json> {
  if (text.length > LONGEST_OUTPUT)
    throw new OutputFileError(`$REPRISE_OUTPUT: more than ${LONGEST_OUTPUT} bytes`);
  const lines = text.split('\n');
  const values: [string, Json][] = [];
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? '';
    const taken = line.trim() === '' ? 1 : readEntry(lines, at, values, declared);
    at += taken;
  }
  const found = Object.fromEntries(values);
  const missing = declared.filter(({ name }) => !Object.hasOwn(found, name)).map(({ name }) => name);
  if (missing.length > 0) throw new OutputFileError(`$REPRISE_OUTPUT: no value for ${missing.join(', ')}`);
  return found;
}

function readEntry(
  lines: readonly string[],
  at: number,
  values: [string, Json][],
  declared: readonly CellExport[],
): number {
  const parts = /^([A-Za-z_][\w-]*)(:json)?(<<|=)(.*)$/s.exec(lines[at] ?? '');
  const [, name = '', json, sign, rest = ''] = parts ?? [];
  if (parts === null)
    throw new OutputFileError(`$REPRISE_OUTPUT:${at + 1}: neither name=value nor name<<WORD`);
  const type = json === undefined ? scalarType(name, declared) : 'json';
  if (sign === '=') {
    values.push([name, typed(name, rest, type)]);
    return 1;
  }
  const last = rest === '' ? -1 : lines.indexOf(rest, at + 1);
  if (last < 0) throw new OutputFileError(`$REPRISE_OUTPUT:${at + 1}: ${name}<<${rest} is not closed`);
  const block = lines.slice(at + 1, last).join('\n');
  values.push([name, typed(name, block, type)]);
  return last - at + 1;
}

/** `json` is also what an export without a simple type is called, so only `:json` asks for it. */
function scalarType(name: string, declared: readonly CellExport[]): CellExport['type'] {
  const type = declared.find(one => one.name === name)?.type ?? 'string';
  return type === 'json' ? 'string' : type;
}

function typed(name: string, text: string, type: CellExport['type']): Json {
  if (type === 'string') return text;
  const wrong = new OutputFileError(`$REPRISE_OUTPUT: ${name} is not a ${type}`);
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong;
  }
  if (type !== 'json' && typeof value !== type) throw wrong;
  return value;
}
