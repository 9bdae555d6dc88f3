import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Builds TypeScript that imports from this folder into a module that a bare `node` runs; returns its path. */
export function buildChild(contents: string): string {
  const outfile = join(mkdtempSync(join(tmpdir(), 'reprise-child-')), 'child.mjs');
  const stdin = { contents, resolveDir: import.meta.dirname, loader: 'ts' as const };
  buildSync({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' });
  return outfile;
}

/** Starts such a module and resolves with what it writes first. */
export async function startChild(file: string, args: readonly string[]): Promise<[ChildProcess, string]> {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once('exit', code => reject(new Error(`the child ended with ${code} and said nothing`)));
  });
  return [child, said];
}

/** Ends a child the hard way and waits until it is gone. */
export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise(resolve => {
    child.once('exit', resolve);
    child.kill('SIGKILL');
  });
}
