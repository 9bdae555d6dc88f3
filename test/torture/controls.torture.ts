/* The harness against programmes of which a guard was taken out: it must see what comes of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { type Breakage, install } from './installation.ts';
import type { Injection } from './strace.ts';
import { hurt } from './sweep.ts';

const writes = inject('points').filter(({ call }) => call === 'write');
const middle = writes.slice(Math.floor(writes.length / 3), Math.floor((writes.length * 2) / 3));

/** What is found when every point of `injections` is met by a programme that was broken, until something is. */
async function found(breakages: readonly Breakage[], injections: readonly Injection[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-torture-broken-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const programme = install(folder, breakages);
  for (const injection of injections) {
    const violations = await hurt(programme, injection);
    if (violations.length > 0) return violations.join('\n');
  }
  return '';
}

describe('without a guard the harness fails', () => {
  test('a doubt that is run again by itself', async () => {
    const breakage = { file: 'session/next.ts', text: 'if (isRead(instance)) return', by: 'return' };
    const killed = middle.map(point => ({ ...point, does: 'KILL' }) as const);
    expect(await found([breakage], killed)).toMatch(/acted 2 times/);
  });

  test('an intent that is not synced', async () => {
    const breakage = { file: 'effects/journal-file.ts', text: '(durable || isLow)', by: '(false)' };
    const killed = middle.map(point => ({ ...point, does: 'KILL' }) as const);
    expect(await found([breakage], killed)).toContain('acted before its intent was on disk');
  });

  test('an error of the journal that is passed over', async () => {
    const text = 'throw error instanceof TypeError ? error : stopped;';
    const breakage = { file: 'effects/journal-file.ts', text, by: 'stopped = undefined; return [];' };
    const failing = middle.map(point => ({ ...point, does: 'EIO' }) as const);
    expect(await found([breakage], failing)).not.toBe('');
  });

  test('cells that outlive the run process, and do not hold its lock', async () => {
    // On a fast machine a short cell would be over before anybody looks.
    process.env.TORTURE_SLEEP = '1';
    onTestFinished(() => {
      delete process.env.TORTURE_SLEEP;
    });
    const watchdog = {
      file: 'effects/watchdog.ts',
      text: 'for group in $groups; do',
      by: 'exit 0; for group in $groups; do',
    };
    const lock = { file: 'effects/world.ts', text: 'heldDescriptors: [lock]', by: 'heldDescriptors: []' };
    const killed = middle.map(point => ({ ...point, does: 'KILL' }) as const);
    expect(await found([watchdog, lock], killed)).not.toBe('');
  });
});
