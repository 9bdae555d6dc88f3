/*
 * Instants and durations as people read them. Only numbers are taken from `Intl`, never its words, so that the same journal
 * gives the same transcript on every version of Node and of its locale data.
 */
import type { Lang } from '../diagnostic.ts';

const MONTHS: Readonly<Record<Lang, readonly string[]>> = {
  fr: [
    'janvier',
    'février',
    'mars',
    'avril',
    'mai',
    'juin',
    'juillet',
    'août',
    'septembre',
    'octobre',
    'novembre',
    'décembre',
  ],
  en: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
};

const UNITS: Readonly<Record<Lang, { readonly day: string; readonly hour: string }>> = {
  fr: { day: 'j', hour: 'h' },
  en: { day: 'd', hour: 'h' },
};

/** An instant in a time zone, as numbers; `offset` is minutes east of UTC. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offset: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

const QUARTER = 900_000;
const DAY = 86_400_000;
const offsets = new Map<string, number>();

/** Milliseconds east of UTC. Zones change their offset on quarters of an hour, so one look-up serves each of them. */
function offsetAt(time: number, timeZone: string): number {
  const key = `${Math.floor(time / QUARTER)} ${timeZone}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const parts = new Map<string, number>();
  for (const { type, value } of formatOf(timeZone).formatToParts(time)) parts.set(type, Number(value));
  const part = (name: string) => parts.get(name) ?? 0;
  const [year, month, day] = [part('year'), part('month'), part('day')];
  const local = Date.UTC(year, month - 1, day, part('hour'), part('minute'), part('second'));
  const offset = local - Math.floor(time / 1000) * 1000;
  if (offsets.size > 10_000) offsets.clear();
  offsets.set(key, offset);
  return offset;
}

/** `at` (RFC 3339) in the IANA zone `timeZone`. Throws `RangeError` when either is not one. */
export function localTime(at: string, timeZone: string): LocalTime {
  const time = Date.parse(at);
  if (Number.isNaN(time)) throw new RangeError(`\`${at}\` is no instant`);
  const offset = offsetAt(time, timeZone);
  const local = new Date(time + offset);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    offset: Math.round(offset / 60_000),
  };
}

/** `14:05:09`. */
export function clockTime(at: string, timeZone: string): string {
  const { hour, minute, second } = localTime(at, timeZone);
  return [hour, minute, second].map(two).join(':');
}

/** `4 mars 2026` or `4 March 2026`. */
export function calendarDate(at: string, timeZone: string, lang: Lang): string {
  const { day, month, year } = localTime(at, timeZone);
  const first = lang === 'fr' && day === 1 ? '1er' : String(day);
  return `${first} ${MONTHS[lang][month - 1]} ${year}`;
}

/** `4 mars 2026 à 14:05:09 (UTC+1)`. */
export function dateTime(at: string, timeZone: string, lang: Lang): string {
  const join = lang === 'fr' ? ' à ' : ' at ';
  return `${calendarDate(at, timeZone, lang)}${join}${clockTime(at, timeZone)} (${offsetName(at, timeZone)})`;
}

