import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes an author's file whole or not at all: its mode stays, and a link goes on pointing at it. Throws the system's error.
 */
export function replaceFile(path: string, text: string): void {
  const real = realpathSync(path);
  const partial = join(dirname(real), `.${basename(real)}.${process.pid}.tmp`);
  try {
    writeFileSync(partial, text, { mode: statSync(real).mode, flag: 'wx' });
    renameSync(partial, real);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
