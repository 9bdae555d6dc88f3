import { closeSync, constants, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const { O_CREAT, O_DIRECTORY, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY } = constants;

/** Makes what was created, renamed or removed in a directory survive a power loss. */
export function syncDirectory(directory: string): void {
  const fd = openSync(directory, O_RDONLY | O_DIRECTORY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Writes all of `bytes`, however many calls the system needs. Throws the system's error. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
}

/**
 * Writes a whole file (0600) so that a crash leaves the old one or the new one, and at most the rest of what was written in
 * `aside`, a folder of the same file system. Throws the system's error.
 */
export function writeDurably(path: string, bytes: string | Uint8Array, aside = dirname(path)): void {
  // The name is fixed, so that a rest of a crash is overwritten by the next attempt; the run's lock allows one writer.
  const temporary = join(aside, `.${basename(path)}.tmp`);
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  try {
    writeFully(fd, Buffer.from(bytes));
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** The code of a system error (`ENOSPC`, …), or its message when it has none. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.message : String(error);
}
