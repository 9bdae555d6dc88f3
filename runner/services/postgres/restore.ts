import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import { clientMajor, firstError, parseHeader, tocOf } from '../archives/dump.ts';
import { type Ended, runClient } from '../process/client.ts';
import type { PostgresResource } from '../resources.ts';
import { withLibpqAccess } from './connection.ts';
import { classify, parseErrors } from './stderr.ts';

/** What a restoration came to. `ignored` are the errors that leave all data in place. */
export interface Restored {
  readonly tables: number;
  readonly ignored: readonly string[];
}

/**
 * Flags of Scalingo's own guide ("Restoring", 2026-04). `--no-comments` because COMMENT ON EXTENSION needs its owner;
 * `--if-exists` because on an empty database each DROP would fail and the exit code would say nothing.
 */
const flags = ['--clean', '--if-exists', '--no-owner', '--no-privileges', '--no-comments', '--verbose'];

/** Data sections of a table of contents: what progress is counted in. */
const tableData = /^\d+; \d+ \d+ TABLE DATA (\S+) (\S+) /;

/** Entries that only the owner of an extension may restore; they are prepared beforehand. */
const extensionEntry = /^\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION) /;

/** The table of contents without its extensions, for `pg_restore --use-list`. */
export function withoutExtensions(toc: string): string {
  return toc
    .split('\n')
    .filter(line => !extensionEntry.test(line))
    .join('\n');
}

/** The tables whose data a dump holds, as `schema.table`. */
export function tablesIn(toc: string): string[] {
  const found = toc.split('\n').map(line => tableData.exec(line));
  return found.flatMap(match => (match === null ? [] : [`${match[1]}.${match[2]}`]));
}

/**
 * Refuses a client that is older than the one that made the archive: it could not read it, or only in part.
 * Faults: `client-missing`, `client-too-old`, `dump-missing`, `dump-unreadable`. Returns the table of contents.
 */
export async function readToc(path: string): Promise<string> {
  const toc = await tocOf(path);
  const needed = Number.parseInt(parseHeader(toc).client, 10);
  const client = await clientMajor();
  if (client < needed)
    throw new Fault('client-too-old', { path, message: `pg_restore ${client} < ${needed}` });
  return toc;
}

/** Runs `pg_restore` with parallel jobs, one line of progress per table. Faults: `restore-failed`, `client-killed`. */
export async function runRestore(resource: PostgresResource, path: string, jobs?: number): Promise<Restored> {
  const toc = await readToc(path);
  const tables = tablesIn(toc);
  const ended = await withToc(withoutExtensions(toc), list =>
    withLibpqAccess(resource, ({ args, env }) => {
      const parallel = `--jobs=${jobs ?? Math.min(4, Math.max(2, availableParallelism()))}`;
      const onStderrLine = progress(tables.length);
      return runClient('pg_restore', [...args, ...flags, parallel, `--use-list=${list}`, path], {
        env,
        onStderrLine,
      });
    }),
  );
  return judge(resource, ended, tables.length);
}

/** A file that only this user reads, removed at the end: table names are not for everybody either. */
async function withToc<T>(toc: string, use: (list: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-toc-'));
  await chmod(folder, 0o700);
  try {
    const list = join(folder, 'toc');
    await writeFile(list, toc, { mode: 0o600 });
    return await use(list);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function progress(total: number): (line: string) => void {
  let done = 0;
  return line => {
    const table = /^pg_restore: finished item \d+ TABLE DATA (.+)$/.exec(line)?.[1];
    if (table !== undefined) console.log(`${++done}/${total} ${table}`);
  };
}

function judge(resource: PostgresResource, ended: Ended, tables: number): Restored {
  const { benign, grave } = classify(parseErrors(ended.stderr));
  const [first] = grave;
  if (first !== undefined || (ended.exit !== 0 && benign.length === 0)) {
    const message = first?.message ?? firstError(ended.stderr);
    const count = Math.max(1, grave.length);
    throw new Fault(
      'restore-failed',
      { resource: resource.name, exit: ended.exit, count, message },
      'step-may-have-run',
    );
  }
  return { tables, ignored: benign.map(error => error.message) };
}
