/*
 * What a ts cell says of itself before it runs: its imports, its exports, and whether it is TypeScript at all. Nothing is
 * evaluated. The parser is native and is loaded only when a document has a ts cell, so that other documents start faster.
 */
import { createRequire } from 'node:module';
import type {
  Expression,
  OxcError,
  ParseResult,
  StaticExportEntry,
  StaticImport,
  VariableDeclarator,
  VisitorObject,
} from 'oxc-parser';

/** A name with its offsets in the code. */
export interface Name {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** An import statement: the specifier as written, the names asked for, or `all` of them. */
export interface FoundImport {
  readonly specifier: string;
  readonly names: readonly Name[] | 'all';
  readonly start: number;
  readonly end: number;
}

/** An exported value. */
export interface FoundExport extends Name {
  readonly type: 'string' | 'number' | 'boolean' | 'json';
  readonly secret: boolean;
}

/** Something that a cell must not do, by its diagnostic code. */
export interface CellProblem {
  readonly code:
    | 'cell-too-deep'
    | 'cell-syntax'
    | 'default-export'
    | 're-export'
    | 'export-not-value'
    | 'dynamic-cell-import';
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** What a ts cell declares. Offsets are UTF-16 code units in the code. */
export interface CellAnalysis {
  readonly imports: readonly FoundImport[];
  readonly exports: readonly FoundExport[];
  readonly problems: readonly CellProblem[];
}

type Parse = (file: string, code: string, options: { lang: 'ts'; sourceType: 'module' }) => ParseResult;

interface Parser {
  readonly parseSync: Parse;
  readonly Visitor: new (visitor: VisitorObject) => { visit(program: ParseResult['program']): void };
}

let parser: Parser | undefined;

/** The syntax tree of a ts cell, with offsets in UTF-16 code units. */
export function parseCell(code: string): ParseResult {
  return loadParser().parseSync('cell.ts', code, { lang: 'ts', sourceType: 'module' });
}

/** Goes through a syntax tree, each node being given to the method of its type. */
export function visitCell(program: ParseResult['program'], visitor: VisitorObject): void {
  const { Visitor } = loadParser();
  new Visitor(visitor).visit(program);
}

function loadParser(): Parser {
  if (!parser) {
    const module: Parser = createRequire(import.meta.url)('oxc-parser');
    parser = module;
  }
  return parser;
}

function syntaxProblem(error: OxcError, length: number): CellProblem {
  const label = error.labels[0];
  const start = Math.min(label?.start ?? 0, length);
  return { code: 'cell-syntax', message: error.message, start, end: Math.min(label?.end ?? start, length) };
}

function importNames(statement: StaticImport): readonly Name[] | 'all' {
  if (statement.entries.some(entry => entry.importName.kind === 'NamespaceObject')) return 'all';
  return statement.entries.map(({ importName, localName }) => ({
    name: importName.name ?? 'default',
    start: importName.start ?? localName.start,
    end: importName.end ?? localName.end,
  }));
}

const simpleTypes: Readonly<Record<string, FoundExport['type']>> = {
  TSStringKeyword: 'string',
  TSNumberKeyword: 'number',
  TSBooleanKeyword: 'boolean',
};

function isSecret(init: Expression | null): boolean {
  switch (init?.type) {
    case 'AwaitExpression':
      return isSecret(init.argument);
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
      return isSecret(init.expression);
    case 'CallExpression':
      return init.callee.type === 'Identifier' && init.callee.name === 'secret';
    default:
      return false;
  }
}

function declarators(parsed: ParseResult): ReadonlyMap<string, VariableDeclarator | 'other'> {
  const found = new Map<string, VariableDeclarator | 'other'>();
  for (const statement of parsed.program.body) {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declaration?.type === 'VariableDeclaration') {
      for (const each of declaration.declarations)
        if (each.id.type === 'Identifier') found.set(each.id.name, each);
    } else if (declaration && 'id' in declaration && declaration.id?.type === 'Identifier') {
      found.set(declaration.id.name, 'other');
    }
  }
  return found;
}

function exportProblem(
  entry: StaticExportEntry,
  declared: VariableDeclarator | 'other' | undefined,
): CellProblem | undefined {
  const start = entry.exportName.start ?? entry.start;
  const end = entry.exportName.end ?? entry.end;
  const name = entry.exportName.name ?? '';
  if (entry.moduleRequest) return { code: 're-export', message: name, start: entry.start, end: entry.end };
  if (entry.exportName.kind !== 'Name' || name === 'default')
    return { code: 'default-export', message: name, start, end };
  return declared === 'other' ? { code: 'export-not-value', message: name, start, end } : undefined;
}

function describeExport(
  entry: StaticExportEntry,
  declared: VariableDeclarator | 'other' | undefined,
): FoundExport {
  const variable = declared === 'other' ? undefined : declared;
  const written =
    variable?.id.type === 'Identifier' ? variable.id.typeAnnotation?.typeAnnotation.type : undefined;
  return {
    name: entry.exportName.name ?? '',
    type: (written === undefined ? undefined : simpleTypes[written]) ?? 'json',
    secret: isSecret(variable?.init ?? null),
    start: entry.exportName.start ?? entry.start,
    end: entry.exportName.end ?? entry.end,
  };
}

function dynamicImports(parsed: ParseResult, code: string): readonly CellProblem[] {
  return parsed.module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const text = code.slice(start, end);
    if (!/^['"`]#/.test(text)) return [];
    return [{ code: 'dynamic-cell-import' as const, message: text.slice(1, -1), start, end }];
  });
}

/** Characters, and marks that nest, of a ts cell: the native parser recurses, and would end the process beyond them. */
const most = { characters: 16 * 1024, marks: 3_000 };

function isTooDeep(code: string): boolean {
  return code.length > most.characters || (code.match(/[([{?`:<!]/g)?.length ?? 0) > most.marks;
}

/** Reads the declarations of a ts cell; `code` is what stands between its fences. */
export function analyseCell(code: string): CellAnalysis {
  if (isTooDeep(code)) {
    const end = Math.max(0, code.indexOf('\n'));
    return { imports: [], exports: [], problems: [{ code: 'cell-too-deep', message: '', start: 0, end }] };
  }
  const parsed = parseCell(code);
  const errors = parsed.errors.filter(error => error.severity === 'Error').slice(0, 1);
  if (errors.length > 0) {
    return { imports: [], exports: [], problems: errors.map(error => syntaxProblem(error, code.length)) };
  }
  const entries = parsed.module.staticExports
    .flatMap(statement => statement.entries)
    .filter(entry => !entry.isType);
  const declared =
    entries.length === 0 ? new Map<string, VariableDeclarator | 'other'>() : declarators(parsed);
  const local = (entry: StaticExportEntry) => declared.get(entry.localName.name ?? '');
  const problems = entries.flatMap(entry => exportProblem(entry, local(entry)) ?? []);
  const sound = entries.filter(entry => exportProblem(entry, local(entry)) === undefined);
  const imports = parsed.module.staticImports.map(statement => ({
    specifier: statement.moduleRequest.value,
    names: importNames(statement),
    start: statement.moduleRequest.start,
    end: statement.moduleRequest.end,
  }));
  return {
    imports,
    exports: sound.map(entry => describeExport(entry, local(entry))),
    problems: [...problems, ...dynamicImports(parsed, code)],
  };
}
