/* A disk that is really full: a small tmpfs, which only root may mount. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Place, WAIT } from './place.ts';

function mount(mebibytes: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-disk-'));
  const args = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', folder];
  const isMounted = process.getuid?.() === 0 && spawnSync('mount', args).status === 0;
  onTestFinished(() => {
    if (isMounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return isMounted ? folder : undefined;
}

/** A place whose runs lie on a small disk, and whose cell `vider` does something to it. */
function placeOn(disk: string, command: string): Place {
  const runs = join(disk, 'runs');
  mkdirSync(runs);
  const place = new Place(inject('programme'), runs);
  onTestFinished(() => place.remove());
  place.edit(WAIT, command);
  return place;
}

function fill(disk: string, leave: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'plein'), Buffer.alloc(bavail * bsize - leave));
}

describe('a full disk', () => {
  test('refuses a run before anything is begun', async ({ skip }) => {
    const disk = mount(70);
    if (disk === undefined) return skip('mounting a tmpfs needs root');
    const place = placeOn(disk, 'true');
    fill(disk, 10 << 20);
    const { code, err } = await place.run();
    expect([code, err.includes('[disk-full]'), err.includes('rien n’a été modifié')]).toEqual([
      2,
      true,
      true,
    ]);
    expect(existsSync(place.bundle)).toBe(false);
    unlinkSync(join(disk, 'plein'));
    expect((await place.traced()).code).toBe(0);
    expect(existsSync(join(place.bundle, 'reserve'))).toBe(false);
  });

  test('that fills up under a cell: what it did is recorded, nothing more starts, and resuming goes on', async ({
    skip,
  }) => {
    const disk = mount(80);
    if (disk === undefined) return skip('mounting a tmpfs needs root');
    const place = placeOn(
      disk,
      `dd if=/dev/zero of=${join(disk, 'plein')} bs=4k 2>/dev/null || true; head -c 6000 /dev/zero | tr '\\0' x`,
    );
    const { code, err } = await place.traced();
    expect([code, err.includes('[journal-full]'), err.includes('état')]).toEqual([2, true, true]);
    expect(place.effects()).toEqual(['mesurer', 'vider']);
    const story = place.journal().map(line => JSON.parse(line));
    expect(story.slice(-2)).toMatchObject([
      { type: 'step-finished', step: 'vider', outcome: 'passed' },
      { type: 'run-paused', cause: 'interrupted' },
    ]);
    expect(existsSync(join(place.bundle, 'reserve'))).toBe(false);
    expect((await place.resume()).err).toContain('[disk-full]');
    unlinkSync(join(disk, 'plein'));
    expect((await place.resume()).code).toBe(0);
    expect(place.effects()).toEqual(['mesurer', 'vider', 'ecrire', 'charger', 'compter', 'annoncer']);
  });
});
