import { appendFile, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DirectoryResource } from '../resources.ts';

/** The list that a run keeps of what it downloaded into a directory: its own mark there. */
function listOf(directory: DirectoryResource): string {
  return join(directory.path, `.reprise-${directory.run}`);
}

/** Where to download a file of that name to; noted before anything is written, so that a cut download is erased too. */
export async function placeDownload(directory: DirectoryResource, name: string): Promise<string> {
  const safe = basename(name).replaceAll(/[\p{Cc}\p{Cf}]/gu, '_');
  await appendFile(listOf(directory), `${safe}\n`, { mode: 0o600 });
  return join(directory.path, safe);
}

/** The names that this run downloaded, each once. */
export async function downloadedNames(directory: DirectoryResource): Promise<string[]> {
  const text = await readFile(listOf(directory), 'utf8').catch(() => '');
  return [...new Set(text.split('\n').filter(name => name !== ''))];
}

/** Removes them, then the list. */
export async function removeDownloads(directory: DirectoryResource): Promise<string[]> {
  const names = await downloadedNames(directory);
  for (const name of names) {
    for (const file of [name, `${name}.part`])
      await rm(join(directory.path, basename(file)), { force: true });
  }
  await rm(listOf(directory), { force: true });
  return names;
}
