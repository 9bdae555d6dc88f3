import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder in which Reprise is installed: the nearest one above this file that holds its `package.json`. */
export function installation(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!isInstallation(folder)) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the package.json of reprise is not above its own code');
    folder = above;
  }
  return folder;
}

function isInstallation(folder: string): boolean {
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) && /"name":\s*"reprise"/.test(readFileSync(manifest, 'utf8'));
}

/** The path of a bundled programme, such as `sandbox.mjs`. */
export function programPath(name: string): string {
  return join(installation(), 'dist', name);
}
