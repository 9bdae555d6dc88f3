/*
 * Where the cells of a run work when it is gone on with. In: a bundle and its opening. Out: the folder that the run was opened
 * from while that is unchanged, else a private copy (0700) of the bundle's sources. What can never happen: a cell that works in
 * the bundle, where a file that it writes would become a part of the record.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { EventOf } from '../journal/event.ts';
import { LAYOUT } from '../seal/layout.ts';
import { type Bundle, readDocument } from './bundle.ts';
import { unchangedRoot } from './origin.ts';

/** The folder to which the paths of a run's sources are relative. `copied` is the same one where it is a copy, which `close` removes. */
export interface SourceRoot {
  readonly root: string;
  readonly copied: string | undefined;
  close(): void;
}

/** The folder of the opening, or a copy of `source/`: a file that is not there any more is left out. */
export function openSourceRoot(bundle: Bundle, opened: EventOf<'run-opened'>): SourceRoot {
  const origin = unchangedRoot(bundle, opened);
  if (origin !== undefined) return { root: origin, copied: undefined, close: () => {} };
  const copied = mkdtempSync(join(realpathSync(tmpdir()), 'reprise-source-'));
  for (const { path } of opened.files) {
    const content = readDocument(bundle, `${LAYOUT.source}/${path}`);
    if (content === undefined) continue;
    mkdirSync(join(copied, dirname(path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(copied, path), content, { mode: 0o600 });
  }
  return { root: copied, copied, close: () => rmSync(copied, { recursive: true, force: true }) };
}
