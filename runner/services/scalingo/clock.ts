import { setTimeout as pause } from 'node:timers/promises';

/** The time that waits are measured by; tests bring one of their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** The machine's own. */
export const systemClock: Clock = { now: Date.now, sleep: ms => pause(ms) };
