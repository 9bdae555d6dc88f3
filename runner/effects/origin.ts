import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EventOf } from '../journal/event.ts';
import type { Bundle } from './bundle.ts';

/** The folder to which the paths of a run's files are relative, where it was opened; nothing when its runbook is not there. */
export function originRoot(bundle: Bundle, opened: EventOf<'run-opened'>): string | undefined {
  const path = opened.files.find(file => file.role === 'runbook')?.path;
  const origin = opened.origin === undefined ? undefined : resolve(bundle.directory, opened.origin);
  if (path === undefined || !origin?.endsWith(`/${path}`) || !existsSync(origin)) return undefined;
  return origin.slice(0, -path.length);
}

/**
 * The folder that a run was opened from, as long as its runbook and what its cells import are the same bytes there. Another lock
 * file does not count: the packages lie in that folder only, so that whoever accepts it goes on there.
 */
export function unchangedRoot(bundle: Bundle, opened: EventOf<'run-opened'>): string | undefined {
  const root = originRoot(bundle, opened);
  const sources = opened.files.filter(file => file.role === 'runbook' || file.role === 'import');
  const isSame = sources.every(file => digestOf(join(root ?? '', file.path)) === file.sha256);
  return isSame ? root : undefined;
}

function digestOf(path: string): string | undefined {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return undefined;
  }
}
