/*
 * Types across cells, by TypeScript itself. In: a runbook. Out: what TypeScript says, in its words and under its code, at the
 * document's line and column; exports that are not JSON; operations that nobody waits for. Nothing of a cell is evaluated.
 */
import { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Expression } from 'oxc-parser';
import type { API, Checker, Diagnostic as Found, Program } from 'typescript/unstable/sync';
import { followFiles } from '../effects/imported-files.ts';
import { installation } from '../effects/programs.ts';
import { discardedValues } from '../lint/discarded.ts';
import { parsedCode } from '../lint/parsed.ts';
import { codeLocator } from '../model/code.ts';
import type { Code, Runbook } from '../model/runbook.ts';
import type { Findings } from '../syntax/findings.ts';
import { buildProject, type Project, type ProjectCell } from './project.ts';
import type { CodeStep } from './steps.ts';

type Api = { readonly API: typeof API };

/** TypeScript, when it is installed with Reprise, with the types of Node that cells need. */
function loadTypeScript(): Api | undefined {
  const load = createRequire(import.meta.url);
  try {
    load.resolve('@types/node/package.json');
    const typescript: Api = load('typescript/unstable/sync');
    return typescript;
  } catch (error) {
    const code: unknown = Reflect.get(Object(error), 'code');
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}

/** Checks the types of every ts cell; false when TypeScript is not installed, and nothing was checked. */
export function checkTypes(runbook: Runbook, findings: Findings): boolean {
  const typescript = loadTypeScript();
  if (typescript === undefined) return false;
  const project = buildProject(runbook, installation());
  if (project.cells.length === 0) return true;
  const api = new typescript.API({ fs: overlay(project), cwd: installation() });
  try {
    const opened = api.updateSnapshot({ openProject: project.config }).getProject(project.config);
    if (opened === undefined) throw new Error(`TypeScript did not open ${project.config}`);
    for (const cell of project.cells) checkCell(opened, cell, findings);
    checkImported(opened.program, project.cells, findings);
  } finally {
    endQuietly(api);
  }
  return true;
}

/**
 * Ends TypeScript's process at once: ended by `close` alone (a SIGTERM), TypeScript 7.0.2 may print “context canceled” on our
 * standard error, which it inherits. The members are private; where they are not as expected, `close` does it.
 */
function endQuietly(api: API): void {
  const channel: unknown = Reflect.get(Reflect.get(api, 'client') ?? {}, 'channel');
  const child: unknown = Reflect.get(Object(channel), 'child');
  if (child instanceof ChildProcess) {
    const kill = child.kill.bind(child);
    child.kill = () => kill('SIGKILL');
  }
  api.close();
}

/** The project's files laid over the disk: `undefined` leaves a path to the disk. */
function overlay({ config, files }: Project) {
  const manifest = join(dirname(config), 'package.json');
  const all = new Map([...files, [manifest, moduleManifest(manifest)]]);
  return {
    readFile: (path: string) => all.get(path),
    fileExists: (path: string) => all.has(path) || undefined,
    realpath: (path: string) => (all.has(path) ? path : undefined),
  };
}

/** A file beside the document is an ES module to the kernel, whatever its folder's `package.json` says, or if there is none. */
function moduleManifest(path: string): string {
  return JSON.stringify({ ...readManifest(path), type: 'module' });
}

/** A manifest that is not there, or that is not JSON, says nothing. */
function readManifest(path: string): object {
  try {
    return Object(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}

interface Opened {
  readonly program: Program;
  readonly checker: Checker;
}

function checkCell(opened: Opened, cell: ProjectCell, findings: Findings): void {
  const { program } = opened;
  const found = [...program.getSyntacticDiagnostics(cell.path), ...program.getSemanticDiagnostics(cell.path)];
  for (const each of found) reportFound(each, cell, findings);
  if (cell.exportsPath !== undefined) checkExports(opened, cell, cell.exportsPath, findings);
  checkWaiting(opened, cell, findings);
}

/**
 * A file beside the document, or that such a file imports, is shown by its first error, at the import that leads to it: it may
 * have been written under laxer rules.
 */
function checkImported(program: Program, cells: readonly ProjectCell[], findings: Findings): void {
  const known = new Map<string, FileError | undefined>();
  for (const { path, step } of cells) {
    for (const each of step.imports) {
      if (each.from !== 'file') continue;
      const file = resolve(dirname(path), each.path);
      if (!known.has(file)) known.set(file, errorBehind(program, file));
      const found = known.get(file);
      if (found !== undefined)
        findings.warning('imported-type-error', each.place, shownFrom(dirname(path), found));
    }
  }
}

interface FileError {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly ts: string;
  readonly message: string;
}

function shownFrom(folder: string, { path, ...rest }: FileError) {
  const shown = relative(folder, path).split(sep).join('/');
  return { ...rest, path: shown.startsWith('../') ? shown : `./${shown}` };
}

/** The first error of a file, or of one to which it leads. */
function errorBehind(program: Program, path: string): FileError | undefined {
  for (const file of followFiles([path]).keys()) {
    const error = /\.m?ts$/.test(file) ? firstError(program, file) : undefined;
    if (error !== undefined) return error;
  }
  return undefined;
}

function firstError(program: Program, path: string): FileError | undefined {
  const text = program.getSourceFile(path)?.text;
  const [first] = text === undefined ? [] : program.getSemanticDiagnostics(path);
  if (text === undefined || first === undefined) return undefined;
  const before = text.slice(0, first.pos).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { path, line: before.length, column, ts: `TS${first.code}`, message: messageOf(first) };
}

/** Modules that TypeScript does not find, or has no types for: what is missing when the cell runs is said elsewhere. */
const elsewhere = [2307, 2792, 7016];
/** What follows from an import that is already reported on its line. */
const followers = [2305, 2306, 2459, 2614, 2724, 2834, 2835];

function reportFound(found: Found, cell: ProjectCell, findings: Findings): void {
  const { code } = cell.step;
  if (found.pos < cell.start || elsewhere.includes(found.code)) return;
  const locate = codeLocator(code, findings.lines);
  const place = locate({ start: found.pos - cell.start, end: found.end - cell.start });
  if (followers.includes(found.code) && findings.onLine(place.start.line)) return;
  findings.error('type-error', place, { ts: `TS${found.code}`, message: messageOf(found) });
}

/** The whole message: the reasons that TypeScript gives below it, innermost last. */
function messageOf({ text, messageChain }: Found): string {
  const reasons = (messageChain ?? []).map(messageOf);
  return [text, ...reasons].join(' ').replaceAll(/(["'])~(?=[a-z])/g, '$1#');
}

function checkExports(opened: Opened, cell: ProjectCell, path: string, findings: Findings): void {
  const { step, start } = cell;
  const wrong = opened.program.getSemanticDiagnostics(path);
  if (wrong.length === 0) return;
  const source = opened.program.getSourceFile(path)?.text ?? '';
  const names = exportNames(step);
  for (const { pos } of wrong) {
    const found = names[source.slice(0, pos).split('\n').length - 1];
    if (found === undefined) continue;
    const type = opened.checker.getTypeAtPosition(cell.path, start + found.start);
    const params = { name: found.name, type: type === undefined ? '' : opened.checker.typeToString(type) };
    const code = step.kind === 'check' ? 'ok-not-boolean' : 'export-not-json';
    findings.error(code, codeLocator(step.code, findings.lines)(found), params);
  }
}

/** The names that the project tests, in the order of its lines, with their offsets in the code. */
function exportNames(step: CodeStep): readonly { name: string; start: number; end: number }[] {
  const wanted = step.kind === 'cell' ? step.exports.map(({ name }) => name) : ['ok'];
  const entries = parsedCode(step.code).module.staticExports.flatMap(statement => statement.entries);
  return wanted.flatMap(name => {
    const { start, end } = entries.find(({ exportName }) => exportName.name === name)?.exportName ?? {};
    return typeof start === 'number' && typeof end === 'number' ? [{ name, start, end }] : [];
  });
}

/** Statements that start something and do not wait: calls whose value is a promise. */
function checkWaiting({ checker }: Opened, cell: ProjectCell, findings: Findings): void {
  const calls = looseCalls(cell.step.code);
  if (calls.length === 0) return;
  const locate = codeLocator(cell.step.code, findings.lines);
  const types = checker.getTypeAtPosition(
    cell.path,
    calls.map(({ name }) => cell.start + name),
  );
  for (const [index, type] of types.entries()) {
    const call = calls[index];
    const promise = type && promiseOf(checker, type);
    if (call && promise) findings.error('missing-await', locate(call), { type: promise });
  }
}

type Type = NonNullable<ReturnType<Checker['getTypeAtPosition']>>[number];

function promiseOf(checker: Checker, type: NonNullable<Type>): string | undefined {
  for (const signature of checker.getSignaturesOfType(type, 0)) {
    const name = checker.getReturnTypeOfSignature(signature)?.getSymbol()?.name;
    if (name === 'Promise' || name === 'ProcessPromise') return name;
  }
  return undefined;
}

interface LooseCall {
  readonly start: number;
  readonly end: number;
  /** Offset of the name of what is called. */
  readonly name: number;
}

function looseCalls(code: Code): readonly LooseCall[] {
  return discardedValues(code).flatMap(expression => {
    const name = calleeName(expression);
    return name === undefined ? [] : [{ start: expression.start, end: expression.end, name }];
  });
}

function calleeName(expression: Expression): number | undefined {
  if (expression.type === 'ChainExpression') return calleeName(expression.expression);
  if (expression.type !== 'CallExpression') return undefined;
  const { callee } = expression;
  if (callee.type === 'Identifier') return callee.start;
  return callee.type === 'MemberExpression' && !callee.computed ? callee.property.start : undefined;
}
