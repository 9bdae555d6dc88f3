/*
 * Loads a bundled file with the code that V8 compiled when it was built. In: a CommonJS file, and beside it
 * the cache that `prepare` kept. Out: its exports. A cache of another Node, or none, only costs the time to compile.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';

// As Node wraps CommonJS (documentation of `modules`, "The module wrapper"), on one line, so that lines stay the file's own.
const head = '(function (exports, require, module, __filename, __dirname) { ';

/** What a file exports, and its script, of which V8 can give the code that it has compiled by now. */
export interface Compiled {
  readonly exports: unknown;
  readonly script: Script;
}

/** Runs the file at an absolute path. Throws what its code throws. */
export function loadCompiled(path: string): Compiled {
  const cachedData = readCache(path);
  const script = new Script(`${head}${readFileSync(path, 'utf8')}\n})`, {
    filename: path,
    columnOffset: -head.length,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} };
  const run: unknown = script.runInThisContext();
  if (typeof run !== 'function') throw new Error(`${path} is not a module`);
  Reflect.apply(run, module.exports, [module.exports, createRequire(path), module, path, dirname(path)]);
  return { exports: module.exports, script };
}

/** Where the compiled code of a file is kept. */
export function cachePath(path: string): string {
  return `${path}.cache`;
}

function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(cachePath(path));
  } catch {
    return undefined;
  }
}
