import { statSync } from 'node:fs';
import type { Lang } from '../diagnostic.ts';
import { openBundle } from '../effects/bundle.ts';
import { loadRunbook } from '../load.ts';
import { readOpening } from '../replay.ts';
import type { Invocation } from './arguments.ts';
import { bundleOperand } from './bundle-operand.ts';

/**
 * The language of the runbook, or of the run, that a command names: what keeps it from being carried out is told in it, too.
 * Nothing where there is none that can be read.
 */
export async function documentLang(invocation: Invocation): Promise<Lang | undefined> {
  if (invocation.operands[0] === undefined) return undefined;
  try {
    const path = bundleOperand(invocation);
    const runbook = statSync(path).isDirectory()
      ? readOpening(openBundle(path)).runbook
      : (await loadRunbook(path)).runbook;
    return runbook?.front.lang;
  } catch {
    return undefined;
  }
}
