import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** The machine's clock: wall time as it claims it, and a counter that never goes back. */
export function systemClock(): Clock {
  return {
    now: () => new Date().toISOString(),
    monotonic: () => performance.now(),
    sleep: milliseconds => wait(milliseconds),
  };
}
