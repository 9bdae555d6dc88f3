import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseSync } from 'oxc-parser';

/*
 * What cells can import, as its own sources say it. In: names of services. Out: a section of Markdown for each: its header, its
 * functions with their docstrings, and the types that they name.
 */

const folder = join(import.meta.dirname, '../../runner/services');

/** A function or a type at the top of a file. `doc` is its docstring, `text` its source without the docstring and without a body. */
interface Declared {
  readonly name: string;
  readonly isFunction: boolean;
  readonly isExported: boolean;
  readonly doc: string;
  readonly text: string;
  /** The types that it names. */
  readonly names: ReadonlySet<string>;
  readonly file: string;
}

/** What a file declares, and where its other names come from; `offered` are those that it only hands on. */
interface Source {
  readonly header: string;
  readonly declared: ReadonlyMap<string, Declared>;
  readonly imported: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  readonly offered: readonly string[];
}

/** The reference of services, in Markdown. Throws for an export without a docstring. */
export function referenceOf(services: readonly string[]): string {
  return services.map(name => section(name, join(folder, `${name}.ts`))).join('\n');
}

function section(name: string, file: string): string {
  const { header, declared, offered } = sourceOf(file);
  const own = [...declared.values()].filter(one => one.isExported);
  const handedOn = offered.flatMap(one => find(file, one) ?? []);
  const functions = [...own, ...handedOn].filter(one => one.isFunction).sort(byName);
  const types = new Set<Declared>();
  for (const one of functions) collectTypes(one, types);
  return [
    `## \`reprise/${name}\`\n\n${header}\n`,
    ...functions.map(one => `### \`${one.name}\`\n\n${fenced(one.text)}\n\n${bare(docOf(one))}\n`),
    ...typesSection([...types].sort(byName)),
  ].join('\n');
}

function typesSection(types: readonly Declared[]): string[] {
  if (types.length === 0) return [];
  return [`### Types\n\n${fenced(types.map(one => `${docOf(one)}\n${one.text}`).join('\n\n'))}\n`];
}

function docOf({ name, doc }: Declared): string {
  if (doc === '') throw new Error(`\`${name}\` has no docstring`);
  return doc;
}

function byName(one: Declared, other: Declared): number {
  return one.name < other.name ? -1 : 1;
}

/** The types of the services' own files that a declaration names, and those that they name; resources are told elsewhere. */
function collectTypes({ file, names }: Declared, found: Set<Declared>): void {
  for (const name of names) {
    const one = find(file, name);
    if (one === undefined || one.isFunction || found.has(one) || one.file.endsWith('/resources.ts')) continue;
    found.add(one);
    collectTypes(one, found);
  }
}

function find(file: string, name: string): Declared | undefined {
  if (!file.startsWith(folder)) return undefined;
  const { declared, imported } = sourceOf(file);
  const from = imported.get(name);
  return declared.get(name) ?? (from && find(from.file, from.name));
}

const sources = new Map<string, Source>();

function sourceOf(file: string): Source {
  const source = sources.get(file) ?? readSource(file);
  sources.set(file, source);
  return source;
}

function readSource(file: string): Source {
  const text = readFileSync(file, 'utf8');
  const { program, comments, module } = parseSync(file, text);
  const declared = new Map<string, Declared>();
  for (const statement of program.body) {
    const isExported = statement.type === 'ExportNamedDeclaration';
    const node: unknown = isExported ? statement.declaration : statement;
    const name = nameOf(node);
    if (name === undefined || !isRecord(node)) continue;
    const before = comments.findLast(one => one.end <= statement.start);
    const isOwn = before?.value.startsWith('*') && text.slice(before.end, statement.start).trim() === '';
    const doc = before !== undefined && isOwn ? `/*${before.value}*/` : '';
    const isFunction = node.type === 'FunctionDeclaration';
    const end = isFunction && isRecord(node.body) ? Number(node.body.start) : statement.end;
    const written = text.slice(statement.start, end).trim();
    const shown = written.replace(/^export /, '').replace(/^(async )?function /, '');
    declared.set(name, { name, isFunction, isExported, doc, text: shown, names: typeNames(node), file });
  }
  const imported = new Map<string, { file: string; name: string }>();
  const path = (specifier: string) => resolve(dirname(file), specifier);
  for (const { moduleRequest, entries } of module.staticImports)
    for (const { importName, localName } of entries)
      imported.set(localName.value, {
        file: path(moduleRequest.value),
        name: importName.name ?? localName.value,
      });
  const offered: string[] = [];
  for (const { entries } of module.staticExports)
    for (const { moduleRequest, importName, exportName } of entries) {
      if (moduleRequest == null || exportName.name == null) continue;
      imported.set(exportName.name, {
        file: path(moduleRequest.value),
        name: importName.name ?? exportName.name,
      });
      offered.push(exportName.name);
    }
  return { header: bare(/^\/\*\n[\s\S]*?\*\//.exec(text)?.[0] ?? ''), declared, imported, offered };
}

const kinds = ['FunctionDeclaration', 'TSInterfaceDeclaration', 'TSTypeAliasDeclaration'];

function nameOf(node: unknown): string | undefined {
  if (!isRecord(node) || !kinds.includes(String(node.type)) || !isRecord(node.id)) return undefined;
  return typeof node.id.name === 'string' ? node.id.name : undefined;
}

/** The names of types in a declaration, the body of a function excepted. */
function typeNames(node: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const one of node) typeNames(one, found);
  if (!isRecord(node) || node.type === 'BlockStatement') return found;
  const named =
    node.type === 'TSTypeReference' ? node.typeName : node.type === 'TSInterfaceHeritage' && node.expression;
  if (isRecord(named) && typeof named.name === 'string') found.add(named.name);
  for (const value of Object.values(node)) typeNames(value, found);
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A comment without its marks. */
function bare(comment: string): string {
  const inside = comment.replace(/^\/\*\*?/, '').replace(/\*\/$/, '');
  return inside
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, ''))
    .join('\n')
    .trim();
}

function fenced(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``;
}
