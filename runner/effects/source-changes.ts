import type { EventOf } from '../journal/event.ts';
import { LAYOUT } from '../seal/layout.ts';
import { type Bundle, readDocument, sha256 } from './bundle.ts';

/** The files of a bundle's `source/` that are no longer what the run was opened with, or are gone. */
export function bundledChanges(bundle: Bundle, opened: EventOf<'run-opened'>): readonly string[] {
  const changed = opened.files.filter(file => {
    const content = readDocument(bundle, `${LAYOUT.source}/${file.path}`);
    return content === undefined || sha256(content) !== file.sha256;
  });
  return changed.map(file => file.path);
}
