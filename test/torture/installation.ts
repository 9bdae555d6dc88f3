import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..', '..');

/** A guard taken out: in a file of `runner/`, `text` becomes `by`. */
export interface Breakage {
  readonly file: string;
  readonly text: string;
  readonly by: string;
}

/** Builds the programme in a folder of its own, with some of its guards taken out; returns the path of the command line. */
export function install(folder: string, breakages: readonly Breakage[] = []): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ['runner', 'runbook', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const breakage of breakages) takeOut(folder, breakage);
  // The link that `npx` needs lies in node_modules, which is not this folder's own.
  const [build = ''] = readFileSync(join(root, 'build.mjs'), 'utf8').split('// `npx reprise`');
  writeFileSync(join(folder, 'build.mjs'), build);
  execFileSync(process.execPath, ['build.mjs'], { cwd: folder, stdio: 'pipe' });
  return join(folder, 'dist', 'reprise.cjs');
}

function takeOut(folder: string, { file, text, by }: Breakage): void {
  const path = join(folder, 'runner', file);
  const source = readFileSync(path, 'utf8');
  if (source.split(text).length !== 2) throw new Error(`${file} does not hold \`${text}\` once`);
  writeFileSync(
    path,
    source.replace(text, () => by),
  );
}
