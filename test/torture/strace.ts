import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The calls by which a run changes its folder. */
export const CALLS = [
  'write',
  'pwrite64',
  'writev',
  'fdatasync',
  'fsync',
  'openat',
  'rename',
  'unlink',
  'ftruncate',
  'mkdir',
] as const;

/** What is done to the `when`-th call of one kind that concerns the run's folder: the process is killed, or the call fails. */
export interface Injection {
  readonly call: string;
  readonly when: number;
  readonly does: 'KILL' | 'ENOSPC' | 'EIO' | 'EACCES';
  /** Paths in the bundle to which the calls that are counted are narrowed. */
  readonly at?: readonly string[];
}

const written = [
  'source/plan.md',
  'source/reponses.yaml',
  'seals/camille.sig',
  'seals/noa.sig',
  'statement.json',
  'transcript.md',
  'transcript.html',
  'transcript.json',
  'verify.sh',
  'allowed_signers',
  'reserve',
  'evidence/4737b59a8ce8-piece.txt',
];
const others = [
  '',
  'source',
  'outputs',
  'evidence',
  'seals',
  'lock',
  'journal.jsonl',
  'journal.torn',
  'outputs/vider.1.log',
];

/** What is put into the addendum that is being made. */
const added = [
  'addendum.md',
  'statement.json',
  'seals/camille.sig',
  'evidence/4737b59a8ce8-piece.txt',
  'allowed_signers',
  'noa.sig',
].map(name => `addenda/pending/${name}`);
const addenda = ['', '/pending', '/pending/journal.jsonl', '/pending/evidence', '/pending/seals', '/001'].map(
  name => `addenda${name}`,
);

/** The command by which a process is traced: only its main thread, and there only what concerns `runs` and `bundle`. */
export function straceArguments(bundle: string, log: string, injection?: Injection): readonly string[] {
  const documents = [...written, ...added];
  const temporaries = documents.map(name => name.replace(/([^/]+)$/, '.$1.tmp'));
  const all = [...others, ...addenda, ...documents, ...temporaries];
  const paths = (injection?.at ?? all).map(name => join(bundle, name).replace(/\/$/, ''));
  const filters = [...(injection?.at === undefined ? [join(bundle, '..')] : []), ...paths].flatMap(path => [
    '-P',
    path,
  ]);
  const common = ['-qq', '-y', '-e', 'signal=none', '-e', `trace=${CALLS.join(',')}`, '-o', log, ...filters];
  if (injection === undefined) return common;
  const { call, when, does } = injection;
  const what = does === 'KILL' ? 'signal=KILL' : `error=${does}`;
  return [...common, '-e', `inject=${call}:${what}:when=${when}`];
}

/** A traced call; `result` is its value, and `undefined` when the process was killed at it. */
export interface Call {
  readonly name: string;
  readonly text: string;
  readonly result: number | undefined;
  readonly injected: boolean;
}

/** Reads what strace wrote. */
export function readTrace(log: string): readonly Call[] {
  const lines = readFileSync(log, 'utf8').split('\n');
  return lines.flatMap(text => {
    const name = /^(\w+)\(/.exec(text)?.[1];
    if (name === undefined) return [];
    const result = /\) += (-?\d+)/.exec(text)?.[1];
    return [
      {
        name,
        text,
        result: result === undefined ? undefined : Number(result),
        injected: text.includes('(INJECTED)'),
      },
    ];
  });
}

/** Whether strace is there and may trace. */
export function canTrace(): boolean {
  return spawnSync('strace', ['-qq', '-o', '/dev/null', 'true'], { stdio: 'ignore' }).status === 0;
}
