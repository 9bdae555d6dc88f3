/*
 * Past drills of a plan, from their bundles. In: a directory of runs and a runbook. Out: what can be believed, which is drills
 * that are closed and sealed and that verifying finds whole, and the ids of those that were put aside. Nothing is written.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openBundle } from './effects/bundle.ts';
import { errorCode } from './effects/durable.ts';
import { Fault } from './fault.ts';
import type { Runbook } from './model/runbook.ts';
import type { Drill } from './page/durations.ts';
import { type BundledRun, readBundle } from './replay.ts';
import { recordRun } from './report/record.ts';
import type { VerdictName } from './seal/verdict.ts';
import { verifyBundle } from './verify.ts';

/** Verifying takes a moment for each, and what is long past says little: only the last ones are read. */
const mostDrills = 20;

/** Drills, the latest first; `aside` names runs that are not what was sealed, or that cannot be read. */
export interface PastDrills {
  readonly drills: readonly Drill[];
  readonly aside: readonly string[];
}

/** Reads the last 20 sealed drills of a runbook of this file name; `runner` is the version of this programme. The fault `runs-unreadable`. */
export async function readDrills(directory: string, runbook: Runbook, runner: string): Promise<PastDrills> {
  const drills: Drill[] = [];
  const aside: string[] = [];
  for (const run of runsIn(directory)) {
    if (drills.length === mostDrills) break;
    try {
      const path = join(directory, run);
      const bundled = readBundle(openBundle(path));
      if (!isDrillOf(bundled, runbook)) continue;
      const { verdict } = await verifyBundle(path, { runner });
      if (sealed.has(verdict))
        drills.push({ plan: bundled.session.plan, record: recordRun(bundled.entries) });
      else aside.push(run);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      aside.push(run);
    }
  }
  return { drills, aside };
}

const sealed: ReadonlySet<VerdictName> = new Set([
  'verified',
  'intact-signer-unverified',
  'not-probative',
  'not-comparable',
]);

/** Ids begin with their instant, so that the last one comes first in reverse order. */
function runsIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(name))
      .sort()
      .reverse();
  } catch (error) {
    throw new Fault('runs-unreadable', { path: directory, error: errorCode(error) });
  }
}

function isDrillOf({ file, opened, entries }: BundledRun, runbook: Runbook): boolean {
  const isClosed = entries.some(({ type }) => type === 'run-closed');
  return opened.mode === 'drill' && !opened.dry && isClosed && basename(file) === basename(runbook.file);
}
