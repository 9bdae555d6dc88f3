import { Fault } from '../fault.ts';
import type { Event } from '../journal/event.ts';
import type { TimeStamps } from '../ports.ts';
import type { Stage } from './stage.ts';

/** What an authority says of a line, or why it says nothing: a run does not wait for a third party to be there. */
export async function stampEvent(
  timeStamps: TimeStamps,
  mark: 'start' | 'end',
  head: string,
): Promise<Event> {
  const { authority } = timeStamps;
  try {
    return { type: 'time-stamped', mark, head, authority, ...(await timeStamps.stamp(mark, head)) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { type: 'time-stamp-failed', mark, authority, fault: error.code, params: error.params };
  }
}

/** How often the last line is stamped again because another one was written meanwhile. */
const attempts = 3;

/** Has the end of a run stamped where an authority is configured: the event that says so, or none. */
export async function stampEnd({ world }: Stage): Promise<readonly Event[]> {
  const { timeStamps, journal } = world;
  if (timeStamps === undefined) return [];
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const { head } = journal;
    const event = await stampEvent(timeStamps, 'end', head);
    if (journal.head === head) return [event];
  }
  const { authority } = timeStamps;
  const params = { authority, error: 'journal' };
  return [{ type: 'time-stamp-failed', mark: 'end', authority, fault: 'timestamp-unfit', params }];
}
