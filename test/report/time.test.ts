import { describe, expect, test } from 'vitest';
import {
  byteSize,
  calendarDate,
  count,
  dateTime,
  duration,
  instantOf,
  tableTime,
} from '../../runner/report/time.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

describe('time', () => {
  test.each([
    ['2026-03-04T02:45:10.120Z', 'Europe/Paris', 'fr', '4 mars 2026 à 03:45:10 (UTC+1)'],
    ['2026-03-29T01:00:00.000Z', 'Europe/Paris', 'fr', '29 mars 2026 à 03:00:00 (UTC+2)'],
    ['2026-10-25T00:59:59.999Z', 'Europe/Paris', 'en', '25 October 2026 at 02:59:59 (UTC+2)'],
    ['2026-01-01T00:00:00.000Z', 'America/St_Johns', 'en', '31 December 2025 at 20:30:00 (UTC−3:30)'],
    ['2026-07-31T22:00:00.000Z', 'Europe/Paris', 'fr', '1er août 2026 à 00:00:00 (UTC+2)'],
    ['1969-12-31T23:59:59.500Z', 'UTC', 'en', '31 December 1969 at 23:59:59 (UTC)'],
  ] as const)('%s in %s', (at, zone, lang, shown) => {
    expect(dateTime(at, zone, lang)).toBe(shown);
  });

  test('refuses what is no instant', () => {
    expect(() => calendarDate('hier', 'UTC', 'fr')).toThrow(RangeError);
  });

  test.each([
    ['3:15', '2026-11-23T02:15:00.000Z'],
    ['23h59', '2026-11-22T22:59:00.000Z'],
    ['22/11/2026 03:15', '2026-11-22T02:15:00.000Z'],
    ['22/11/2026 à 03:15', '2026-11-22T02:15:00.000Z'],
    ['2026-11-22 03:15:30', '2026-11-22T02:15:30.000Z'],
    ['2026-07-14T03:15', '2026-07-14T01:15:00.000Z'],
    ['2026-11-22T02:15:00.120Z', '2026-11-22T02:15:00.120Z'],
    ['2026-11-22T03:15:00+01:00', '2026-11-22T02:15:00.000Z'],
    ['2026-10-25 02:30', '2026-10-25T00:30:00.000Z'],
    ['2026-03-29 02:30', '2026-03-29T01:30:00.000Z'],
    ['hier', undefined],
    ['25:00', undefined],
    ['31/02/2026 10:00', undefined],
    ['2026-13-01 10:00', undefined],
    ['2026-11-22', undefined],
    ['12', undefined],
  ])('%s, written in Paris, is %s', (text, instant) => {
    expect(instantOf(text, '2026-11-23T09:24:29.111Z', 'Europe/Paris')).toBe(instant);
  });

  test('sorts in tables', () => {
    expect(tableTime('2026-03-04T02:45:10.120Z', 'UTC')).toBe('2026-03-04 02:45:10');
  });

  test.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [3249, '3,2 s'],
    [59_999, '59 s'],
    [192_000, '3 min 12 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [100_800_000, '1 j 4 h'],
    [86_400_000 + 35 * 60_000, '1 j 35 min'],
    [-61_000, '−1 min 1 s'],
  ])('%d ms lasts %s', (value, shown) => {
    expect(plain(duration(value, 'fr'))).toBe(shown);
  });

  test('counts bytes and things', () => {
    expect(plain(byteSize(1, 'fr'))).toBe('1 octet');
    expect(plain(byteSize(999_999, 'fr'))).toBe('999,9 ko');
    expect(plain(byteSize(48_231_112, 'en'))).toBe('48.2 MB');
    expect(plain(count(1_234_567, 'fr'))).toBe('1 234 567');
    expect(count(1_234_567, 'en')).toBe('1,234,567');
  });
});
