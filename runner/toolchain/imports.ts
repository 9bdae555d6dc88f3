/*
 * Imports that would not be found at 3 a.m. In: a runbook and the folder in which it stands. Out: a finding at the specifier,
 * or at the name, for each file, service or package that this machine does not have. Nothing is evaluated.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import type { StaticImport, StaticImportEntry } from 'oxc-parser';
import { installation } from '../effects/programs.ts';
import { parsedCode } from '../lint/parsed.ts';
import { codeLocator, type Locate } from '../model/code.ts';
import type { Runbook } from '../model/runbook.ts';
import { parseCell } from '../syntax/cell.ts';
import type { Findings } from '../syntax/findings.ts';
import { closest } from './closest.ts';
import { stepsIn } from './steps.ts';

interface Search {
  readonly findings: Findings;
  /** Absolute folder of the runbook. */
  readonly folder: string;
  readonly locate: Locate;
}

/** Looks for everything that the ts cells import. */
export function checkImports(runbook: Runbook, findings: Findings): void {
  const folder = dirname(resolve(runbook.file));
  for (const { code } of stepsIn(runbook, 'ts')) {
    const search = { findings, folder, locate: codeLocator(code, findings.lines) };
    for (const statement of parsedCode(code).module.staticImports) {
      const isType = statement.entries.length > 0 && statement.entries.every(entry => entry.isType);
      if (!isType) checkImport(search, statement);
    }
  }
}

function checkImport(search: Search, statement: StaticImport): void {
  const { value: specifier } = statement.moduleRequest;
  if (specifier.startsWith('#')) return;
  if (specifier.startsWith('reprise/')) checkService(search, statement, specifier.slice('reprise/'.length));
  else if (/^\.\.?\//.test(specifier)) checkFile(search, statement, specifier);
  else if (!hasPackage(search.folder, specifier)) {
    const code = specifier.startsWith('node:') ? 'import-node-unknown' : 'import-package-missing';
    search.findings.error(code, search.locate(statement.moduleRequest), { name: packageName(specifier) });
  }
}

function checkService(search: Search, statement: StaticImport, name: string): void {
  const services = join(installation(), 'dist', 'services');
  const known = existsSync(services)
    ? readdirSync(services).filter(file => /^(?!chunk)[a-z0-9-]+\.js$/.test(file))
    : [];
  if (known.length === 0) return;
  if (known.includes(`${name}.js`)) {
    checkNames(search, statement, join(services, `${name}.js`));
    return;
  }
  search.findings.error('import-service-unknown', search.locate(statement.moduleRequest), {
    specifier: statement.moduleRequest.value,
    known: closest(
      name,
      known.map(file => file.slice(0, -3)),
    ).join(', '),
  });
}

function checkFile(search: Search, statement: StaticImport, specifier: string): void {
  const path = resolve(search.folder, specifier);
  if (existsSync(path)) checkNames(search, statement, path);
  else
    search.findings.error('import-file-missing', search.locate(statement.moduleRequest), { path: specifier });
}

function checkNames(search: Search, statement: StaticImport, path: string): void {
  const known = exportsOf(path);
  if (known === undefined) return;
  for (const { importName, localName, isType } of statement.entries) {
    const name = importName.kind === 'Default' ? 'default' : importName.name;
    if (isType || name === null || known.includes(name)) continue;
    const place = search.locate(spanOf({ importName, localName, isType }));
    const params = {
      specifier: statement.moduleRequest.value,
      name,
      known: closest(name, known).join(', ') || '—',
    };
    search.findings.error('import-name-missing', place, params);
  }
}

function spanOf({ importName, localName }: StaticImportEntry): { start: number; end: number } {
  return {
    start: importName.start ?? localName.start,
    end: importName.end ?? localName.end,
  };
}

/** The names that a module exports; undefined when its text alone does not say (`export *`, CommonJS). */
function exportsOf(path: string): readonly string[] | undefined {
  const kind = extname(path);
  if (kind === '.json') return ['default'];
  if (!['.ts', '.mts', '.js', '.mjs'].includes(kind)) return undefined;
  const { module, errors } = parseCell(readFileSync(path, 'utf8'));
  const entries = module.staticExports.flatMap(statement => statement.entries);
  const isOpen = entries.some(
    ({ importName }) => importName.kind === 'AllButDefault' || importName.kind === 'All',
  );
  if (!module.hasModuleSyntax || isOpen || errors.length > 0) return undefined;
  return entries.flatMap(({ exportName, isType }) =>
    isType ? [] : [exportName.kind === 'Default' ? 'default' : (exportName.name ?? '')],
  );
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/** Packages are looked for as the kernel does: above the runbook, then in Reprise's own. */
function hasPackage(folder: string, specifier: string): boolean {
  if (specifier.startsWith('node:') || isBuiltin(specifier)) return isBuiltin(specifier);
  return [folder, installation()].some(start => isInstalled(start, packageName(specifier)));
}

function isInstalled(folder: string, name: string): boolean {
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return true;
  return dirname(folder) !== folder && isInstalled(dirname(folder), name);
}
