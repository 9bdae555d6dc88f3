/*
 * Files beside the runbook, read to be executed. In: a path, and the files that the run recorded with their sha256. Out: its
 * bytes, which are those that were recorded.
 * Can never happen: code that is executed and is not in the bundle, unless it is a package's, which the lock file fixes.
 */
import { hash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { relative } from 'node:path';
import { Fault } from '../../fault.ts';

let known: Readonly<Record<string, string>> | undefined;

/** Says which files may be read from now on; any file when nothing is said. */
export function allowSources(sources: Readonly<Record<string, string>> | undefined): void {
  known = sources;
}

/** The bytes of a file. Faults: `import-unlisted` for one that the run did not record, `import-changed` for other bytes. */
export function readSource(path: string): Buffer {
  if (known === undefined) return readFileSync(path);
  const file = relative('', path);
  const real = realpathSync(path);
  const sha256 = Object.hasOwn(known, real) ? known[real] : undefined;
  if (sha256 === undefined) throw new Fault('import-unlisted', { file });
  const bytes = readFileSync(real);
  if (hash('sha256', bytes) !== sha256) throw new Fault('import-changed', { file });
  return bytes;
}

type Extension = (module: object, path: string) => unknown;

/** Loads a CommonJS file, whose own `require` is held to the same rule. */
export function requireSource(path: string): unknown {
  return createRequire(path)(path);
}

/** Whether a path belongs to a package, as Node finds them. */
export function isInPackage(path: string): boolean {
  return path.includes('/node_modules/');
}

/** Puts the rule before every file that `require` reads; once per kernel. */
export function guardRequire(): void {
  const extensions: unknown = Reflect.get(Module, '_extensions');
  if (typeof extensions !== 'object' || extensions === null) throw new Error('this Node has no extensions');
  for (const [extension, load] of Object.entries(extensions)) {
    if (typeof load === 'function')
      Reflect.set(extensions, extension, guarded(extension, load.bind(extensions)));
  }
}

/** JavaScript is compiled from the very bytes that were compared; JSON and add-ons are read once more. */
function guarded(extension: string, load: Extension): Extension {
  return (module, path) => {
    if (known === undefined || isInPackage(path)) return load(module, path);
    const bytes = readSource(path);
    const compile: unknown = Reflect.get(module, '_compile');
    if (extension !== '.js' || typeof compile !== 'function') return load(module, path);
    return compile.call(module, bytes.toString(), path);
  };
}
