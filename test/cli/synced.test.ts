import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Place } from '../torture/place.ts';
import { type Call, canTrace, readTrace } from '../torture/strace.ts';
import { programme } from './scene.ts';

/** The folder in which a call made or named an entry; nothing for any other call. */
function changedBy({ name, text, result }: Call): string | undefined {
  if (result === undefined || result < 0) return undefined;
  const [path, renamed] = [...text.matchAll(/"([^"]*)"/g)].map(match => match[1]);
  if (name === 'mkdir' || (name === 'openat' && text.includes('O_CREAT'))) return path && dirname(path);
  return name === 'rename' && renamed ? dirname(renamed) : undefined;
}

/** The folders that were changed and not synced since. */
function unsynced(calls: readonly Call[]): readonly string[] {
  const changed = new Set<string>();
  for (const call of calls) {
    const folder = changedBy(call);
    if (folder !== undefined) changed.add(folder);
    const synced = call.name === 'fsync' ? /^fsync\(\d+<([^>]*)>/.exec(call.text)?.[1] : undefined;
    if (synced !== undefined) changed.delete(synced);
  }
  return [...changed];
}

test.runIf(canTrace())(
  'no line of the journal is written before the folders that lead to it are on disk',
  async () => {
    const place = new Place(programme);
    onTestFinished(() => place.remove());
    const { code, calls } = await place.traced();
    expect(code).toBe(0);
    const journal = join(place.bundle, 'journal.jsonl');
    const opening = calls.findIndex(({ name, text }) => name === 'write' && text.includes(`<${journal}>`));
    const before = calls.slice(0, opening);
    expect(new Set(before.map(changedBy))).toEqual(
      new Set([undefined, place.runs, place.bundle, join(place.bundle, 'source')]),
    );
    expect(unsynced(before)).toEqual([]);
    expect(unsynced(calls)).toEqual([]);
  },
);

test.runIf(canTrace())(
  'nor before the folders in which the folder of runs was made are on disk',
  async () => {
    const place = new Place(programme);
    onTestFinished(() => place.remove());
    const log = join(place.folder, 'trace');
    const runs = join(place.folder, 'exercices', 'novembre');
    const traced = ['-qq', '-y', '-e', 'signal=none', '-e', 'trace=mkdir,fsync,write', '-o', log];
    const run = ['run', 'plan.md', '--target', 'essai', '--runs', runs];
    const command = [process.execPath, programme, ...run, '--key', 'cle', '--answers', 'reponses.yaml'];
    expect((await place.start('strace', [...traced, ...command]).ended).code).toBe(0);
    const calls = readTrace(log);
    const opening = calls.findIndex(({ name, text }) => name === 'write' && text.includes('/journal.jsonl>'));
    const before = calls.slice(0, opening).filter(({ text }) => text.includes(place.folder));
    const changed = new Set(before.map(changedBy));
    expect([place.folder, dirname(runs), runs].filter(folder => !changed.has(folder))).toEqual([]);
    expect(unsynced(before)).toEqual([]);
  },
);

/** The calls that write to one file, or sync it. */
function writesTo(calls: readonly Call[], file: string): readonly Call[] {
  return calls.filter(
    ({ name, text }) => ['write', 'fsync', 'fdatasync'].includes(name) && text.includes(`<${file}>`),
  );
}

/** The calls that wrote to a file, each with what it wrote and the name of the next call that concerns the file. */
function written(calls: readonly Call[], file: string) {
  const bytes = readFileSync(file);
  let end = 0;
  return writesTo(calls, file).flatMap((call, index, all) => {
    if (call.name !== 'write') return [];
    const from = end;
    end += call.result ?? 0;
    const text = bytes.subarray(from, end).toString();
    return [{ call, text, next: all[index + 1]?.name }];
  });
}

test.runIf(canTrace())(
  'each line is on disk before the next, and an output before the line that vouches for it',
  async () => {
    const place = new Place(programme);
    onTestFinished(() => place.remove());
    vi.stubEnv('TORTURE_LONG', 'oui');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { code, calls } = await place.traced();
    expect(code).toBe(0);
    const lines = written(calls, join(place.bundle, 'journal.jsonl'));
    expect(lines.length).toBeGreaterThan(20);
    const late = lines.filter(({ next }) => next !== 'fdatasync').map(({ text }) => text);
    // What is merely entered is on disk with the next line.
    expect(late).toEqual([expect.stringMatching(/^[^\n]*"type":"section-entered"}\n$/)]);
    const file = join('outputs', 'vider.1.log');
    const output = writesTo(calls, join(place.bundle, file));
    const vouching = lines.find(({ text }) => text.includes(`"file":"${file}"`));
    expect(output.at(-1)?.name).toBe('fsync');
    const order = [output.at(-1), vouching?.call].map(call =>
      call === undefined ? -1 : calls.indexOf(call),
    );
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
  },
);
