import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
