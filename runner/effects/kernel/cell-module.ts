/*
 * A cell as a real ES module. In: its code and what it may import. Out: a linked module, whose lines and columns are those
 * of the Markdown file. `#cell` is made of the exports in the request, so it also works in a new kernel; `reprise/*` are
 * the services beside this file; relative files are stripped and linked in turn; packages are the runbook's, then ours.
 * Can never happen: an import that silently gives something else than what its specifier names, or other bytes than those
 * that the run recorded.
 */
import { existsSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import type { CellRequest } from './protocol.ts';
import { isInPackage, readSource, requireSource } from './sources.ts';
import { stripTypes } from './strip.ts';

/** Files beside the runbook that were linked already: they are evaluated once per kernel, as in any program. */
const files = new Map<string, vm.Module>();

/**
 * What each file imported, the cell's own imports under its runbook. Node 20 holds a linked module by nothing but its
 * JavaScript object, and dies (SIGSEGV) when one that was collected is to be evaluated.
 */
const held = new Map<string, Set<vm.Module>>();

/** Makes and links the module of a cell; evaluating it is the caller's. Throws what is wrong with the code. */
export async function createCellModule(request: CellRequest): Promise<vm.Module> {
  const code = `${'\n'.repeat(request.line - 1)}${request.code}`;
  const module = sourceModule(request.runbook, code, request);
  held.set(request.runbook, new Set([module]));
  try {
    await link(module, request);
  } catch (error) {
    // A module that could not be linked once would never be again.
    for (const [path, { status }] of files)
      if (status !== 'linked' && status !== 'evaluated') files.delete(path);
    throw error;
  }
  return module;
}

/** Modules link each other in turn, so a specifier is resolved from the module that holds it. */
async function link(module: vm.Module, request: CellRequest): Promise<void> {
  if (module.status !== 'unlinked') return;
  await module.link((specifier, from) => importOf(specifier, fileURLToPath(from.identifier), request));
}

/** The identifier is a URL, because zx looks for one to say where a command stands. */
function sourceModule(path: string, code: string, request: CellRequest): vm.SourceTextModule {
  const url = pathToFileURL(path).href;
  return new vm.SourceTextModule(stripTypes(code, path), {
    identifier: url,
    initializeImportMeta: meta => {
      meta.url = url;
      meta.filename = path;
      meta.dirname = dirname(path);
    },
    importModuleDynamically: async specifier => {
      const module = await importOf(specifier, path, request);
      await link(module, request);
      if (module.status === 'linked') await module.evaluate();
      return module;
    },
  });
}

async function importOf(specifier: string, from: string, request: CellRequest): Promise<vm.Module> {
  const imported = await moduleOf(specifier, from, request);
  held.set(from, (held.get(from) ?? new Set()).add(imported));
  return imported;
}

async function moduleOf(specifier: string, from: string, request: CellRequest): Promise<vm.Module> {
  if (specifier.startsWith('#')) return cellModule(specifier.slice(1), request);
  if (specifier.startsWith('reprise/')) return nativeModule(serviceUrl(specifier));
  if (/^\.{0,2}\//.test(specifier)) return fileModule(resolve(dirname(from), specifier), request);
  if (specifier.startsWith('file:')) return fileModule(fileURLToPath(specifier), request);
  const url = packageUrl(specifier, from);
  const isOurs = url.startsWith('file:') && !isInPackage(url);
  return isOurs ? fileModule(fileURLToPath(url), request) : nativeModule(url);
}

function cellModule(cell: string, request: CellRequest): vm.Module {
  const values = request.imports[cell];
  if (values === undefined) throw new Error(`import '#${cell}': this cell has no exports to import`);
  return syntheticModule(`#${cell}`, values);
}

function fileModule(path: string, request: CellRequest): Promise<vm.Module> | vm.Module {
  const known = files.get(path);
  if (known !== undefined) return known;
  const kind = extname(path);
  if (kind === '.cjs' || kind === '.node') return commonModule(path);
  const text = readSource(path).toString();
  const module =
    kind === '.json'
      ? syntheticModule(path, { default: JSON.parse(text) })
      : sourceModule(path, text, request);
  files.set(path, module);
  return module;
}

function commonModule(path: string): vm.Module {
  const exported = requireSource(path);
  return syntheticModule(path, { ...Object(exported), default: exported });
}

/** A service is a file beside the kernel; its name cannot lead elsewhere. */
function serviceUrl(specifier: string): string {
  const name = specifier.slice('reprise/'.length);
  const url = new URL(`./services/${name}.js`, import.meta.url);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(url))
    throw new Error(`import '${specifier}': no such service`);
  return url.href;
}

function packageUrl(specifier: string, from: string): string {
  if (specifier.startsWith('node:')) return specifier;
  try {
    return import.meta.resolve(specifier, pathToFileURL(from).href);
  } catch (error) {
    try {
      return import.meta.resolve(specifier);
    } catch {
      throw error;
    }
  }
}

async function nativeModule(url: string): Promise<vm.Module> {
  const namespace: object = await import(url);
  return syntheticModule(url, namespace);
}

function syntheticModule(identifier: string, values: object): vm.Module {
  const entries = Object.entries(values);
  const names = entries.map(([name]) => name);
  return new vm.SyntheticModule(
    names,
    function setExports(this: vm.SyntheticModule) {
      for (const [name, value] of entries) this.setExport(name, value);
    },
    { identifier },
  );
}
