import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createJournal, type JournalFile, openJournal } from '../../runner/effects/journal-file.ts';
import { Fault } from '../../runner/fault.ts';
import { readJournal } from '../../runner/journal/chain.ts';
import type { Event } from '../../runner/journal/event.ts';
import type { Clock } from '../../runner/ports.ts';
import { allSamples } from '../journal/samples.ts';

let now = 0;
const clock: Clock = {
  now: () => new Date(now++ * 1000).toISOString(),
  monotonic: () => now,
  sleep: () => Promise.resolve(),
};
const note = (text: string): Event => ({ type: 'note-added', text, by: { id: 'alice' } });

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'reprise-journal-'));
  path = join(directory, 'journal.jsonl');
  now = 0;
});

function fault(act: () => unknown): Fault {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('no fault');
}

test('what was appended is read back by another opening, and goes on in one chain', () => {
  const first = createJournal(path, clock);
  const written = [
    ...first.append(allSamples.slice(0, 2), true),
    ...first.append(allSamples.slice(2), false),
  ];
  first.close();
  const second = openJournal(path, clock);
  expect(second.entries).toEqual(written);
  expect(second.recovered).toBeUndefined();
  second.writer.append([note('plus tard')], true);
  const reading = readJournal(readFileSync(path));
  expect(reading.problem).toBeUndefined();
  expect(reading.count).toBe(allSamples.length + 1);
  expect([second.writer.head, second.writer.count]).toEqual([reading.head, reading.count]);
  second.writer.close();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

describe('creation and opening', () => {
  test('an existing journal is never created again', () => {
    createJournal(path, clock).close();
    expect(fault(() => createJournal(path, clock))).toMatchObject({
      code: 'journal-create-failed',
      params: { path, error: 'EEXIST' },
    });
  });

  test('a symbolic link is not followed', () => {
    writeFileSync(join(directory, 'other'), '');
    symlinkSync(join(directory, 'other'), path);
    expect(fault(() => openJournal(path, clock)).params).toEqual({ path, error: 'ELOOP' });
  });

  test('a journal that is not there', () => {
    expect(fault(() => openJournal(path, clock)).params).toEqual({ path, error: 'ENOENT' });
  });
});

describe('a torn last line', () => {
  const torn = '{"at":"2026-01-01T00:00';

  test('is kept aside, cut off and noted', () => {
    createJournal(path, clock).append([note('un')], true);
    appendFileSync(path, torn);
    const opened = openJournal(path, clock);
    expect(readFileSync(join(directory, 'journal.torn'), 'utf8')).toBe(torn);
    expect(opened.entries.map(entry => entry.type)).toEqual(['note-added', 'journal-recovered']);
    expect(opened.entries[1]).toMatchObject({ bytes: torn.length, sha256: opened.recovered?.sha256 });
    expect(readJournal(readFileSync(path))).toMatchObject({ entries: opened.entries, count: 2 });
    expect(readJournal(readFileSync(path)).problem).toBeUndefined();
  });

  test('a second one does not overwrite the first', () => {
    createJournal(path, clock).append([note('un')], true);
    for (const rest of ['a', 'b']) {
      appendFileSync(path, rest);
      openJournal(path, clock).writer.close();
    }
    expect(readdirSync(directory).sort()).toEqual(['journal.2.torn', 'journal.jsonl', 'journal.torn']);
    expect(readFileSync(join(directory, 'journal.2.torn'), 'utf8')).toBe('b');
  });

  test('at every byte of the last line, nothing before it is lost', () => {
    createJournal(path, clock).append([note('un'), note('deux')], true);
    const whole = readFileSync(path);
    const begin = whole.indexOf(0x0a) + 1;
    for (let length = begin + 1; length < whole.length; length++) {
      const copy = join(mkdtempSync(join(tmpdir(), 'reprise-torn-')), 'journal.jsonl');
      writeFileSync(copy, whole.subarray(0, length));
      const opened = openJournal(copy, clock);
      opened.writer.close();
      expect(opened.entries.map(entry => entry.type)).toEqual(['note-added', 'journal-recovered']);
    }
  });
});

test('corruption is refused with its line, and nothing is changed', () => {
  createJournal(path, clock).append([note('un'), note('deux'), note('trois')], true);
  const changed = readFileSync(path, 'utf8').replace('deux', 'DEUX');
  writeFileSync(path, changed);
  expect(fault(() => openJournal(path, clock))).toMatchObject({
    code: 'journal-corrupt',
    params: { path, line: 3, problem: 'bad-chain' },
    state: 'nothing-changed',
  });
  expect(readFileSync(path, 'utf8')).toBe(changed);
  expect(readdirSync(directory)).toEqual(['journal.jsonl']);
});

// The limit on file sizes makes the kernel cut a write short and refuse the next one, as a full disk does.
function limitFileSize(bytes: string): void {
  const status = spawnSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]).status;
  if (status !== 0) throw new Error('prlimit failed');
}

function appendWithoutRoom(journal: JournalFile, events: readonly Event[], room: number): Fault {
  limitFileSize(String(room));
  try {
    return fault(() => journal.append(events, true));
  } finally {
    limitFileSize('unlimited');
  }
}

describe.runIf(process.platform === 'linux')('after an error nothing more is written', () => {
  test.each<[string, Event]>([
    ['recorded', { type: 'step-intended', step: 'a', attempt: 1, code: '' }],
    ['step-may-have-run', { type: 'step-started', step: 'a', attempt: 1, pid: 1 }],
  ])('a short write: state %s, even when there is room again', (state, event) => {
    const journal = createJournal(path, clock);
    journal.append([note('un')], true);
    const size = statSync(path).size;
    const expected = { code: 'journal-write-failed', params: { error: 'EFBIG' }, state };
    expect(appendWithoutRoom(journal, [event], size + 10)).toMatchObject(expected);
    expect(fault(() => journal.append([note('deux')], true))).toMatchObject(expected);
    expect(statSync(path).size).toBe(size + 10);
    journal.close();
    expect(openJournal(path, clock).entries.map(entry => entry.type)).toEqual([
      'note-added',
      'journal-recovered',
    ]);
  });
});

test('an event that canonical JSON refuses is a bug, and stops the journal too', () => {
  const journal = createJournal(path, clock);
  expect(() => journal.append([note('\ud800')], true)).toThrow(TypeError);
  expect(fault(() => journal.append([note('deux')], true)).code).toBe('journal-write-failed');
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('a closed journal takes nothing', () => {
  const journal = createJournal(path, clock);
  journal.close();
  expect(fault(() => journal.append([note('un')], false)).code).toBe('journal-closed');
});
