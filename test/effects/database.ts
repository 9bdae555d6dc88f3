import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../runner/sandbox/postgres/postgres.ts';
import type { DirectPostgres } from '../../runner/services/resources.ts';

/** A PostgreSQL server of a test's own. `fresh` makes an empty database and gives the resource for it. */
export async function startDatabaseServer() {
  const directory = await mkdtemp(join(tmpdir(), 'reprise-database-'));
  const server = await startPostgres({ directory });
  const query = async (url: string, sql: string): Promise<pg.QueryResult> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end();
    }
  };
  return {
    url: server.url,
    query,
    async fresh(database: string): Promise<DirectPostgres> {
      await query(server.url, `create database ${database}`);
      const url = server.url.replace(/\/postgres$/, `/${database}`);
      return { kind: 'postgres', name: 'base', run: 'run-1', mode: 'drill', protected: ['*prod*'], url };
    },
    async close(): Promise<void> {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
