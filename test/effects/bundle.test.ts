import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import {
  type Bundle,
  createBundle,
  listBundle,
  openBundle,
  readDocument,
  runId,
  sha256,
  writeDocument,
} from '../../runner/effects/bundle.ts';
import { Fault } from '../../runner/fault.ts';

let runs: string;
let bundle: Bundle;
beforeEach(() => {
  runs = join(mkdtempSync(join(tmpdir(), 'reprise-bundle-')), 'runs');
  bundle = createBundle(runs, '20260101-000000-abcdef');
});

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test('a run id says when, and differs', () => {
  expect(runId('2026-01-02T03:04:05.678Z', Buffer.from('abcdef', 'hex'))).toBe('20260102-030405-abcdef');
});

test('the folder and its documents are private', () => {
  writeDocument(bundle, 'source/plan/plan.md', 'bonjour');
  const modes = ['', 'source', 'source/plan', 'source/plan/plan.md'].map(name =>
    modeOf(join(bundle.directory, name)),
  );
  expect(modes).toEqual(['700', '700', '700', '600']);
  expect(modeOf(runs)).toBe('700');
  expect(readDocument(bundle, 'source/plan/plan.md')?.toString()).toBe('bonjour');
});

test('a document is replaced whole, and nothing is left over', () => {
  for (const content of ['un long contenu', 'court']) writeDocument(bundle, 'transcript.md', content);
  expect(listBundle(bundle)).toEqual({
    digests: new Map([['transcript.md', sha256('court')]]),
    sizes: new Map([['transcript.md', 5]]),
    odd: [],
  });
});

test('what is no plain file is named and never followed', () => {
  writeFileSync(join(runs, 'outside'), 'secret');
  symlinkSync(join(runs, 'outside'), join(bundle.directory, 'link'));
  symlinkSync(runs, join(bundle.directory, 'evidence', 'folder'));
  writeFileSync(join(bundle.directory, 'a\u202eb'), '');
  spawnSync('mkfifo', [join(bundle.directory, 'pipe')]);
  mkdirSync(join(bundle.directory, 'empty\nfolder'));
  expect(listBundle(bundle)).toEqual({
    digests: new Map(),
    sizes: new Map(),
    odd: ['a\u202eb', 'empty\nfolder', 'evidence/folder', 'link', 'pipe'],
  });
  expect(readDocument(bundle, 'link')).toBeUndefined();
  expect(readDocument(bundle, 'pipe')).toBeUndefined();
});

test('a run folder is never made twice, and only a folder with a journal is opened', () => {
  expect(() => createBundle(runs, bundle.run)).toThrow(Fault);
  expect(() => openBundle(bundle.directory)).toThrow(Fault);
  mkdirSync(join(bundle.directory, 'journal.jsonl'));
  expect(() => openBundle(bundle.directory)).toThrow(Fault);
  const other = createBundle(runs, '20260101-000000-000000');
  writeDocument(other, 'journal.jsonl', '');
  expect(openBundle(other.directory)).toEqual({ directory: other.directory, run: other.run });
  expect(readFileSync(join(other.directory, 'journal.jsonl'), 'utf8')).toBe('');
});
