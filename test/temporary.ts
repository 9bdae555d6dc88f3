import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives all tests one temporary folder, removed after the last: those that fail leave nothing behind either. */
export default function temporary(): () => void {
  // Short, since the path of a Unix socket has 107 bytes at most (Linux, unix(7)).
  const folder = mkdtempSync(join(tmpdir(), 'rt-'));
  // Open to all, as the one that it replaces: some tests act as another user.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
