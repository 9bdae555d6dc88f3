import type { Entry, EventOf } from './event.ts';

/**
 * Where the times of a journal come from. `time-stamped`: an outside authority stamped the opening and, later, the line after
 * which nothing was done; whatever stands between lies between their two times. Otherwise the times are `declared`.
 */
export function clockIn(entries: readonly Entry[]): 'declared' | 'time-stamped' {
  const isStamped = (mark: 'start' | 'end') =>
    entries.some(entry => entry.type === 'time-stamped' && entry.mark === mark);
  return isStamped('start') && isStamped('end') ? 'time-stamped' : 'declared';
}

/** Seconds by which two clocks may differ without a word. */
const tolerated = 60;

/** The seconds by which the machine's clock differs from the authority's, to be told; nothing when they are close. */
export function secondsApart(entry: EventOf<'time-stamped'> & Pick<Entry, 'at'>): number | undefined {
  const seconds = Math.round(Math.abs(Date.parse(entry.at) - Date.parse(entry.stampedAt)) / 1000);
  return seconds > tolerated ? seconds : undefined;
}
