import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { install } from './installation.ts';
import { Place } from './place.ts';
import { canTrace } from './strace.ts';
import { pointsOf } from './sweep.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The command line under torture. */
    readonly programme: string;
    /** Every call by which an unhurt run changes its folder. */
    readonly points: readonly { readonly call: string; readonly when: number }[];
  }
}

/** Builds the programme in a private folder, and performs the runbook once to know at which calls it can be hurt. */
export default async function setup(project: TestProject): Promise<() => void> {
  if (!canTrace()) throw new Error('strace is not installed, or may not trace');
  const folder = mkdtempSync(join(tmpdir(), 'reprise-torture-built-'));
  const programme = install(folder);
  const place = new Place(programme);
  const { code, err, calls } = await place.traced();
  place.remove();
  if (code !== 0) throw new Error(`the run that is not hurt: ${err}`);
  project.provide('programme', programme);
  project.provide('points', pointsOf(calls));
  return () => rmSync(folder, { recursive: true, force: true });
}
