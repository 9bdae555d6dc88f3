/*
 * What a run depends on. In: the runbook's path and what its cells import. Out: every file with its bytes and digest, under a
 * path relative to the folder that holds them all, so that the digest is the same on another machine. Files that imported
 * files import are followed; packages are covered by the lock file.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { EcmaScriptModule } from 'oxc-parser';
import { Fault } from '../fault.ts';
import type { SourceFile } from '../journal/event.ts';
import { bundlePath } from '../journal/guard.ts';
import { digestSources } from '../journal/sources.ts';
import { LAYOUT } from '../seal/layout.ts';
import { type Bundle, sha256, writeDocument } from './bundle.ts';
import { errorCode } from './durable.ts';

/** A source file with its content. */
export interface CollectedFile extends SourceFile {
  readonly content: Buffer;
}

/** Where a run's sources are asked for: `imports` are paths as the cells write them, relative to the runbook. */
export interface SourceRequest {
  readonly runbook: string;
  readonly imports: readonly string[];
  readonly answers?: string;
  /** The runner's version, which is part of the digest. */
  readonly runner: string;
}

/** All the sources of a run; `root` is the folder to which the paths are relative. The runbook comes first. */
export interface Sources {
  readonly root: string;
  readonly files: readonly CollectedFile[];
  readonly digest: string;
}

const MAX_SOURCE = 32 * 1024 * 1024;

/** Reads every file that a run depends on. Throws the Fault `source-unreadable` or `source-unfit` (with the path). */
export async function collectSources(request: SourceRequest): Promise<Sources> {
  const runbook = realPath(request.runbook);
  const imported = await followImports(request.imports.map(path => resolve(dirname(runbook), path)));
  const found = new Map<string, SourceFile['role']>([[runbook, 'runbook']]);
  const add = (path: string | undefined, role: SourceFile['role']): void => {
    if (path !== undefined && !found.has(path)) found.set(path, role);
  };
  for (const path of imported) add(path, 'import');
  add(findLockFile(dirname(runbook)), 'lock');
  add(request.answers === undefined ? undefined : realPath(request.answers), 'answers');
  const root = commonFolder([...found.keys()]);
  const files = [...found].map(([path, role]) => collect(root, path, role));
  return { root, files, digest: digestSources(files, request.runner) };
}

/** Copies the sources into the bundle, each under `source/` and its path. */
export function keepSources(bundle: Bundle, files: readonly CollectedFile[]): void {
  for (const file of files) writeDocument(bundle, `${LAYOUT.source}/${file.path}`, file.content);
}

/** The members of collected files that the journal records. */
export function describeSources(files: readonly CollectedFile[]): readonly SourceFile[] {
  return files.map(({ path, role, bytes, sha256 }) => ({ path, role, bytes, sha256 }));
}

function collect(root: string, path: string, role: SourceFile['role']): CollectedFile {
  const name = relative(root, path).split(sep).join('/');
  if (!bundlePath(name)) throw new Fault('source-unfit', { path: name, reason: 'name' });
  const content = readSource(path);
  return { path: name, role, bytes: content.length, sha256: sha256(content), content };
}

function readSource(path: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > MAX_SOURCE) throw new Fault('source-unfit', { path, reason: 'size' });
    return readFileSync(path);
  } catch (error) {
    throw error instanceof Fault ? error : new Fault('source-unreadable', { path, error: errorCode(error) });
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new Fault('source-unreadable', { path, error: errorCode(error) });
  }
}

/** The files, and those that they import in turn, as absolute paths. The Fault `source-unreadable` for one that is not there. */
export async function followImports(first: readonly string[]): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const waiting = first.map(realPath);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of await importsOf(path)) {
      if (/^\.\.?\//.test(specifier)) waiting.push(realPath(resolve(dirname(path), specifier)));
    }
  }
  return seen;
}

// The parser is loaded only for a runbook that imports files, since most runs need no second look at JavaScript.
async function importsOf(path: string): Promise<readonly string[]> {
  if (!/\.[cm]?[jt]s$/.test(path)) return [];
  const { parseSync } = await import('oxc-parser');
  const text = readSource(path).toString();
  return specifiersIn(parseSync(path, text).module, text);
}

/** Every specifier that a module's text names: imports, re-exports and literal dynamic imports. */
export function specifiersIn(module: EcmaScriptModule, text: string): readonly string[] {
  const { staticImports, staticExports, dynamicImports } = module;
  const exported = staticExports.flatMap(found =>
    found.entries.map(entry => entry.moduleRequest?.value ?? ''),
  );
  const dynamic = dynamicImports.map(({ moduleRequest }) =>
    text.slice(moduleRequest.start, moduleRequest.end),
  );
  const literal = dynamic.flatMap(code => /^(["'])(.*)\1$/.exec(code)?.[2] ?? []);
  return [...staticImports.map(found => found.moduleRequest.value), ...exported, ...literal];
}

// The search ends at the repository's root, so that a stray lock file of a home directory is not taken for the project's.
function findLockFile(folder: string): string | undefined {
  const candidate = join(folder, 'package-lock.json');
  if (existsSync(candidate)) return realPath(candidate);
  if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined;
  return findLockFile(dirname(folder));
}

function commonFolder(paths: readonly string[]): string {
  const [first = '', ...rest] = paths.map(path => dirname(path).split(sep));
  let common = [...first];
  for (const parts of rest) {
    const differs = common.findIndex((part, index) => part !== parts[index]);
    if (differs !== -1) common = common.slice(0, differs);
  }
  return common.join(sep) || sep;
}
