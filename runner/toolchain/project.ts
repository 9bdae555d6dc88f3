/*
 * A runbook as a TypeScript project that is never written to disk. In: a runbook and where Reprise is installed. Out: for each ts
 * cell a file of which every line is that of the document, beside it what `#cell` gives there, and what is in scope without an
 * import. What can never happen: a line or a column that is not the document's; a type that the run would not keep.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { ParseResult } from 'oxc-parser';
import { parsedCode } from '../lint/parsed.ts';
import type { CellStep, Code, Input, Runbook, Section } from '../model/runbook.ts';
import { type CodeStep, stepsIn } from './steps.ts';

/** One ts cell in the project. `start` is the offset at which its code begins in its file. */
export interface ProjectCell {
  readonly step: CodeStep;
  readonly path: string;
  readonly start: number;
  /** A file that is wrong on the line of each export that is not JSON, in their order, or where a check’s `ok` cannot be true. */
  readonly exportsPath?: string;
}

/** The files of the project by absolute path. */
export interface Project {
  readonly config: string;
  readonly files: ReadonlyMap<string, string>;
  readonly cells: readonly ProjectCell[];
}

interface Build {
  /** Prefix of every path: the document's own, so that files beside it are found. */
  readonly base: string;
  readonly installation: string;
  readonly runbook: Runbook;
  /** Names given by the `each` sections around a step, outermost first, by step id. */
  readonly items: ReadonlyMap<string, readonly string[]>;
  readonly files: Map<string, string>;
}

/** Makes the project of a runbook; `installation` is the absolute folder in which Reprise's types are. */
export function buildProject(runbook: Runbook, installation: string): Project {
  const build: Build = {
    base: resolve(runbook.file),
    installation,
    runbook,
    items: itemNames(runbook.root),
    files: new Map(),
  };
  const cells = stepsIn(runbook, 'ts').map(step => addCell(build, step));
  for (const step of runbook.steps.values()) if (step.kind === 'cell') addImportable(build, step);
  build.files.set(`${build.base}.json.mts`, jsonTypes);
  build.files.set(`${build.base}.scope.mts`, scopeTypes(build));
  const config = `${build.base}.tsconfig.json`;
  build.files.set(config, JSON.stringify(configuration(build)));
  return { config, files: build.files, cells };
}

/** The names that the `each` sections around each step give, outermost first, by step id. */
export function itemNames(root: Section): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, readonly string[]>();
  const enter = (section: Section, around: readonly string[]): void => {
    const inside = section.each ? [...around, section.each.as] : around;
    for (const item of section.items) {
      if (item.kind === 'section') enter(item.section, inside);
      else if (item.kind === 'step') names.set(item.step.id, inside);
    }
  };
  enter(root, []);
  return names;
}

function namesAround({ items }: Build, id: string): readonly string[] {
  return items.get(id) ?? [];
}

function addCell(build: Build, step: CodeStep): ProjectCell {
  const { code, id } = step;
  const path = `${build.base}.${id}.mts`;
  const padding = `${declareItems(build, step)}${'\n'.repeat(code.line - 1)}`;
  build.files.set(path, `${padding}${pointImports(build, step)}`);
  const cell = { step, path, start: padding.length };
  const tests = exportTests(build, step);
  if (tests === undefined) return cell;
  const exportsPath = `${build.base}.${id}.exports.mts`;
  build.files.set(exportsPath, tests);
  return { ...cell, exportsPath };
}

/** Where a record by item is asked for, `#cell` becomes `~cell`: of the same length, so that no column moves. */
function pointImports(build: Build, { id, code }: CodeStep): string {
  let pointed = code.text;
  for (const { moduleRequest } of parsedCode(code).module.staticImports) {
    const { value, start } = moduleRequest;
    if (!value.startsWith('#') || isSameItem(build, value.slice(1), id)) continue;
    pointed = `${pointed.slice(0, start + 1)}~${pointed.slice(start + 2)}`;
  }
  return pointed;
}

/** Whether a step is given another cell's own exports, and not records of them by item. */
function isSameItem(build: Build, cell: string, step: string): boolean {
  const here = namesAround(build, step);
  return namesAround(build, cell).every(name => here.includes(name));
}

/** On the first line, which is never the cell's, and only when the cell does not give the name another meaning. */
function declareItems(build: Build, { id, code }: CodeStep): string {
  if (code.text.includes('items') && declaresItems(code)) return '';
  const members = namesAround(build, id).map(name => `readonly ${JSON.stringify(name)}: string`);
  return `declare const items: { ${members.join('; ')} };`;
}

function declaresItems(code: Code): boolean {
  const { program, module } = parsedCode(code);
  const imported = module.staticImports.flatMap(({ entries }) =>
    entries.map(({ localName }) => localName.value),
  );
  return imported.includes('items') || program.body.some(statement => namesItems(statement, code.text));
}

