/** TypeScript to JavaScript by blanking types out, so that every line and column stays where it was. */
import { transformSync } from '@swc/wasm-typescript';

/** Strips types in place. Throws a `SyntaxError` that names file, line and column. */
export function stripTypes(code: string, path: string): string {
  try {
    return transformSync(code, { mode: 'strip-only', module: true, filename: path }).code;
  } catch (thrown) {
    throw syntaxError(thrown, path);
  }
}

function syntaxError(thrown: unknown, path: string): unknown {
  if (typeof thrown !== 'object' || thrown === null) return thrown;
  const message: unknown = Reflect.get(thrown, 'message');
  const line: unknown = Reflect.get(thrown, 'startLine');
  const column: unknown = Reflect.get(thrown, 'startColumn');
  if (typeof line !== 'number' || typeof column !== 'number') return thrown;
  const error = new SyntaxError(String(message));
  error.stack = `SyntaxError: ${message}\n    at ${path}:${line}:${column + 1}`;
  return error;
}
