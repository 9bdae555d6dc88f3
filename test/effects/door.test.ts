import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type Door, openDoor, visitRun } from '../../runner/effects/door.ts';
import { buildChild, killChild, startChild } from './child.ts';

// Opens the door of a run's folder, and waits behind it.
const holder = buildChild(`
  import { openDoor } from '../../runner/effects/door.ts';
  const door = await openDoor(process.argv[2] ?? '', { receive: async () => ({ entry: 'written' }) });
  console.log(door.isOpen ? 'open' : 'shut');
  process.stdin.resume().on('end', () => process.exit());
`);

let runtime: string;
let runs: string;
beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), 'rd-'));
  runs = mkdtempSync(join(tmpdir(), 'rd-'));
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    for (const folder of [runtime, runs]) rmSync(folder, { recursive: true, force: true });
  });
});

const sockets = (): readonly string[] => readdirSync(join(runtime, 'reprise'));

function runFolder(name: string): string {
  mkdirSync(join(runs, name), { recursive: true });
  return join(runs, name);
}

async function open(run: string): Promise<Door> {
  const door = await openDoor(runFolder(run), { receive: async () => ({ entry: run }) });
  onTestFinished(() => door.close());
  return door;
}

const visit = async (run: string): Promise<unknown> => await visitRun(runFolder(run), { as: 'noa' });

test('who opens a door removes the sockets of killed processes, and nothing that is in use or is no door', async () => {
  const [killed] = await startChild(holder, [runFolder('killed')]);
  const [living] = await startChild(holder, [runFolder('living')]);
  onTestFinished(() => killChild(living));
  await killChild(killed);
  expect(sockets().length).toBe(2);
  const others = [`${'0'.repeat(20)}-${'1'.repeat(8)}.new`, 'notes.sock'];
  for (const name of others) writeFileSync(join(runtime, 'reprise', name), '');
  await open('here');
  expect(sockets().filter(name => others.includes(name))).toEqual(others);
  expect(sockets().length).toBe(4);
  expect(await visit('living')).toEqual({ entry: 'written' });
  expect(await visit('killed')).toBeUndefined();
});

test('a run that is gone on with has a door, whatever its killed process left', async () => {
  const [killed] = await startChild(holder, [runFolder('one')]);
  await killChild(killed);
  await open('one');
  expect([sockets().length, await visit('one')]).toEqual([1, { entry: 'one' }]);
});

test('a door whose folder is taken away is hung anew', async () => {
  const door = await open('one');
  rmSync(join(runtime, 'reprise'), { recursive: true });
  expect(await visit('one')).toBeUndefined();
  await expect.poll(() => visit('one'), { timeout: 10_000 }).toEqual({ entry: 'one' });
  await door.close();
  expect(sockets()).toEqual([]);
});

test('who comes finds a door that was opened in an environment without a runtime folder', async () => {
  vi.stubEnv('XDG_RUNTIME_DIR', '');
  await open('one');
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
  expect(await visit('one')).toEqual({ entry: 'one' });
});