function namesItems(statement: ParseResult['program']['body'][number], code: string): boolean {
  const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
  if (declaration?.type === 'FunctionDeclaration') return declaration.id?.name === 'items';
  if (declaration?.type !== 'VariableDeclaration') return false;
  return declaration.declarations.some(({ id }) => /\bitems\b/.test(code.slice(id.start, id.end)));
}

/** What other cells import of one that is not in TypeScript, or of one in an `each` section. */
function addImportable(build: Build, { id, code, exports }: CellStep): void {
  const own = `./${basename(build.base)}.${id}.mts`;
  if (code.language !== 'ts') {
    const lines = exports.map(({ name }) => `export declare const ${name}: string;`);
    build.files.set(`${build.base}.${id}.mts`, [...lines, 'export {}'].join('\n'));
  }
  const records = exports.map(
    ({ name }) => `export declare const ${name}: Readonly<Record<string, typeof cell.${name}>>;`,
  );
  build.files.set(
    `${build.base}.${id}.items.mts`,
    [`import type * as cell from '${own}'`, ...records].join('\n'),
  );
}

/** One line for each export of a cell, or for the `ok` of a check, which passes by nothing else than `true`. */
function exportTests(build: Build, step: CodeStep): string | undefined {
  const name = basename(build.base);
  const head = `import type * as cell from './${name}.${step.id}.mts'; import type { Unfit } from './${name}.json.mts';`;
  if (step.kind === 'check') return `${head}const _ok: true extends typeof cell.ok ? 0 : 1 = 0;`;
  if (step.kind !== 'cell' || step.exports.length === 0) return undefined;
  const tests = step.exports.map(
    (each, index) => `const _${index}: [Unfit<typeof cell.${each.name}>] extends [never] ? 0 : 1 = 0;`,
  );
  return `${head}${tests.join('\n')}`;
}

/** What the kernel refuses in an export (`kernel/exports.ts`), as far as a type can show it. */
const jsonTypes = `type Refused = ((...all: never) => unknown) | PromiseLike<unknown> | Date | RegExp | ReadonlyMap<never, unknown>
  | ReadonlySet<never> | ArrayBufferView | ArrayBuffer | bigint | symbol;
export type Unfit<T, Depth extends 0[] = []> = 0 extends 1 & T ? never : Depth['length'] extends 4 ? never
  : T extends string | number | boolean | null ? never
  : T extends undefined | void ? (Depth['length'] extends 0 ? 'undefined' : never)
  : T extends Refused ? 'refused'
  : T extends readonly (infer Member)[] ? Unfit<Member, [...Depth, 0]>
  : T extends object ? { [Key in keyof T]-?: Unfit<T[Key], [...Depth, 0]> }[keyof T] : never;
`;

function scopeTypes({ runbook: { front }, installation }: Build): string {
  const services = JSON.stringify(join(installation, 'runner/services/resources.ts'));
  const record = (members: readonly string[]): string => `{ ${members.join('; ')} }`;
  const inputs = [...front.inputs.values()].map(
    input => `readonly ${JSON.stringify(input.name)}: ${inputType(input)}`,
  );
  const secrets = [...front.secrets.keys()].map(name => `readonly ${JSON.stringify(name)}: string`);
  const resources = [...front.resources.values()].map(
    ({ name, kind }) =>
      `readonly ${JSON.stringify(name)}: Extract<import(${services}).ResourceSettings, { readonly kind: '${kind}' }>`,
  );
  return `import ${JSON.stringify(join(installation, 'node_modules/zx/build/globals.js'))};
declare global {
  const inputs: ${record(inputs)};
  const secrets: ${record(secrets)};
  const resources: ${record(resources)};
  function secret<Value>(value: Value): Value;
}
`;
}

function inputType({ type, choices }: Input): string {
  switch (type) {
    case 'number':
      return 'number';
    case 'list':
      return 'readonly string[]';
    case 'choice':
      return choices?.map(choice => JSON.stringify(choice)).join(' | ') || 'string';
    default:
      return 'string';
  }
}

function configuration({ base, installation, runbook, files }: Build) {
  const cells = [...runbook.steps.values()].filter(step => step.kind === 'cell');
  const paths = cells.flatMap(({ id }) => [
    [`#${id}`, [`${base}.${id}.mts`]],
    [`~${id}`, [`${base}.${id}.items.mts`]],
  ]);
  return {
    compilerOptions: {
      target: 'es2023',
      module: 'nodenext',
      moduleResolution: 'nodenext',
      moduleDetection: 'force',
      lib: ['es2023'],
      types: ['node'],
      typeRoots: [join(installation, 'node_modules/@types')],
      strict: true,
      noEmit: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      skipLibCheck: true,
      paths: { 'reprise/*': [join(installation, 'runner/services/*.ts')], ...Object.fromEntries(paths) },
    },
    files: [...files.keys()].filter(path => dirname(path) === dirname(base)),
  };
}
