import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { run } from './backups.ts';

/** What the test database holds: quotes, accents, line feeds and `\.` in rows, an extension, a table without rows. */
const content = `
  create extension pg_trgm;
  create schema "Archives d'été";
  create table users_user (id integer primary key, email text not null);
  create table conventions_convention (id integer primary key, uuid uuid, nom_fichier_signe text, note text);
  create table "Archives d'été"."Table à trous" ("clé" integer, "désignation" text);
  create table django_session (session_key text);
  create index on conventions_convention using gin (note gin_trgm_ops);
  insert into users_user select n, 'élodie' || n || '@exemple.fr' from generate_series(1, 2000) n;
  insert into conventions_convention
    select n, null, null, E'COPY public.users_user (id) FROM stdin;\\n\\\\.\\nœuvre ' || repeat('x', n % 300)
    from generate_series(1, 3000) n;
  insert into "Archives d'été"."Table à trous" values (1, E'\\\\.'), (2, null);`;

export const expectedRows = {
  '"Archives d\'été"."Table à trous"': 2,
  'public.conventions_convention': 3000,
  'public.django_session': 0,
  'public.users_user': 2000,
};

/** The address of another database of the same server. */
export function sibling(url: string, database: string): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  return parsed.href;
}

export async function sql(url: string, ...texts: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const text of texts) await client.query(text);
  } finally {
    await client.end();
  }
}

/** A custom-format dump of a fresh database, made with the system's pg_dump. */
export async function makeDump(url: string, folder: string): Promise<Buffer> {
  await sql(url, 'create database source');
  await sql(sibling(url, 'source'), content);
  const file = join(folder, 'source.pgsql');
  await run('pg_dump', ['--format=custom', `--file=${file}`, sibling(url, 'source')]);
  return readFile(file);
}
