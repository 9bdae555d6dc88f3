/*
 * A PostgreSQL database for cells: restore a dump, count its rows, query it. In: `resources.<name>` of kind `postgres`.
 * Out: JSON, and progress on stdout. Can never happen: a password in an argument, in an environment or in an error; a
 * restoration over a protected database in a drill, or over a non-empty one that is not this run's; an exit code of
 * pg_restore that is ignored without being explained.
 */

import { Fault } from '../fault.ts';
import type { Json } from '../model/runbook.ts';
import { withClient } from './postgres/connection.ts';
import { type DatabaseState, guardDatabase, refuseProtectedDatabase, stateOf } from './postgres/guard.ts';
import { type Account, type Rights, tryRights } from './postgres/reader.ts';
import { type Restored, readToc, runRestore } from './postgres/restore.ts';
import { type RowCounts, rowsInDatabase, rowsInDump } from './postgres/rows.ts';
import { recordDataLoaded, recordFinding } from './record.ts';
import type { PostgresResource } from './resources.ts';

/** How to restore. `jobs` are parallel connections. */
export interface RestoreOptions {
  readonly jobs?: number;
  /** Whether the data are personal, for the record; true unless told. */
  readonly personal?: boolean;
}

/** Asks the server what the database is: its name, user, major version, tables and marker. */
export function describeDatabase(resource: PostgresResource): Promise<DatabaseState> {
  return withClient(resource, stateOf);
}

/**
 * Restores a dump with `pg_restore`, without its extensions, and records what was loaded. The guard reads the server just
 * before acting, then marks the database as this run's. Faults: `protected-name`, `database-not-empty`,
 * `client-missing`, `client-too-old`, `dump-missing`, `restore-failed`.
 */
export async function restore(
  resource: PostgresResource,
  dump: { readonly path: string; readonly archive: string },
  options: RestoreOptions = {},
): Promise<Restored> {
  await readToc(dump.path);
  await withClient(resource, async client => {
    const { database } = await guardDatabase(resource, client);
    await client.query(
      `comment on database ${client.escapeIdentifier(database)} is 'reprise:${resource.run}'`,
    );
  });
  const restored = await runRestore(resource, dump.path, options.jobs);
  const others = restored.more === undefined ? [] : [`+${restored.more}`];
  for (const message of [...restored.ignored, ...others]) recordFinding('minor', `pg_restore: ${message}`);
  recordDataLoaded(resource.name, dump.archive, options.personal ?? true);
  return restored;
}

/**
 * Creates extensions before a restoration: `pg_restore` cannot always do it, and those that the platform owns must not be
 * dropped. Faults: `extension-refused`, `protected-name`.
 */
export async function prepareExtensions(resource: PostgresResource, names: readonly string[]): Promise<void> {
  await withClient(resource, async client => {
    await refuseProtectedDatabase(resource, client);
    for (const name of names) {
      try {
        await client.query(`create extension if not exists ${client.escapeIdentifier(name)}`);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Fault('extension-refused', { resource: resource.name, extension: name, message });
      }
      console.log(`${name} ✓`);
    }
  });
}

/** Rows of each table of the database, as `schema.table`, all from one snapshot. */
export function countRows(resource: PostgresResource): Promise<RowCounts> {
  return withClient(resource, rowsInDatabase);
}

/** Rows of each table as the dump holds them, read from its own data. Faults: `dump-corrupt`, `client-missing`. */
export function countDumpRows(dump: { readonly path: string }): Promise<RowCounts> {
  return rowsInDump(dump.path);
}

/** A table whose rows are not those expected; absent ones count -1. */
export interface RowDifference {
  readonly table: string;
  readonly expected: number;
  readonly found: number;
}

/** The tables that differ, by name. Tables that are only in `found` are not compared: a later migration may add some. */
export function compareRows(expected: RowCounts, found: RowCounts): RowDifference[] {
  return Object.entries(expected)
    .map(([table, rows]) => ({ table, expected: rows, found: found[table] ?? -1 }))
    .filter(row => row.expected !== row.found)
    .sort((a, b) => (a.table < b.table ? -1 : 1));
}

/** Rows of a query in a read-only transaction; `values` are its `$1`, `$2`… and never pasted into its text. */
export async function query(
  resource: PostgresResource,
  text: string,
  values: readonly Json[] = [],
): Promise<Record<string, unknown>[]> {
  return withClient(resource, async client => {
    await client.query('begin transaction read only');
    const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
    await client.query('rollback');
    return rows;
  });
}

/**
 * What an account of the database may do, tried with one statement that reads and one that writes; both are rolled back.
 * Faults: `rights-not-proven`, `database-unreachable`.
 */
export function rightsOf(
  resource: PostgresResource,
  account: Account,
  statements: { readonly read: string; readonly write: string },
): Promise<Rights> {
  return tryRights(resource, account, statements);
}
