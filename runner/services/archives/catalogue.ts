import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../fault.ts';
import type { DirectoryResource } from '../resources.ts';
import { systemCode } from '../system-error.ts';

/** A backup file. `takenAt` is the instant that its name bears, else that of the file (RFC 3339 UTC, milliseconds). */
export interface Archive {
  readonly name: string;
  readonly path: string;
  readonly takenAt: string;
  readonly bytes: number;
}

/** Scalingo writes `yyyymmddhhmmss`; separators are tolerated. The platform's clocks are on UTC. */
const instant = /(\d{4})-?(\d{2})-?(\d{2})[T_-]?(\d{2})[:-]?(\d{2})[:-]?(\d{2})/;

/** The instant in a backup's name, or nothing when there is none or it is not a date. */
export function instantInName(name: string): string | undefined {
  const parts = instant.exec(name);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) || date.toISOString() !== text ? undefined : text;
}

/** The regular files of the directory whose name matches, newest first; equal instants go by descending name. */
export async function listArchives(directory: DirectoryResource, matching: RegExp): Promise<Archive[]> {
  const names = await namesIn(directory.path);
  const found = await Promise.all(
    names.filter(name => matching.test(name)).map(name => describe(join(directory.path, name), name)),
  );
  return found.sort(newestFirst);
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path, { withFileTypes: true }))
      .filter(file => file.isFile())
      .map(file => file.name);
  } catch (error) {
    throw new Fault('archives-unreadable', { path, code: systemCode(error) ?? 'EIO' });
  }
}

async function describe(path: string, name: string): Promise<Archive> {
  const { size, mtime } = await stat(path);
  return { name, path, bytes: size, takenAt: instantInName(name) ?? mtime.toISOString() };
}

function newestFirst(a: Archive, b: Archive): number {
  if (a.takenAt !== b.takenAt) return a.takenAt < b.takenAt ? 1 : -1;
  return a.name < b.name ? 1 : -1;
}
