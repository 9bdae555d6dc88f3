import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { difference } from '../journal/difference.ts';
import type { EventOf } from '../journal/event.ts';
import { LAYOUT } from '../seal/layout.ts';
import { type Bundle, readDocument, sha256 } from './bundle.ts';
import { originRoot } from './origin.ts';

/** The files of a bundle's `source/` that are no longer what the run was opened with, or are gone. */
export function bundledChanges(bundle: Bundle, opened: EventOf<'run-opened'>): readonly string[] {
  const changed = opened.files.filter(file => {
    const content = readDocument(bundle, `${LAYOUT.source}/${file.path}`);
    return content === undefined || sha256(content) !== file.sha256;
  });
  return changed.map(file => file.path);
}

/** A file that the run was opened with and that is now another one where it was read from. */
export interface OriginChange {
  readonly path: string;
  readonly diff: string;
}

/**
 * What has changed since, in the folder that the run was opened from: the runbook, what its cells import and the lock file of
 * their packages. Nothing where that folder is not there, as on another machine: the bundle's own copy is then all that there is.
 */
export function originChanges(bundle: Bundle, opened: EventOf<'run-opened'>): readonly OriginChange[] {
  const root = originRoot(bundle, opened);
  if (root === undefined) return [];
  return opened.files
    .filter(file => file.role !== 'answers')
    .flatMap(({ path, sha256: was }) => {
      const place = join(root, path);
      const now = existsSync(place) ? readFileSync(place) : Buffer.alloc(0);
      if (sha256(now) === was) return [];
      const before = readDocument(bundle, `${LAYOUT.source}/${path}`)?.toString('utf8') ?? '';
      return [{ path, diff: `--- ${path}\n+++ ${path}\n${difference(before, now.toString('utf8'))}` }];
    });
}
