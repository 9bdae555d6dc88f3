/*
 * Waiting for an author to save. In: the files that a document is made of. Out: a promise that is kept once one of them has
 * changed and the editor has come to rest. Folders are watched, since editors replace a file rather than write into it.
 */
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Milliseconds without a change after which a file is taken to be saved: editors write in several steps. */
const rest = 40;

/** Starts to wait for a change of one of these files (absolute paths) before anybody reads them, so that none is missed. */
export function nextChange(files: readonly string[]): { readonly changed: Promise<void>; stop(): void } {
  const watchers: FSWatcher[] = [];
  const stop = (): void => {
    for (const watcher of watchers.splice(0)) watcher.close();
  };
  const changed = new Promise<void>(resolve => {
    let timer: NodeJS.Timeout | undefined;
    const notice = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        stop();
        resolve();
      }, rest);
    };
    for (const folder of new Set(files.map(file => dirname(file)))) {
      const names = files.filter(file => dirname(file) === folder).map(file => basename(file));
      const watcher = watch(folder, (_event, name) => {
        if (name === null || names.includes(name)) notice();
      });
      // A folder that is removed while it is watched changes nothing any more.
      watcher.on('error', () => undefined);
      watchers.push(watcher);
    }
  });
  return { changed, stop };
}
