import { spawnSync } from 'node:child_process';

/** The commit in which a file stands, and whether its folder differs from it; nothing outside a git work tree. */
export function commitOf(directory: string): { readonly id: string; readonly dirty: boolean } | undefined {
  const id = git(directory, ['rev-parse', 'HEAD']);
  if (id === undefined) return undefined;
  const changes = git(directory, ['status', '--porcelain', '--', '.']);
  return { id: id.trim(), dirty: changes !== '' };
}

function git(directory: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('git', ['-C', directory, ...args], { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}
