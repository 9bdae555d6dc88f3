import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Fault } from '../../fault.ts';
import { runClient } from '../process/client.ts';
import type { Archive } from './catalogue.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { type Member, membersOf } from './tarball.ts';

/** A custom-format dump, unpacked from a backup. `takenAt` is the instant that data loss is judged from. */
export interface Dump {
  readonly path: string;
  readonly archive: string;
  readonly takenAt: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What `pg_restore --list` says of a dump. `client` and `server` are the versions that made it, `entries` its TOC count. */
export interface DumpHeader {
  readonly createdAt: string;
  readonly database: string;
  readonly entries: number;
  readonly client: string;
  readonly server: string;
}

/**
 * Unpacks the one `.pgsql` member of a tar.gz into `folder` (made 0700) as a 0600 file. The member's path is never used:
 * Scalingo's is absolute. Faults: those of `membersOf`, `archive-not-one-dump`, `dump-not-custom`.
 */
export async function unpackDump(
  archive: Archive,
  folder: string,
  limits: Limits = defaultLimits,
): Promise<Dump> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${basename(archive.name).replace(/\.tar\.gz$/, '')}.pgsql`);
  try {
    const { bytes, sha256 } = await extractOnly(archive, path, limits);
    return { path, archive: archive.name, takenAt: archive.takenAt, bytes, sha256 };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

async function extractOnly(archive: Archive, path: string, limits: Limits): Promise<Written> {
  const { size } = await stat(archive.path);
  const stream = createReadStream(archive.path);
  const found: Written[] = [];
  for await (const member of membersOf({ name: archive.name, bytes: size, stream }, limits)) {
    if (!member.path.endsWith('.pgsql')) continue;
    if (found.length > 0) throw new Fault('archive-not-one-dump', { archive: archive.name, count: 2 });
    found.push(await writeMember(member, path));
  }
  const [written] = found;
  if (written === undefined) throw new Fault('archive-not-one-dump', { archive: archive.name, count: 0 });
  if (!written.custom) throw new Fault('dump-not-custom', { archive: archive.name });
  return written;
}

interface Written {
  readonly bytes: number;
  readonly sha256: string;
  readonly custom: boolean;
}

/** `PGDMP` is the magic number of pg_dump's custom format (PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c). */
const magic = Buffer.from('PGDMP');

async function writeMember(member: Member, path: string): Promise<Written> {
  const hash = createHash('sha256');
  const file = await open(path, 'w', 0o600);
  let bytes = 0;
  let head = Buffer.alloc(0);
  try {
    for await (const chunk of member.body) {
      if (head.length < magic.length) head = Buffer.concat([head, chunk.subarray(0, magic.length)]);
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest('hex'), custom: head.subarray(0, magic.length).equals(magic) };
}

/** The major version of the `pg_restore` on the path. Fault: `client-missing`. */
export async function clientMajor(): Promise<number> {
  const chunks: Buffer[] = [];
  await runClient('pg_restore', ['--version'], { onStdout: chunk => chunks.push(chunk) });
  return Number(/\(PostgreSQL\) (\d+)/.exec(Buffer.concat(chunks).toString('utf8'))?.[1] ?? 0);
}

/** The table of contents of a dump, as `pg_restore --list` writes it. Faults: `dump-missing`, `client-too-old`, `dump-unreadable`. */
export async function tocOf(path: string): Promise<string> {
  await stat(path).catch(() => {
    throw new Fault('dump-missing', { path });
  });
  const chunks: Buffer[] = [];
  const ended = await runClient('pg_restore', ['--list', path], { onStdout: chunk => chunks.push(chunk) });
  if (ended.exit === 0) return Buffer.concat(chunks).toString('utf8');
  const message = firstError(ended.stderr);
  const tooOld = /unsupported version/.test(ended.stderr);
  throw new Fault(tooOld ? 'client-too-old' : 'dump-unreadable', { path, message });
}

/** What the dump says of itself. Same faults as `tocOf`; the header's date is read as UTC, as Scalingo's servers are. */
export function parseHeader(toc: string): DumpHeader {
  const field = (name: string) => new RegExp(`^;\\s+${name}: (.*)$`, 'm').exec(toc)?.[1]?.trim() ?? '';
  const [, day, time] = /Archive created at (\S+) (\S+)/.exec(toc) ?? [];
  return {
    createdAt: day === undefined ? '' : `${day}T${time}.000Z`,
    database: field('dbname'),
    entries: Number(field('TOC Entries')),
    client: field('Dumped by pg_dump version'),
    server: field('Dumped from database version'),
  };
}

/** What reading a dump to its last block showed. */
export type Integrity =
  | { readonly intact: true; readonly header: DumpHeader }
  | { readonly intact: false; readonly message: string; readonly empty?: true };

/**
 * Reads every data block of a dump with `pg_restore --file=/dev/null`: the only proof short of a restoration, since `--list`
 * exits 0 on a dump cut at 30 % (its table of contents is at the front).
 */
export async function readWholly(path: string): Promise<Integrity> {
  const toc = await tocOf(path);
  // A dump of nothing is well formed, and even counts a few entries (its encoding, its search path).
  if (!/^\d+; .* TABLE DATA /m.test(toc)) return { intact: false, message: 'TABLE DATA: 0', empty: true };
  const header = parseHeader(toc);
  const ended = await runClient('pg_restore', ['--file=/dev/null', path]);
  if (ended.exit === 0) return { intact: true, header };
  return { intact: false, message: firstError(ended.stderr) };
}

/** The first line of a client's stderr that says something, for a message. */
export function firstError(stderr: string): string {
  const lines = stderr.split('\n').filter(line => line.trim() !== '');
  return (lines.find(line => /error|fatal/i.test(line)) ?? lines[0] ?? '').slice(0, 500);
}
