/*
 * `::source`: what a passage relies on outside the document. In: a leaf directive. Out: its subject and the fact that was
 * recorded of it. What can never happen: a path that leaves its folder; a command of the author's making, since a tool is a
 * name that is asked for its version and nothing else.
 */

import type { Directive } from '../syntax/document.ts';
import type { Findings } from '../syntax/findings.ts';
import { type Attributes, readAttributes } from './attributes.ts';
import type { FrontMatter, Section, Source, SourceSubject } from './runbook.ts';

/** A source with the attributes that it was read from. */
export interface PlacedSource {
  readonly source: Source;
  readonly attributes: Attributes;
}

const subjects = ['file', 'names-of', 'workflow', 'stack', 'url', 'tool'] as const;

/** The form of each attribute that is a free text. */
const forms: Readonly<Record<string, RegExp>> = {
  path: /^(?!\/)(?!(?:.*\/)?\.\.?(?:\/|$))[^\\\p{C}]{1,240}$/u,
  file: /^[\w.-]{1,120}\.ya?ml$/,
  url: /^(?:https:\/\/[^\s@]+|http:\/\/127\.0\.0\.1(?:[:/][^\s@]*)?)$/,
  tool: /^[a-z][a-z0-9_.+-]{0,63}$/i,
  // git would take a leading hyphen for an option.
  ref: /^(?!-)(?!.*\.\.)[\w./-]{1,120}$/,
  fact: /^\P{C}{1,200}$/u,
};

interface Reader {
  readonly attributes: Attributes;
  readonly findings: Findings;
}

/** A text of the form `wanted`; undefined when it is absent, and a finding when it has another form. */
function formed({ attributes, findings }: Reader, name: string, wanted: string): string | undefined {
  const value = attributes.text(name);
  if (value === undefined || (forms[wanted] ?? /^/).test(value)) return value;
  findings.error('malformed-subject', attributes.place(name), { name, found: value, wanted });
  return undefined;
}

function optional<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  const entries: { [Key in Name]?: string } = {};
  if (value !== undefined) entries[name] = value;
  return entries;
}

function readSubject(reader: Reader, name: (typeof subjects)[number]): SourceSubject | undefined {
  const key = () => optional('key', reader.attributes.text('key'));
  if (name === 'file') {
    const path = formed(reader, name, 'path');
    const inside = key();
    return path === undefined ? undefined : { kind: 'file', path, ...inside };
  }
  if (name === 'names-of') {
    const path = formed(reader, name, 'path');
    return path === undefined ? undefined : { kind: 'names', path };
  }
  if (name === 'workflow') {
    const file = formed(reader, name, 'file');
    const artifact = optional('artifact', reader.attributes.text('artifact'));
    return file === undefined ? undefined : { kind: 'workflow', file, ...artifact };
  }
  if (name === 'url') {
    const url = formed(reader, name, 'url');
    const inside = key();
    return url === undefined ? undefined : { kind: 'url', url, ...inside };
  }
  const found = formed(reader, name, 'tool');
  return found === undefined ? undefined : { kind: name, name: found };
}

/** Reads a `::source`; undefined, with findings, when it is not whole. */
export function readSource(directive: Directive, findings: Findings): PlacedSource | undefined {
  const attributes = readAttributes(directive, findings);
  const name = subjects.find(one => directive.attributes.some(attribute => attribute.name === one));
  if (name === undefined) {
    const params = { name: subjects.join(' | '), directive: directive.name };
    findings.error('missing-attribute', directive.opener, params);
    return undefined;
  }
  const reader = { attributes, findings };
  const subject = readSubject(reader, name);
  const is = formed(reader, 'is', 'fact');
  const inside = attributes.name('in');
  const ref = inside === undefined ? undefined : formed(reader, 'ref', 'ref');
  attributes.finish();
  if (subject === undefined) return undefined;
  const written = { ...optional('in', inside), ...optional('ref', ref), ...optional('is', is) };
  return { source: { subject, ...written, place: directive.opener }, attributes };
}

/** Whether the resource that a source names is there, and of the kind that its subject is found in. */
export function checkSource(
  findings: Findings,
  { source, attributes }: PlacedSource,
  front: FrontMatter | undefined,
): void {
  if (front === undefined) return;
  const name = source.in;
  const { kind } = source.subject;
  if (name === undefined) {
    if (kind === 'stack')
      findings.error('missing-attribute', source.place, { name: 'in', directive: 'source' });
    return;
  }
  const place = attributes.place('in');
  const resource = front.resources.get(name);
  const wanted = kind === 'stack' ? 'scalingo' : kind === 'url' || kind === 'tool' ? 'nowhere' : 'github';
  if (resource === undefined) {
    const known = [...front.resources.keys()].join(', ') || '—';
    findings.error('unknown-resource', place, { name, known });
  } else if (resource.kind !== wanted) {
    findings.error('malformed-subject', place, { name: 'in', found: name, wanted });
  }
}

/** A source with the title of the section that it stands in. */
export interface SectionSource {
  readonly source: Source;
  readonly section: string;
}

/** Every source of a section and of those in it, in document order. */
export function sourcesOf(section: Section): readonly SectionSource[] {
  const own = (section.sources ?? []).map(source => ({ source, section: section.title }));
  const inner = section.items.flatMap(item => (item.kind === 'section' ? sourcesOf(item.section) : []));
  return [...own, ...inner];
}
