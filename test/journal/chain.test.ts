import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../runner/journal/canonical.ts';
import { GENESIS, linkEntry, MAX_LINE, readJournal } from '../../runner/journal/chain.ts';
import type { Event } from '../../runner/journal/event.ts';
import { allSamples } from './samples.ts';

const at = '2026-01-01T00:00:00.000Z';

function writeLines(events: readonly Event[]): string[] {
  let prev = GENESIS;
  return events.map((event, seq) => {
    const linked = linkEntry({ seq, prev, at }, event);
    prev = linked.digest;
    return linked.line;
  });
}

const lines = writeLines(allSamples);
const bytes = Buffer.from(lines.join(''));
const joined = (changed: readonly string[]): Buffer => Buffer.from(changed.join(''));
const problemOf = (journal: Buffer) => readJournal(journal).problem;

test('what is written is read, and the head is the sha256 of the last line with its line feed', () => {
  const reading = readJournal(bytes);
  expect(reading).toEqual({
    entries: allSamples.map((event, seq) => ({
      ...event,
      seq,
      prev:
        seq === 0
          ? GENESIS
          : createHash('sha256')
              .update(lines[seq - 1] ?? '')
              .digest('hex'),
      at,
    })),
    head: createHash('sha256')
      .update(lines.at(-1) ?? '')
      .digest('hex'),
    count: allSamples.length,
  });
});

test('an empty journal is good and has no head', () => {
  expect(readJournal(Buffer.alloc(0))).toEqual({ entries: [], head: GENESIS, count: 0 });
});

test('every single bit flip shows, or changes the head', () => {
  const few = joined(writeLines(allSamples.slice(2, 7)));
  const { head, count } = readJournal(few);
  for (let index = 0; index < few.length; index++) {
    for (let bit = 0; bit < 8; bit++) {
      const changed = Buffer.from(few);
      changed.writeUInt8(changed.readUInt8(index) ^ (1 << bit), index);
      const reading = readJournal(changed);
      expect(reading.problem !== undefined || reading.head !== head, `byte ${index}`).toBe(true);
      expect(reading.count <= count + 1).toBe(true);
    }
  }
});

test('cut at any byte, the last line is torn, or the head is another one', () => {
  const few = joined(lines.slice(0, 3));
  const ends = [0, 1, 2, 3].map(n => joined(lines.slice(0, n)).length);
  for (let length = 0; length < few.length; length++) {
    const whole = ends.filter(end => end <= length).length - 1;
    const reading = readJournal(few.subarray(0, length));
    expect(reading.count).toBe(whole);
    expect(reading.problem?.code).toBe(ends.includes(length) ? undefined : 'torn-tail');
  }
});

describe('each problem has its code and its line', () => {
  const second = lines[1] ?? '';
  const third = lines[2] ?? '';
  const replaced = (line: string): Buffer => joined([...lines.slice(0, 1), line, ...lines.slice(2)]);
  const relinked = (event: object): string =>
    `${canonicalJson({ ...event, at, prev: readJournal(joined(lines.slice(0, 1))).head, seq: 1 })}\n`;

  test.each<[string, Buffer]>([
    ['bad-json', replaced('{\n')],
    ['bad-json', replaced('\n')],
    ['bad-json', Buffer.concat([Buffer.from('\ufeff'), bytes])],
    [
      'not-utf8',
      Buffer.concat([
        joined(lines.slice(0, 1)),
        Buffer.from([0x22, 0xff, 0x22, 0x0a]),
        joined(lines.slice(2)),
      ]),
    ],
    ['not-canonical', replaced(second.replace('{', '{ '))],
    ['not-canonical', replaced(second.replace('{', '{"at":"",'))],
    ['unknown-event', replaced(relinked({ type: 'run-blessed' }))],
    ['bad-shape', replaced(relinked({ type: 'run-closed', outcome: 'passed' }))],
    ['bad-sequence', joined([...lines.slice(0, 1), ...lines.slice(2)])],
    ['bad-sequence', joined([lines[0] ?? '', third, second, ...lines.slice(3)])],
    ['bad-sequence', joined([lines[0] ?? '', lines[0] ?? '', ...lines.slice(1)])],
    ['bad-chain', replaced(second.replace('"h"', '"i"'))],
  ])('%s', (code, journal) => {
    const reading = readJournal(journal);
    expect(reading.problem?.code).toBe(code);
    expect(reading.entries.length).toBe((reading.problem?.line ?? 0) - 1);
  });

  test('a whole last line with a wrong link is a change, not a tear', () => {
    expect(problemOf(joined([...lines.slice(0, 3), lines[4] ?? '']))?.code).toBe('bad-sequence');
  });

  test('zeros at the end, as a power loss leaves them, are a tear', () => {
    expect(problemOf(Buffer.concat([bytes, Buffer.alloc(512)]))).toEqual({
      code: 'torn-tail',
      line: lines.length + 1,
      offset: bytes.length,
    });
  });

  test('a line too long is refused before it is parsed', () => {
    expect(problemOf(Buffer.concat([Buffer.alloc(MAX_LINE + 1, 0x20), Buffer.from('\n'), bytes]))?.code).toBe(
      'line-too-long',
    );
  });
});

test('what a reader would refuse is not written, nor is what would not be read back as it was', () => {
  const by = { id: 'a' };
  const unfit: readonly unknown[] = [
    { type: 'note-added', text: 5, by },
    { type: 'note-added', text: '\ud800', by },
    { type: 'note-added', by },
    { type: 'note-added', text: 'a', by, more: 1 },
    { type: 'run-blessed' },
    { type: 'fact-recorded', step: 'a', attempt: 1, fact: { kind: 'finding', severity: 'grave', text: 'b' } },
  ];
  const writeAny: (event: never) => unknown = event => linkEntry({ seq: 0, prev: GENESIS, at }, event);
  for (const event of unfit) expect(() => Reflect.apply(writeAny, undefined, [event])).toThrow(TypeError);
  expect(() =>
    linkEntry({ seq: 0, prev: GENESIS, at: 'hier' }, { type: 'note-added', text: 'a', by }),
  ).toThrow(TypeError);
});

test('U+FFFD that was written is not mistaken for damage', () => {
  const line = writeLines([{ type: 'note-added', text: '\uFFFD', by: { id: 'a' } }]);
  expect(problemOf(joined(line))).toBeUndefined();
});
