import { readGitNow } from './git.ts';

/** The commit in which a file stands, and whether its folder differs from it; nothing outside a git work tree. */
export function commitOf(directory: string): { readonly id: string; readonly dirty: boolean } | undefined {
  const id = readGitNow(directory, ['rev-parse', 'HEAD']);
  if (id === undefined) return undefined;
  const changes = readGitNow(directory, ['status', '--porcelain', '--', '.']);
  return { id: id.trim(), dirty: changes !== '' };
}
