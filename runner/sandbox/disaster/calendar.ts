/** The instants of the disaster, all in the past of `now`. */
export type Calendar = {
  /** Database backups, newest first: 01:00 in Paris of each of the last three nights. */
  readonly nights: readonly [Date, Date, Date];
  /** Files backup: last Monday, 01:27 UTC, as in the cron line `27 1 * * 1` of APiLos' `s3_backup.yml`. */
  readonly monday: Date;
};

const hour = 3_600_000;
const day = 24 * hour;

/** The backups that would exist at `now`. */
export function calendarAt(now: Date): Calendar {
  const today = nightOf(now);
  const last = today < now ? today : nightOf(new Date(now.getTime() - day));
  const before = nightOf(new Date(last.getTime() - day));
  return { nights: [last, before, nightOf(new Date(before.getTime() - day))], monday: lastMonday(now) };
}

/** 01:00 in Paris on the day that Paris has at `instant`; the clock changes later in the night, so it exists once. */
function nightOf(instant: Date): Date {
  const { year = '', month = '', day: date = '' } = inParis(instant);
  const guess = new Date(`${year}-${month}-${date}T00:00:00Z`);
  return inParis(guess).hour === '01' ? guess : new Date(guess.getTime() - hour);
}

function inParis(instant: Date): Readonly<Record<string, string>> {
  const digits = {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  } as const;
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', ...digits });
  return Object.fromEntries(format.formatToParts(instant).map(part => [part.type, part.value]));
}

function lastMonday(now: Date): Date {
  const found = new Date(now);
  found.setUTCHours(1, 27, 0, 0);
  while (found.getUTCDay() !== 1 || found >= now) found.setTime(found.getTime() - day);
  return found;
}

/** `yyyymmddhhmmss` in UTC, the first part of a Scalingo archive's name. */
export function archiveStamp(instant: Date): string {
  return instant.toISOString().replaceAll(/\D/g, '').slice(0, 14);
}
