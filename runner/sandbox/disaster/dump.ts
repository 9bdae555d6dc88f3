import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SandboxRefusal } from '../refusal.ts';

/**
 * Dumps the database of `url` in custom format with the machine's own `pg_dump`, dated `takenAt`.
 * The password goes through the environment, since an argument is readable by everyone on the machine.
 * Throws `postgres-client-missing` without `pg_dump`, `postgres-client-unfit` when it cannot dump (older than the server).
 */
export async function dumpDatabase(url: string, file: string, takenAt: Date): Promise<Buffer> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const env = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
    TZ: 'UTC',
  };
  try {
    await promisify(execFile)('pg_dump', ['--format=custom', `--file=${file}`], { env });
  } catch (error) {
    throw refusalOf(error);
  }
  return datedDump(await readFile(file), takenAt);
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ENOENT') {
    return new SandboxRefusal('postgres-client-missing', { programme: 'pg_dump' });
  }
  const said = 'stderr' in error ? `${error.stderr}` : error.message;
  return new SandboxRefusal('postgres-client-unfit', { programme: 'pg_dump', said });
}

/**
 * The same dump, said to be made at `takenAt` (in UTC, as on the platform's containers).
 *
 * PostgreSQL's `pg_backup_archiver.c`, WriteHead: `PGDMP`, three version bytes, the sizes of an integer and of an
 * offset, the format, the compression (an integer; from archive version 1.15, of PostgreSQL 16, one byte), then
 * `tm_sec` to `tm_isdst`; an integer is a sign byte and its magnitude, lowest byte first.
 */
export function datedDump(dump: Buffer, takenAt: Date): Buffer {
  if (dump.toString('latin1', 0, 5) !== 'PGDMP') throw new Error('not a custom-format dump');
  const integerSize = dump.readUInt8(8);
  const start = 11 + (dump.readUInt8(6) >= 15 ? 1 : 1 + integerSize);
  const [minute, hour] = [takenAt.getUTCMinutes(), takenAt.getUTCHours()];
  const [date, month, year] = [takenAt.getUTCDate(), takenAt.getUTCMonth(), takenAt.getUTCFullYear() - 1900];
  const dated = Buffer.from(dump);
  [takenAt.getUTCSeconds(), minute, hour, date, month, year, 0].forEach((value, index) => {
    const place = start + index * (1 + integerSize);
    dated.writeUInt8(0, place);
    dated.writeUIntLE(value, place + 1, integerSize);
  });
  return dated;
}
