/*
 * Where files of a repository are read for a comparison: a checkout on disk, or a service. Both give texts, lists and versions.
 */
import type { Since } from '../../drift/reading.ts';

/** A change to a path: an id that `read` takes, when it was made (RFC 3339), and its short name. */
export interface Version {
  readonly id: string;
  readonly at: string;
  readonly by: string;
}

/** A repository that can be looked at. Each method throws a Fault when it cannot be looked at. */
export interface Repository {
  /** The text of a file at a ref; undefined when it is not there. */
  read(path: string, ref?: string): Promise<string | undefined>;
  /** Names of the files of a folder at a ref; none when it is not there. */
  list(folder: string, ref?: string): Promise<readonly string[]>;
  /** The changes to a path, newest first; none where no history is known. */
  versions(path: string, ref?: string): Promise<readonly Version[]>;
  /** Whether a run of the workflow left an artifact that can be downloaded; undefined where runs cannot be asked for. */
  isKept?(workflow: string, artifact: string): Promise<{ readonly kept: boolean; readonly since?: Since }>;
}

/** How many changes are looked at for the date of one. */
export const mostVersions = 30;

/** A commit in a few characters: seven digits and the first line of its message. */
export function commitName(id: string, message: string): string {
  const [first = ''] = message.split('\n');
  return `${id.slice(0, 7)}, ${first.slice(0, 72)}`;
}

/**
 * The change that ended the time in which `held` was true of a file's text, and the last text of that time. Empty when no change
 * that is known did.
 */
export async function changeSince(
  repository: Repository,
  { path, ref }: { readonly path: string; readonly ref?: string | undefined },
  held: (text: string) => boolean,
): Promise<{ readonly since?: Since; readonly before?: string }> {
  let newer: Version | undefined;
  for (const version of await repository.versions(path, ref)) {
    const text = await repository.read(path, version.id);
    if (text !== undefined && held(text)) {
      return { before: text, ...(newer === undefined ? {} : { since: sinceOf(newer) }) };
    }
    newer = version;
  }
  return {};
}

/** When a change was made, and its name. */
export function sinceOf({ at, by }: Version): Since {
  return { at, by };
}