/** `2026-03-04 14:05:09`, for tables. */
export function tableTime(at: string, timeZone: string): string {
  const { year, month, day } = localTime(at, timeZone);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${clockTime(at, timeZone)}`;
}

/**
 * What people write for an instant, as RFC 3339 UTC: `3:15` (the last time that it was, as of `now`), `22/11/2026 03:15` and
 * `2026-11-22 03:15:00` by the clocks of the zone, or RFC 3339. Undefined for anything else. Where clocks are set back, the
 * first of two equal times; where they are set forward, a time that never was is one that comes an hour later.
 */
export function instantOf(text: string, now: string, timeZone: string): string | undefined {
  const clock =
    /^(?:(\d{4})-(\d\d)-(\d\d)[T ]|(\d\d?)\/(\d\d?)\/(\d{4}) (?:à )?)?(\d\d?)[:hH](\d\d)(?::(\d\d))?$/.exec(
      text.trim(),
    );
  if (clock === null) return zonedInstant(text.trim());
  const [, year, month, day, day2, month2, year2, hour, minute, second = '0'] = clock;
  const today = localTime(now, timeZone);
  const date = [year ?? year2 ?? today.year, month ?? month2 ?? today.month, day ?? day2 ?? today.day].map(
    Number,
  );
  const time = [hour, minute, second].map(Number);
  const found = atLocal([...date, ...time], timeZone);
  const isBare = year === undefined && year2 === undefined;
  const isYetToCome = found !== undefined && isBare && found > Date.parse(now);
  const [thisYear = 0, thisMonth = 0, thisDay = 0] = date;
  const instant = isYetToCome ? atLocal([thisYear, thisMonth, thisDay - 1, ...time], timeZone, true) : found;
  return instant === undefined ? undefined : new Date(instant).toISOString();
}

function zonedInstant(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text.replace(' ', 'T'));
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** Year, month, day, hour, minute and second by the clocks of a zone, in milliseconds; undefined for a day or time that is none. */
function atLocal(
  [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0]: readonly number[],
  timeZone: string,
  isShifted = false,
): number | undefined {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second);
  const isDay = isShifted || new Date(asUtc).toISOString().startsWith([year, two(month), two(day)].join('-'));
  if (!isDay || hour > 23 || minute > 59 || second > 59) return undefined;
  // The offsets of the day before and of the day after are all that there can be, and the earlier one is tried first.
  const before = asUtc - offsetAt(asUtc - DAY, timeZone);
  const after = asUtc - offsetAt(asUtc + DAY, timeZone);
  return [before, after].find(instant => instant + offsetAt(instant, timeZone) === asUtc) ?? before;
}

/** `UTC`, `UTC+1`, `UTC+5:30`. */
export function offsetName(at: string, timeZone: string): string {
  const { offset } = localTime(at, timeZone);
  if (offset === 0) return 'UTC';
  const size = Math.abs(offset);
  const minutes = size % 60 === 0 ? '' : `:${two(size % 60)}`;
  return `UTC${offset < 0 ? '−' : '+'}${Math.floor(size / 60)}${minutes}`;
}

/**
 * A duration in milliseconds, with its two greatest units: `412 ms`, `3,2 s`, `3 min 12 s`, `2 h 05 min`, `1 j 4 h`. Cut, never
 * rounded up, so that what is shown never exceeds what was measured.
 */
export function duration(milliseconds: number, lang: Lang): string {
  const sign = milliseconds < 0 ? '−' : '';
  const size = Math.abs(Math.trunc(milliseconds));
  return sign + sizeOf(size, lang);
}

function sizeOf(size: number, lang: Lang): string {
  if (size < 1000) return `${size}\u00a0ms`;
  const seconds = Math.floor(size / 1000);
  if (seconds < 10) return `${decimal(Math.floor(size / 100) / 10, lang)}\u00a0s`;
  if (seconds < 60) return `${seconds}\u00a0s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair(minutes, 'min', seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, UNITS[lang].hour, minutes % 60, 'min');
  const days = Math.floor(hours / 24);
  // A day and half an hour is more than a day: an objective of one day is missed by it.
  if (hours % 24 === 0) return pair(days, UNITS[lang].day, minutes % 60, 'min');
  return pair(days, UNITS[lang].day, hours % 24, UNITS[lang].hour);
}

function pair(great: number, greatUnit: string, small: number, smallUnit: string): string {
  const rest = small === 0 ? '' : ` ${small}\u00a0${smallUnit}`;
  return `${great}\u00a0${greatUnit}${rest}`;
}

/** A number of bytes in decimal units: `812 octets`, `3,4 Mo`; `812 bytes`, `3.4 MB`. */
export function byteSize(bytes: number, lang: Lang): string {
  const unit = lang === 'fr' ? 'o' : 'B';
  if (bytes < 1000) {
    return lang === 'fr'
      ? `${bytes}\u00a0octet${bytes > 1 ? 's' : ''}`
      : `${bytes}\u00a0byte${bytes === 1 ? '' : 's'}`;
  }
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = Math.floor(bytes / 10 ** (3 * power - 1)) / 10;
  return `${decimal(value, lang)}\u00a0${['', 'k', 'M', 'G', 'T'][power]}${unit}`;
}

/** `12 345` in French, `12,345` in English. */
export function count(value: number, lang: Lang): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, lang === 'fr' ? '\u202f' : ',');
}

function decimal(value: number, lang: Lang): string {
  return lang === 'fr' ? String(value).replace('.', ',') : String(value);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
