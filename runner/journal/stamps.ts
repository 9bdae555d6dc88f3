import type { Entry } from './event.ts';

/**
 * Where the times of a journal come from. `time-stamped`: an outside authority stamped the opening and, later, the line after
 * which nothing was done; whatever stands between lies between their two times. Otherwise the times are `declared`.
 */
export function clockIn(entries: readonly Entry[]): 'declared' | 'time-stamped' {
  const isStamped = (mark: 'start' | 'end') =>
    entries.some(entry => entry.type === 'time-stamped' && entry.mark === mark);
  return isStamped('start') && isStamped('end') ? 'time-stamped' : 'declared';
}
