/*
 * The attributes of a directive, read once, into values. Whatever is not asked for by the time `finish` is called is an
 * unknown attribute; nothing is ever ignored.
 */
import type { Place } from '../diagnostic.ts';
import type { Attribute } from '../syntax/directive-line.ts';
import type { Directive } from '../syntax/document.ts';
import type { Findings } from '../syntax/findings.ts';
import { isName, isReserved, readDuration } from './names.ts';

/** The attributes of one directive. */
export interface Attributes {
  /** The `#id`; undefined, with a finding, when it is missing or malformed. */
  id(): string | undefined;
  /** A name; undefined when it is absent, and a finding when it is malformed. */
  name(key: string): string | undefined;
  /** A free text that is not empty. */
  text(key: string): string | undefined;
  /** A name that must be there. */
  required(key: string): string | undefined;
  /** Milliseconds. */
  duration(key: string): number | undefined;
  /** A whole number from 0 to `most`. */
  count(key: string, most: number): number | undefined;
  /** One of some values; `fallback` when it is absent or wrong. */
  choice<Value extends string>(key: string, values: readonly Value[], fallback: Value): Value;
  /** Exactly one of some flags. */
  flag<Value extends string>(values: readonly Value[]): Value | undefined;
  /** The place of an attribute; that of the directive's first line when it is absent. */
  place(key: string): Place;
  /** Reports what has not been asked for. */
  finish(): void;
}

interface Reader {
  readonly directive: Directive;
  readonly findings: Findings;
  readonly byName: ReadonlyMap<string, Attribute>;
  readonly asked: Set<string>;
}

const longestTimer = 20 * 86_400_000;

function collect(directive: Directive, findings: Findings): ReadonlyMap<string, Attribute> {
  const byName = new Map<string, Attribute>();
  for (const attribute of directive.attributes) {
    const first = byName.get(attribute.name);
    const place = findings.lines.place(attribute.start, attribute.end);
    if (first) {
      const params = { name: attribute.name === '#' ? 'id' : attribute.name };
      findings.error('duplicate-attribute', place, params, findings.lines.place(first.start, first.end));
    } else byName.set(attribute.name, attribute);
  }
  return byName;
}

function placeOf({ directive, findings, byName }: Reader, key: string): Place {
  const attribute = byName.get(key);
  return attribute ? findings.lines.place(attribute.start, attribute.end) : directive.opener;
}

function writtenValue(reader: Reader, key: string): string | undefined {
  reader.asked.add(key);
  const attribute = reader.byName.get(key);
  if (!attribute) return undefined;
  if (attribute.value !== undefined && attribute.value !== '') return attribute.value;
  reader.findings.error('attribute-without-value', placeOf(reader, key), {
    name: key,
    directive: reader.directive.name,
  });
  return undefined;
}

function checkedName(reader: Reader, key: string, value: string): string | undefined {
  if (isReserved(value)) reader.findings.error('reserved-name', placeOf(reader, key), { name: value });
  else if (isName(value)) return value;
  else reader.findings.error('malformed-name', placeOf(reader, key), { name: value });
  return undefined;
}

function readId(reader: Reader): string | undefined {
  const { directive, findings } = reader;
  reader.asked.add('#').add('id');
  const attribute = reader.byName.get('#');
  const written = reader.byName.get('id');
  if (written) findings.error('id-attribute', placeOf(reader, 'id'), { id: written.value ?? '' });
  if (attribute) return checkedName(reader, '#', attribute.value ?? '');
  if (!written) findings.error('missing-id', directive.opener, { directive: directive.name });
  return undefined;
}

function readTime(reader: Reader, key: string): number | undefined {
  const value = writtenValue(reader, key);
  if (value === undefined) return undefined;
  const time = readDuration(value);
  if (time !== undefined && time <= longestTimer) return time;
  reader.findings.error('malformed-duration', placeOf(reader, key), { key, found: value });
  return undefined;
}

function readCount(reader: Reader, key: string, most: number): number | undefined {
  const value = writtenValue(reader, key);
  if (value === undefined) return undefined;
  if (/^\d{1,4}$/.test(value) && Number(value) <= most) return Number(value);
  reader.findings.error('malformed-count', placeOf(reader, key), { name: key, found: value, most });
  return undefined;
}

function readChoice<Value extends string>(
  reader: Reader,
  key: string,
  values: readonly Value[],
): Value | undefined {
  const value = writtenValue(reader, key);
  if (value === undefined) return undefined;
  const found = values.find(allowed => allowed === value);
  if (found === undefined) {
    reader.findings.error('unknown-value', placeOf(reader, key), {
      name: key,
      found: value,
      expected: values.join(' | '),
    });
  }
  return found;
}

function readFlag<Value extends string>(reader: Reader, values: readonly Value[]): Value | undefined {
  const { directive, findings } = reader;
  const given = values.filter(value => reader.byName.has(value));
  for (const value of values) {
    reader.asked.add(value);
    if (reader.byName.get(value)?.value !== undefined) {
      findings.error('flag-with-value', placeOf(reader, value), { name: value });
    }
  }
  if (given.length !== 1) {
    findings.error('missing-attribute', directive.opener, {
      name: values.join(' | '),
      directive: directive.name,
    });
  }
  return given[0];
}

function requiredName(reader: Reader, key: string): string | undefined {
  const { directive, findings, byName } = reader;
  if (!byName.has(key))
    findings.error('missing-attribute', directive.opener, { name: key, directive: directive.name });
  const value = writtenValue(reader, key);
  return value === undefined ? undefined : checkedName(reader, key, value);
}

function reportUnknown(reader: Reader): void {
  for (const [name, attribute] of reader.byName) {
    if (reader.asked.has(name)) continue;
    const place = reader.findings.lines.place(attribute.start, attribute.end);
    const known = [...reader.asked]
      .filter(key => key !== 'id')
      .map(key => (key === '#' ? '#id' : key))
      .join(', ');
    const params = {
      name: name === '#' ? '#id' : name,
      directive: reader.directive.name,
      known: known || '—',
    };
    reader.findings.error('unknown-attribute', place, params);
  }
}

/** The attributes of a directive, ready to be asked for. */
export function readAttributes(directive: Directive, findings: Findings): Attributes {
  const reader: Reader = { directive, findings, byName: collect(directive, findings), asked: new Set() };
  return {
    id: () => readId(reader),
    name: key => {
      const value = writtenValue(reader, key);
      return value === undefined ? undefined : checkedName(reader, key, value);
    },
    text: key => writtenValue(reader, key),
    required: key => requiredName(reader, key),
    duration: key => readTime(reader, key),
    count: (key, most) => readCount(reader, key, most),
    choice: (key, values, fallback) => readChoice(reader, key, values) ?? fallback,
    flag: values => readFlag(reader, values),
    place: key => placeOf(reader, key),
    finish: () => reportUnknown(reader),
  };
}
