/*
 * The line of a directive, as everybody would write it: attributes in the order of the documentation, one space between them,
 * quotes only where they are needed.
 */
import { type Attribute, type DirectiveLine, readDirectiveLine } from '../syntax/directive-line.ts';

/** The attributes of each directive in the order of `docs/format.md`; what is not listed comes last, as it was. */
const order: Readonly<Record<string, readonly string[]>> = {
  cell: ['#', 'on', 'effect', 'timeout', 'retry', 'approve'],
  manual: ['#', 'role', 'evidence', 'approve'],
  check: ['#', 'of', 'on', 'within', 'every', 'timeout'],
  probe: ['#', 'fills', 'on', 'timeout'],
  undo: ['#', 'of', 'on', 'timeout'],
  when: ['input', 'is'],
  each: ['in', 'as'],
};

/** The formatted line of a directive that was read from `text`; `text` itself where the two would not mean the same. */
export function formatDirective(text: string, directive: DirectiveLine): string {
  const written = writeDirective(directive);
  const read = readDirectiveLine(written, 0);
  return !('problem' in read) && meaning(read) === meaning(directive) ? written : text;
}

function writeDirective({ colons, name, label, attributes }: DirectiveLine): string {
  const told = sorted(name, attributes).map(writeAttribute);
  const braces = told.length === 0 ? '' : `{${told.join(' ')}}`;
  return `${':'.repeat(colons)}${name}${label === undefined ? '' : `[${label}]`}${braces}`;
}

function sorted(name: string, attributes: readonly Attribute[]): readonly Attribute[] {
  const known = order[name] ?? ['#'];
  const rank = (attribute: Attribute) => {
    const index = known.indexOf(attribute.name);
    return index === -1 ? known.length : index;
  };
  return [...attributes].sort((left, right) => rank(left) - rank(right));
}

function writeAttribute({ name, value }: Attribute): string {
  if (name === '#') return `#${value ?? ''}`;
  if (value === undefined) return name;
  if (/^[^\s"'<=>`}]+$/.test(value)) return `${name}=${value}`;
  return value.includes('"') ? `${name}='${value}'` : `${name}="${value}"`;
}

function meaning({ colons, name, label, attributes }: DirectiveLine): string {
  const values = attributes.map(attribute => JSON.stringify([attribute.name, attribute.value])).sort();
  return JSON.stringify([colons, name, label, values]);
}
