/**
 * The two ends of the section `database`. `node database.cjs serve FOLDER FILE MEGABYTES` starts the sandbox's PostgreSQL and
 * SSH gateway, fills and dumps a database, opens a tunnel, writes `{url, dump}` in FILE, which it
 * removes when it ends: with its standard input or at a SIGTERM.
 * `fresh URL` makes an empty database and prints its address; `restore URL DUMP` restores as a cell does and prints the
 * milliseconds; `count URL` prints the rows and drops the database.
 */
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { startPostgres } from '../../runner/sandbox/postgres/postgres.ts';
import { startGateway } from '../../runner/sandbox/ssh/gateway.ts';
import { ownHostKey } from '../../runner/sandbox/ssh/host-key.ts';
import { countRows, restore } from '../../runner/services/postgres.ts';
import type { DirectPostgres } from '../../runner/services/resources.ts';
import { openTunnel, throughTunnel } from '../../runner/services/tunnel.ts';

/** Fifty tables of the size and shape of an application's, with indexes and foreign keys; `scale` makes about a MB each. */
function content(scale: number): string[] {
  const tables = Array.from({ length: 50 }, (_, index) => `t${index}`);
  const rows = Math.round((scale * 2500) / tables.length);
  return tables.flatMap((table, index) => [
    `create table ${table} (id integer primary key, parent integer, label text not null, note text, made timestamptz)`,
    `insert into ${table} select n, 1 + n % ${rows}, 'convention ' || md5(n::text), repeat(md5((n * 7)::text), 3 + n % 4),
      '2026-01-01'::timestamptz + n * interval '1 minute' from generate_series(1, ${rows}) n`,
    `create index on ${table} (label)`,
    `create index on ${table} (parent, made)`,
    index === 0 ? 'select 1' : `alter table ${table} add foreign key (parent) references t${index - 1} (id)`,
  ]);
}

async function sql(url: string, texts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

function sibling(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
}

async function serve(folder: string, file: string, megabytes: number): Promise<void> {
  const postgres = await startPostgres({ directory: join(folder, 'postgres') });
  await sql(postgres.url, ['create database source']);
  await sql(sibling(postgres.url, 'source'), content(megabytes));
  const dump = join(folder, 'source.pgsql');
  execFileSync('pg_dump', ['--format=custom', `--file=${dump}`, sibling(postgres.url, 'source')]);
  const keyFile = join(folder, 'cle');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', keyFile]);
  const authorized = await readFile(`${keyFile}.pub`, 'utf8');
  const gateway = await startGateway({
    hostKey: await ownHostKey(join(folder, 'cle-hote')),
    authorizedKeys: () => [authorized],
    resolveTarget: () => postgres.port,
    serveGit: async () => 1,
  });
  const { host, port, fingerprint: hostFingerprint } = gateway;
  const target = { host: 'base.prive', port: 30000 };
  const tunnel = await openTunnel({ host, port, hostFingerprint, identity: { keyFile }, target });
  writeFileSync(`${file}.partial`, JSON.stringify({ url: throughTunnel(postgres.url, tunnel), dump }));
  renameSync(`${file}.partial`, file);
  const stop = async () => {
    await tunnel.close();
    await gateway.close();
    await postgres.close();
    rmSync(file, { force: true });
    process.exit(0);
  };
  process.stdin.resume().once('end', () => void stop());
  process.once('SIGTERM', () => void stop());
}

function resourceAt(url: string): DirectPostgres {
  return { kind: 'postgres', name: 'base', run: 'banc', mode: 'drill', protected: [], url };
}

async function fresh(url: string): Promise<string> {
  const name = `cible_${process.pid}`;
  // What the rounds before left to be written is not this one's to bear.
  await sql(url, [`create database ${name}`, 'checkpoint']);
  return sibling(url, name);
}

async function timed(url: string, path: string): Promise<number> {
  const log = console.log;
  console.log = () => undefined;
  const began = performance.now();
  await restore(resourceAt(url), { path, archive: 'banc' });
  console.log = log;
  return performance.now() - began;
}

async function count(url: string): Promise<number> {
  const rows = Object.values(await countRows(resourceAt(url))).reduce((sum, each) => sum + each, 0);
  const name = new URL(url).pathname.slice(1);
  await sql(sibling(url, 'postgres'), [`drop database ${name}`]);
  return rows;
}

async function perform([what = '', first = '', second = '', third = '']: readonly string[]): Promise<void> {
  if (what === 'serve') await serve(first, second, Number(third));
  else if (what === 'fresh') process.stdout.write(await fresh(first));
  else if (what === 'restore') process.stdout.write(String(await timed(first, second)));
  else process.stdout.write(String(await count(first)));
}

void perform(process.argv.slice(2));
