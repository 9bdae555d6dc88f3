import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Place, WAIT } from './place.ts';

/** A run whose cell `vider` waits until it is killed, in a process group of its own or not. */
async function waiting(
  command: string,
): Promise<{ place: Place; kill: () => Promise<unknown>; bundle: string }> {
  const place = new Place(inject('programme'));
  onTestFinished(() => place.remove());
  place.edit(WAIT, command);
  const args = ['run', 'plan.md', '--target', 'essai', '--runs', place.runs, '--key', 'cle'];
  const fixed = join(import.meta.dirname, 'fixed.cjs');
  const programme = ['-r', fixed, place.programme, ...args, '--answers', 'reponses.yaml'];
  const { child, ended } = place.start(process.execPath, programme);
  while (!existsSync(join(place.folder, 'pret'))) await sleep(10);
  const kill = async (): Promise<unknown> => {
    child.kill('SIGKILL');
    return await ended;
  };
  return { place, kill, bundle: place.bundle };
}

async function tryLock(bundle: string, place: Place): Promise<number | null> {
  return (await place.start('flock', ['-n', join(bundle, 'lock'), 'true']).ended).code;
}

describe('the lock', () => {
  test('refuses a second runner within a second, and names the holder', async () => {
    const { place, kill } = await waiting('touch pret; sleep 300');
    const began = performance.now();
    const { code, err } = await place.resume();
    const spent = performance.now() - began;
    const holder: { readonly pid: number } = JSON.parse(readFileSync(join(place.bundle, 'lock'), 'utf8'));
    expect([code, err.includes(`processus ${holder.pid} `), err.includes('[run-locked]')]).toEqual([
      2,
      true,
      true,
    ]);
    // The one bound that the specification gives in time; starting Node is in it.
    expect(spent).toBeLessThan(1_000);
    await kill();
    expect(await place.unlocked()).toBe(true);
  });

  test('is free once the run process was killed and its cells with it', async () => {
    const { place, kill } = await waiting('touch pret; sleep 300 & sleep 300; wait');
    await kill();
    expect(await place.unlocked()).toBe(true);
    expect(place.living()).toEqual([]);
    expect(place.effects()).toEqual(['mesurer']);
  });

  test('is not free while an orphan lives that no one may end', async () => {
    // Without its environment and its group it is not known as the run's; it still holds the lock that it inherited.
    const { place, kill, bundle } = await waiting('setsid env -i sleep 4 & touch pret; sleep 300');
    await kill();
    await sleep(1_500);
    expect(await tryLock(bundle, place)).toBe(1);
    expect((await place.resume()).err).toContain('[run-locked]');
    expect(await place.unlocked()).toBe(true);
  });
});
