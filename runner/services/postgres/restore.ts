import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import { clientMajor, firstError, parseHeader, tocOf } from '../archives/dump.ts';
import { type Ended, runClient } from '../process/client.ts';
import type { PostgresResource } from '../resources.ts';
import { withLibpqAccess } from './connection.ts';
import { type Counted, type Reading, StderrReader } from './stderr.ts';

/** What a restoration came to. `ignored` are the first of the errors that leave all data in place, `more` the number of the others. */
export interface Restored {
  readonly tables: number;
  readonly ignored: readonly string[];
  readonly more?: number;
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
  const reader = new StderrReader();
  const show = progress(tables.length);
  const onStderrLine = (line: string) => {
    reader.line(line);
    show(line);
  };
  const ended = await withToc(withoutExtensions(toc), list =>
    withLibpqAccess(resource, ({ args, env }) => {
      const parallel = `--jobs=${jobs ?? Math.min(4, Math.max(2, availableParallelism()))}`;
      const all = [...args, ...flags, parallel, `--use-list=${list}`, path];
      return runClient('pg_restore', all, { env, onStderrLine });
    }),
  );
  const { first, count } = judge(resource, ended, reader.end());
  const ignored = first.map(error => error.message);
  const more = count - ignored.length;
  return { tables: tables.length, ignored, ...(more > 0 ? { more } : {}) };
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

/** The errors that leave all data in place, once it is sure that there were no others. Fault: `restore-failed`. */
function judge(resource: PostgresResource, { exit, stderr }: Ended, reading: Reading): Counted {
  const { benign, grave } = reading;
  const message = grave.first[0]?.message ?? unexplained(exit, stderr, reading);
  if (message === undefined) return benign;
  const params = { resource: resource.name, exit, count: Math.max(1, grave.count), message };
  throw new Fault('restore-failed', params, 'step-may-have-run');
}

/**
 * Why an exit code is not explained by benign errors alone. With `--jobs`, pg_restore counts once an entry whose worker made
 * several errors (src/bin/pg_dump/pg_backup_archiver.c, `mark_restore_job_done`): it may count fewer than it wrote, never more.
 */
function unexplained(exit: number, stderr: string, { benign, ignored }: Reading): string | undefined {
  if (exit === 0) return undefined;
  if (ignored === undefined || benign.count === 0) return firstError(stderr);
  return ignored > benign.count ? `errors ignored on restore: ${ignored} > ${benign.count}` : undefined;
}
