import { expect, test } from 'vitest';
import { archiveStamp, calendarAt } from '../../runner/sandbox/disaster/calendar.ts';

function dates(now: string): string[] {
  const { nights, monday } = calendarAt(new Date(now));
  return [...nights, monday].map(date => date.toISOString().slice(0, 16));
}

test('the nights are 01:00 in Paris and the Monday is 01:27 UTC, in winter and in summer', () => {
  expect(dates('2026-01-14T09:30:00Z')).toEqual([
    '2026-01-14T00:00',
    '2026-01-13T00:00',
    '2026-01-12T00:00',
    '2026-01-12T01:27',
  ]);
  expect(dates('2026-07-17T23:30:00Z')).toEqual([
    '2026-07-17T23:00',
    '2026-07-16T23:00',
    '2026-07-15T23:00',
    '2026-07-13T01:27',
  ]);
});

test('the nights follow the clock change, and nothing lies after now', () => {
  expect(dates('2026-03-30T00:30:00Z')).toEqual([
    '2026-03-29T23:00',
    '2026-03-29T00:00',
    '2026-03-28T00:00',
    '2026-03-23T01:27',
  ]);
  expect(dates('2026-10-25T23:30:00Z')).toEqual([
    '2026-10-24T23:00',
    '2026-10-23T23:00',
    '2026-10-22T23:00',
    '2026-10-19T01:27',
  ]);
});

test('an archive is stamped in UTC, to the second', () => {
  expect(archiveStamp(new Date('2026-07-17T23:00:05.678Z'))).toBe('20260717230005');
});
