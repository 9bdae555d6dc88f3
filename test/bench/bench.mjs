// `npm run bench [-- SECTION…]`: what Reprise costs beside what one would use instead, in interleaved runs on this machine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { sections } from './sections.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** A private folder, a key that signs, and the programs to compare. */
async function prepare() {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-bench-'));
  const key = join(folder, 'cle');
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', key]);
  if (made.status !== 0) throw new Error(`ssh-keygen: ${made.error ?? made.stderr}`);
  writeFileSync(join(folder, 'signataires'), `banc ${spawnSync('cat', [`${key}.pub`]).stdout}`);
  const options = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['oxc-parser', '@swc/*', 'ssh2', 'pg-native'],
    logLevel: 'error',
  };
  const define = { 'import.meta.url': 'thisFile' };
  const banner = { js: "const thisFile = require('node:url').pathToFileURL(__filename).href;" };
  // Built in `node_modules`, since a bundle's packages are looked for above its own folder.
  const programs = mkdtempSync(join(root, 'node_modules/.bench-'));
  await build({
    ...options,
    define,
    banner,
    entryPoints: ['long-bundle', 'append', 'mask', 's3', 'database'].map(name => join(here, `${name}.ts`)),
    outdir: programs,
    outExtension: { '.js': '.cjs' },
  });
  const zx = join(root, 'node_modules/zx/build/cli.js');
  const reprise = join(root, 'dist/reprise.cjs');
  return { folder, root, here, key, programs, zx, reprise, ...commands(folder, key, reprise) };
}

function commands(folder, key, reprise) {
  let serial = 0;
  const fresh = name => join(folder, `${name}-${serial++}`);
  /** Arguments of a whole run of a document, from opening to seal. */
  const run = document => [
    reprise,
    'run',
    document,
    '--target',
    'banc',
    '--as',
    'banc',
    '--auto',
    '--key',
    key,
    '--runs',
    fresh('runs'),
  ];
  const write = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  /** Frees the disk between rounds. */
  const sweep = () => {
    for (const name of readdirSync(folder))
      if (/^(runs|copy|file)-/.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  };
  return { fresh, run, write, sweep, usage: join(folder, 'usage.json') };
}

function describeMachine(folder) {
  const [cpu] = cpus();
  const type = spawnSync('stat', ['-f', '-c', '%T', folder]).stdout.toString().trim();
  print(
    `Node ${process.version}, ${availableParallelism()} × ${cpu?.model ?? 'unknown'}, ${process.platform} ${process.arch}`,
  );
  print(
    `load ${loadavg()
      .map(each => each.toFixed(2))
      .join(
        ' ',
      )}; files on ${type}${type === 'tmpfs' ? ': syncing costs nothing there, set TMPDIR to a disk' : ''}`,
  );
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

const asked = process.argv.slice(2);
const unknown = asked.filter(name => !(name in sections));
if (unknown.length > 0) {
  print(`no section ${unknown.join(', ')}; there are: ${Object.keys(sections).join(', ')}`);
  process.exit(2);
}
const bench = await prepare();
const began = performance.now();
try {
  describeMachine(bench.folder);
  for (const name of asked.length > 0 ? asked : Object.keys(sections)) {
    sections[name]({ ...bench, print });
    bench.sweep();
  }
  print(`\n${((performance.now() - began) / 1000).toFixed(0)} s in all; load ${loadavg()[0].toFixed(2)}`);
} finally {
  rmSync(bench.folder, { recursive: true, force: true });
  rmSync(bench.programs, { recursive: true, force: true });
}
