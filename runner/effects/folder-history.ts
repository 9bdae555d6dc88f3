import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Fault } from '../fault.ts';
import { readGitNow } from './git.ts';
import { followImports } from './sources.ts';

/** When something of a document's folder was last changed (RFC 3339), and what its files are; undefined where that is not known. */
export interface FolderHistory {
  lineDate(line: number): string | undefined;
  fileDate(path: string): string | undefined;
  fileDigest(path: string): string | undefined;
  reachedFrom(path: string): readonly string[] | undefined;
}

/**
 * What git and the disk say of a document, of the files that its cells import, whose paths start from its folder, and of what
 * these import in turn. Dates are the committers'.
 */
export async function folderHistory(document: string, imports: ReadonlySet<string>): Promise<FolderHistory> {
  const folder = dirname(document);
  const reached = new Map<string, readonly string[]>();
  for (const path of imports) {
    const found = await reachedFrom(folder, path);
    if (found !== undefined) reached.set(path, found);
  }
  return {
    reachedFrom: path => reached.get(path),
    lineDate: lineDates(document),
    fileDate: path => {
      const seconds = readGitNow(folder, ['log', '-1', '--format=%ct', '--', path])?.trim();
      return seconds === undefined || seconds === ''
        ? undefined
        : new Date(Number(seconds) * 1000).toISOString();
    },
    fileDigest: path => {
      try {
        return createHash('sha256')
          .update(readFileSync(join(folder, path)))
          .digest('hex');
      } catch {
        return undefined;
      }
    },
  };
}

/** A file and what it imports, however far; undefined when one of them is not there. */
async function reachedFrom(folder: string, path: string): Promise<readonly string[] | undefined> {
  try {
    const found = await followImports([resolve(folder, path)]);
    return [...found].map(each => relative(realpathSync(folder), each));
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

/**
 * When each line of a file (from 1) was last changed, RFC 3339, by `git blame`: the committer's time, and now for a line that is not
 * committed. Nothing is known outside a work tree, or without git.
 */
function lineDates(file: string): (line: number) => string | undefined {
  const dates = new Map<number, string>();
  const times = new Map<string, string>();
  let current = { commit: '', line: 0 };
  const blame = readGitNow(dirname(file), ['blame', '--porcelain', '--', basename(file)]) ?? '';
  for (const text of blame.split('\n')) {
    const [, commit, line] = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(text) ?? [];
    if (commit !== undefined) current = { commit, line: Number(line) };
    const [, seconds] = /^committer-time (\d+)$/.exec(text) ?? [];
    if (seconds !== undefined) times.set(current.commit, new Date(Number(seconds) * 1000).toISOString());
    const at = times.get(current.commit);
    // The text of the line comes last, after a tab.
    if (text.startsWith('\t') && at !== undefined) dates.set(current.line, at);
  }
  return line => dates.get(line);
}
