import { backupDelay, type Faults } from '../faults.ts';
import { stacks } from './catalogue.ts';
import type { FaultHook } from './handler.ts';
import type { Delays } from './model.ts';
import type { ScalingoSettings } from './scalingo.ts';

const unauthorised = { status: 401, body: { error: 'Authentication failed' } };
/** The limiter answers in plain text; it does not say how long to wait. */
const limited = { status: 429, body: 'Retry later\n' };

const withdrawn = { status: 200, body: { stacks: stacks.filter(({ name }) => name !== 'scalingo-22') } };

/** One request in so many meets the limiter. */
const interval = 9;

/** How the platform behaves under `faults`. */
export function faultSettings(
  faults: Faults,
): Pick<ScalingoSettings, 'delays' | 'fault' | 'tokenLifetime' | 'provisioningFails' | 'backupDelay'> {
  const delays: Partial<Delays> = {
    ...(faults.has('provisioning-slow') ? { provisioning: 12_000 } : {}),
    ...(faults.has('certificate-late') ? { certificate: 15_000 } : {}),
  };
  return {
    delays,
    provisioningFails: faults.has('provisioning-failed'),
    backupDelay: backupDelay(faults),
    fault: hookOf(faults),
    ...(faults.has('token-short') ? { tokenLifetime: 2 } : {}),
  };
}

function hookOf(faults: Faults): FaultHook {
  let count = 0;
  return operation => {
    if (operation === 'tokens.exchange') return faults.has('token-refused') ? unauthorised : undefined;
    if (operation === 'stacks.list' && faults.has('stack-withdrawn')) return withdrawn;
    if (!faults.has('rate-limited') || operation === 'backups.download') return undefined;
    count += 1;
    return count % interval === 0 ? limited : undefined;
  };
}
