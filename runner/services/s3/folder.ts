import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { Fault } from '../../fault.ts';
import { systemCode } from '../system-error.ts';
import { concurrency } from './client.ts';
import { inMemory, type Source } from './spool.ts';

/**
 * The files under a folder, in the order of their paths, as objects whose key is the path below it. The small ones are read
 * ahead, since a disk asked for one file at a time leaves the network idle. Faults: `folder-unreadable`, `folder-unsafe` (a
 * link or a special file, which is not followed).
 */
export async function* objectsUnderFolder(folder: string): AsyncGenerator<Source> {
  const paths = await pathsUnder(folder);
  const opened: Promise<Source>[] = [];
  let next = 0;
  const readAhead = () => {
    for (; opened.length < concurrency && next < paths.length; next++) {
      const object = open(folder, paths[next] ?? '');
      // Told to whoever takes it; until then an error must not end the process.
      object.catch(() => undefined);
      opened.push(object);
    }
  };
  for (readAhead(); opened.length > 0; readAhead()) {
    const object = await opened.shift();
    if (object !== undefined) yield object;
  }
}

async function pathsUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(unreadable(folder));
  const odd = entries.find(entry => !entry.isFile() && !entry.isDirectory());
  if (odd) throw new Fault('folder-unsafe', { folder, name: keyOf(folder, join(odd.parentPath, odd.name)) });
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

async function open(folder: string, path: string): Promise<Source> {
  const key = keyOf(folder, path);
  const { size } = await stat(path).catch(unreadable(path));
  if (size > inMemory) return { key, size, body: createBody(path) };
  const content = await readFile(path).catch(unreadable(path));
  return { key, size: content.length, body: once(content) };
}

/** Opened when it is first read: a file that waits holds no descriptor. */
async function* createBody(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path);
}

async function* once(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}

function keyOf(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

function unreadable(path: string): (error: unknown) => never {
  return error => {
    throw new Fault('folder-unreadable', { path, code: systemCode(error) ?? 'EIO' });
  };
}
