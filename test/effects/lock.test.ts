import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { lockRun, runnerOf } from '../../runner/effects/lock.ts';
import { Fault } from '../../runner/fault.ts';
import { buildChild, killChild, startChild } from './child.ts';

// Holds the lock; with `orphan`, gives its descriptor to a `sleep` whose pid it says.
const holder = buildChild(`
  import { spawn } from 'node:child_process';
  import { lockRun } from '../../runner/effects/lock.ts';
  const [directory = '', orphan] = process.argv.slice(2);
  const lock = await lockRun(directory);
  if (orphan === undefined) console.log('held');
  else {
    const sleep = spawn('sleep', ['60'], { detached: true, stdio: ['ignore', 'ignore', 'ignore', lock.fd] });
    console.log(sleep.pid);
  }
  process.stdin.resume().on('end', () => process.exit());
`);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'reprise-lock-'));
});

async function refusal(): Promise<Fault> {
  const lock = await lockRun(directory).catch((error: unknown) => error);
  if (lock instanceof Fault) return lock;
  throw new Error('the lock was given');
}

test('a second runner is refused, naming the first, and free again after kill -9', async () => {
  const [child] = await startChild(holder, [directory]);
  try {
    const { code, params } = await refusal();
    expect({ code, pid: params.pid, host: params.host }).toEqual({
      code: 'run-locked',
      pid: child.pid,
      host: hostname(),
    });
    expect(params.since).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(runnerOf(directory)).toEqual({ pid: child.pid, host: hostname(), since: params.since });
  } finally {
    await killChild(child);
  }
  expect(runnerOf(directory)).toBeUndefined();
  const lock = await lockRun(directory);
  lock.release();
});

test.runIf(process.platform === 'linux')(
  'a second runner is refused, naming the first, when the lock file was removed or replaced',
  async () => {
    const [child] = await startChild(holder, [directory]);
    try {
      rmSync(join(directory, 'lock'));
      expect(await refusal()).toMatchObject({
        code: 'run-locked',
        params: { pid: child.pid, host: hostname() },
      });
      writeFileSync(join(directory, 'lock'), '');
      expect(await refusal()).toMatchObject({ code: 'run-locked', params: { pid: child.pid } });
    } finally {
      await killChild(child);
    }
    (await lockRun(directory)).release();
  },
);

test('the same process is refused too, until it has released', async () => {
  const lock = await lockRun(directory);
  expect((await refusal()).params.pid).toBe(process.pid);
  lock.release();
  expect(readFileSync(join(directory, 'lock'), 'utf8')).toBe('');
  (await lockRun(directory)).release();
});

test('a child that was given the descriptor keeps the run locked after its parent was killed', async () => {
  const [child, orphan] = await startChild(holder, [directory, 'orphan']);
  await killChild(child);
  try {
    expect((await refusal()).code).toBe('run-locked');
  } finally {
    process.kill(Number(orphan), 'SIGKILL');
  }
  await expect
    .poll(() =>
      lockRun(directory).then(
        lock => lock.release(),
        () => 'held',
      ),
    )
    .toBeUndefined();
});

test('a lock file that is a link is not followed', async () => {
  writeFileSync(join(directory, 'elsewhere'), 'precious');
  symlinkSync(join(directory, 'elsewhere'), join(directory, 'lock'));
  expect(await refusal()).toMatchObject({ code: 'lock-unavailable', params: { error: 'ELOOP' } });
  expect(readFileSync(join(directory, 'elsewhere'), 'utf8')).toBe('precious');
});

test.runIf(process.platform === 'linux')(
  'without the `flock` command a run is refused rather than left unlocked',
  async () => {
    const path = process.env.PATH;
    process.env.PATH = directory;
    try {
      expect(await refusal()).toMatchObject({ code: 'lock-unavailable', params: { error: 'ENOENT' } });
    } finally {
      process.env.PATH = path;
    }
  },
);
