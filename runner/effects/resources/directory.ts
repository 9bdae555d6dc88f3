/** The fingerprint of a directory and the run's marker in it (a file). */
import { readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import type { Fingerprint } from '../../journal/event.ts';
import { refuseProtected } from '../../services/guard/protected.ts';
import type { DirectoryResource } from '../../services/resources.ts';

/** The file that holds the id of the run which claimed the directory; it does not count as an entry. */
export const MARKER_FILE = '.reprise-run';

/** Asks the file system. An absent directory is empty. Faults: `directory-unreadable`, `protected-name`. */
export async function inspectDirectory(resource: DirectoryResource): Promise<Fingerprint> {
  const base = { resource: resource.name, kind: 'directory' };
  try {
    const path = await realpath(resource.path);
    refuseProtected(resource, [path]);
    const { dev, ino, uid } = await stat(path);
    const entries = (await readdir(path)).filter(name => name !== MARKER_FILE).length;
    const facts = { exists: true, device: dev, inode: ino, owner: uid, entries };
    const marker = await markerOf(path);
    const found = { ...base, name: path, facts, empty: entries === 0 };
    return marker === undefined ? found : { ...found, marker };
  } catch (error) {
    if (error instanceof Fault) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return { ...base, name: resource.path, facts: { exists: false }, empty: true };
    throw new Fault('directory-unreadable', { resource: resource.name, path: resource.path, code });
  }
}

async function markerOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(join(path, MARKER_FILE), 'utf8')).trim();
  } catch {
    return undefined;
  }
}

/** Writes the marker into an existing directory that is empty or was named. */
export async function claimDirectory(
  resource: DirectoryResource,
  run: string,
  named: boolean,
): Promise<boolean> {
  const found = await inspectDirectory(resource);
  if (!found.empty && !named) return found.marker === run;
  if (found.facts.exists !== true) return false;
  try {
    await writeFile(join(found.name, MARKER_FILE), `${run}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
