import { hash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { SourceFile } from './event.ts';

/** The digest that a resume compares: sha256 over each file's path and digest, in the order of paths, and the runner's version. */
export function digestSources(files: readonly Pick<SourceFile, 'path' | 'sha256'>[], runner: string): string {
  const pairs = files.map(({ path, sha256 }) => ({ path, sha256 }));
  pairs.sort((a, b) => (a.path < b.path ? -1 : 1));
  return hash('sha256', canonicalJson({ files: pairs, runner }));
}
